//! Executions: the store's side of them.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sluice_types::{
    Attempt, ErrorCode, ExecutionId, ExecutionPage, ExecutionStatus, GateDecision, RunError, StepPath, StepRun,
    TenantId, WorkflowId,
};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::execution_filter::ExecutionFilter;
use crate::journal::{Journal, Snapshot, StartRecord, StepRecord, StoredEvent, Turn};
use crate::rows::{AttemptTextRow, read_json, read_word, readable};
use crate::store::{Store, read, write};
use crate::time::to_micros;

/// The outcome of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartOutcome {
    /// The execution is written.
    Started {
        /// Its number in its workflow; a try has none.
        number: Option<i64>,
    },
    /// There is no such workflow any more.
    WorkflowNotFound,
}

impl Store {
    /// Writes a new execution with its first turn; `KeyUsed` when another request has used its idempotency key.
    pub async fn start_execution(&self, record: StartRecord) -> Result<StartOutcome, StoreError> {
        write!(self, |conn| queries::turns::start(conn, &record))
    }

    /// Writes a turn; `Fenced` when another owner has taken the execution over.
    pub async fn write_turn(&self, turn: Arc<Turn>) -> Result<(), StoreError> {
        write!(self, |conn| queries::turns::write(conn, &turn)).map(|_| ())
    }

    /// Keeps a piece of the text that a running attempt streams; `offset` is where it begins in the text, in bytes.
    /// A piece that is sent again, perhaps longer, takes the place of the one at its offset.
    #[expect(clippy::too_many_arguments, reason = "these are the key and the fields of the row")]
    pub async fn checkpoint(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        epoch: i64,
        path: &StepPath,
        attempt: i32,
        offset: usize,
        piece: String,
    ) -> Result<(), StoreError> {
        let row = AttemptTextRow {
            tenant_id: tenant.to_string(),
            execution_id: id.to_string(),
            path: path.to_string(),
            attempt,
            start_offset: i64::try_from(offset).unwrap_or(i64::MAX),
            text: piece,
        };
        write!(self, |conn| queries::turns::checkpoint(conn, epoch, &row))
    }

    /// Takes an execution over by a compare-and-swap on epoch and `live`; false when another claim was first.
    pub async fn claim(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        epoch: i64,
        live: bool,
        owner: &str,
    ) -> Result<bool, StoreError> {
        let (tenant, id, owner) = (tenant.clone(), id.clone(), owner.to_owned());
        write!(self, |conn| queries::turns::claim(conn, tenant.as_str(), id.as_str(), epoch, live, &owner))
    }

    /// Fails a live execution whose journal cannot be read, so that no engine adopts it again.
    pub async fn fail_unreadable(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        epoch: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (tenant, id, now) = (tenant.clone(), id.clone(), to_micros(now));
        let message = "What is stored of this run cannot be read; the server's log has the cause.";
        let error = RunError::new(ErrorCode::Internal, message);
        write!(self, |conn| queries::unreadable::fail(conn, tenant.as_str(), &id, epoch, now, &error))
    }

    /// Who owns an execution, under which epoch, and whether something is under way in it.
    pub async fn ownership(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
    ) -> Result<Option<(String, i64, bool)>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::turns::ownership(conn, tenant.as_str(), id.as_str()))
    }

    /// The number of an execution in its workflow, if it has one.
    pub async fn execution_number(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Option<i64>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::execution_numbers::of(conn, tenant.as_str(), id.as_str()))
    }

    /// An execution's journal.
    pub async fn journal(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Option<Journal>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::executions::journal(conn, tenant.as_str(), id.as_str()))
    }

    /// The snapshot of an execution, without its step runs.
    pub async fn snapshot(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Option<Snapshot>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::executions::snapshot(conn, tenant.as_str(), id.as_str()))
    }

    /// One step run of an execution; a pending one may have no row yet.
    pub async fn step_run(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        path: &StepPath,
    ) -> Result<Option<StepRecord>, StoreError> {
        let (tenant, id, path) = (tenant.clone(), id.clone(), path.clone());
        read!(self, |conn| queries::executions::step_run(conn, tenant.as_str(), id.as_str(), path.as_str()))
    }

    /// A page of executions.
    pub async fn executions(&self, tenant: &TenantId, filter: ExecutionFilter) -> Result<ExecutionPage, StoreError> {
        let (tenant, limit, scope) = (tenant.clone(), filter.limit, filter.scope());
        let (rows, scanned_to, numbers) = read!(self, |conn| async move {
            let listed = queries::execution_list::list(conn, tenant.as_str(), &filter).await?;
            let ids = listed.rows.iter().map(|row| row.id.as_str());
            let numbers = queries::execution_numbers::of_each(conn, tenant.as_str(), ids).await?;
            Ok((listed.rows, listed.scanned_to, numbers))
        })?;
        let cursor_after = |id: &str| Cursor { sort: scope.clone(), key: String::new(), id: id.to_owned() };
        let (rows, next_cursor) = page(rows, limit, |last| cursor_after(&last.id));
        let next_cursor = next_cursor.or_else(|| scanned_to.map(|id| cursor_after(&id).encode()));
        let items = readable(rows.into_iter().map(|row| row.into_summary(&numbers)));
        Ok(ExecutionPage { items, next_cursor })
    }

    /// The workflow and the input of an execution.
    pub async fn execution_source(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
    ) -> Result<Option<(WorkflowId, Value)>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        let found = read!(self, |conn| queries::executions::source(conn, tenant.as_str(), id.as_str()))?;
        found.map(|(workflow, input)| Ok((read_word(&workflow)?, read_json(&input)?))).transpose()
    }

    /// The newest execution of a workflow; no try of a single step.
    pub async fn newest_execution(
        &self,
        tenant: &TenantId,
        workflow: &WorkflowId,
    ) -> Result<Option<ExecutionId>, StoreError> {
        let (tenant, workflow) = (tenant.clone(), workflow.clone());
        let id = read!(self, |conn| queries::executions::newest(conn, tenant.as_str(), workflow.as_str()))?;
        id.map(|id| id.parse().map_err(|_| StoreError::Corrupt(format!("execution id {id}")))).transpose()
    }

    /// The attempts of a step run, oldest first.
    pub async fn attempts(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        path: &StepPath,
    ) -> Result<Vec<Attempt>, StoreError> {
        let (tenant, id, path) = (tenant.clone(), id.clone(), path.clone());
        read!(self, |conn| queries::executions::attempts(conn, tenant.as_str(), id.as_str(), path.as_str()))
    }

    /// The text of an attempt that has ended, without what is told of the attempt besides; `None` when there is none.
    pub async fn attempt_text(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        path: &StepPath,
        attempt: i32,
    ) -> Result<Option<String>, StoreError> {
        let (tenant, id, path) = (tenant.clone(), id.clone(), path.clone());
        read!(self, |conn| queries::executions::attempt_text(
            conn,
            tenant.as_str(),
            id.as_str(),
            path.as_str(),
            attempt
        ))
    }

    /// The decisions at a step run's gates, oldest first.
    pub async fn decisions(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        path: &StepPath,
    ) -> Result<Vec<GateDecision>, StoreError> {
        let (tenant, id, path) = (tenant.clone(), id.clone(), path.clone());
        read!(self, |conn| queries::executions::decisions(conn, tenant.as_str(), id.as_str(), path.as_str()))
    }

    /// The next page of stored events after a number, oldest first: see [`crate::is_full_page`].
    pub async fn events_after(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        after: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::executions::events_after(conn, tenant.as_str(), id.as_str(), after))
    }

    /// The number of an execution's newest event, and its status.
    pub async fn event_position(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
    ) -> Result<Option<(i64, ExecutionStatus)>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        let found = read!(self, |conn| queries::executions::position(conn, tenant.as_str(), id.as_str()))?;
        found.map(|(seq, status)| Ok((seq, status.parse().map_err(StoreError::Corrupt)?))).transpose()
    }

    /// The number of an execution's newest turn, and whether something is under way in it. While nothing is, only a
    /// turn changes the execution.
    pub async fn turn(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Option<(i64, bool)>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::executions::turn(conn, tenant.as_str(), id.as_str()))
    }

    /// The step runs that are under way, with the text as far as it was checkpointed.
    pub async fn running_steps(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Vec<StepRun>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::executions::running(conn, tenant.as_str(), id.as_str()))
    }

    /// The executions of an engine that have something under way.
    pub async fn live_executions(&self, engine: &str) -> Result<Vec<(TenantId, ExecutionId)>, StoreError> {
        let engine = engine.to_owned();
        let rows = read!(self, |conn| queries::leases::live_of(conn, &engine))?;
        rows.into_iter().map(ids_of).collect()
    }

    /// Says that an engine lives for a while from now on. Of several machines, the clock of the database counts: `now` counts
    /// on SQLite only.
    pub async fn renew_lease(&self, engine: &str, now: DateTime<Utc>, lease: Duration) -> Result<(), StoreError> {
        let (engine, now) = (engine.to_owned(), to_micros(now));
        let lease = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
        write!(self, |conn| queries::leases::renew(conn, &engine, now, lease))
    }

    /// Ends an engine's lease.
    pub async fn release_lease(&self, engine: &str) -> Result<(), StoreError> {
        let engine = engine.to_owned();
        write!(self, |conn| queries::leases::release(conn, &engine))
    }

    /// Ends the leases of all engines but this one.
    pub async fn release_other_leases(&self, engine: &str) -> Result<(), StoreError> {
        let engine = engine.to_owned();
        write!(self, |conn| queries::leases::release_others(conn, &engine))
    }

    /// Whether an engine's lease is good; `now` counts on SQLite only.
    pub async fn is_engine_alive(&self, engine: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (engine, now) = (engine.to_owned(), to_micros(now));
        read!(self, |conn| queries::leases::is_alive(conn, &engine, now))
    }

    /// Executions with something under way whose engine is gone; `now` counts on SQLite only.
    pub async fn orphans(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<(TenantId, ExecutionId)>, StoreError> {
        let now = to_micros(now);
        let rows = write!(self, |conn| queries::leases::orphans(conn, now, limit))?;
        rows.into_iter().map(ids_of).collect()
    }
}

fn ids_of((tenant, id): (String, String)) -> Result<(TenantId, ExecutionId), StoreError> {
    match (tenant.parse(), id.parse()) {
        (Ok(tenant), Ok(id)) => Ok((tenant, id)),
        _ => Err(StoreError::Corrupt(format!("execution {id} of tenant {tenant}"))),
    }
}
