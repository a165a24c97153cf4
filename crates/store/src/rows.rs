//! Rows, and how they become the values that callers work with.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sluice_types::{
    Attempt, ExecutionSummary, GateDecision, RunError, StepRun, StepRunStatus, TokenUsage, Workflow, WorkflowSummary,
    WorkflowVersion,
};

use crate::error::StoreError;
use crate::journal::{ExecutionState, Journal};
use crate::schema::{
    attempts, credentials, events, execution_snapshots, executions, gate_decisions, idempotency_keys, personas,
    step_runs, workflow_versions, workflows,
};
use crate::time::{from_micros, to_micros};

/// Reads JSON or a word from a column.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn read_word<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::Corrupt(error.to_string()))
}

fn read_optional<T: DeserializeOwned>(text: Option<&String>) -> Result<Option<T>, StoreError> {
    text.map(|text| read_json(text)).transpose()
}

fn write_optional<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(write_json).transpose()
}

/// Token counts are far below 2^63.
fn count(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

pub(crate) fn usage(input: i64, output: i64, cached: i64) -> TokenUsage {
    let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
    TokenUsage { input_tokens: count(input), output_tokens: count(output), cached_input_tokens: count(cached) }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = workflows, treat_none_as_null = true)]
pub(crate) struct WorkflowRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub category: Option<String>,
    pub tags: String,
    pub definition: String,
    pub step_count: i32,
    pub step_labels: String,
    pub search_text: String,
    pub version: i64,
    pub is_template: bool,
    pub source_template_id: Option<String>,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl WorkflowRow {
    pub fn new(tenant_id: &str, workflow: &Workflow) -> Result<Self, StoreError> {
        let labels: Vec<&str> = workflow.definition.steps.iter().map(|step| step.label.as_str()).collect();
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            id: workflow.id.to_string(),
            name: workflow.name.clone(),
            description: workflow.description.clone(),
            category: workflow.category.clone(),
            tags: write_json(&workflow.tags)?,
            definition: write_json(&workflow.definition)?,
            step_count: i32::try_from(labels.len()).unwrap_or(i32::MAX),
            step_labels: write_json(&labels)?,
            // Lower case as Rust knows it: SQLite's own knows ASCII only.
            search_text: format!("{}\n{}", workflow.name, workflow.description).to_lowercase(),
            version: workflow.version,
            is_template: workflow.is_template,
            source_template_id: workflow.source_template_id.as_ref().map(ToString::to_string),
            is_active: workflow.is_active,
            created_at: to_micros(workflow.created_at),
            updated_at: to_micros(workflow.updated_at),
        })
    }

    pub fn into_workflow(self) -> Result<Workflow, StoreError> {
        Ok(Workflow {
            id: read_word(&self.id)?,
            name: self.name,
            description: self.description,
            category: self.category,
            tags: read_json(&self.tags)?,
            definition: read_json(&self.definition)?,
            version: self.version,
            is_template: self.is_template,
            source_template_id: self.source_template_id.as_deref().map(read_word).transpose()?,
            is_active: self.is_active,
            created_at: from_micros(self.created_at),
            updated_at: from_micros(self.updated_at),
        })
    }
}

/// A workflow as a list shows it: without its definition.
#[derive(Queryable, Selectable)]
#[diesel(table_name = workflows)]
pub(crate) struct WorkflowSummaryRow {
    pub id: String,
    pub name: String,
    pub description: String,
    pub category: Option<String>,
    pub tags: String,
    pub step_count: i32,
    pub step_labels: String,
    pub version: i64,
    pub is_template: bool,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl WorkflowSummaryRow {
    pub fn into_summary(self, last_execution: Option<ExecutionSummary>) -> Result<WorkflowSummary, StoreError> {
        Ok(WorkflowSummary {
            id: read_word(&self.id)?,
            name: self.name,
            description: self.description,
            category: self.category,
            tags: read_json(&self.tags)?,
            step_count: self.step_count,
            step_labels: read_json(&self.step_labels)?,
            version: self.version,
            is_template: self.is_template,
            is_active: self.is_active,
            last_execution,
            created_at: from_micros(self.created_at),
            updated_at: from_micros(self.updated_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = workflow_versions)]
pub(crate) struct VersionRow {
    pub tenant_id: String,
    pub workflow_id: String,
    pub version: i64,
    pub name: String,
    pub description: String,
    pub definition: String,
    pub created_at: i64,
}

impl VersionRow {
    pub fn into_version(self) -> Result<WorkflowVersion, StoreError> {
        Ok(WorkflowVersion {
            version: self.version,
            name: self.name,
            description: self.description,
            definition: read_json(&self.definition)?,
            created_at: from_micros(self.created_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = executions)]
pub(crate) struct ExecutionRow {
    pub tenant_id: String,
    pub id: String,
    pub workflow_id: String,
    pub workflow_version: i64,
    pub temporal_workflow_id: Option<String>,
    pub triggered_by: String,
    pub owner: String,
    pub epoch: i64,
    pub created_at: i64,
    #[diesel(embed)]
    pub state: StateRow,
}

/// What a turn changes of an execution's row.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = executions, treat_none_as_null = true)]
pub(crate) struct StateRow {
    pub status: String,
    pub on_hold: bool,
    pub live: bool,
    pub output: Option<String>,
    pub error: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_input_tokens: i64,
    pub cost_usd: f64,
    pub budget_usd: Option<f64>,
    pub yolo: bool,
    pub turn: i64,
    pub last_seq: i64,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
}

impl StateRow {
    pub fn new(state: &ExecutionState, turn: i64) -> Result<Self, StoreError> {
        Ok(Self {
            status: state.status.as_str().into(),
            on_hold: state.on_hold,
            live: state.live,
            output: write_optional(state.output.as_ref())?,
            error: write_optional(state.error.as_ref())?,
            input_tokens: count(state.token_usage.input_tokens),
            output_tokens: count(state.token_usage.output_tokens),
            cached_input_tokens: count(state.token_usage.cached_input_tokens),
            cost_usd: state.cost_usd,
            budget_usd: state.budget_usd,
            yolo: state.yolo,
            turn,
            last_seq: state.last_seq,
            started_at: state.started_at.map(to_micros),
            completed_at: state.completed_at.map(to_micros),
        })
    }

    fn to_state(&self) -> Result<ExecutionState, StoreError> {
        Ok(ExecutionState {
            status: read_word(&self.status)?,
            on_hold: self.on_hold,
            live: self.live,
            output: read_optional(self.output.as_ref())?,
            error: read_optional(self.error.as_ref())?,
            token_usage: usage(self.input_tokens, self.output_tokens, self.cached_input_tokens),
            cost_usd: self.cost_usd,
            budget_usd: self.budget_usd,
            yolo: self.yolo,
            started_at: self.started_at.map(from_micros),
            completed_at: self.completed_at.map(from_micros),
            last_seq: self.last_seq,
        })
    }
}

impl ExecutionRow {
    pub fn into_summary(self) -> Result<ExecutionSummary, StoreError> {
        let state = self.state.to_state()?;
        Ok(ExecutionSummary {
            id: read_word(&self.id)?,
            workflow_id: read_word(&self.workflow_id)?,
            workflow_version: self.workflow_version,
            status: state.status,
            error: state.error,
            token_usage: state.token_usage,
            cost_usd: state.cost_usd,
            triggered_by: self.triggered_by,
            created_at: from_micros(self.created_at),
            started_at: state.started_at,
            completed_at: state.completed_at,
            duration_ms: duration_ms(self.state.started_at, self.state.completed_at),
        })
    }

    pub fn into_journal(self, snapshot: &SnapshotRow, runs: Vec<StepRunRow>) -> Result<Journal, StoreError> {
        Ok(Journal {
            tenant: read_word(&self.tenant_id)?,
            execution_id: read_word(&self.id)?,
            workflow_id: read_word(&self.workflow_id)?,
            workflow_version: self.workflow_version,
            temporal_workflow_id: self.temporal_workflow_id,
            triggered_by: self.triggered_by,
            created_at: from_micros(self.created_at),
            input: read_json(&snapshot.input)?,
            snapshot: read_json(&snapshot.snapshot)?,
            state: self.state.to_state()?,
            epoch: self.epoch,
            turn: self.state.turn,
            step_runs: runs.into_iter().map(StepRunRow::into_step_run).collect::<Result<_, _>>()?,
        })
    }
}

fn duration_ms(from: Option<i64>, to: Option<i64>) -> Option<i64> {
    from.zip(to).map(|(from, to)| (to - from) / 1000)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = execution_snapshots)]
pub(crate) struct SnapshotRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub snapshot: String,
    pub input: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = step_runs, treat_none_as_null = true)]
pub(crate) struct StepRunRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub position: i32,
    pub step_id: String,
    pub label: String,
    pub step_type: String,
    pub status: String,
    pub attempt: i32,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub prompt: Option<String>,
    pub content: Option<String>,
    pub output: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_input_tokens: i64,
    pub cost_usd: f64,
    pub error: Option<String>,
    pub gate: Option<String>,
    pub overridden: bool,
    pub revision: Option<String>,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
}

impl StepRunRow {
    pub fn new(tenant_id: &str, execution_id: &str, position: i32, run: &StepRun) -> Result<Self, StoreError> {
        // A text output is the content; it is not stored twice.
        let same =
            matches!((&run.output, &run.content), (Some(Value::String(output)), Some(content)) if output == content);
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            execution_id: execution_id.to_owned(),
            path: run.path.to_string(),
            position,
            step_id: run.step_id.to_string(),
            label: run.label.clone(),
            step_type: run.step_type.as_str().into(),
            status: run.status.as_str().into(),
            attempt: run.attempt,
            provider: run.provider.clone(),
            model: run.model.clone(),
            prompt: run.prompt.clone(),
            content: run.content.clone(),
            output: if same { None } else { write_optional(run.output.as_ref())? },
            input_tokens: count(run.token_usage.input_tokens),
            output_tokens: count(run.token_usage.output_tokens),
            cached_input_tokens: count(run.token_usage.cached_input_tokens),
            cost_usd: run.cost_usd,
            error: write_optional(run.error.as_ref())?,
            gate: write_optional(run.gate.as_ref())?,
            overridden: run.overridden,
            revision: run.revision.clone(),
            started_at: run.started_at.map(to_micros),
            completed_at: run.completed_at.map(to_micros),
        })
    }

    pub fn into_step_run(self) -> Result<StepRun, StoreError> {
        let status: StepRunStatus = read_word(&self.status)?;
        let output = match (&self.output, status) {
            (Some(output), _) => Some(read_json(output)?),
            (None, StepRunStatus::Completed | StepRunStatus::Skipped) => self.content.clone().map(Value::String),
            (
                None,
                StepRunStatus::Pending
                | StepRunStatus::Running
                | StepRunStatus::Waiting
                | StepRunStatus::Failed
                | StepRunStatus::Cancelled
                | StepRunStatus::OutcomeUnknown,
            ) => None,
        };
        Ok(StepRun {
            path: read_word(&self.path)?,
            step_id: read_word(&self.step_id)?,
            label: self.label,
            step_type: read_word(&self.step_type)?,
            status,
            attempt: self.attempt,
            provider: self.provider,
            model: self.model,
            prompt: self.prompt,
            content: self.content,
            output,
            token_usage: usage(self.input_tokens, self.output_tokens, self.cached_input_tokens),
            cost_usd: self.cost_usd,
            duration_ms: duration_ms(self.started_at, self.completed_at),
            error: read_optional(self.error.as_ref())?,
            gate: read_optional(self.gate.as_ref())?,
            overridden: self.overridden,
            revision: self.revision,
            started_at: self.started_at.map(from_micros),
            completed_at: self.completed_at.map(from_micros),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts)]
pub(crate) struct AttemptRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub attempt: i32,
    pub status: String,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_input_tokens: i64,
    pub usage_estimated: bool,
    pub cost_usd: f64,
    pub content: Option<String>,
    pub error: Option<String>,
    pub started_at: i64,
    pub completed_at: i64,
}

impl AttemptRow {
    pub fn new(tenant_id: &str, execution_id: &str, path: &str, attempt: &Attempt) -> Result<Self, StoreError> {
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            execution_id: execution_id.to_owned(),
            path: path.to_owned(),
            attempt: attempt.attempt,
            status: attempt.status.as_str().into(),
            provider: attempt.provider.clone(),
            model: attempt.model.clone(),
            input_tokens: count(attempt.token_usage.input_tokens),
            output_tokens: count(attempt.token_usage.output_tokens),
            cached_input_tokens: count(attempt.token_usage.cached_input_tokens),
            usage_estimated: attempt.usage_estimated,
            cost_usd: attempt.cost_usd,
            content: attempt.content.clone(),
            error: write_optional(attempt.error.as_ref())?,
            started_at: to_micros(attempt.started_at),
            completed_at: to_micros(attempt.completed_at),
        })
    }

    pub fn into_attempt(self) -> Result<Attempt, StoreError> {
        Ok(Attempt {
            attempt: self.attempt,
            status: read_word(&self.status)?,
            provider: self.provider,
            model: self.model,
            token_usage: usage(self.input_tokens, self.output_tokens, self.cached_input_tokens),
            usage_estimated: self.usage_estimated,
            cost_usd: self.cost_usd,
            content: self.content,
            error: read_optional::<RunError>(self.error.as_ref())?,
            started_at: from_micros(self.started_at),
            completed_at: from_micros(self.completed_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = gate_decisions)]
pub(crate) struct DecisionRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub decided_at: i64,
    pub kind: String,
    pub decision: String,
    pub comment: Option<String>,
    pub content_before: Option<String>,
    pub content_after: Option<String>,
    pub difference: Option<String>,
    pub decided_by: String,
}

impl DecisionRow {
    pub fn new(tenant_id: &str, execution_id: &str, path: &str, decision: &GateDecision) -> Self {
        Self {
            tenant_id: tenant_id.to_owned(),
            execution_id: execution_id.to_owned(),
            path: path.to_owned(),
            decided_at: to_micros(decision.decided_at),
            kind: decision.kind.as_str().into(),
            decision: decision.decision.as_str().into(),
            comment: decision.comment.clone(),
            content_before: decision.content_before.clone(),
            content_after: decision.content_after.clone(),
            difference: decision.difference.clone(),
            decided_by: decision.decided_by.clone(),
        }
    }

    pub fn into_decision(self) -> Result<GateDecision, StoreError> {
        Ok(GateDecision {
            kind: read_word(&self.kind)?,
            decision: read_word(&self.decision)?,
            comment: self.comment,
            content_before: self.content_before,
            content_after: self.content_after,
            difference: self.difference,
            decided_by: self.decided_by,
            decided_at: from_micros(self.decided_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
pub(crate) struct EventRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub seq: i64,
    pub payload: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
pub(crate) struct IdempotencyRow {
    pub tenant_id: String,
    pub key: String,
    pub request_hash: String,
    pub execution_id: String,
    pub created_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = personas)]
pub(crate) struct PersonaRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub instructions: String,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credentials, treat_none_as_null = true)]
pub(crate) struct CredentialRow {
    pub tenant_id: String,
    pub provider: String,
    pub sealed_key: Option<Vec<u8>>,
    pub key_hint: Option<String>,
    pub base_url: Option<String>,
    pub default_model: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}
