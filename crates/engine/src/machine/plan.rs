//! The planner: selects the next action of an execution.
//!
//! [`plan`] is a pure function of the definition's index and the step runs. It reads no clock, database or network, and
//! evaluates no template. Start, recovery, resume and retry all call it.

use sluice_types::{BlockAddress, Index, Place, StepKind, StepPath, StepRunStatus};

use super::runs::Runs;

/// Mode of an execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mode {
    /// Whether review steps are skipped.
    pub yolo: bool,
    /// Whether starts are blocked: a person paused it, or the server is stopping.
    pub on_hold: bool,
}

/// One thing that happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Start the first attempt of a step.
    Start(StepPath),
    /// Open a review gate.
    OpenGate(StepPath),
    /// Skip a step.
    Skip(StepPath, SkipReason),
    /// End the execution: every step that was to run has run.
    Complete,
    /// End the execution: this step run failed for good.
    Fail(StepPath),
}

/// The reason why a step is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// It is disabled.
    Disabled,
    /// A `next` or the entry step leads past it.
    JumpedOver,
    /// It is a review, and reviews are skipped.
    Yolo,
}

/// The next action. None while a step run is running or waits for a person: its result brings the next turn.
#[must_use]
pub fn plan(index: &Index, runs: &Runs, mode: Mode) -> Vec<Action> {
    let block = &BlockAddress::Root;
    let mut actions = Vec::new();
    let mut position = 0;
    let mut target = index.entry(block);
    loop {
        // Skip every step between the last step and its successor.
        for place in (position..target).filter_map(|position| index.nth(block, position)) {
            let path = StepPath::top(&place.step.id);
            if runs.status(&path) == StepRunStatus::Pending {
                actions.push(Action::Skip(path, SkipReason::JumpedOver));
            }
        }
        let Some(place) = index.nth(block, target) else {
            actions.push(Action::Complete);
            return actions;
        };
        let path = StepPath::top(&place.step.id);
        position = target + 1;
        match runs.status(&path) {
            // A cancelled step run is only reached after a retry of the execution.
            StepRunStatus::Pending | StepRunStatus::Cancelled => {
                if let Some(reason) = skip_reason(place, mode) {
                    actions.push(Action::Skip(path, reason));
                    target = index.after_skip(place);
                    continue;
                }
                if !mode.on_hold {
                    actions.push(match place.step.kind {
                        // A container and a step of an unknown kind fail when they are started, with a message that says why.
                        StepKind::Llm(_)
                        | StepKind::Parallel(_)
                        | StepKind::Conditional(_)
                        | StepKind::Loop(_)
                        | StepKind::Unknown(_) => Action::Start(path),
                        StepKind::Review(_) => Action::OpenGate(path),
                    });
                }
                return actions;
            }
            StepRunStatus::Running
            | StepRunStatus::Waiting
            | StepRunStatus::OutcomeUnknown
            | StepRunStatus::Unknown => return actions,
            StepRunStatus::Failed => {
                actions.push(Action::Fail(path));
                return actions;
            }
            StepRunStatus::Completed => target = index.after(place),
            StepRunStatus::Skipped => target = index.after_skip(place),
        }
    }
}

fn skip_reason(place: &Place, mode: Mode) -> Option<SkipReason> {
    match place.step.kind {
        _ if !place.step.enabled => Some(SkipReason::Disabled),
        StepKind::Review(_) if mode.yolo => Some(SkipReason::Yolo),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
