//! Executions, their step runs and attempts, and the commands to them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::agent_run::AgentRun;
use crate::attachment::Attachment;
use crate::choice::Choice;
use crate::definition::{OnExpiry, Step, StepEffect, StepType};
use crate::error_code::ErrorCode;
use crate::ids::{ExecutionId, StepId, StepPath, WorkflowId};
use crate::integer;
use crate::providers::ProviderName;
use crate::status::{ExecutionStatus, FinishReason, StepRunStatus, known, status};
use crate::usage::TokenUsage;

/// The error of an attempt, a step run or an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunError {
    /// Stable code for clients.
    pub code: ErrorCode,
    /// The cause and the remedy.
    pub message: String,
    /// The step run that failed, on an execution's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<StepPath>,
}

impl RunError {
    /// An error of a step run.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: None }
    }
}

/// One run of a snapshot of a workflow, with its step runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Execution {
    /// `execution-` and a UUID v7.
    pub id: ExecutionId,
    /// The workflow that it runs.
    pub workflow_id: WorkflowId,
    /// The version of the workflow that it runs.
    pub workflow_version: i64,
    /// Its number among the runs of the workflow, from 1. `null` for a try of one step, and for a run that an older server
    /// started.
    #[serde(default)]
    pub number: Option<i64>,
    /// The path of the step that is tried alone, with given outputs of other steps. Absent of runs of the whole workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_step: Option<StepPath>,
    /// The id of the Temporal workflow, when it runs there.
    pub temporal_workflow_id: Option<String>,
    /// Status of the execution.
    pub status: ExecutionStatus,
    /// Input of the execution.
    pub input: Value,
    /// The step run that made the output: the last one that completed. `null` until the execution has ended.
    #[serde(default)]
    pub output_from: Option<StepPath>,
    /// The output. Left out unless `include` names `output`: it is the text or output of the step run `output_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Error of a failed execution.
    pub error: Option<RunError>,
    /// Tokens of all attempts, failed ones included.
    pub token_usage: TokenUsage,
    /// Cost of those tokens in US dollars, as far as prices are known: the whole cost is more when `unpriced_calls` is
    /// not 0.
    pub cost_usd: f64,
    /// Number of calls of models whose price is not known.
    #[serde(default)]
    pub unpriced_calls: u32,
    /// Budget in US dollars. A call that would exceed it opens a gate.
    pub budget_usd: Option<f64>,
    /// Whether review steps are skipped.
    pub yolo: bool,
    /// The person or program that started the execution.
    pub triggered_by: String,
    /// Texts of the client's own: the workflow's, and those of the start.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When its first step began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// From its beginning to its end.
    pub duration_ms: Option<i64>,
    /// Whether a person paused it; it starts no step until it is resumed.
    pub on_hold: bool,
    /// The step runs of the workflow's own list, and at most 200 of those under way inside containers, in the order of the
    /// steps.
    pub steps: Vec<StepRun>,
    /// The ids of the workflow's own steps that ran and completed, in the order in which they ran.
    pub steps_executed: Vec<StepId>,
    /// The number of its newest event, 0 before the first. Events with a greater number are newer than this answer.
    pub last_seq: i64,
    /// The output of each completed step of the workflow's own list, by the step's id. Left out unless `include` names `results`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_results: Option<BTreeMap<String, Value>>,
}

/// One run of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepRun {
    /// Path of the step run in the execution.
    pub path: StepPath,
    /// The step that it runs.
    pub step_id: StepId,
    /// The step's label.
    pub label: String,
    /// Type of the step.
    #[serde(rename = "type")]
    pub step_type: StepType,
    /// Status of the step run.
    pub status: StepRunStatus,
    /// The newest attempt, from 1; 0 before the first.
    pub attempt: i32,
    /// The provider that was called.
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// The model that was called.
    pub model: Option<String>,
    /// The prompt as it was sent. In the step runs of an execution it is left out unless `include` names `prompts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Text of the model; while the step runs, the text so far. Left out when `output` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The output that later steps use, when it is another than the text in `content`: JSON, or a decision with its
    /// text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// Why the newest attempt's answer ended; `null` when it did not, or when the provider did not say.
    #[serde(default)]
    pub finish_reason: Option<FinishReason>,
    /// The provider's own word for that.
    #[serde(default)]
    pub finish_word: Option<String>,
    /// Tokens of all its attempts; of a container that has ended, those of the steps inside.
    pub token_usage: TokenUsage,
    /// Cost of those tokens in US dollars, as far as prices are known.
    pub cost_usd: f64,
    /// Number of its calls whose price is not known.
    #[serde(default)]
    pub unpriced_calls: u32,
    /// From the beginning of its newest attempt to the end.
    pub duration_ms: Option<i64>,
    /// Error of the step run, or of its newest attempt.
    pub error: Option<RunError>,
    /// The open gate.
    pub gate: Option<Gate>,
    /// What a container decided; absent of other steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// The tool that is called: `native:name`, or `server-id:name`. Absent of step runs that call none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The arguments of the call, with the values filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Map<String, Value>>,
    /// What calling the tool twice would do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<StepEffect>,
    /// The parts of a tool's result that are not in the output: images, recordings, resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// When the wait of `native:wait` ends, while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<DateTime<Utc>>,
    /// Number of calls of tools that the model asked for in a turn of an agent. Each of the first 50 is a step run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<u32>,
    /// How far an agent has come; absent of other steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentRun>,
    /// Whether a person set the output.
    pub overridden: bool,
    /// Whether the output was derived from an output that a person has replaced since. A rerun of the step clears it.
    #[serde(default)]
    pub stale: bool,
    /// A reviewer's request for changes; it is added to the prompt of the next attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// When its newest attempt began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
}

status!(
    /// Subject of a gate.
    GateKind {
        /// Is this text right?
        Review = "review",
        /// The budget does not cover the next call: raise it, or stop?
        Budget = "budget",
        /// A step that writes was interrupted or failed, and may have acted: repeat it, or mark it as done?
        OutcomeUnknown = "outcome_unknown",
        /// The server stopped several times in a row without completing a step: run the step again, or stop?
        InterruptedOften = "interrupted_often",
        /// An agent asks for a call of a tool: make it, with these arguments or others, or refuse it?
        ToolCall = "tool_call",
    }
);

/// A point at which an execution waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Gate {
    /// Subject of the gate.
    pub kind: GateKind,
    /// The question, for people.
    pub message: String,
    /// The step runs whose outputs the gate shows.
    #[serde(default)]
    pub shows: Vec<StepPath>,
    /// The text to review. In the step runs of an execution it is left out unless `include` names `gates`: the step
    /// run `content_from` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The step run that made that text: one of `shows`. The outputs of the others are for reference.
    #[serde(default)]
    pub content_from: Option<StepPath>,
    /// The decisions that the gate accepts.
    pub decisions: Vec<ReviewDecision>,
    /// When the gate was opened. Gates of older versions do not have it.
    #[serde(default)]
    pub opened_at: Option<DateTime<Utc>>,
    /// When the gate expires.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Decision at the expiry.
    #[serde(default)]
    pub on_expiry: Option<OnExpiry>,
    /// Estimated cost of the next call, for a budget gate.
    #[serde(default)]
    pub needed_usd: Option<f64>,
    /// The number of the event that opened the gate. A decision with this number is refused when the gate has been
    /// reopened with another text.
    #[serde(default)]
    pub opened_seq: i64,
}

/// A step run, with the details of its own page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepRunDetail {
    /// The step run.
    pub run: StepRun,
    /// Its attempts, oldest first, those before a retry of the step included.
    pub attempts: Vec<Attempt>,
    /// The decisions at its gates, oldest first.
    pub decisions: Vec<GateDecision>,
    /// Its step, when that was changed for it alone inside a `for_each` or a `loop` (`only_here`). Left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_step: Option<Step>,
}

status!(
    /// Status of an attempt.
    AttemptStatus {
        /// The attempt made the output.
        Completed = "completed",
        /// It failed.
        Failed = "failed",
        /// It was stopped by a person.
        Cancelled = "cancelled",
        /// The server stopped during the attempt.
        Interrupted = "interrupted",
    }
);

/// One attempt of a step run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// From 1, counted over all retries of the step.
    pub attempt: i32,
    /// Status of the attempt.
    pub status: AttemptStatus,
    /// The provider that was called.
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// The model that was called.
    pub model: Option<String>,
    /// Tokens of the call.
    pub token_usage: TokenUsage,
    /// Whether the tokens were estimated, because the provider reported none.
    pub usage_estimated: bool,
    /// Cost of those tokens in US dollars; `null` when the model's price is not known.
    pub cost_usd: Option<f64>,
    /// The text until the end of the attempt. Left out when it is the `content` of the step run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Why the answer ended; `null` when it did not, or when the provider did not say.
    #[serde(default)]
    pub finish_reason: Option<FinishReason>,
    /// The provider's own word for that.
    #[serde(default)]
    pub finish_word: Option<String>,
    /// The text that the model thought with. It is no part of the output.
    #[serde(default)]
    pub thinking: Option<String>,
    /// How the request was adjusted to the model, in sentences for people.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Error of a failed attempt.
    pub error: Option<RunError>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: DateTime<Utc>,
}

status!(
    /// A person's decision at a gate.
    ReviewDecision {
        /// Review: continue with the text, original or edited. Call of a tool: make it, with the arguments as they are or
        /// edited.
        Approve = "approve",
        /// Review: the run fails. Call of a tool: it is not made, and the agent is told the comment.
        Reject = "reject",
        /// Review: the reviewed step runs again with the comment.
        Revise = "revise",
        /// Budget: continue with a larger budget.
        RaiseBudget = "raise_budget",
        /// Budget: stop here and keep the results.
        Stop = "stop",
        /// Outcome unknown, budget after a change of model: run the step again.
        Repeat = "repeat",
        /// Outcome unknown: complete the step with the given text.
        AssumeDone = "assume_done",
        /// Outcome unknown: it failed.
        Fail = "fail",
    }
);

/// A decision at a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideGate {
    /// The decision.
    #[serde(deserialize_with = "known")]
    pub decision: ReviewDecision,
    /// Comment for the record; required for `revise`, which sends it to the model.
    #[serde(default)]
    pub comment: Option<String>,
    /// The text as edited, for `approve` and `assume_done`; of a call of a tool, the arguments as JSON.
    #[serde(default)]
    pub content: Option<String>,
    /// The new budget, for `raise_budget`.
    #[serde(default)]
    pub budget_usd: Option<f64>,
    /// The gate's `opened_seq`. The decision is refused when the gate has been reopened since.
    #[serde(default, deserialize_with = "integer::optional")]
    pub opened_seq: Option<i64>,
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GateDecision {
    /// Subject of the gate.
    pub kind: GateKind,
    /// The decision.
    pub decision: ReviewDecision,
    /// Comment of the person.
    pub comment: Option<String>,
    /// The text that was shown.
    pub content_before: Option<String>,
    /// The approved text, when it was edited.
    pub content_after: Option<String>,
    /// The removed (`-`) and added (`+`) lines of an edit.
    pub difference: Option<String>,
    /// The person who decided.
    pub decided_by: String,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// The gate's `opened_seq`. Negative for a decision that was made before this was stored.
    #[serde(default)]
    pub opened_seq: i64,
}

/// An execution in a list: without its step runs, input and output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExecutionSummary {
    /// `execution-` and a UUID v7.
    pub id: ExecutionId,
    /// The workflow that it runs.
    pub workflow_id: WorkflowId,
    /// The version of the workflow that it runs.
    pub workflow_version: i64,
    /// Its number among the runs of the workflow, from 1. `null` for a try of one step, and for a run that an older server
    /// started.
    #[serde(default)]
    pub number: Option<i64>,
    /// The path of the step that is tried alone, with given outputs of other steps. Absent of runs of the whole workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_step: Option<StepPath>,
    /// Status of the execution.
    pub status: ExecutionStatus,
    /// Whether a person paused it. A run that is `paused` and not on hold waits for a decision.
    #[serde(default)]
    pub on_hold: bool,
    /// Error of a failed execution.
    pub error: Option<RunError>,
    /// Tokens of all attempts.
    pub token_usage: TokenUsage,
    /// Cost of those tokens in US dollars, as far as prices are known.
    pub cost_usd: f64,
    /// Number of calls of models whose price is not known.
    #[serde(default)]
    pub unpriced_calls: u32,
    /// The person or program that started the execution.
    pub triggered_by: String,
    /// Texts of the client's own: the workflow's, and those of the start.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When its first step began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// From its beginning to its end.
    pub duration_ms: Option<i64>,
}

/// A page of executions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExecutionPage {
    /// The executions.
    pub items: Vec<ExecutionSummary>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Parameters of a new execution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartExecution {
    /// The value of `input` in templates: an object, or a text.
    #[serde(default)]
    pub input: Value,
    /// Skips review steps. Default: the workflow's setting.
    #[serde(default)]
    pub yolo: Option<bool>,
    /// Budget in US dollars. A call that would exceed it opens a gate.
    #[serde(default)]
    pub budget_usd: Option<f64>,
    /// The person or program that starts the execution. Default: `api`.
    #[serde(default)]
    pub triggered_by: Option<String>,
    /// Texts of the client's own, like the number of an order: they are put over the workflow's, key by key, and lists are
    /// filtered by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// Values of `context` in templates: they are put over the definition's, key by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<BTreeMap<String, Value>>,
}
