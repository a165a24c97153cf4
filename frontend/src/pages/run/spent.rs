//! How long steps worked and waited, and what they cost, kept up to date.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus};
use sluice_web_state::format::{duration, known_cost};
use sluice_web_state::run::{RunState, Spent, StepView};

use super::store::RunStore;

/// Whether the times of a step move on with the clock.
pub const fn is_counting(status: StepRunStatus) -> bool {
    matches!(status, StepRunStatus::Running | StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown)
}

/// Work and waits of a step run, or of the step runs of a lane together.
pub fn took(
    store: RunStore,
    paths: Signal<Vec<StepPath>>,
    status: Memo<StepRunStatus>,
    words: fn(Spent) -> String,
) -> Memo<Option<String>> {
    Memo::new(move |_| {
        let now = if is_counting(status.get()) { store.now_utc() } else { chrono::DateTime::default() };
        let paths = paths.read();
        paths.iter().for_each(|path| store.track_step(path));
        store.peek(|run| {
            let steps = || paths.iter().filter_map(|path| run.step(path));
            let known: Vec<Spent> = steps().filter_map(|step| run.spent_at(&step.run.path, now)).collect();
            if known.is_empty() {
                return match steps().next() {
                    Some(step) if paths.len() == 1 => newest_attempt(run, step, now).map(duration),
                    _ => None,
                };
            }
            let sum = |of: fn(&Spent) -> i64| known.iter().map(of).sum();
            let spent = Spent { worked_ms: sum(|it| it.worked_ms), waited_ms: sum(|it| it.waited_ms) };
            Some(words(spent))
        })
    })
}

/// The time of the newest attempt, where no event tells more.
fn newest_attempt(run: &RunState, step: &StepView, now: chrono::DateTime<chrono::Utc>) -> Option<i64> {
    let is_known = step.run.duration_ms.is_some() || step.run.completed_at.is_some() || is_counting(step.run.status);
    step.duration_ms(now).filter(|_| is_known && !run.is_timed())
}

/// The cost of step runs together; nothing for what was free.
pub fn cost_of(store: RunStore, paths: Signal<Vec<StepPath>>) -> Memo<Option<String>> {
    Memo::new(move |_| {
        let runs = paths.read();
        let costs =
            runs.iter().filter_map(|path| store.step(path, |step| (step.run.cost_usd, step.run.unpriced_calls)));
        let (usd, unpriced) = costs.fold((0.0, 0_u32), |sum, it| (sum.0 + it.0, sum.1.saturating_add(it.1)));
        (usd > 0.0 || unpriced > 0).then(|| known_cost(usd, unpriced))
    })
}
