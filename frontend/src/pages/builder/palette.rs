//! Steps to add with one press, and workflow templates to begin with.

use leptos::prelude::*;
use sluice_types::{BlockAddress, StepTemplate, WorkflowTemplate};
use sluice_web_state::editor::Draft;

use super::model::Builder;
use crate::api;
use crate::components::{Dialog, Icon, Loaded, lucide};
use crate::pages::templates::TemplateGallery;

/// The basic step templates; those of the pipeline below them.
#[component]
pub fn Palette(builder: Builder) -> impl IntoView {
    let templates = LocalResource::new(|| async { Ok(api::templates::step_templates().await?.items) });
    let group = move |all: &[StepTemplate], category: &str| {
        let ours = all.iter().filter(|template| template.category == category);
        ours.map(|template| view! { <Add builder template=template.clone() /> }).collect_view()
    };
    let palettes = move |all: Vec<StepTemplate>| {
        view! {
            <div class="palette">{group(&all, "basic")}</div>
            <details class="more">
                <summary>"From the build pipeline"</summary>
                <div class="inside">
                    <div class="palette">{group(&all, "pipeline")}</div>
                </div>
            </details>
        }
    };
    view! {
        <section class="card padded stack" aria-labelledby="palette">
            <h2 id="palette">"Add a step"</h2>
            <Loaded resource=templates children=palettes />
        </section>
    }
}

#[component]
fn Add(builder: Builder, template: StepTemplate) -> impl IntoView {
    let StepTemplate { name, description, icon, step, .. } = template;
    view! {
        <button type="button" title=description on:click=move |_| builder.add(step.clone(), BlockAddress::Root)>
            <Icon icon=lucide(&icon) />
            {name}
        </button>
    }
}

/// The templates with their previews; the one that is used takes the place of the draft.
#[component]
pub fn TemplateDialog(builder: Builder, open: RwSignal<bool>) -> impl IntoView {
    let take = move |template: WorkflowTemplate| {
        open.set(false);
        builder.replace(Draft::from_template(&template));
    };
    view! {
        <Dialog open on_close=move |()| open.set(false) title="Begin with a template".to_owned() wide=true>
            <div class="body">
                <TemplateGallery on_use=take />
            </div>
        </Dialog>
    }
}
