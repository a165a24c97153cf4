//! What few workflows need: a category, where the run begins, and whether it runs at all.

use leptos::html;
use leptos::prelude::*;
use sluice_types::StepId;
use sluice_types::limits::MAX_NAME_CHARS;

use super::choice_field::{ChoiceField, step_options};
use super::header::read;
use super::model::Builder;
use crate::browser::signal::RwSignal;
use crate::components::{Field, Shown, Switch};
use crate::state::editor::Edit;

/// The settings, folded away as long as they are as usual.
#[component]
pub fn MoreSettings(builder: Builder) -> impl IntoView {
    let unusual = builder.draft.with_untracked(|draft| !draft.is_active || draft.entry_step.is_some());
    let open = RwSignal::new(unusual);
    let element: NodeRef<html::Details> = NodeRef::new();
    let toggled = move |_| {
        if let Some(details) = element.get_untracked() {
            open.set(details.open());
        }
    };
    view! {
        <details class="more" node_ref=element open=unusual on:toggle=toggled>
            <summary>"More settings"</summary>
            // A list of hundreds of steps is drawn only for who looks at it.
            <Shown is=open>
                <div class="inside settings-grid">
                    <Category builder />
                    <EntryStep builder />
                    <Switches builder />
                </div>
            </Shown>
        </details>
    }
}

#[component]
fn Category(builder: Builder) -> impl IntoView {
    let category = read(builder, |draft| draft.category.clone().unwrap_or_default());
    view! {
        <Field
            label="Category"
            hint="One word to group workflows by"
            children=move |ids| view! {
                <input
                    id=ids.input
                    class="input"
                    maxlength=MAX_NAME_CHARS.to_string()
                    autocomplete="off"
                    aria-describedby=ids.described_by
                    prop:value=move || category.get()
                    on:input:target=move |event| _ = builder.edit(Edit::SetCategory(event.target().value()))
                    on:blur=move |_| builder.seal()
                />
            }
        />
    }
}

#[component]
fn EntryStep(builder: Builder) -> impl IntoView {
    let entry = read(builder, |draft| draft.entry_step.clone());
    let steps = read(builder, |draft| {
        let steps = draft.steps.iter().skip(1);
        steps.map(|step| (step.id.clone(), step.label.clone())).collect::<Vec<_>>()
    });
    // The first step is where a run begins anyhow.
    let value = Signal::derive(move || {
        let listed = |id: &StepId| steps.with(|steps| steps.iter().any(|(step, _)| step == id));
        entry.get().filter(listed).map(|id| id.to_string()).unwrap_or_default()
    });
    view! {
        <ChoiceField
            label="Begin with"
            hint="Steps above it are not run"
            value
            on_choose=move |id: String| _ = builder.edit(Edit::SetEntryStep(StepId::new(id).ok()))
        >
            <option value="">"The first step"</option>
            {step_options(steps, entry)}
        </ChoiceField>
    }
}

#[component]
fn Switches(builder: Builder) -> impl IntoView {
    let active = read(builder, |draft| draft.is_active);
    let template = read(builder, |draft| draft.is_template);
    view! {
        <div>
            <Switch label="Active" on=active on_change=move |on| _ = builder.edit(Edit::SetActive(on)) />
            <p class="small muted">"Off: it is kept, and no run of it can be started."</p>
        </div>
        <div>
            <Switch label="Template" on=template on_change=move |on| _ = builder.edit(Edit::SetTemplate(on)) />
            <p class="small muted">"On: it stands among the templates, and not in the list of workflows."</p>
        </div>
    }
}
