//! How far a call of a tool is.

use leptos::prelude::*;
use sluice_types::StepPath;
use sluice_web_state::run::CallProgress;

use super::store::RunStore;

/// What the server of a tool told of its call last. Tracks changes.
pub fn progress_of(store: RunStore, path: &StepPath) -> Option<CallProgress> {
    store.signals(path)?.track_progress();
    store.peek_step(path, |step| step.progress.clone()).flatten()
}

/// A bar with words, while a call runs whose server tells how far it is.
#[component]
pub fn CallProgressBar(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let progress = Memo::new(move |_| progress_of(store, &path));
    let is_told = Memo::new(move |_| progress.read().is_some());
    let part = Memo::new(move |_| progress.read().as_ref().and_then(CallProgress::part));
    let mut said = label;
    said.insert_str(0, "Progress of ");
    let label = StoredValue::new(said);
    view! {
        <Show when=move || is_told.get()>
            <div class="call-progress">
                // Without a value it moves to and fro.
                <progress max="1" value=move || part.get().map(|part| part.to_string()) aria-label=label.get_value()></progress>
                <span class="small muted numbers break">
                    {move || progress.read().as_ref().map(CallProgress::words)}
                </span>
            </div>
        </Show>
    }
}
