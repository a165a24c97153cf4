//! Statuses of a run, as labels for people.

use sluice_types::{ErrorCode, ExecutionStatus, ExecutionSummary, RecentExecution, StepRunStatus};

use crate::run::RunState;

/// The display status of a run. It distinguishes a run that waits for a person from a paused one, and a rejected text
/// from a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStanding {
    /// It is accepted, and no step has begun.
    Starting,
    /// Steps run.
    Running,
    /// A person paused it, and a running step is ending.
    Pausing,
    /// A person paused it.
    Paused,
    /// It waits for a decision.
    WaitingForYou,
    /// It has its output.
    Completed,
    /// A reviewer rejected the text.
    Rejected,
    /// A step failed.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// A status of a newer server, unknown to this page.
    Unknown,
}

impl RunStanding {
    /// The standing of a run in a list.
    #[must_use]
    pub fn of_summary(run: &ExecutionSummary) -> Self {
        Self::new(run.status, run.on_hold, run.error.as_ref().map(|error| error.code), false)
    }

    /// The standing of a run in a small chart, which does not know why a run failed.
    #[must_use]
    pub fn of_recent(run: &RecentExecution) -> Self {
        Self::new(run.status, run.on_hold, None, false)
    }

    /// The standing of the run of a page.
    #[must_use]
    pub fn of_run(run: &RunState) -> Self {
        let execution = run.execution();
        let code = run.error().map(|error| error.code);
        let is_under_way = run.steps().iter().any(|step| step.run.status == StepRunStatus::Running);
        Self::new(run.status(), execution.on_hold, code, is_under_way)
    }

    fn new(status: ExecutionStatus, on_hold: bool, code: Option<ErrorCode>, is_under_way: bool) -> Self {
        match status {
            ExecutionStatus::Pending => Self::Starting,
            ExecutionStatus::Running if on_hold => Self::Pausing,
            ExecutionStatus::Running => Self::Running,
            ExecutionStatus::Paused if on_hold && is_under_way => Self::Pausing,
            ExecutionStatus::Paused if on_hold => Self::Paused,
            ExecutionStatus::Paused => Self::WaitingForYou,
            ExecutionStatus::Completed => Self::Completed,
            ExecutionStatus::Failed if code == Some(ErrorCode::ReviewRejected) => Self::Rejected,
            ExecutionStatus::Failed => Self::Failed,
            ExecutionStatus::Cancelled => Self::Cancelled,
            ExecutionStatus::Unknown => Self::Unknown,
        }
    }

    /// Label for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::Pausing => "Pausing…",
            Self::Paused => "Paused",
            Self::WaitingForYou => "Waiting for you",
            Self::Completed => "Completed",
            Self::Rejected => "Rejected",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Unknown => "Unknown to this page",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_waits_is_not_one_that_is_held() {
        let standing = |status, on_hold, code, under_way| RunStanding::new(status, on_hold, code, under_way).word();
        assert_eq!(standing(ExecutionStatus::Paused, false, None, false), "Waiting for you");
        assert_eq!(standing(ExecutionStatus::Paused, true, None, false), "Paused");
        assert_eq!(standing(ExecutionStatus::Paused, true, None, true), "Pausing…");
        let rejected = Some(ErrorCode::ReviewRejected);
        assert_eq!(standing(ExecutionStatus::Failed, false, rejected, false), "Rejected");
        assert_eq!(standing(ExecutionStatus::Failed, false, Some(ErrorCode::Internal), false), "Failed");
    }
}
