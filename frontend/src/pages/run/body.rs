//! What a step shows when it is open, as it suits its state.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus};

use super::change::ChangeStep;
use super::gate::GatePanel;
use super::result::ResultView;
use super::running::Running;
use super::store::RunStore;
use crate::browser::memo::Memo;
use crate::browser::stored::StoredValue;
use crate::components::{Note, NoteKind};

/// The body of a step. It is made anew when the step takes on another status or begins anew.
#[component]
pub fn StepBody(store: RunStore, path: StepPath, status: Memo<StepRunStatus>, label: String) -> impl IntoView {
    let attempt = store.watch_step(&path, |step| step.run.attempt);
    let path = StoredValue::new(path);
    let label = StoredValue::new(label);
    move || {
        let _begun = attempt.get();
        let (path, label) = (path.get_value(), label.get_value());
        let shown = match status.get() {
            StepRunStatus::Running => view! { <Running store path label /> }.into_any(),
            StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown => {
                view! { <GatePanel store path label /> }.into_any()
            }
            StepRunStatus::Pending => view! { <NotRun store path /> }.into_any(),
            StepRunStatus::Skipped => view! { <Skipped store path /> }.into_any(),
            StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled => {
                view! { <ResultView store path label /> }.into_any()
            }
        };
        view! { <div class="run-step-body">{shown}</div> }
    }
}

/// A step that the run has not come to.
#[component]
fn NotRun(store: RunStore, path: StepPath) -> impl IntoView {
    let ended = store.watch(|run| run.status().is_terminal());
    view! {
        <p class="muted">
            {move || {
                if ended.get() { "The run ended before it came to this step." } else { "The run has not come to this step yet." }
            }}
        </p>
        <ChangeStep store path />
    }
}

/// A step that was passed over.
#[component]
fn Skipped(store: RunStore, path: StepPath) -> impl IntoView {
    let why = store.watch_step(&path, |step| step.note.clone());
    view! {
        <Note kind=NoteKind::Info>
            {move || why.get().unwrap_or_else(|| "This step was not run.".to_owned())}
        </Note>
        <ChangeStep store path />
    }
}
