//! How a model's answer ended, and what it thought.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunDetail};
use sluice_web_state::finish::finish_warning;
use sluice_web_state::format::number;

use super::history::detail_of;
use super::store::{RunStore, StepSignals};
use crate::components::{Loaded, Message, Note, NoteKind};

/// The warning of a step whose answer was cut, with what to do.
#[component]
pub fn CutWarning(store: RunStore, path: StepPath) -> impl IntoView {
    let warning = Memo::new(move |_| store.step(&path, finish_warning).flatten());
    move || {
        warning.get().map(|text| {
            view! {
                <Note kind=NoteKind::Warn>
                    <Message text />
                </Note>
            }
        })
    }
}

/// What the model of the newest attempt thinks, as far as this page heard it. It is drawn only while it is open.
#[component]
pub fn LiveThinking(store: RunStore, path: StepPath) -> impl IntoView {
    let heard = heard(store, &path);
    let there = Memo::new(move |_| !heard.get().is_empty());
    let signals = StoredValue::new(store.signals(&path));
    let path = StoredValue::new(path);
    let has_text = Memo::new(move |_| {
        signals.with_value(|signals| signals.as_ref().map(StepSignals::track_text));
        path.with_value(|path| store.peek_step(path, |step| !step.text.is_empty())).unwrap_or_default()
    });
    let summary = Signal::derive(move || if has_text.get() { "Thinking" } else { "Thinking…" });
    view! { <ThinkingFold there summary content=move || view! { <ThoughtBox text=heard /> } /> }
}

/// A disclosure whose content is drawn only while it is open.
#[component]
fn ThinkingFold(
    #[prop(into)] there: Signal<bool>,
    #[prop(into)] summary: Signal<&'static str>,
    #[prop(into)] content: ViewFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let content = StoredValue::new(content);
    view! {
        <Show when=move || there.get()>
            <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>{summary}</summary>
                <Show when=move || open.get()>{content.with_value(ViewFn::run)}</Show>
            </details>
        </Show>
    }
}

/// What the model thought before it gave the text of a step that has ended. What this page did not hear is read when it
/// is opened.
#[component]
pub fn PastThinking(store: RunStore, path: StepPath) -> impl IntoView {
    let heard = heard(store, &path);
    let counted = store.watch_step(&path, |step| step.run.token_usage.reasoning_tokens);
    let there = Memo::new(move |_| counted.get() != 0 || !heard.with(String::is_empty));
    let content = move || {
        if heard.with_untracked(String::is_empty) {
            view! { <StoredThinking store path=path.clone() counted=counted.get_untracked() /> }.into_any()
        } else {
            view! { <ThoughtBox text=heard /> }.into_any()
        }
    };
    view! { <ThinkingFold there summary="Thinking" content /> }
}

/// What is on record of the newest attempt that thought.
#[component]
fn StoredThinking(store: RunStore, path: StepPath, counted: u64) -> impl IntoView {
    let detail = detail_of(store, path);
    let newest = |detail: StepRunDetail| detail.attempts.into_iter().rev().find_map(|attempt| attempt.thinking);
    view! {
        <Loaded resource=detail lines=2 let:detail>
            {match newest(detail) {
                Some(text) => view! { <ThoughtBox text=Signal::stored(text) /> }.into_any(),
                None => {
                    view! {
                        <p class="small muted">
                            {format!("The model thought for {} tokens. Its provider does not show what.", number(counted))}
                        </p>
                    }
                        .into_any()
                }
            }}
        </Loaded>
    }
}

/// What this page heard of the thinking of the newest attempt.
fn heard(store: RunStore, path: &StepPath) -> Signal<String> {
    let signals = StoredValue::new(store.signals(path));
    let path = StoredValue::new(path.clone());
    Signal::derive(move || {
        signals.with_value(|signals| signals.as_ref().map(StepSignals::track_thinking));
        path.with_value(|path| store.peek_step(path, |step| step.thinking.clone())).unwrap_or_default()
    })
}

#[component]
fn ThoughtBox(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! {
        <pre class="text-box" tabindex="0" role="region" aria-label="What the model thinks">
            {text}
        </pre>
    }
}
