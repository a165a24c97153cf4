//! The journal of an execution, as the engine writes and reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sluice_types::{
    Attempt, Definition, ExecutionId, ExecutionStatus, GateDecision, Metadata, PersonaId, RunError, StepEffect,
    StepPath, StepRun, TenantId, TokenUsage, WorkflowId,
};

use chrono::{DateTime, Utc};

use crate::idempotency::IdempotencyKey;

/// The snapshot that an execution runs: its definition as it was at the start, with the personas that it names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The definition; a change to the live execution changes this copy.
    pub definition: Definition,
    /// The personas that it names.
    #[serde(default)]
    pub personas: BTreeMap<PersonaId, SnapshotPersona>,
    /// Changes of steps for single step runs, as JSON merge patches (RFC 7396) of the steps in the definition.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own_changes: BTreeMap<StepPath, Map<String, Value>>,
    /// What a newer server has added.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A persona as it was when the execution took it on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPersona {
    /// Its name.
    pub name: String,
    /// The text before the system prompt.
    pub instructions: String,
    /// What a newer server has added.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The part of an execution that changes from turn to turn.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionState {
    /// Its status.
    pub status: ExecutionStatus,
    /// Whether a person paused it.
    pub on_hold: bool,
    /// Whether something is under way, so that an engine must adopt it after a crash.
    pub live: bool,
    /// The output of the last step.
    pub output: Option<Value>,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Tokens of all attempts.
    pub token_usage: TokenUsage,
    /// Their cost, as far as prices are known.
    pub cost_usd: f64,
    /// Calls whose price is not known.
    pub unpriced_calls: u32,
    /// The cost at which it stops at a gate.
    pub budget_usd: Option<f64>,
    /// Whether review steps are skipped.
    pub yolo: bool,
    /// When its first step began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// The number of its newest event.
    pub last_seq: i64,
    /// How often an owner was lost since something last completed.
    pub interruptions: u32,
}

/// A step run as the engine keeps it: the part that the API answers, and the part that only the engine needs.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// The step run as the API answers it.
    pub run: StepRun,
    /// Sorts step runs in the order of the workflow, bytewise, the same on both databases.
    pub order_key: Vec<u8>,
    /// How far its attempts have come.
    pub progress: AttemptProgress,
    /// The items of a `for_each`, once they were evaluated. Shared: the record is copied with each change.
    pub items: Option<Arc<Vec<Value>>>,
    /// What an agent, its turns and its calls go on with.
    pub memory: AgentMemory,
}

/// What the engine needs of an agent, of its turns and of its calls to go on, and the API does not answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentMemory {
    /// Agent: its tools, as they were listed when it began; `None` before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<Arc<Vec<ListedTool>>>,
    /// Agent: its instructions, filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Agent: number of the oldest results that are no longer sent.
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped: u32,
    /// Turn: the calls that the model asked for, as it wrote them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<AskedCall>,
    /// Turn: the parts of the answer that the provider wants back unchanged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replay: Vec<Value>,
    /// Call: whether it may be made; a person has approved it, or need not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub approved: bool,
    /// Call: whether a person has changed its arguments.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// What a newer server has added.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A tool of an agent, as it was listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedTool {
    /// `native:name`, or `server-id:name`.
    pub id: String,
    /// The name by which providers know it.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// What calling it twice would do.
    pub effect: StepEffect,
}

/// A call of a tool, as a model asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AskedCall {
    /// The id that the result names.
    pub id: String,
    /// The name that the model wrote.
    pub name: String,
    /// The arguments: an object, or the text that the model wrote when it is no JSON.
    pub arguments: Value,
}

/// How far the attempts of a step run have come; a crash forgets none of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttemptProgress {
    /// Failed attempts of the present candidate, since the step was started.
    pub failures: u32,
    /// Which of the step's candidates is called: 0 is its own model, then the fallbacks.
    pub candidate: u32,
    /// When the next attempt begins, while the step run waits for it.
    pub retry_at: Option<DateTime<Utc>>,
    /// The highest cost of the attempt under way; counted against the budget until it ends.
    pub reserved_usd: f64,
    /// Estimated tokens of the request to the model.
    pub sent_tokens: u64,
}

/// An attempt that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRecord {
    /// Its step run.
    pub path: StepPath,
    /// How it ended.
    pub attempt: Attempt,
    /// Whether [`crate::Store::checkpoint`] may have stored pieces of its text, which are deleted then.
    pub checkpointed: bool,
}

/// Stored events that are read at once. A run with ten thousand items has twenty thousand.
pub(crate) const EVENTS_PER_PAGE: i64 = 500;

/// Whether more stored events may follow those of a page.
#[must_use]
pub fn is_full_page(events: &[StoredEvent]) -> bool {
    i64::try_from(events.len()).is_ok_and(|count| count >= EVENTS_PER_PAGE)
}

/// An event as it is stored: serialised once, for the database and for every reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number in the execution.
    pub seq: i64,
    /// The event as JSON.
    pub payload: String,
}

/// All that one turn of an execution writes, in one transaction.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Whose execution it is.
    pub tenant: TenantId,
    /// Which execution it is.
    pub execution_id: ExecutionId,
    /// The epoch that the writer owns; a write with an older one is refused.
    pub epoch: i64,
    /// The number of this turn. A turn that was written already is not written twice.
    pub turn: i64,
    /// A random number. Another writer of the same epoch can give its turn the same number, not the same token.
    pub token: i64,
    /// The execution's new state.
    pub state: ExecutionState,
    /// The snapshot, when it changed.
    pub snapshot: Option<Snapshot>,
    /// The step runs that changed.
    pub step_runs: Vec<StepRecord>,
    /// The attempts that ended.
    pub attempts: Vec<AttemptRecord>,
    /// The gate decisions that were made.
    pub decisions: Vec<(StepPath, GateDecision)>,
    /// The events, in order.
    pub events: Vec<StoredEvent>,
}

/// An execution to begin.
#[derive(Debug, Clone)]
pub struct StartRecord {
    /// Its first turn: step runs and events, and the snapshot, which must be there.
    pub turn: Turn,
    /// The engine that owns it.
    pub owner: String,
    /// The workflow that it runs.
    pub workflow_id: WorkflowId,
    /// The version of the workflow that it runs.
    pub workflow_version: i64,
    /// The path of the step that is tried alone; `None` for a run of the whole workflow.
    pub tried_step: Option<StepPath>,
    /// Its input.
    pub input: Value,
    /// The person or system that started it.
    pub triggered_by: String,
    /// Texts of the client's own.
    pub metadata: Metadata,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// The `Idempotency-Key` of the request.
    pub idempotency: Option<IdempotencyKey>,
}

/// Everything that is needed to go on with an execution.
#[derive(Debug, Clone)]
pub struct Journal {
    /// Whose execution it is.
    pub tenant: TenantId,
    /// Which execution it is.
    pub execution_id: ExecutionId,
    /// The workflow that it runs.
    pub workflow_id: WorkflowId,
    /// The version of the workflow that it runs.
    pub workflow_version: i64,
    /// Its number in the workflow; `None` until it is written, and for a try.
    pub number: Option<i64>,
    /// The path of the step that is tried alone; `None` for a run of the whole workflow.
    pub tried_step: Option<StepPath>,
    /// The id that Temporal knows it by.
    pub temporal_workflow_id: Option<String>,
    /// The person or system that started it.
    pub triggered_by: String,
    /// Texts of the client's own.
    pub metadata: Metadata,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// Its input.
    pub input: Value,
    /// Its snapshot.
    pub snapshot: Snapshot,
    /// Its state.
    pub state: ExecutionState,
    /// The epoch of its owner.
    pub epoch: i64,
    /// The number of its newest turn.
    pub turn: i64,
    /// Its step runs, in the order of steps.
    pub step_runs: Vec<StepRecord>,
}

impl Journal {
    /// The step runs as the API answers them.
    pub fn runs(&self) -> impl Iterator<Item = &StepRun> {
        self.step_runs.iter().map(|record| &record.run)
    }
}
