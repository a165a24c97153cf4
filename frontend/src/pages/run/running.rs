//! A step under way: its text as it comes, or how long until its next attempt.

use std::time::Duration;

use leptos::prelude::*;
use sluice_types::{StepPath, StepType};
use sluice_web_state::run_text::next_attempt;

use super::agent::{ToolArguments, Waiting};
use super::change::{ChangeStep, StepFacts};
use super::ending::LiveThinking;
use super::failure::StepError;
use super::progress::CallProgressBar;
use super::prompt::PromptView;
use super::store::RunStore;
use super::stream::StreamView;
use crate::browser::clock::{ticking, utc};
use crate::components::Icon;

/// How often the countdown moves on.
const TICK: Duration = Duration::from_millis(250);

/// A step that runs, or waits for its turn to try again.
#[component]
pub fn Running(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let between = store.watch_step(&path, sluice_web_state::run::StepView::is_between_attempts);
    let facts = path.clone();
    if store.peek_step(&path, |step| step.run.step_type) == Some(StepType::Tool) {
        return view! {
            <CallProgressBar store path=path.clone() label />
            <ToolArguments store path=path.clone() />
            <Waiting store path=path.clone() />
            <Retrying store path between />
        }
        .into_any();
    }
    view! {
        <LiveThinking store path=facts.clone() />
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
    .into_any()
}

/// Between the attempts of a call of a tool.
#[component]
fn Retrying(store: RunStore, path: StepPath, between: Memo<bool>) -> impl IntoView {
    let path = StoredValue::new(path);
    view! {
        <Show when=move || between.get()>
            <BetweenAttempts store path=path.get_value() />
        </Show>
    }
}

/// The prompt, in a disclosure, while the model answers.
#[component]
fn Asked(store: RunStore, path: StepPath) -> impl IntoView {
    let open = RwSignal::new(false);
    let there = store.watch_step(&path, |step| step.run.prompt.is_some());
    let path = StoredValue::new(path);
    view! {
        <Show when=move || there.get()>
            <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>"Prompt"</summary>
                <Show when=move || open.get()>
                    <PromptView store path=path.get_value() />
                </Show>
            </details>
        </Show>
    }
}

/// The error of the last attempt, and when the next one begins.
#[component]
fn BetweenAttempts(store: RunStore, path: StepPath) -> impl IntoView {
    let held = store.watch(|run| run.execution().on_hold);
    let error = store.watch_step(&path, |step| step.run.error.clone());
    let now = ticking(TICK, || true);
    let facts = {
        let path = path.clone();
        Memo::new(move |_| store.step_at(&path).map(|step| step.retries().saturating_add(1)))
    };
    let known = store.watch_step(&path, |step| (step.run.attempt, step.retry.clone()));
    let says = move || {
        let (attempt, retry) = known.get();
        if held.get() {
            return format!("Paused after attempt {attempt}. The next one begins when the run is resumed.");
        }
        // The clocks of server and browser may differ: the wait is never longer than it was to be.
        let left = retry.map_or(0, |retry| {
            let left = (retry.due_at - utc(now.get())).num_milliseconds();
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
