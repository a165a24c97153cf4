//! What a change by a sentence does, step by step.

use leptos::prelude::*;
use sluice_types::StepChangeKind;
use sluice_web_state::changed_field::ChangedField;
use sluice_web_state::format::capitalised;
use sluice_web_state::generation::ChangedStep;

use crate::components::DiffView;

/// The steps that change, and the fields of the definition.
#[component]
pub fn Changes(steps: Vec<ChangedStep>, #[prop(optional)] fields: Vec<ChangedField>) -> impl IntoView {
    if steps.is_empty() && fields.is_empty() {
        return view! { <p class="muted">"Nothing changes."</p> }.into_any();
    }
    let workflow = (!fields.is_empty()).then(|| {
        view! {
            <li class="change">
                <h4>"The workflow"</h4>
                {fields.into_iter().map(|field| view! { <Changed field /> }).collect_view()}
            </li>
        }
    });
    view! {
        <ul class="changes">
            {workflow} {steps.into_iter().map(|step| view! { <Step step /> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Step(step: ChangedStep) -> impl IntoView {
    let class = match step.kind {
        StepChangeKind::Added => "badge good",
        StepChangeKind::Removed => "badge bad",
        StepChangeKind::Changed | StepChangeKind::Moved | StepChangeKind::Unknown => "badge info",
    };
    view! {
        <li class="change">
            <h4 class="row wrap">
                <span dir="auto">{step.label}</span>
                <span class=class>{capitalised(step.word)}</span>
            </h4>
            {step.fields.into_iter().map(|field| view! { <Changed field /> }).collect_view()}
        </li>
    }
}

#[component]
fn Changed(field: ChangedField) -> impl IntoView {
    let ChangedField { name, before, after, is_text } = field;
    if is_text {
        return view! {
            <div class="stack tight">
                <span class="small muted">{name}</span>
                <DiffView before=Signal::stored(before) after=Signal::stored(after) />
            </div>
        }
        .into_any();
    }
    let shown = |text: String| if text.is_empty() { "Nothing".to_owned() } else { text };
    view! {
        <p class="small change-field">
            <span class="muted">{name}": "</span>
            <del class="break">{shown(before)}</del>
            <span aria-hidden="true">" → "</span>
            <span class="visually-hidden">" becomes "</span>
            <ins class="break">{shown(after)}</ins>
        </p>
    }
    .into_any()
}
