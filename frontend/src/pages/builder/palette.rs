//! Steps to add with one press, and workflow templates to begin with.

use leptos::prelude::*;
use sluice_types::edit::Wrapper;
use sluice_types::{StepTemplate, WorkflowTemplate};
use sluice_web_state::editor::{Draft, NewStep};

use super::model::Builder;
use crate::api;
use crate::components::{Dialog, Icon, Loaded, lucide, new_step_icon};
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
        let is_made_here = |new: &NewStep| matches!(new, NewStep::Agent | NewStep::Tool | NewStep::Container(_));
        let containers = NewStep::ALL.into_iter().filter(is_made_here);
        let containers = containers.map(|new| view! { <AddContainer builder new /> });
        view! {
            <div class="palette">{group(&all, "basic")} {containers.collect_view()}</div>
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
            <p class="small muted">"Goes behind the step you are in."</p>
        </section>
    }
}

#[component]
fn Add(builder: Builder, template: StepTemplate) -> impl IntoView {
    let StepTemplate { name, description, icon, step, .. } = template;
    view! {
        <button type="button" title=description on:click=move |_| builder.add(step.clone())>
            <Icon icon=lucide(&icon) />
            {name}
        </button>
    }
}

/// A container with something in it to begin with.
#[component]
fn AddContainer(builder: Builder, new: NewStep) -> impl IntoView {
    let add = move |_| {
        if let Some(step) = new.step() {
            builder.add(step);
        }
    };
    view! {
        <button type="button" title=container_help(new) on:click=add>
            <Icon icon=new_step_icon(new) />
            {new.label()}
        </button>
    }
}

/// What a container does, for those who do not know its name.
const fn container_help(new: NewStep) -> &'static str {
    match new {
        NewStep::Container(Wrapper::Branches) => "Runs branches at once",
        NewStep::Container(Wrapper::Conditional) => "Runs the first case that is true",
        NewStep::Container(Wrapper::Loop) => "Repeats its steps until a condition holds",
        NewStep::Container(Wrapper::ForEach) => "Runs its steps for each item of a list, at once",
        NewStep::Agent => "A model that calls tools until it is done",
        NewStep::Tool => "Calls one tool",
        NewStep::Prompt | NewStep::Review => "",
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
