//! How a model's answer ended, and what it thought.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunDetail};
use sluice_web_state::finish::finish_warning;
use sluice_web_state::format::number;

use super::store::{RunStore, StepSignals};
use crate::api;
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
    let open = RwSignal::new(false);
    view! {
        <Show when=move || there.get()>
            <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>{move || if has_text.get() { "Thinking" } else { "Thinking…" }}</summary>
                <Show when=move || open.get()>
                    <ThoughtBox text=heard />
                </Show>
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
    let open = RwSignal::new(false);
    let path = StoredValue::new(path);
    view! {
        <Show when=move || counted.get() != 0 || !heard.with(String::is_empty)>
            <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>"Thinking"</summary>
                <Show when=move || open.get()>
                    <Show
                        when=move || !heard.with(String::is_empty)
                        fallback=move || view! { <StoredThinking store path=path.get_value() counted=counted.get() /> }
                    >
                        <ThoughtBox text=heard />
                    </Show>
                </Show>
            </details>
        </Show>
    }
}

/// What is on record of the newest attempt that thought.
#[component]
fn StoredThinking(store: RunStore, path: StepPath, counted: u64) -> impl IntoView {
    let detail = LocalResource::new(move || {
        let (id, path) = (store.id(), path.clone());
        async move { api::executions::step(&id, &path).await }
    });
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
