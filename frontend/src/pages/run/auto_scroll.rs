//! Keeping what runs in view, until the reader scrolls or chooses something else.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{ExecutionStatus, StepRunStatus};
use sluice_web_state::run::followed;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::ids::{step_heading, tree_row};
use super::lead::bring_into_view;
use super::store::RunStore;
use crate::browser::focus::scroll_into_view;
use crate::components::{Button, ButtonKind, Icon};

/// The keys that scroll.
const KEYS: [&str; 7] = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "];

/// Follows the step that runs or waits, and says so.
#[component]
pub fn AutoScroll(store: RunStore) -> impl IntoView {
    let follows = store.follows;
    let is_running = store.watch(|run| run.status() == ExecutionStatus::Running);
    if follows.get_untracked() {
        store.shown.set(store.peek(|run| followed(run, None)));
    }
    Effect::new(move || {
        let shown = store.shown.get_untracked();
        let next = store.head(|run| followed(run, shown.as_ref()));
        if follows.get() && next != shown {
            store.shown.set(next);
        }
    });
    // A page that is opened shows its head; only what comes then is followed.
    let mut before = store.shown.get_untracked();
    Effect::new(move || {
        let shown = store.shown.get();
        let is_another = before != shown;
        before.clone_from(&shown);
        let at_work = |path: &_| {
            store.peek_step(path, |step| !step.is_settled() && step.run.status != StepRunStatus::Pending) == Some(true)
        };
        if let Some(path) = shown.filter(|path| is_another && follows.get_untracked() && at_work(path)) {
            request_animation_frame(move || show(&path));
        }
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
        if let Some(path) = store.peek(|run| followed(run, None)) {
            store.shown.set(Some(path.clone()));
            show(&path);
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

/// Brings a step into view: in the tree, or in the list of steps.
fn show(path: &sluice_types::StepPath) {
    let row = tree_row(path);
    if document().get_element_by_id(&row).is_some() {
        scroll_into_view(&row);
    } else {
        bring_into_view(&step_heading(path));
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
