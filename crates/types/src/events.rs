//! What happens in an execution, as readers of its stream are told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::execution::RunError;
use crate::ids::{ExecutionId, StepId, StepPath};
use crate::status::{ExecutionStatus, FinishReason, StepRunStatus, status};
use crate::usage::TokenUsage;

status!(
    /// Kinds of event. Readers are to pass over kinds that they do not know.
    EventType {
        /// The execution or a step run took on another status, or a person changed something else of it.
        Progress = "progress",
        /// More text of a step run under way. Not stored: it has no `seq`.
        Text = "text",
        /// More of what the model thinks in an attempt under way, told as `text` is and apart from it. Not stored. Readers at
        /// another server than the one that runs the attempt are not told.
        Thinking = "thinking",
        /// How far a call of a tool under way is, as its MCP server tells. Not stored, and at most a few a second. Readers at
        /// another server than the one that runs the attempt are not told.
        ToolProgress = "tool_progress",
        /// The execution completed or was cancelled. Nothing follows, unless somebody retries a step.
        Done = "done",
        /// A step run or the execution failed.
        Error = "error",
        /// An attempt failed and another follows.
        Retry = "retry",
        /// A step was not run.
        Skipped = "skipped",
        /// The execution waits: for a person at a gate, or because it was paused. Told once for each gate, with its `opened_seq`.
        Paused = "paused",
    }
);

impl EventType {
    /// The SSE `event:` of its frames. Browsers listen by name, so a kind that is not known goes by a name that every
    /// reader listens to; the data still holds its own.
    #[must_use]
    pub const fn frame_name(self) -> &'static str {
        match self {
            Self::Unknown => Self::Progress.as_str(),
            known => known.as_str(),
        }
    }
}

/// One event of an execution. What it is about says which fields it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExecutionEvent {
    /// Number in the execution, from 1 without gaps; it is the SSE `id:`. Events that are not stored have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// What kind of event it is.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The execution it belongs to.
    pub execution_id: ExecutionId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The status that the execution took on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ExecutionStatus>,
    /// The status that the step run took on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_status: Option<StepRunStatus>,
    /// The step that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<StepId>,
    /// The step run that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<StepPath>,
    /// The step's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_label: Option<String>,
    /// The attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<i32>,
    /// Tokens of the step run so far, or of the execution in its last event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<TokenUsage>,
    /// What those tokens cost, in US dollars, as far as prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_estimate: Option<f64>,
    /// Number of calls among them whose price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpriced_calls: Option<u32>,
    /// Why the answer of a step run ended, when the step run did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<FinishReason>,
    /// The provider's own word for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_word: Option<String>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// What happened, for people; of a completed step run a warning, when its answer was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
    /// How long until the next attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_in_ms: Option<i64>,
    /// The `opened_seq` of the gate that the step run waits at, or that was decided. Events of older versions do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_seq: Option<i64>,
    /// `text` and `thinking` only: where in the attempt's text or thinking this piece begins, in UTF-8 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// `text` and `thinking` only: the piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `tool_progress` only: how far the call is, in a unit of its server's own. `message` is the server's word on it, cut
    /// to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// `tool_progress` only: what `progress` will be at the end, when the server knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
}

impl ExecutionEvent {
    /// An event about the execution as a whole, to be given its number when it is stored.
    #[must_use]
    pub fn of_execution(event_type: EventType, execution_id: &ExecutionId, at: DateTime<Utc>) -> Self {
        Self {
            seq: None,
            event_type,
            execution_id: execution_id.clone(),
            at,
            status: None,
            step_status: None,
            step_id: None,
            path: None,
            step_label: None,
            attempt: None,
            token_usage: None,
            cost_estimate: None,
            unpriced_calls: None,
            finish_reason: None,
            finish_word: None,
            duration_ms: None,
            message: None,
            error: None,
            retry_in_ms: None,
            opened_seq: None,
            offset: None,
            text: None,
            progress: None,
            total: None,
        }
    }

    /// Whether the stream ends with it: the execution's own last event.
    #[must_use]
    pub fn ends_stream(&self) -> bool {
        self.status.is_some_and(ExecutionStatus::is_terminal)
    }
}
