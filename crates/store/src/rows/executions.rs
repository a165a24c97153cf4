//! Rows of executions, and the rows that are written once with them.

use std::collections::HashMap;

use diesel::prelude::*;
use sluice_types::ExecutionSummary;

use super::step_runs::StepRunRow;
use super::{
    check_format, count, duration_ms, read_json, read_metadata, read_optional, read_word, small, usage, write_optional,
};
use crate::error::StoreError;
use crate::journal::{ExecutionState, Journal};
use crate::schema::{events, execution_metadata, execution_snapshots, executions, idempotency_keys};
use crate::time::{from_micros, to_micros};

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
    pub metadata: Option<String>,
    pub tried_step: Option<String>,
    #[diesel(embed)]
    pub state: StateRow,
}

/// The columns of an execution that a turn writes.
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
    pub cache_write_tokens: i64,
    pub reasoning_tokens: i64,
    pub cost_usd: f64,
    pub unpriced_calls: i32,
    pub budget_usd: Option<f64>,
    pub yolo: bool,
    pub turn: i64,
    pub last_seq: i64,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub turn_token: i64,
    pub interruptions: i32,
}

impl StateRow {
    pub fn new(state: &ExecutionState, turn: i64, token: i64) -> Result<Self, StoreError> {
        Ok(Self {
            status: state.status.as_str().into(),
            on_hold: state.on_hold,
            live: state.live,
            output: write_optional(state.output.as_ref())?,
            error: write_optional(state.error.as_ref())?,
            input_tokens: count(state.token_usage.input_tokens),
            output_tokens: count(state.token_usage.output_tokens),
            cached_input_tokens: count(state.token_usage.cached_input_tokens),
            cache_write_tokens: count(state.token_usage.cache_write_tokens),
            reasoning_tokens: count(state.token_usage.reasoning_tokens),
            cost_usd: state.cost_usd,
            unpriced_calls: small(state.unpriced_calls),
            budget_usd: state.budget_usd,
            yolo: state.yolo,
            turn,
            last_seq: state.last_seq,
            started_at: state.started_at.map(to_micros),
            completed_at: state.completed_at.map(to_micros),
            turn_token: token,
            interruptions: small(state.interruptions),
        })
    }

    fn to_state(&self) -> Result<ExecutionState, StoreError> {
        Ok(ExecutionState {
            status: read_word(&self.status)?,
            on_hold: self.on_hold,
            live: self.live,
            output: read_optional(self.output.as_ref())?,
            error: read_optional(self.error.as_ref())?,
            token_usage: usage(
                self.input_tokens,
                self.output_tokens,
                self.cached_input_tokens,
                self.cache_write_tokens,
                self.reasoning_tokens,
            ),
            cost_usd: self.cost_usd,
            unpriced_calls: u32::try_from(self.unpriced_calls).unwrap_or(0),
            budget_usd: self.budget_usd,
            yolo: self.yolo,
            started_at: self.started_at.map(from_micros),
            completed_at: self.completed_at.map(from_micros),
            last_seq: self.last_seq,
            interruptions: u32::try_from(self.interruptions).unwrap_or(0),
        })
    }
}

/// An execution as a list shows it: without its output, which may be large.
#[derive(Queryable, Selectable)]
#[diesel(table_name = executions)]
pub(crate) struct ExecutionSummaryRow {
    pub id: String,
    pub workflow_id: String,
    pub workflow_version: i64,
    pub status: String,
    pub on_hold: bool,
    pub error: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_input_tokens: i64,
    pub cache_write_tokens: i64,
    pub reasoning_tokens: i64,
    pub cost_usd: f64,
    pub unpriced_calls: i32,
    pub triggered_by: String,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub metadata: Option<String>,
    pub tried_step: Option<String>,
}

impl ExecutionSummaryRow {
    /// The execution, with its number among these, by the ids of executions.
    pub fn into_summary(self, numbers: &HashMap<String, i64>) -> Result<ExecutionSummary, StoreError> {
        Ok(ExecutionSummary {
            id: read_word(&self.id)?,
            workflow_id: read_word(&self.workflow_id)?,
            workflow_version: self.workflow_version,
            number: numbers.get(&self.id).copied(),
            tried_step: self.tried_step.as_deref().map(read_word).transpose()?,
            status: read_word(&self.status)?,
            on_hold: self.on_hold,
            error: read_optional(self.error.as_ref())?,
            token_usage: usage(
                self.input_tokens,
                self.output_tokens,
                self.cached_input_tokens,
                self.cache_write_tokens,
                self.reasoning_tokens,
            ),
            cost_usd: self.cost_usd,
            unpriced_calls: u32::try_from(self.unpriced_calls).unwrap_or(0),
            triggered_by: self.triggered_by,
            metadata: read_metadata(self.metadata.as_ref())?,
            created_at: from_micros(self.created_at),
            started_at: self.started_at.map(from_micros),
            completed_at: self.completed_at.map(from_micros),
            duration_ms: duration_ms(self.started_at, self.completed_at),
        })
    }
}

impl ExecutionRow {
    pub fn into_journal(
        self,
        number: Option<i64>,
        snapshot: &SnapshotRow,
        runs: Vec<StepRunRow>,
    ) -> Result<Journal, StoreError> {
        check_format(snapshot.format)?;
        Ok(Journal {
            tenant: read_word(&self.tenant_id)?,
            execution_id: read_word(&self.id)?,
            workflow_id: read_word(&self.workflow_id)?,
            workflow_version: self.workflow_version,
            number,
            tried_step: self.tried_step.as_deref().map(read_word).transpose()?,
            temporal_workflow_id: self.temporal_workflow_id,
            triggered_by: self.triggered_by,
            metadata: read_metadata(self.metadata.as_ref())?,
            created_at: from_micros(self.created_at),
            input: read_json(&snapshot.input)?,
            snapshot: read_json(&snapshot.snapshot)?,
            state: self.state.to_state()?,
            epoch: self.epoch,
            turn: self.state.turn,
            step_runs: runs.into_iter().map(StepRunRow::into_record).collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = execution_snapshots)]
pub(crate) struct SnapshotRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub snapshot: String,
    pub input: String,
    pub format: i32,
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
    pub operation: String,
    pub request_hash: String,
    pub resource_id: String,
    pub created_at: i64,
}

/// An entry of an execution's metadata, for lists that are filtered by it.
#[derive(Insertable)]
#[diesel(table_name = execution_metadata)]
pub(crate) struct MetadataRow<'a> {
    pub tenant_id: &'a str,
    pub name: &'a str,
    pub value: &'a str,
    pub execution_id: &'a str,
}
