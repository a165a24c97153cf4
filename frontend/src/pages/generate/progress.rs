//! What a generation does now, how far it is, and a way to stop it.

use leptos::prelude::*;
use sluice_types::GenerationStatus;
use sluice_web_state::generation::Progress;
use sluice_web_state::model_choice::called;

use super::follow::GenerationStore;
use crate::components::{Button, FailureNote};

/// The progress in a card. Screen readers are told what is done, not each character.
#[component]
pub fn ProgressCard(store: GenerationStore) -> impl IntoView {
    let doing = Memo::new(move |_| store.progress.with(Progress::doing));
    let so_far = Memo::new(move |_| store.progress.with(Progress::so_far));
    let away = Memo::new(move |_| store.connection.standing.with(|standing| standing.connection.message(0)));
    let (model, simulated) = store.progress.with_untracked(|progress| {
        let generation = &progress.generation;
        (called(Some(&generation.provider), Some(&generation.model)), generation.simulated)
    });
    view! {
        <section class="card padded stack progress-card" aria-label="Progress">
            <div class="row top">
                <span class="spinner" aria-hidden="true"></span>
                <div class="stack tight grow">
                    <p role="status">
                        <strong>{move || doing.get()}</strong>
                    </p>
                    <p class="numbers">{move || so_far.get()}</p>
                    <p class="small muted">
                        <span class="mono">{model}</span>
                        {simulated.then_some(" · simulated")}
                        " · You can leave this page: the design continues."
                    </p>
                    <p class="small muted" role="status">
                        {move || away.get()}
                    </p>
                </div>
                <Button busy=store.is_cancelling() on_press=move |_| store.cancel()>
                    "Cancel"
                </Button>
            </div>
            {move || store.refused.get().map(|error| view! { <FailureNote error on_retry=move |()| store.cancel() /> })}
        </section>
    }
}

/// Tells screen readers how a generation has ended that they were waiting for.
#[component]
pub fn EndAnnouncer(store: GenerationStore) -> impl IntoView {
    // One that had ended before is told by the title of its page.
    let was_awaited = store.progress.with_untracked(Progress::is_running);
    let said = Memo::new(move |_| match store.status() {
        _ if !was_awaited => None,
        GenerationStatus::Running => None,
        GenerationStatus::Completed => Some("The design is ready."),
        GenerationStatus::Cancelled => Some("The design was cancelled."),
        GenerationStatus::Failed | GenerationStatus::Unknown => Some("There is no design."),
    });
    view! {
        <p class="visually-hidden" role="status">
            {move || said.get()}
        </p>
    }
}
