//! A call of a tool: a row that opens to its arguments and its result.

use leptos::prelude::*;
use sluice_types::{StepEffect, StepPath, StepRunStatus};
use sluice_web_state::format::known_cost;
use sluice_web_state::run::{call_words, result_size, result_text};
use sluice_web_state::tools::{main_argument, name_of, source_of};

use super::result::{Attachments, Failed, ToolArguments, Waiting};
use super::turn::took;
use crate::components::{EffectBadge, Icon, StepDot, step_word};
use crate::pages::run::gate::GatePanel;
use crate::pages::run::history::StepHistory;
use crate::pages::run::ids::step_heading;
use crate::pages::run::progress::{CallProgressBar, progress_of};
use crate::pages::run::step::choose;
use crate::pages::run::store::RunStore;
use crate::pages::run::text_box::TextBox;

/// One call. It is open while a person is asked about it.
#[component]
pub fn CallRow(store: RunStore, path: StepPath) -> impl IntoView {
    let status = store.step_status(&path);
    let tool = store.watch_step(&path, |step| step.run.tool.clone().unwrap_or_else(|| step.run.label.clone()));
    let open = {
        let path = path.clone();
        Memo::new(move |_| {
            let chosen = store.choices.with(|choices| choices.get(path.as_str()).copied());
            status.get().is_gate() || chosen.unwrap_or_default()
        })
    };
    let choose = choose(store, path.as_str());
    let main = store.watch_step(&path, |step| step.run.arguments.as_ref().and_then(main_argument));
    let effect = store.watch_step(&path, |step| step.run.effect.clone());
    let body_id = format!("call-{path}");
    let heading = step_heading(&path);
    let icon = Signal::derive(move || match effect.get() {
        Some(StepEffect::Writes) => icondata_lu::LuPencil,
        Some(StepEffect::Reads) => icondata_lu::LuEye,
        Some(StepEffect::Pure) => icondata_lu::LuSigma,
        Some(StepEffect::Unknown(_)) | None => icondata_lu::LuWrench,
    });
    let path = StoredValue::new(path);
    view! {
        <li class="call">
            <button
                type="button"
                id=heading
                class="call-toggle"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=body_id.clone()
                on:click=move |_| choose(!open.get_untracked())
            >
                <StepDot status stale=Signal::stored(false) />
                <Icon icon />
                <span class="mono call-name">{move || tool.with(|tool| name_of(tool).to_owned())}</span>
                <span class="mono muted small call-main">{move || main.get()}</span>
                <CallFacts store path=path.get_value() status />
            </button>
            <div id=body_id hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <CallDetails store path=path.get_value() status tool effect />
                </Show>
            </div>
        </li>
    }
}

/// Status, size of the result, time and cost.
#[component]
fn CallFacts(store: RunStore, path: StepPath, status: Memo<StepRunStatus>) -> impl IntoView {
    let size = store.watch_step(&path, |step| {
        let (text, _) = result_text(&step.run, &step.text);
        result_size(step.run.status, &text, step.run.attachments.len())
    });
    let spent = store.watch_step(&path, |step| {
        (step.run.cost_usd > 0.0).then(|| known_cost(step.run.cost_usd, step.run.unpriced_calls))
    });
    let far = {
        let path = path.clone();
        Memo::new(move |_| progress_of(store, &path).and_then(|progress| progress.percent()))
    };
    let word = move || match status.get() {
        StepRunStatus::Completed | StepRunStatus::Pending => None,
        other => Some(step_word(other)),
    };
    let took = took(store, path, status);
    view! {
        <span class="turn-facts small muted numbers">
            <span class="state">{word}</span>
            <span>{move || far.get()}</span>
            <span>{move || size.get()}</span>
            <span>{move || took.get()}</span>
            <span>{move || spent.get()}</span>
        </span>
    }
}

#[component]
fn CallDetails(
    store: RunStore,
    path: StepPath,
    status: Memo<StepRunStatus>,
    tool: Memo<String>,
    effect: Memo<Option<StepEffect>>,
) -> impl IntoView {
    let stage = Memo::new(move |_| match status.get() {
        status if status.is_gate() => 0,
        StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled => 2,
        _ => 1,
    });
    let path = StoredValue::new(path);
    let has_history = RwSignal::new(false);
    view! {
        <div class="call-body stack">
            <p class="row wrap small muted">
                <span class="break">
                    {move || tool.with(|tool| source_of(tool).to_owned())} ":"
                    <span class="mono">{move || tool.with(|tool| name_of(tool).to_owned())}</span>
                </span>
                {move || effect.get().map(|effect| view! { <EffectBadge effect /> })}
            </p>
            {move || {
                let path = path.get_value();
                match stage.get() {
                    0 => {
                        let label = call_words(&path, &tool.get());
                        view! { <GatePanel store path label /> }.into_any()
                    }
                    1 => {
                        let label = call_words(&path, &tool.get());
                        view! {
                            <CallProgressBar store path=path.clone() label />
                            <ToolArguments store path=path.clone() />
                            <Waiting store path />
                        }
                        .into_any()
                    }
                    _ => view! { <Ended store path tool /> }.into_any(),
                }
            }}
            <details class="disclosure" on:toggle:target=move |event| has_history.set(event.target().open())>
                <summary>"Attempts and decisions"</summary>
                <Show when=move || has_history.get()>
                    <StepHistory store path=path.get_value() />
                </Show>
            </details>
        </div>
    }
}

/// A call that was made, or was not.
#[component]
fn Ended(store: RunStore, path: StepPath, tool: Memo<String>) -> impl IntoView {
    let text = store.watch_step(&path, |step| result_text(&step.run, &step.text));
    let is_there = Memo::new(move |_| !text.read().0.is_empty());
    let label = format!("the result of {}", call_words(&path, &tool.get_untracked()));
    view! {
        <ToolArguments store path=path.clone() />
        <Failed store path=path.clone() />
        <Show when=move || is_there.get()>
            <div class="stack tight">
                <p class="label">"Result"</p>
                <TextBox text label=label.clone() />
            </div>
        </Show>
        <Attachments store path />
    }
}
