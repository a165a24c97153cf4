//! The steps of the run, one below the other, joined by a line.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus};

use super::step::StepItem;
use super::store::RunStore;
use crate::browser::memo::memo;
use crate::components::Each;

/// The steps. The line between them is coloured as far as the run has come.
#[component]
pub fn Pipeline(store: RunStore) -> impl IntoView {
    let latest = memo(move || store.head(latest_completed));
    let waits =
        memo(move || store.head(|run| run.gate().map(|step| format!("{} waits for your decision.", step.run.label))));
    view! {
        <section aria-labelledby="steps-heading">
            <h2 id="steps-heading" class="visually-hidden">
                "Steps"
            </h2>
            <div class="visually-hidden" role="status">
                {move || waits.get()}
            </div>
            <ol class="pipeline">
                <Each each=move || store.paths() key=ToString::to_string let:path>
                    <StepItem store path latest />
                </Each>
            </ol>
        </section>
    }
}

/// The step that completed last: it stays open until the next one completes, so that nobody loses the
/// line while reading. A gate shows its text itself, and a failure
/// is what one came to see.
fn latest_completed(run: &crate::state::run::RunState) -> Option<StepPath> {
    let failed = run.steps().iter().any(|step| step.run.status == StepRunStatus::Failed);
    if run.gate().is_some() || failed {
        return None;
    }
    let completed = run.steps().iter().filter(|step| step.run.status == StepRunStatus::Completed);
    completed.max_by_key(|step| step.run.completed_at).map(|step| step.run.path.clone())
}
