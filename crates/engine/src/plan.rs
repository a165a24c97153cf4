//! The planner: what happens next in an execution.
//!
//! [`plan`] is a pure function of the definition and the journal. It reads no clock, database or
//! network, and evaluates nothing. Starting, going on after a crash, resuming, retrying and
//! previews all call it.

use sluice_store::StepRecord;
use sluice_types::definition::NEXT_END;
use sluice_types::{Definition, Step, StepKind, StepPath, StepRunStatus};

/// What the planner reads of an execution.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// What it runs.
    pub definition: &'a Definition,
    /// Its step runs.
    pub runs: &'a [StepRecord],
    /// Whether review steps are skipped.
    pub yolo: bool,
    /// Whether a person paused it: then nothing is started.
    pub on_hold: bool,
}

/// One thing that happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Start an attempt of a step.
    Start(StepPath),
    /// Open a review gate.
    OpenGate(StepPath),
    /// Pass a step over.
    Skip(StepPath, SkipReason),
    /// End the execution: everything ran.
    Complete,
    /// End the execution: this step run failed for good.
    Fail(StepPath),
}

/// Why a step is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// It is switched off.
    Disabled,
    /// A `next` or the entry step leads past it.
    JumpedOver,
    /// It is a review, and reviews are skipped.
    Yolo,
}

/// What happens next. Nothing when a step run is under way or waits for a person: its result
/// brings the next turn.
#[must_use]
pub fn plan(input: PlanInput<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    let steps = &input.definition.steps;
    let mut at = 0;
    let mut target = input.definition.entry_index();
    loop {
        // Everything between the last step and the one that follows it is jumped over.
        for step in steps.iter().take(target).skip(at) {
            skip_unless_done(input, step, SkipReason::JumpedOver, &mut actions);
        }
        let Some(step) = steps.get(target) else {
            actions.push(Action::Complete);
            return actions;
        };
        let path = StepPath::top(&step.id);
        match status(input, &path) {
            // A cancelled step run is only come to after a retry of the execution.
            StepRunStatus::Pending | StepRunStatus::Cancelled => {
                if let Some(reason) = skip_reason(input, step) {
                    actions.push(Action::Skip(path, reason));
                    (at, target) = (target + 1, after_skip(input.definition, step, target));
                    continue;
                }
                if !input.on_hold {
                    actions.push(match step.kind {
                        StepKind::Llm(_) => Action::Start(path),
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
            StepRunStatus::Completed => (at, target) = (target + 1, after(input.definition, step, target)),
            StepRunStatus::Skipped => (at, target) = (target + 1, after_skip(input.definition, step, target)),
        }
    }
}

fn status(input: PlanInput<'_>, path: &StepPath) -> StepRunStatus {
    let found = input.runs.iter().find(|record| record.run.path == *path);
    found.map_or(StepRunStatus::Pending, |record| record.run.status)
}

fn skip_reason(input: PlanInput<'_>, step: &Step) -> Option<SkipReason> {
    match step.kind {
        _ if !step.enabled => Some(SkipReason::Disabled),
        StepKind::Review(_) if input.yolo => Some(SkipReason::Yolo),
        StepKind::Llm(_) | StepKind::Review(_) => None,
    }
}

fn skip_unless_done(input: PlanInput<'_>, step: &Step, reason: SkipReason, actions: &mut Vec<Action>) {
    let path = StepPath::top(&step.id);
    if status(input, &path) == StepRunStatus::Pending {
        actions.push(Action::Skip(path, reason));
    }
}

/// The index of the step that follows a skipped one: a review that YOLO mode skips counts as
/// approved, a step that is switched off as not there.
fn after_skip(definition: &Definition, step: &Step, at: usize) -> usize {
    if step.enabled { after(definition, step, at) } else { at + 1 }
}

/// The index of the step that follows a completed one. One that `next` names wrongly is the lint's to refuse.
fn after(definition: &Definition, step: &Step, at: usize) -> usize {
    match &step.next {
        None => at + 1,
        Some(next) if next.as_str() == NEXT_END => definition.steps.len(),
        Some(next) => definition.index_of(next).filter(|&target| target > at).unwrap_or(at + 1),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
