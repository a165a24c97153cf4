//! Steps to add with one press, and workflow templates to begin with.

use icondata_core::IconData;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use sluice_types::edit::Wrapper;
use sluice_types::{Step, StepTemplate, WorkflowTemplate};
use sluice_web_state::editor::{Draft, NewStep, steps_inside};

use super::canvas::Carrier;
use super::model::Builder;
use super::sorting::Sorting;
use crate::api;
use crate::components::{Dialog, Icon, Loaded, lucide, new_step_icon};
use crate::pages::templates::TemplateGallery;

/// The basic step templates and empty containers; containers with steps in them and the steps of the pipeline below.
#[component]
pub fn Palette(builder: Builder) -> impl IntoView {
    let templates = LocalResource::new(|| async { Ok(api::templates::step_templates().await?.items) });
    let group = move |all: &[StepTemplate], category: &str| {
        let ours = all.iter().filter(|template| template.category == category);
        ours.map(|template| {
            let StepTemplate { name, description, icon, step, .. } = template.clone();
            let inside = steps_inside(&step);
            view! { <Add builder name help=description icon=lucide(&icon) inside step /> }
        })
        .collect_view()
    };
    let palettes = move |all: Vec<StepTemplate>| {
        let made_here = |is_wanted: fn(NewStep) -> bool| {
            let new = NewStep::ALL.into_iter().filter(move |new| is_wanted(*new));
            let views = new.filter_map(move |new| {
                let (name, help, icon) = (new.label().to_owned(), help_of(new).to_owned(), new_step_icon(new));
                Some(view! { <Add builder name help icon inside=None step=new.step()? /> })
            });
            views.collect_view()
        };
        view! {
            <div class="palette">
                {group(&all, "basic")} {made_here(|new| matches!(new, NewStep::Agent | NewStep::Tool))}
            </div>
            <h3 class="label">"Containers"</h3>
            <div class="palette">{made_here(|new| matches!(new, NewStep::Container(_)))}</div>
            <details class="more">
                <summary>"Containers with steps in them"</summary>
                <div class="inside">
                    <div class="palette wide">{group(&all, "container")}</div>
                </div>
            </details>
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
            <p class="small muted">
                "Goes behind the step you are in." <span class="by-mouse">" Drag it to put it elsewhere."</span>
            </p>
        </section>
    }
}

/// A step of the palette: a press adds it, a drag puts it where it is dropped.
#[component]
fn Add(
    builder: Builder,
    name: String,
    help: String,
    icon: &'static IconData,
    /// The steps inside, for a container that brings its own.
    inside: Option<String>,
    step: Step,
) -> impl IntoView {
    let sorting = expect_context::<Sorting>();
    let carrier = expect_context::<Carrier>();
    let step = StoredValue::new(step);
    let was_dragged = move || {
        let (in_list, on_canvas) = (sorting.was_dragged(), carrier.was_dragged());
        in_list || on_canvas
    };
    let add = move |_| {
        if !was_dragged() {
            builder.add(step.get_value());
        }
    };
    let press = move |event: PointerEvent| {
        if !step.with_value(|step| carrier.press(step, &event)) {
            sorting.press_new(step.get_value(), &event);
        }
    };
    let movement = move |event: PointerEvent| {
        carrier.movement(&event);
        sorting.movement(&event);
    };
    let release = move |_| {
        carrier.release();
        sorting.release();
    };
    let cancel = move || {
        carrier.cancel();
        sorting.cancel();
    };
    view! {
        <button
            type="button"
            title=help
            on:click=add
            on:pointerdown=press
            on:pointermove=movement
            on:pointerup=release
            on:pointercancel=move |_| cancel()
            on:lostpointercapture=move |_| cancel()
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    cancel();
                } else {
                    // A key that presses the button is no end of a drag.
                    was_dragged();
                }
            }
        >
            <Icon icon />
            <span>
                {name} {inside.map(|steps| view! { <span class="palette-inside">{[" ", &steps].concat()}</span> })}
            </span>
        </button>
    }
}

/// What a step of this kind does, for those who do not know its name.
const fn help_of(new: NewStep) -> &'static str {
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
