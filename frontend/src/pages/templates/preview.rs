//! The preview of a template: inputs and steps.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{Index, Step, TemplateInput, TemplateSummary, WorkflowTemplate};

use super::use_template::UseTemplate;
use crate::api;
use crate::components::{Button, ButtonKind, Dialog, Icon, Loaded, StepKindLook, step_kind};

/// A template's steps and inputs in a dialog, with a button to use it.
#[component]
pub fn PreviewDialog(open: RwSignal<bool>, template: TemplateSummary, using: UseTemplate) -> impl IntoView {
    let id = StoredValue::new(template.id);
    let busy = Signal::derive(move || id.with_value(|id| using.is_busy(id)));
    view! {
        <Dialog open on_close=move |()| open.set(false) title=template.name>
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
    let template = LocalResource::new(move || {
        let id = id.get_value();
        async move { api::templates::get(&id).await }
    });
    view! {
        <Loaded resource=template lines=12 children=|template| view! { <TemplatePreview template /> } />
    }
}

/// Description, inputs and steps of a template.
#[component]
pub fn TemplatePreview(template: WorkflowTemplate) -> impl IntoView {
    let index = Index::of(&template.definition);
    let steps = index.places().iter().map(|place| Arc::clone(&place.step)).collect::<Vec<_>>();
    let inputs = (!template.input.is_empty()).then(|| view! { <Inputs inputs=template.input /> });
    view! {
        <div class="stack loose">
            <p dir="auto">{template.description}</p>
            {inputs}
            <section class="stack" aria-label="Steps">
                <h3>"Steps"</h3>
                <TemplateSteps steps />
            </section>
        </div>
    }
}

#[component]
fn Inputs(inputs: Vec<TemplateInput>) -> impl IntoView {
    let field = |input: TemplateInput| {
        let needed = if input.required { "required" } else { "optional" };
        view! {
            <div>
                <dt>{input.label} " " <span class="muted small">{needed}</span></dt>
                <dd class="muted small">{input.description}</dd>
            </div>
        }
    };
    view! {
        <section class="stack" aria-label="Input">
            <h3>"Input"</h3>
            <dl class="stack template-inputs">{inputs.into_iter().map(field).collect_view()}</dl>
        </section>
    }
}

/// Lines of a prompt that are shown.
const LINES: usize = 3;
/// Characters of one of these lines at the most; the page cuts them to what fits.
const MOST: usize = 300;

/// The steps in order, joined by a line: label, kind and how the prompt begins.
#[component]
pub fn TemplateSteps(steps: Vec<Arc<Step>>) -> impl IntoView {
    view! { <ol class="template-steps">{steps.into_iter().map(|own| step(&own)).collect_view()}</ol> }
}

fn step(step: &Step) -> impl IntoView + use<> {
    let StepKindLook { icon, word } = step_kind(step.step_type());
    let text = step.templates().first().map(|(_, text)| beginning(text)).unwrap_or_default();
    view! {
        <li>
            <span class="mark">
                <Icon icon />
            </span>
            <div class="stack tight">
                <div class="row wrap">
                    <strong dir="auto">{step.label.clone()}</strong>
                    <span class="muted small">{word}</span>
                </div>
                <p class="muted small excerpt" dir="auto">
                    {text}
                </p>
            </div>
        </li>
    }
}

/// How a prompt begins: its first lines that hold something.
fn beginning(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    lines.map(|line| line.chars().take(MOST).collect::<String>()).collect::<Vec<_>>().join("\n")
}
