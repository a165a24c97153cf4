//! How a model's answer ended, and what it thought.

use leptos::prelude::*;
use sluice_types::StepPath;
use sluice_web_state::finish::finish_warning;

use super::store::{RunStore, StepSignals};
use crate::components::{Note, NoteKind};

/// The warning of a step whose answer was cut, with what to do.
#[component]
pub fn CutWarning(store: RunStore, path: StepPath) -> impl IntoView {
    let warning = Memo::new(move |_| store.step(&path, finish_warning).flatten());
    move || warning.get().map(|warning| view! { <Note kind=NoteKind::Warn>{warning}</Note> })
}

/// What the model of the newest attempt thinks, as far as this page heard it. It is drawn only while it is open.
#[component]
pub fn LiveThinking(store: RunStore, path: StepPath) -> impl IntoView {
    let signals = StoredValue::new(store.signals(&path));
    let path = StoredValue::new(path);
    let read = move || {
        signals.with_value(|signals| signals.as_ref().map(StepSignals::track_thinking));
        path.with_value(|path| store.peek_step(path, |step| step.thinking.clone())).unwrap_or_default()
    };
    let there = Memo::new(move |_| !read().is_empty());
    let open = RwSignal::new(false);
    view! {
        <Show when=move || there.get()>
            <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>"Thinking"</summary>
                <Show when=move || open.get()>
                    <pre class="text-box" tabindex="0" role="region" aria-label="What the model thinks">
                        {read}
                    </pre>
                </Show>
            </details>
        </Show>
    }
}
