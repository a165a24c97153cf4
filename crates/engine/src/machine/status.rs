//! The status of an execution, its output and its error.

use serde_json::Value;
use sluice_types::{ExecutionStatus, RunError, StepPath};

use super::Machine;
use super::containers::{ListPath, error_of, last_output};
use super::runs::{Activity, activity};

impl Machine {
    /// The status of a live execution.
    pub(super) fn status_under_way(&self) -> ExecutionStatus {
        if self.journal.state.on_hold {
            ExecutionStatus::Paused
        } else if self.runs.running().next().is_some() {
            ExecutionStatus::Running
        } else if self.runs.at_gates().next().is_some() {
            ExecutionStatus::Paused
        } else {
            ExecutionStatus::Running
        }
    }

    /// Sets the execution's status and the fields that depend on it; publishes a new status.
    pub(super) fn set_status(&mut self, status: ExecutionStatus) {
        let under_way = self.runs.running().next().is_some() || self.runs.next_expiry().is_some();
        let goes_on = matches!(status, ExecutionStatus::Running | ExecutionStatus::Pending);
        let before = self.journal.state.status;
        self.journal.state.live = !status.is_terminal() && (under_way || goes_on);
        if before == status {
            if status.is_terminal() {
                self.journal.state.output = self.output();
            } else if status == ExecutionStatus::Paused && self.has_opened_gate() {
                // One gate was decided, and the next was reached at once.
                let event = self.status_event(status);
                self.emit(event);
            }
            return;
        }
        debug_assert!(before.may_become(status), "{before} may not become {status}");
        let (output, error) = if status.is_terminal() { (self.output(), self.error(status)) } else { (None, None) };
        let state = &mut self.journal.state;
        state.status = status;
        state.output = output;
        state.error = error;
        state.completed_at = status.is_terminal().then_some(self.turn.now);
        state.on_hold &= !status.is_terminal();
        let event = self.status_event(status);
        self.emit(event);
    }

    /// The output of the last step that completed.
    fn output(&self) -> Option<Value> {
        last_output(&self.index, &self.runs, &ListPath::ROOT)
    }

    /// The error of the step run that failed, with the path of the one inside that caused it.
    fn error(&self, status: ExecutionStatus) -> Option<RunError> {
        if status != ExecutionStatus::Failed {
            return None;
        }
        error_of(&self.index, &self.runs, &ListPath::ROOT)
    }

    /// Whether an attempt of a step run is running.
    pub(super) fn is_attempt_under_way(&self, path: &StepPath) -> bool {
        self.runs.record(path).is_some_and(|record| activity(record) == Activity::Attempt)
    }

    /// Whether a step run waits for its next attempt, and the hold keeps that from beginning.
    pub(super) fn is_held_between_attempts(&self, path: &StepPath) -> bool {
        let between = |record| matches!(activity(record), Activity::Backoff(_));
        self.journal.state.on_hold && self.runs.record(path).is_some_and(between)
    }
}
