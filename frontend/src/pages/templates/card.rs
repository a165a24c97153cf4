//! One template as a card.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{TemplateSummary, WorkflowId};

use super::gallery::Gallery;
use super::preview::PreviewDialog;
use super::using::UseTemplate;
use crate::api;
use crate::browser::signal::RwSignal;
use crate::browser::stored::StoredValue;
use crate::components::{Button, ButtonKind, Confirm, Icon, Toasts};
use crate::state::format::plural;

/// What it is for, and what can be done with it.
#[component]
pub fn TemplateCard(template: TemplateSummary, gallery: Gallery, using: UseTemplate) -> impl IntoView {
    let preview = RwSignal::new(false);
    let id = StoredValue::new(template.id.clone());
    let busy = Signal::derive(move || id.with_value(|id| using.is_busy(id)));
    let steps = plural(u64::try_from(template.step_labels.len()).unwrap_or(0), "step", "steps");
    let category = template.category.clone().map(|category| view! { <span class="badge">{category}</span> });
    let tags = template.tags.clone().into_iter().map(|tag| {
        view! {
            <li class="tag" dir="auto">
                {tag}
            </li>
        }
    });
    let delete = (!template.built_in).then(|| view! { <DeleteButton template=template.clone() gallery /> });
    let name = template.name.clone();
    view! {
        <li class="card padded template-card">
            <div class="row between top">
                <h3 class="break" dir="auto">
                    {template.name.clone()}
                </h3>
                {delete}
            </div>
            <p class="muted template-text" dir="auto">
                {template.description.clone()}
            </p>
            <div class="row wrap small muted">
                {category}
                <span class="row">
                    <Icon icon=icondata_lu::LuListChecks />
                    {steps}
                </span>
            </div>
            <ul class="row wrap" aria-label="Tags">
                {tags.collect_view()}
            </ul>
            <div class="row wrap template-foot">
                <Button
                    small=true
                    busy
                    label=format!("Use template {name}")
                    on_press=move |_| using.run(id.get_value())
                >
                    "Use template"
                </Button>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    label=format!("Preview {name}")
                    on_press=move |_| preview.set(true)
                >
                    "Preview"
                </Button>
            </div>
            <PreviewDialog open=preview template using />
        </li>
    }
}

#[component]
fn DeleteButton(template: TemplateSummary, gallery: Gallery) -> impl IntoView {
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let toasts = Toasts::from_context();
    let id = StoredValue::new(template.id.clone());
    let name = StoredValue::new(template.name);
    let confirmed = move |()| {
        busy.set(true);
        spawn_local(delete(gallery, toasts, id.get_value(), busy));
    };
    view! {
        <Button
            kind=ButtonKind::Ghost
            small=true
            busy
            icon=icondata_lu::LuTrash2
            label=format!("Delete template {}", name.get_value())
            on_press=move |_| open.set(true)
        />
        <Confirm open title="Delete this template?" verb="Delete" on_confirm=confirmed>
            <p class="break">
                "“" {name.get_value()} "” will be gone for good, with its runs. Workflows that were made of it stay."
            </p>
        </Confirm>
    }
}

async fn delete(gallery: Gallery, toasts: Toasts, id: WorkflowId, busy: RwSignal<bool>) {
    match api::templates::delete(&id).await {
        Ok(()) => {
            gallery.forget(&id);
            toasts.done("The template is deleted.");
        }
        Err(error) => {
            busy.try_set(false);
            toasts.call_failed("The template was not deleted", &error);
        }
    }
}
