//! The fields that every kind of step has, and that few need to change.

use leptos::prelude::*;
use sluice_types::limits::{DEFAULT_RETRIES, DEFAULT_TIMEOUT_SECONDS};
use sluice_types::{Effect, StepId};

use super::choice_field::{ChoiceField, step_options};
use super::parsed_field::ParsedField;
use super::step_body::{Found, StepForm};
use crate::browser::memo::memo;
use crate::state::editor::{StepField, parse_retries, parse_timeout};

/// Retries, timeout, effect and where to go on.
#[component]
pub fn CommonFields(form: StepForm) -> impl IntoView {
    let retries = form.read(|step| step.max_retries);
    let timeout = form.read(|step| step.timeout);
    let begun = ["retries", "timeout"].into_iter().any(|field| form.typed(field).get_untracked().is_some());
    view! {
        <details class="more" open=begun>
            <summary>"Retries, timeout and order"</summary>
            <div class="inside">
                <div class="step-fields">
                    <ParsedField
                        label="Retries"
                        hint="For each model, after a first try"
                        placeholder=DEFAULT_RETRIES.to_string()
                        value=retries
                        typed=form.typed("retries")
                        read=parse_retries
                        show=ToString::to_string
                        on_change=move |value| form.set(StepField::Retries(value))
                    />
                    <ParsedField
                        label="Timeout"
                        hint="For one try, as 90s or 10m"
                        placeholder=format!("{DEFAULT_TIMEOUT_SECONDS}s")
                        value=timeout
                        typed=form.typed("timeout")
                        read=parse_timeout
                        show=|seconds| format!("{seconds}s")
                        on_change=move |value| form.set(StepField::Timeout(value))
                    />
                    <EffectField form />
                    <NextField form />
                </div>
                <Found findings=form.found("max_retries") builder=form.builder />
                <Found findings=form.found("timeout") builder=form.builder />
            </div>
        </details>
        <Found findings=form.found("next") builder=form.builder />
    }
}

#[component]
fn EffectField(form: StepForm) -> impl IntoView {
    let effect = form.read(|step| step.effect);
    let value = Signal::derive(move || {
        let word = match effect.get() {
            None => "",
            Some(Effect::Pure) => "pure",
            Some(Effect::Reads) => "reads",
            Some(Effect::Writes) => "writes",
        };
        word.to_owned()
    });
    let choose = move |value: String| {
        let effect = match value.as_str() {
            "pure" => Some(Effect::Pure),
            "reads" => Some(Effect::Reads),
            "writes" => Some(Effect::Writes),
            _ => None,
        };
        form.set(StepField::Effect(effect));
    };
    view! {
        <ChoiceField label="Effect" hint="Decides what a crash in mid-step does" value on_choose=choose>
            <option value="">"As its kind"</option>
            <option value="pure">"Pure: run again"</option>
            <option value="reads">"Reads: run again"</option>
            <option value="writes">"Writes: ask first"</option>
        </ChoiceField>
    }
}

#[component]
fn NextField(form: StepForm) -> impl IntoView {
    let next = form.read(|step| step.next.clone());
    let later = memo(move || {
        form.builder.draft.with(|draft| {
            let later = draft.steps.iter().skip(form.index() + 2);
            later.map(|step| (step.id.clone(), step.label.clone())).collect::<Vec<_>>()
        })
    });
    view! {
        <ChoiceField
            label="Go on with"
            value=Signal::derive(move || next.get().map(|id| id.to_string()).unwrap_or_default())
            on_choose=move |id: String| form.set(StepField::Next(StepId::new(id).ok()))
        >
            <option value="">"The next step"</option>
            {step_options(later, next)}
            <option value="end">"End of the run"</option>
        </ChoiceField>
    }
}
