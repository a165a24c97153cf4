//! A step under way: its text as it comes, or how long until its next attempt.

use leptos::prelude::*;
use sluice_types::StepPath;
use wasm_bindgen::JsCast;

use super::change::{ChangeStep, StepFacts};
use super::failed::StepError;
use super::prompt::PromptView;
use super::store::RunStore;
use super::stream::StreamView;
use crate::browser::memo::memo;
use crate::browser::signal::RwSignal;
use crate::browser::stored::StoredValue;
use crate::browser::time::ticking;
use crate::components::{Icon, Shown};
use crate::state::run_text::next_attempt;

/// How often the countdown moves on.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// A step that runs, or waits for its turn to try again.
#[component]
pub fn Running(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let between = store.watch_step(&path, crate::state::run::StepView::is_between_attempts);
    let facts = path.clone();
    view! {
        {move || {
            let (path, label) = (path.clone(), label.clone());
            if between.get() {
                view! { <BetweenAttempts store path /> }.into_any()
            } else {
                view! { <StreamView store path label=label + ", text as it comes" /> }.into_any()
            }
        }}
        <Asked store path=facts.clone() />
        <StepFacts store path=facts />
    }
}

/// What the model was asked, for those who want to see it while it answers.
#[component]
fn Asked(store: RunStore, path: StepPath) -> impl IntoView {
    let open = RwSignal::new(false);
    let there = store.watch_step(&path, |step| step.run.prompt.is_some());
    let path = StoredValue::new(path);
    let opened = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    view! {
        <Shown is=move || there.get()>
            <details class="disclosure" on:toggle=opened>
                <summary>"Prompt"</summary>
                <Shown is=move || open.get()>
                    <PromptView store path=path.get_value() />
                </Shown>
            </details>
        </Shown>
    }
}

/// What went wrong, and when the next attempt begins.
#[component]
fn BetweenAttempts(store: RunStore, path: StepPath) -> impl IntoView {
    let held = store.watch(|run| run.execution().on_hold);
    let error = store.watch_step(&path, |step| step.run.error.clone());
    let now = ticking(TICK);
    let facts = {
        let path = path.clone();
        let attempts = move || {
            let definition = store.definition()?;
            definition.step_at(&path).map(|step| step.retries().saturating_add(1))
        };
        memo(attempts)
    };
    let known = store.watch_step(&path, |step| (step.run.attempt, step.retry.clone()));
    let says = move || {
        let (attempt, retry) = known.get();
        if held.get() {
            return format!("Paused after attempt {attempt}. The next one begins when the run is resumed.");
        }
        // The clocks of server and browser may differ: the wait is never longer than it was to be.
        let left = retry.map_or(0, |retry| {
            let left = (retry.due_at - super::store::utc(now.get())).num_milliseconds();
            left.clamp(0, retry.in_ms)
        });
        next_attempt(attempt, facts.get(), left)
    };
    view! {
        <div class="note warn">
            <Icon icon=icondata_lu::LuTimerReset />
            <div class="grow stack tight">
                <strong class="numbers">{says}</strong>
                {move || error.get().map(|error| view! { <StepError error /> })}
            </div>
        </div>
        <ChangeStep store path />
    }
}
