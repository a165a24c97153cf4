//! Allowed actions on a run and on a step run, by the rules of the server: the page offers no button that the server
//! would refuse.

use sluice_types::{
    Definition, ExecutionStatus, GateKind, Index, Place, ReviewDecision, StepPath, StepRunStatus, StepType,
};

use super::run::{RunState, StepView};

/// Allowed actions on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunActions {
    /// Start no more steps.
    pub pause: bool,
    /// Go on after a pause.
    pub resume: bool,
    /// Stop at once.
    pub cancel: bool,
    /// Delete it with all its outputs.
    pub delete: bool,
    /// Skip reviews from now on, or no more.
    pub yolo_switch: bool,
    /// Change its budget.
    pub edit_budget: bool,
}

/// Allowed actions on a step run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepActions {
    /// Call another provider or model.
    pub edit_model: bool,
    /// Switch it on or off for this run.
    pub toggle_enabled: bool,
    /// Replace its output.
    pub override_output: bool,
    /// Run again from it. A step that is switched off needs `enabled: true` with the request.
    pub retry: bool,
}

/// The allowed actions on a run.
#[must_use]
pub fn run_actions(run: &RunState) -> RunActions {
    let status = run.status();
    let ended = status.is_terminal();
    RunActions {
        pause: matches!(status, ExecutionStatus::Pending | ExecutionStatus::Running),
        resume: status == ExecutionStatus::Paused && run.execution().on_hold,
        cancel: !ended,
        delete: ended,
        yolo_switch: !ended,
        edit_budget: !ended,
    }
}

/// The allowed actions on a step run.
#[must_use]
pub fn step_actions(step: &StepView, run: &RunState) -> StepActions {
    let change = may_change(step, run);
    let inside = step.run.path.in_agent();
    // Other steps call no model. The change of a turn is one of its agent.
    let edit = change && matches!(step.run.step_type, StepType::Llm | StepType::Agent);
    StepActions {
        edit_model: edit,
        // An agent is switched off as a whole.
        toggle_enabled: change && inside.is_none(),
        // What a turn said stays, as its calls follow from it.
        override_output: may_override(step, run) && inside.is_none_or(|at| at.call.is_some()),
        retry: may_retry(step, run),
    }
}

fn may_change(step: &StepView, run: &RunState) -> bool {
    match step.run.status {
        StepRunStatus::Pending
        | StepRunStatus::Waiting
        | StepRunStatus::Failed
        | StepRunStatus::Cancelled
        | StepRunStatus::Skipped
        | StepRunStatus::OutcomeUnknown => true,
        StepRunStatus::Running => is_held_between_attempts(step, run),
        // Send the change with a retry. Statuses of a newer server are read-only.
        StepRunStatus::Completed | StepRunStatus::Unknown => false,
    }
}

fn may_override(step: &StepView, run: &RunState) -> bool {
    let has_result =
        matches!(step.run.status, StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled);
    has_result && run.status() != ExecutionStatus::Running
}

fn may_retry(step: &StepView, run: &RunState) -> bool {
    let free = match run.status() {
        ExecutionStatus::Pending | ExecutionStatus::Running | ExecutionStatus::Unknown => false,
        ExecutionStatus::Paused | ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled => {
            true
        }
    };
    let is_other = |other: &StepView| other.run.path != step.run.path;
    let blocked = run.steps().iter().any(|other| match other.run.status {
        StepRunStatus::Running => !is_held_between_attempts(other, run),
        StepRunStatus::OutcomeUnknown => is_other(other),
        StepRunStatus::Pending
        | StepRunStatus::Waiting
        | StepRunStatus::Completed
        | StepRunStatus::Failed
        | StepRunStatus::Skipped
        | StepRunStatus::Cancelled
        | StepRunStatus::Unknown => false,
    });
    let sensible = match step.run.status {
        StepRunStatus::Completed
        | StepRunStatus::Failed
        | StepRunStatus::Cancelled
        | StepRunStatus::Skipped
        | StepRunStatus::Running => true,
        // A run that has not ended reaches it without a retry.
        StepRunStatus::Pending => run.status().is_terminal(),
        // It waits for a decision instead.
        StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown | StepRunStatus::Unknown => false,
    };
    free && !blocked && sensible
}

/// Whether a step run waits for its next attempt, and the hold keeps that from beginning.
fn is_held_between_attempts(step: &StepView, run: &RunState) -> bool {
    run.execution().on_hold && step.is_between_attempts()
}

/// The decisions that the gate of a step run accepts now.
#[must_use]
pub fn decisions(step: &StepView) -> Vec<ReviewDecision> {
    let Some(gate) = step.run.gate.as_ref().filter(|_| step.run.status.is_gate()) else { return Vec::new() };
    let possible = |decision: &ReviewDecision| match decision {
        // There is no step to run again.
        ReviewDecision::Revise => !gate.shows.is_empty(),
        // No budget covers a price that is not known.
        ReviewDecision::RaiseBudget => gate.kind != GateKind::Budget || gate.needed_usd.is_some(),
        ReviewDecision::Approve
        | ReviewDecision::Reject
        | ReviewDecision::Stop
        | ReviewDecision::Repeat
        | ReviewDecision::AssumeDone
        | ReviewDecision::Fail => true,
        // A decision of a newer server, which this page does not know.
        ReviewDecision::Unknown => false,
    };
    gate.decisions.iter().copied().filter(possible).collect()
}

/// The labels of the steps that become stale when a step's output is replaced.
#[must_use]
pub fn stale_after_override(definition: &Definition, run: &RunState, path: &StepPath) -> Vec<String> {
    let index = Index::of(definition);
    let status = |place: &Place| run.step(&StepPath::top(&place.step.id)).map(|view| view.run.status);
    let agent = path.in_agent().map(|at| at.agent);
    let changed = index.at(agent.as_ref().unwrap_or(path));
    let stale = changed.map(|changed| index.made_from(&changed.step.id, status)).unwrap_or_default();
    // An agent is made from the results of its calls.
    let first = changed.filter(|_| agent.is_some());
    first.into_iter().chain(stale).map(|place| place.step.label.clone()).collect()
}

#[cfg(test)]
mod tests;
