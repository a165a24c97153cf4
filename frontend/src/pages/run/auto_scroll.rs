//! Keeping what runs in view, until the reader scrolls or goes somewhere else.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{ExecutionStatus, StepPath, StepRunStatus};
use sluice_web_state::run::RunState;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::ids::step_heading;
use super::store::RunStore;
use crate::components::{Button, ButtonKind, Icon};

/// The height of the top bar, in CSS pixels, with some air.
const BARS: f64 = 72.0;
/// A step whose head lies further down, as a part of the window's height, is brought up: its text needs the room.
const LOWEST: f64 = 0.5;
/// The keys that scroll.
const KEYS: [&str; 7] = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "];

/// Follows the step that runs or waits, and says so.
#[component]
pub fn AutoScroll(store: RunStore) -> impl IntoView {
    let follows = RwSignal::new(true);
    let is_running = store.watch(|run| run.status() == ExecutionStatus::Running);
    let current = store.watch(current_step);
    // A page that is opened shows its head; only what comes then is followed.
    let mut before = current.get_untracked();
    Effect::new(move || {
        let current = current.get();
        if let Some(path) = current.clone().filter(|_| before != current && follows.get_untracked()) {
            request_animation_frame(move || bring_into_view(&path));
        }
        before = current;
    });
    let stop = move || {
        if follows.get_untracked() {
            follows.set(false);
        }
    };
    let _stop = use_event_listener(window(), leptos::ev::wheel, move |_| stop());
    let _stop = use_event_listener(window(), leptos::ev::touchmove, move |_| stop());
    let _stop = use_event_listener(window(), leptos::ev::keydown, move |event| {
        if scrolls(&event) {
            stop();
        }
    });
    let resume = move |_| {
        follows.set(true);
        if let Some(path) = current.get_untracked() {
            bring_into_view(&path);
        }
    };
    view! {
        <Show when=move || is_running.get()>
            <div class="follow-pill">
                <Show
                    when=move || follows.get()
                    fallback=move || {
                        view! {
                            <Button small=true icon=icondata_lu::LuArrowDown on_press=resume>
                                "Follow the run"
                            </Button>
                        }
                    }
                >
                    <span class="row small">
                        <Icon icon=icondata_lu::LuArrowDown />
                        "Following"
                    </span>
                    <Button kind=ButtonKind::Ghost small=true on_press=move |_| stop()>
                        "Stop"
                    </Button>
                </Show>
            </div>
        </Show>
    }
}

/// Whether a key scrolls the page where it is pressed: in a field it moves the cursor, on a button space presses it.
fn scrolls(event: &KeyboardEvent) -> bool {
    let key = event.key();
    let taken_by = if key == " " { "input, textarea, select, button, summary" } else { "input, textarea, select" };
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_taken = target.is_some_and(|target| target.closest(taken_by).ok().flatten().is_some());
    KEYS.contains(&key.as_str()) && !is_taken
}

/// The step that runs, or else the one that waits for a person.
fn current_step(run: &RunState) -> Option<StepPath> {
    let runs = run.steps().iter().find(|step| step.run.status == StepRunStatus::Running);
    runs.or_else(|| run.gate()).map(|step| step.run.path.clone())
}

fn bring_into_view(path: &StepPath) {
    let Some(heading) = document().get_element_by_id(&step_heading(path)) else { return };
    let top = heading.get_bounding_client_rect().top();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    if top < BARS || top > height * LOWEST {
        window().scroll_by_with_x_and_y(0.0, top - BARS);
    }
}
