//! A command to many runs, and what came of it for each.

use sluice_types::{Execution, ExecutionId, ExecutionStatus, ExecutionSummary};

use crate::format::plural;

/// Runs that are chosen together at the most.
pub const MOST_CHOSEN: usize = 1_000;
/// Requests of one command that are under way together.
pub const AT_ONCE: usize = 4;

/// What can be done with many runs at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkAction {
    /// Stop them.
    Cancel,
    /// Go on from the step that failed.
    Retry,
    /// Delete them.
    Delete,
}

impl BulkAction {
    /// The verb on the button.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Cancel => "Cancel",
            Self::Retry => "Retry",
            Self::Delete => "Delete",
        }
    }

    const fn done_word(self) -> &'static str {
        match self {
            Self::Cancel => "cancelled",
            Self::Retry => "retried",
            Self::Delete => "deleted",
        }
    }

    /// Whether the server takes the command for a run that stands like this.
    #[must_use]
    pub const fn is_possible(self, run: &ExecutionSummary) -> bool {
        match self {
            Self::Cancel => !run.status.is_terminal(),
            Self::Retry => matches!(run.status, ExecutionStatus::Failed | ExecutionStatus::Cancelled),
            Self::Delete => run.status.is_terminal(),
        }
    }

    /// What is asked before it is done: `Cancel 3 runs?`
    #[must_use]
    pub fn question(self, count: usize) -> String {
        format!("{} {}?", self.verb(), runs(count))
    }
}

/// A run of a list as it is after a command, so that it needs not be read once more.
#[must_use]
pub fn summary_of(run: Execution) -> ExecutionSummary {
    ExecutionSummary {
        id: run.id,
        workflow_id: run.workflow_id,
        workflow_version: run.workflow_version,
        status: run.status,
        on_hold: run.on_hold,
        error: run.error,
        token_usage: run.token_usage,
        cost_usd: run.cost_usd,
        unpriced_calls: run.unpriced_calls,
        triggered_by: run.triggered_by,
        number: run.number,
        tried_step: run.tried_step,
        metadata: run.metadata,
        created_at: run.created_at,
        started_at: run.started_at,
        completed_at: run.completed_at,
        duration_ms: run.duration_ms,
    }
}

/// A run for which a command did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkFailure {
    /// The run.
    pub id: ExecutionId,
    /// What people call it.
    pub name: String,
    /// Why it did not work.
    pub why: String,
}

/// What a command to many runs came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkReport {
    /// The command.
    pub action: BulkAction,
    /// For how many runs it worked.
    pub done: usize,
    /// Those for which it did not.
    pub failed: Vec<BulkFailure>,
}

impl BulkReport {
    /// A report of nothing yet.
    #[must_use]
    pub const fn new(action: BulkAction) -> Self {
        Self { action, done: 0, failed: Vec::new() }
    }

    /// All in one sentence: `3 runs were cancelled.`, `2 of 5 runs were not cancelled.`
    #[must_use]
    pub fn words(&self) -> String {
        let word = self.action.done_word();
        let of = self.done.saturating_add(self.failed.len());
        match self.failed.len() {
            0 if of == 1 => format!("1 run was {word}."),
            0 => format!("{} were {word}.", runs(of)),
            _ if of == 1 => format!("The run was not {word}."),
            failed => format!("{failed} of {} were not {word}.", runs(of)),
        }
    }
}

fn runs(count: usize) -> String {
    plural(u64::try_from(count).unwrap_or(u64::MAX), "run", "runs")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::runs::RunSelection;

    fn run(number: u32, status: &str) -> ExecutionSummary {
        let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
        serde_json::from_value(json!({
            "id": format!("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a{number:02}"), "workflow_id": "w",
            "workflow_version": 1, "status": status, "error": null, "token_usage": usage, "cost_usd": 0.0,
            "triggered_by": "api", "created_at": "2026-01-01T00:00:00Z", "duration_ms": null,
        }))
        .unwrap()
    }

    #[test]
    fn a_command_is_for_the_chosen_runs_that_it_suits() {
        let shown = [run(1, "running"), run(2, "failed"), run(3, "completed"), run(4, "cancelled"), run(5, "paused")];
        let mut chosen = RunSelection::default();
        chosen.put_all(&shown, true);
        let count = |chosen: &RunSelection, action| chosen.for_action(action, &shown).len();
        let all = |chosen: &RunSelection| {
            [BulkAction::Cancel, BulkAction::Retry, BulkAction::Delete].map(|action| count(chosen, action))
        };
        assert_eq!(all(&chosen), [2, 2, 3]);
        chosen.put(&shown[1].id, false);
        chosen.put(&run(9, "failed").id, true);
        assert_eq!(all(&chosen), [2, 1, 2], "what is not shown is not acted on");
        chosen.put_all(&shown, false);
        assert!(chosen.is_empty());
    }

    #[test]
    fn a_report_says_for_how_many_it_worked() {
        let failure = BulkFailure { id: run(1, "failed").id, name: "Brief".into(), why: "It has ended.".into() };
        let words = |done, failed: usize| {
            BulkReport { done, failed: vec![failure.clone(); failed], ..BulkReport::new(BulkAction::Cancel) }.words()
        };
        assert_eq!((words(1, 0), words(3, 0)), ("1 run was cancelled.".into(), "3 runs were cancelled.".into()));
        assert_eq!(
            (words(0, 1), words(3, 2)),
            ("The run was not cancelled.".into(), "2 of 5 runs were not cancelled.".into())
        );
        assert_eq!(BulkAction::Delete.question(1), "Delete 1 run?");
    }
}
