//! What a template does, before it is used.

use leptos::prelude::*;
use sluice_types::{TemplateInput, TemplateSummary, WorkflowTemplate};

use super::steps::TemplateSteps;
use super::using::UseTemplate;
use crate::api;
use crate::browser::fetched::Fetched;
use crate::browser::signal::RwSignal;
use crate::browser::stored::StoredValue;
use crate::components::{Button, ButtonKind, Dialog, Loaded};

/// A template's steps and inputs in a dialog, with a button to use it.
#[component]
pub fn PreviewDialog(open: RwSignal<bool>, template: TemplateSummary, using: UseTemplate) -> impl IntoView {
    let id = StoredValue::new(template.id);
    let busy = Signal::derive(move || id.with_value(|id| using.is_busy(id)));
    view! {
        <Dialog open title=template.name>
            <div class="body">
                <Contents id />
            </div>
            <footer>
                <Button on_press=move |_| open.set(false)>"Close"</Button>
                <Button kind=ButtonKind::Primary busy on_press=move |_| using.run(id.get_value())>
                    "Use template"
                </Button>
            </footer>
        </Dialog>
    }
}

#[component]
fn Contents(id: StoredValue<sluice_types::WorkflowId>) -> impl IntoView {
    let template = Fetched::new(move || {
        let id = id.get_value();
        async move { api::templates::get(&id).await }
    });
    view! {
        <Loaded resource=template lines=12 children=|template| view! { <TemplatePreview template /> } />
    }
}

/// What a template is for, what it needs and what it runs.
#[component]
pub fn TemplatePreview(template: WorkflowTemplate) -> impl IntoView {
    let inputs = (!template.input.is_empty()).then(|| view! { <Inputs inputs=template.input /> });
    view! {
        <div class="stack loose">
            <p dir="auto">{template.description}</p>
            {inputs}
            <section class="stack" aria-label="Steps">
                <h3>"Steps"</h3>
                <TemplateSteps steps=template.definition.steps />
            </section>
        </div>
    }
}

#[component]
fn Inputs(inputs: Vec<TemplateInput>) -> impl IntoView {
    let field = |input: TemplateInput| {
        let needed = if input.required { "needed" } else { "optional" };
        view! {
            <div>
                <dt>{input.label} " " <span class="muted small">{needed}</span></dt>
                <dd class="muted small">{input.description}</dd>
            </div>
        }
    };
    view! {
        <section class="stack" aria-label="What you give it">
            <h3>"What you give it"</h3>
            <dl class="stack template-inputs">{inputs.into_iter().map(field).collect_view()}</dl>
        </section>
    }
}
