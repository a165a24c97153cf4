//! The fields of a step at which a person decides.

use leptos::prelude::*;
use sluice_types::{OnExpiry, ReviewStep, Step, StepId, StepKind};

use super::choice_field::ChoiceField;
use super::parsed_field::ParsedField;
use super::prompt_editor::PromptEditor;
use super::step_body::{Found, StepForm};
use crate::browser::memo::{Memo, memo};
use crate::components::Each;
use crate::state::editor::{StepField, parse_expires_in};
use crate::state::sorted::sort_by;

fn review(step: &Step) -> Option<&ReviewStep> {
    match &step.kind {
        StepKind::Review(review) => Some(review),
        StepKind::Llm(_) => None,
    }
}

/// What is asked, which texts are shown, and what happens when nobody decides.
#[component]
pub fn ReviewFields(form: StepForm) -> impl IntoView {
    let instructions = form.read(|step| review(step).map(|review| review.instructions.clone()).unwrap_or_default());
    let expires_in = form.read(|step| review(step).and_then(|review| review.expires_in));
    let on_expiry = form.read(|step| review(step).and_then(|review| review.on_expiry));
    let decide = move |value: String| {
        let decision = match value.as_str() {
            "approve" => Some(OnExpiry::Approve),
            "reject" => Some(OnExpiry::Reject),
            _ => None,
        };
        form.set(StepField::OnExpiry(decision));
    };
    let decision = Signal::derive(move || {
        let word = match on_expiry.get() {
            Some(OnExpiry::Approve) => "approve",
            Some(OnExpiry::Reject) | None => "reject",
        };
        word.to_owned()
    });
    view! {
        <PromptEditor
            form
            label="Instructions"
            hint="What the reviewer is asked to look at."
            text=instructions
            on_change=move |text| form.set(StepField::Instructions(text))
            findings=form.found("instructions")
        />
        <Shows form />
        <Found findings=form.found("shows") builder=form.builder />
        <div class="step-fields">
            <ParsedField
                label="Decide by itself after"
                hint="As 30m, 2h or 7d"
                placeholder="never"
                value=expires_in
                typed=form.typed("expires_in")
                read=parse_expires_in
                show=|seconds| format!("{seconds}s")
                on_change=move |value| form.set(StepField::ExpiresIn(value))
            />
            <ChoiceField label="Then" value=decision on_choose=decide>
                <option value="reject">"Reject: the run fails"</option>
                <option value="approve">"Approve: the run goes on"</option>
            </ChoiceField>
        </div>
    }
}

/// The steps whose outputs are reviewed: those before this one, to be ticked.
#[component]
fn Shows(form: StepForm) -> impl IntoView {
    let shown = form.read(|step| review(step).map(|review| review.shows.clone()).unwrap_or_default());
    let before = memo(move || {
        form.builder.draft.with(|draft| {
            let before = draft.steps.iter().take(form.index());
            before.map(|step| (step.id.clone(), step.label.clone())).collect::<Vec<_>>()
        })
    });
    let tick = move |id: StepId, on: bool| {
        let order = before.get_untracked();
        let mut ticked = shown.get_untracked();
        ticked.retain(|ticked| *ticked != id);
        if on {
            ticked.push(id);
        }
        let place = |id: &StepId| order.iter().position(|(before, _)| before == id);
        sort_by(&mut ticked, |id, other| place(id).cmp(&place(other)));
        form.set(StepField::Shows(ticked));
    };
    view! {
        <fieldset class="ticks">
            <legend class="label">"Shows the output of"</legend>
            <Each each=move || before.get() key=|(id, label)| format!("{id} {label}") let((id, label))>
                <Tick id label shown on_tick=move |(id, on)| tick(id, on) />
            </Each>
            <p class="small muted">"The nearest prompt above, when none is ticked."</p>
        </fieldset>
    }
}

#[component]
fn Tick(
    id: StepId,
    label: String,
    shown: Memo<Vec<StepId>>,
    #[prop(into)] on_tick: Callback<(StepId, bool)>,
) -> impl IntoView {
    let key = id.clone();
    view! {
        <label class="tick">
            <input
                type="checkbox"
                prop:checked=move || shown.with(|shown| shown.contains(&key))
                on:change:target=move |event| on_tick.run((id.clone(), event.target().checked()))
            />
            {label}
        </label>
    }
}
