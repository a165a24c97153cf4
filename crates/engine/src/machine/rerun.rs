//! The step runs that a rerun keeps and repeats, with the reasons.

use std::collections::HashSet;

use sluice_store::SnapshotPersona;
use sluice_types::{
    ErrorCode, ExecutionStatus, Index, PatchStep, RerunReason, StepEffect, StepId, StepPath, StepRun, StepRunStatus,
};

use super::Machine;
use super::runs::Runs;
use crate::error::EngineError;

/// A step that runs again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The step run.
    pub path: StepPath,
    /// The reason.
    pub reason: RerunReason,
    /// The label of the step whose output it uses, when this is the reason.
    pub because_of: Option<String>,
}

/// The steps that run again when `from` does: itself, those not completed, stale ones after it, and those that use the
/// output of another step that runs again. The others are kept: their inputs do not change.
#[must_use]
pub fn repeats(index: &Index, runs: &Runs, from: &StepPath) -> Vec<Repeat> {
    let mut again: HashSet<&StepId> = HashSet::new();
    let mut repeats = Vec::new();
    let mut is_after = false;
    for place in index.places() {
        let path = StepPath::top(&place.step.id);
        let is_stale = is_after && runs.get(&path).is_some_and(|run| run.stale);
        is_after |= path == *from;
        let used = index.used_by(place).into_iter().find(|used| again.contains(&used.step.id));
        let reason = if path == *from {
            Some((RerunReason::Requested, None))
        } else if let Some(used) = used {
            Some((RerunReason::UsesRepeated, Some(used.step.label.clone())))
        } else if is_stale {
            Some((RerunReason::Stale, None))
        } else if has_result(runs.status(&path)) {
            None
        } else {
            Some((RerunReason::NotCompleted, None))
        };
        if let Some((reason, because_of)) = reason {
            again.insert(&place.step.id);
            repeats.push(Repeat { path, reason, because_of });
        }
    }
    repeats
}

/// Whether a step run can be kept. A skipped one stays skipped: enabling the
/// step makes it pending.
fn has_result(status: StepRunStatus) -> bool {
    match status {
        StepRunStatus::Completed | StepRunStatus::Skipped => true,
        StepRunStatus::Pending
        | StepRunStatus::Running
        | StepRunStatus::Waiting
        | StepRunStatus::Failed
        | StepRunStatus::Cancelled
        | StepRunStatus::OutcomeUnknown
        | StepRunStatus::Unknown => false,
    }
}

/// Whether a step acts on something elsewhere when it runs again.
#[must_use]
pub fn acts_again(index: &Index, path: &StepPath) -> bool {
    index.at(path).is_some_and(|place| place.step.enabled && place.step.effect() == StepEffect::Writes)
}

impl Machine {
    /// Runs again from a step, changed or not.
    pub(super) fn retry(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        self.check_retry(path, patch, status)?;
        self.change_step(path, patch, persona)?;
        for repeat in repeats(&self.index, &self.runs, path) {
            self.back_to_pending(&repeat.path);
        }
        self.journal.state.on_hold = false;
        self.journal.state.interruptions = 0;
        if self.journal.state.status.is_terminal() {
            self.set_status(ExecutionStatus::Running);
        }
        Ok(())
    }

    fn check_retry(&self, path: &StepPath, patch: &PatchStep, status: StepRunStatus) -> Result<(), EngineError> {
        let under_way = self.runs.running().any(|record| !self.is_held_between_attempts(&record.run.path));
        if under_way || matches!(self.journal.state.status, ExecutionStatus::Pending | ExecutionStatus::Running) {
            let message = "It is running: pause it and let the step end, or cancel it, then retry.";
            return Err(self.wrong_state(ErrorCode::ExecutionActive, Some(status), message));
        }
        let unknown = |run: &&StepRun| run.status == StepRunStatus::OutcomeUnknown && run.path != *path;
        if let Some(open) = self.runs.at_gates().find(unknown) {
            let message = format!("“{}” may have acted already: decide there first whether it runs again.", open.label);
            return Err(self.wrong_state(ErrorCode::GateOpen, Some(status), &message));
        }
        let place = self.place(path).ok_or(EngineError::StepRunNotFound)?;
        if !patch.enabled.unwrap_or(place.step.enabled) {
            let message = "The step is disabled: send `enabled: true` along to run it.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        if !self.index.leads_to(place) {
            let message = "A `next` or the entry step skips this step: it would be skipped again.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::runs::pending_run;
    use serde_json::json;
    use sluice_store::{AttemptProgress, StepRecord};
    use sluice_types::Definition;

    #[test]
    fn only_what_uses_a_repeated_step_is_repeated() {
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
            {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.A.content}}"},
            {"id": "c", "label": "C", "type": "llm", "prompt": "alone"},
            {"id": "r", "label": "R", "type": "review", "shows": ["b"]},
            {"id": "d", "label": "D", "type": "llm", "prompt": "{{steps.R.content}}"},
            {"id": "e", "label": "E", "type": "llm", "prompt": "{{steps.C.content}}"},
        ]}))
        .unwrap();
        let completed = |step: &std::sync::Arc<sluice_types::Step>| StepRecord {
            run: StepRun { status: StepRunStatus::Completed, ..pending_run(&StepPath::top(&step.id), step) },
            order_key: Vec::new(),
            progress: AttemptProgress::default(),
        };
        let runs = Runs::new(definition.steps.iter().take(5).map(completed).collect());
        let found: Vec<(String, RerunReason, Option<String>)> =
            repeats(&Index::of(&definition), &runs, &StepPath::new("b").unwrap())
                .into_iter()
                .map(|repeat| (repeat.path.to_string(), repeat.reason, repeat.because_of))
                .collect();
        assert_eq!(
            found,
            [
                ("b".into(), RerunReason::Requested, None),
                ("r".into(), RerunReason::UsesRepeated, Some("B".into())),
                ("d".into(), RerunReason::UsesRepeated, Some("R".into())),
                ("e".into(), RerunReason::NotCompleted, None),
            ]
        );
    }
}
