//! What came of the last try of a step.

use leptos::prelude::*;
use sluice_types::{ExecutionStatus, StepId};
use sluice_web_state::format::{duration, known_cost};
use sluice_web_state::try_step::LiveTry;

use super::model::Tries;
use crate::components::{Button, CopyButton, LinkButton, MarkdownView, Message, Note, NoteKind};

/// The text as it comes in, with cost, time and model; an error in its place.
#[component]
pub fn TryResult(tries: Tries, id: StepId) -> impl IntoView {
    let key = id.clone();
    let live = Memo::new(move |_| tries.lives.with(|lives| lives.get(&key).cloned()));
    let is_there = Memo::new(move |_| live.with(Option::is_some));
    let id = StoredValue::new(id);
    view! {
        <Show when=move || is_there.get()>
            <Shown tries live id=id.get_value() />
        </Show>
    }
}

#[component]
fn Shown(tries: Tries, live: Memo<Option<LiveTry>>, id: StepId) -> impl IntoView {
    let read = move |what: fn(&LiveTry) -> String| {
        Memo::new(move |_| live.with(|live| live.as_ref().map(what).unwrap_or_default()))
    };
    let text = read(LiveTry::text);
    let facts = read(facts_of);
    let address = read(|live| format!("/runs/{}", live.execution.id));
    let error = Memo::new(move |_| live.with(|live| live.as_ref().and_then(error_of)));
    let is_raw = Memo::new(move |_| live.with(|live| live.as_ref().is_some_and(LiveTry::is_raw)));
    let is_done = Memo::new(move |_| {
        live.with(|live| live.as_ref().is_some_and(|it| it.execution.status == ExecutionStatus::Completed))
    });
    let waits = Memo::new(move |_| {
        live.with(|live| live.as_ref().is_some_and(|it| it.execution.status == ExecutionStatus::Paused))
    });
    let source = Signal::derive(move || text.get());
    let id = StoredValue::new(id);
    let pin = move |_| id.with_value(|id| tries.pin(id, Some(text.get_untracked())));
    view! {
        <div class="stack tight try-result" role="group" aria-label="Last try">
            <p class="small muted numbers" role="status">{move || facts.get()}</p>
            {move || {
                error.get().map(|message| {
                    view! {
                        <Note kind=NoteKind::Bad>
                            <Message text=Signal::stored(message) />
                        </Note>
                    }
                })
            }}
            <Show when=move || waits.get()>
                <Note kind=NoteKind::Warn>"Waiting for you: open the run to decide."</Note>
            </Show>
            <Show when=move || !text.with(String::is_empty)>
                <div class="try-text" tabindex="0" role="group" aria-label="Text">
                    {move || {
                        if is_raw.get() {
                            view! { <pre>{source}</pre> }.into_any()
                        } else {
                            view! { <MarkdownView source /> }.into_any()
                        }
                    }}
                </div>
            </Show>
            <div class="row wrap">
                <Show when=move || is_done.get()>
                    <Button small=true icon=icondata_lu::LuPin on_press=pin>
                        "Pin this output"
                    </Button>
                    <CopyButton label="Copy the text" text=move |()| text.get_untracked() />
                </Show>
                <LinkButton small=true icon=icondata_lu::LuExternalLink href=address>
                    "Open the run"
                </LinkButton>
            </div>
        </div>
    }
}

/// State, cost, time and model, on one line.
fn facts_of(live: &LiveTry) -> String {
    let execution = &live.execution;
    let state = match execution.status {
        ExecutionStatus::Completed => "Last try",
        ExecutionStatus::Failed => "Failed",
        ExecutionStatus::Cancelled => "Cancelled",
        ExecutionStatus::Paused => "Waiting for you",
        ExecutionStatus::Pending | ExecutionStatus::Running | ExecutionStatus::Unknown => "Trying",
    };
    let model = live.run.as_ref().and_then(|run| run.model.clone());
    let cost = (!live.is_under_way()).then(|| known_cost(execution.cost_usd, execution.unpriced_calls));
    let facts = [Some(state.to_owned()), cost, execution.duration_ms.map(duration), model];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn error_of(live: &LiveTry) -> Option<String> {
    let error = live.execution.error.as_ref().or_else(|| live.run.as_ref()?.error.as_ref())?;
    (live.execution.status == ExecutionStatus::Failed).then(|| error.message.clone())
}
