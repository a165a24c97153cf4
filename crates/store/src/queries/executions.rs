//! Reading executions whole, and what belongs to them.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use sluice_types::{Attempt, GateDecision, StepRun, StepRunStatus};

use super::{Backend, Connection, Result, begin_read, end_read, execution_numbers};
use crate::journal::{EVENTS_PER_PAGE, Journal, Snapshot, StepRecord, StoredEvent};
use crate::rows::{
    AttemptRow, AttemptTextRow, DecisionRow, EventRow, ExecutionRow, SnapshotRow, StepRunRow, add_texts, read_json,
};
use crate::schema::{
    attempt_texts, attempts, events, execution_snapshots, executions, gate_decisions, step_runs, workflows,
};

/// Whether an execution may be shown: neither it nor its workflow is being deleted.
pub fn is_visible(tenant: &str) -> Box<dyn BoxableExpression<executions::table, Backend, SqlType = Bool>> {
    let deleting = workflows::table.filter(workflows::tenant_id.eq(tenant.to_owned()).and(workflows::deleting));
    Box::new(not(executions::deleting).and(executions::workflow_id.ne_all(deleting.select(workflows::id))))
}

/// An execution as it was after one turn: all is read in one transaction.
pub async fn journal(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<Journal>> {
    begin_read(conn).await?;
    let journal = read_journal(conn, tenant, id).await;
    end_read(conn).await?;
    journal
}

async fn read_journal(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<Journal>> {
    if position(conn, tenant, id).await?.is_none() {
        return Ok(None);
    }
    let found: Option<(ExecutionRow, SnapshotRow)> = executions::table
        .inner_join(
            execution_snapshots::table.on(execution_snapshots::tenant_id
                .eq(executions::tenant_id)
                .and(execution_snapshots::execution_id.eq(executions::id))),
        )
        .filter(executions::tenant_id.eq(tenant).and(executions::id.eq(id)))
        .select((ExecutionRow::as_select(), SnapshotRow::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((execution, snapshot)) = found else { return Ok(None) };
    let mut runs: Vec<StepRunRow> = step_runs::table
        .filter(step_runs::tenant_id.eq(tenant).and(step_runs::execution_id.eq(id)))
        .order(step_runs::order_key.asc())
        .select(StepRunRow::as_select())
        .load(conn)
        .await?;
    read_texts(conn, tenant, id, &mut runs).await?;
    let number = execution_numbers::of(conn, tenant, id).await?;
    execution.into_journal(number, &snapshot, runs).map(Some)
}

/// Adds the text of attempts under way as far as it was checkpointed.
pub async fn read_texts(conn: &mut Connection, tenant: &str, id: &str, runs: &mut [StepRunRow]) -> Result<()> {
    if !runs.iter().any(StepRunRow::is_streaming) {
        return Ok(());
    }
    let pieces: Vec<AttemptTextRow> = attempt_texts::table
        .filter(attempt_texts::tenant_id.eq(tenant).and(attempt_texts::execution_id.eq(id)))
        .order((attempt_texts::path.asc(), attempt_texts::attempt.asc(), attempt_texts::start_offset.asc()))
        .select(AttemptTextRow::as_select())
        .load(conn)
        .await?;
    add_texts(runs, &pieces);
    Ok(())
}

/// The snapshot of an execution.
pub async fn snapshot(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<Snapshot>> {
    if position(conn, tenant, id).await?.is_none() {
        return Ok(None);
    }
    let snapshot: Option<String> = execution_snapshots::table
        .find((tenant, id))
        .select(execution_snapshots::snapshot)
        .first(conn)
        .await
        .optional()?;
    snapshot.as_deref().map(read_json).transpose()
}

/// One step run.
pub async fn step_run(conn: &mut Connection, tenant: &str, id: &str, path: &str) -> Result<Option<StepRecord>> {
    if position(conn, tenant, id).await?.is_none() {
        return Ok(None);
    }
    let found: Option<StepRunRow> =
        step_runs::table.find((tenant, id, path)).select(StepRunRow::as_select()).first(conn).await.optional()?;
    let mut rows: Vec<StepRunRow> = found.into_iter().collect();
    read_texts(conn, tenant, id, &mut rows).await?;
    rows.pop().map(StepRunRow::into_record).transpose()
}

/// The workflow and the input of an execution.
pub async fn source(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<(String, String)>> {
    let visible = executions::table.find((tenant, id)).filter(is_visible(tenant));
    let workflow: Option<String> = visible.select(executions::workflow_id).first(conn).await.optional()?;
    let input = execution_snapshots::table.find((tenant, id)).select(execution_snapshots::input);
    let input: Option<String> = input.first(conn).await.optional()?;
    Ok(workflow.zip(input))
}

/// The id of a workflow's newest execution; no try of a single step.
pub async fn newest(conn: &mut Connection, tenant: &str, workflow: &str) -> Result<Option<String>> {
    Ok(executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(workflow)))
        .filter(is_visible(tenant).and(executions::tried_step.is_null()))
        .order(executions::id.desc())
        .select(executions::id)
        .first(conn)
        .await
        .optional()?)
}

pub async fn attempts(conn: &mut Connection, tenant: &str, id: &str, path: &str) -> Result<Vec<Attempt>> {
    let rows: Vec<AttemptRow> = attempts::table
        .filter(attempts::tenant_id.eq(tenant).and(attempts::execution_id.eq(id)).and(attempts::path.eq(path)))
        .order(attempts::attempt.asc())
        .select(AttemptRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(AttemptRow::into_attempt).collect()
}

/// The text of one attempt that has ended.
pub async fn attempt_text(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    path: &str,
    attempt: i32,
) -> Result<Option<String>> {
    let text: Option<Option<String>> =
        attempts::table.find((tenant, id, path, attempt)).select(attempts::content).first(conn).await.optional()?;
    Ok(text.flatten())
}

pub async fn decisions(conn: &mut Connection, tenant: &str, id: &str, path: &str) -> Result<Vec<GateDecision>> {
    let rows: Vec<DecisionRow> = gate_decisions::table
        .filter(
            gate_decisions::tenant_id
                .eq(tenant)
                .and(gate_decisions::execution_id.eq(id))
                .and(gate_decisions::path.eq(path)),
        )
        .order(gate_decisions::opened_seq.asc())
        .select(DecisionRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(DecisionRow::into_decision).collect()
}

/// The next page of stored events after a number, oldest first.
pub async fn events_after(conn: &mut Connection, tenant: &str, id: &str, after: i64) -> Result<Vec<StoredEvent>> {
    let rows: Vec<EventRow> = events::table
        .filter(events::tenant_id.eq(tenant).and(events::execution_id.eq(id)).and(events::seq.gt(after)))
        .order(events::seq.asc())
        .limit(EVENTS_PER_PAGE)
        .select(EventRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| StoredEvent { seq: row.seq, payload: row.payload }).collect())
}

/// The number of an execution's newest event, with its status; `None` when there is no such execution.
pub async fn position(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<(i64, String)>> {
    Ok(executions::table
        .find((tenant, id))
        .filter(is_visible(tenant))
        .select((executions::last_seq, executions::status))
        .first(conn)
        .await
        .optional()?)
}

/// The number of an execution's newest turn, and whether something is under way in it.
pub async fn turn(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<(i64, bool)>> {
    Ok(executions::table
        .find((tenant, id))
        .filter(is_visible(tenant))
        .select((executions::turn, executions::live))
        .first(conn)
        .await
        .optional()?)
}

/// The step runs that are under way, with the text as far as it was checkpointed.
pub async fn running(conn: &mut Connection, tenant: &str, id: &str) -> Result<Vec<StepRun>> {
    let mut rows: Vec<StepRunRow> = step_runs::table
        .filter(
            step_runs::tenant_id
                .eq(tenant)
                .and(step_runs::execution_id.eq(id))
                .and(step_runs::status.eq(StepRunStatus::Running.as_str())),
        )
        .select(StepRunRow::as_select())
        .load(conn)
        .await?;
    read_texts(conn, tenant, id, &mut rows).await?;
    rows.into_iter().map(StepRunRow::into_step_run).collect()
}
