//! The label of a step. It is taken when the field is left: on the way it may be empty or another step's.

use leptos::prelude::*;

use super::step_body::StepForm;
use crate::components::Field;
use crate::state::editor::{Edit, label_problem};

/// What people read and prompts refer to.
#[component]
pub fn LabelField(form: StepForm) -> impl IntoView {
    let label = form.read(|step| step.label.clone());
    let typed = form.typed("label");
    let shown = move || typed.get().unwrap_or_else(|| label.get());
    let wrong = Signal::derive(move || {
        let typed = typed.get()?;
        form.builder.draft.with(|draft| label_problem(draft, &form.id(), &typed))
    });
    let take = move || {
        let Some(text) = typed.get_untracked() else { return };
        if wrong.get_untracked().is_some() {
            return;
        }
        typed.set(None);
        if text.trim() != label.get_untracked() {
            form.builder.edit(Edit::RenameStep { id: form.id(), label: text });
        }
    };
    view! {
        <Field
            label="Label"
            wrong
            hint="Prompts refer to the step by its label. Renaming it rewrites them."
            children=move |ids| view! {
                <input
                    id=ids.input
                    class="input"
                    maxlength="200"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=shown
                    on:input:target=move |event| typed.set(Some(event.target().value()))
                    on:change=move |_| take()
                    on:keydown=move |event| if event.key() == "Escape" { typed.set(None) }
                />
            }
        />
    }
}
