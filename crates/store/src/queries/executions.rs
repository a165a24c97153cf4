//! Reading executions: whole, in lists, and what belongs to them.

use diesel::dsl::{AsSelect, SqlTypeOf, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use sluice_types::{Attempt, CreationOrder, ExecutionStatus, GateDecision, StepRun, StepRunStatus};

use super::{Backend, Connection, Result, begin_read, end_read};
use crate::execution_filter::ExecutionFilter;
use crate::journal::{Journal, Snapshot, StepRecord, StoredEvent};
use crate::rows::{
    AttemptRow, AttemptTextRow, DecisionRow, EventRow, ExecutionRow, ExecutionSummaryRow, SnapshotRow, StepRunRow,
    add_texts, read_json,
};
use crate::schema::{
    attempt_texts, attempts, events, execution_snapshots, executions, gate_decisions, step_runs, workflows,
};
use crate::time::to_micros;

/// Whether an execution may be shown: neither it nor its workflow is being deleted.
fn is_visible(tenant: &str) -> Box<dyn BoxableExpression<executions::table, Backend, SqlType = Bool>> {
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
    execution.into_journal(&snapshot, runs).map(Some)
}

/// Adds the text of attempts under way as far as it was checkpointed.
async fn read_texts(conn: &mut Connection, tenant: &str, id: &str, runs: &mut [StepRunRow]) -> Result<()> {
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

/// The rows of a page and one more. No index has the executions of several statuses in order, so the list of each status is
/// read up to the size of the page.
pub async fn list(conn: &mut Connection, tenant: &str, filter: &ExecutionFilter) -> Result<Vec<ExecutionSummaryRow>> {
    let statuses = match filter.statuses.as_slice() {
        // The index by trigger has the status before the id.
        [] if filter.triggered_by.is_some() => ExecutionStatus::ALL,
        statuses @ ([] | [_]) => return Ok(list_query(tenant, filter, statuses.first().copied()).load(conn).await?),
        statuses => statuses,
    };
    begin_read(conn).await?;
    let rows = list_each(conn, tenant, filter, statuses).await;
    end_read(conn).await?;
    let mut rows = rows?;
    rows.sort_by(|one, other| match filter.sort {
        CreationOrder::NewestFirst => other.id.cmp(&one.id),
        CreationOrder::OldestFirst => one.id.cmp(&other.id),
    });
    rows.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX).saturating_add(1));
    Ok(rows)
}

async fn list_each(
    conn: &mut Connection,
    tenant: &str,
    filter: &ExecutionFilter,
    statuses: &[ExecutionStatus],
) -> Result<Vec<ExecutionSummaryRow>> {
    let mut rows = Vec::new();
    for &status in statuses {
        let of_status: Vec<ExecutionSummaryRow> = list_query(tenant, filter, Some(status)).load(conn).await?;
        rows.extend(of_status);
    }
    Ok(rows)
}

pub type ListQuery = executions::BoxedQuery<'static, Backend, SqlTypeOf<AsSelect<ExecutionSummaryRow, Backend>>>;

/// The query of a list, of executions in one status or in any.
pub fn list_query(tenant: &str, filter: &ExecutionFilter, status: Option<ExecutionStatus>) -> ListQuery {
    let mut query = executions::table
        .filter(executions::tenant_id.eq(tenant.to_owned()))
        .filter(is_visible(tenant))
        .select(ExecutionSummaryRow::as_select())
        .into_boxed::<Backend>();
    if let Some(workflow) = &filter.workflow_id {
        query = query.filter(executions::workflow_id.eq(workflow.to_string()));
    }
    if let Some(triggered_by) = &filter.triggered_by {
        query = query.filter(executions::triggered_by.eq(triggered_by.clone()));
    }
    if let Some(status) = status {
        query = query.filter(executions::status.eq(status.as_str()));
    }
    // The bounds of the id let both databases seek in each index; the time is exact.
    if let Some((least, at)) = filter.least_id().zip(filter.created_after) {
        query = query.filter(executions::id.ge(least)).filter(executions::created_at.ge(to_micros(at)));
    }
    if let Some((greatest, at)) = filter.greatest_id().zip(filter.created_before) {
        query = query.filter(executions::id.le(greatest)).filter(executions::created_at.lt(to_micros(at)));
    }
    let cursor = filter.cursor.as_ref().map(|cursor| cursor.id.clone());
    query = match (filter.sort, cursor) {
        (CreationOrder::NewestFirst, Some(last)) => query.filter(executions::id.lt(last)),
        (CreationOrder::OldestFirst, Some(last)) => query.filter(executions::id.gt(last)),
        (_, None) => query,
    };
    query = match filter.sort {
        CreationOrder::NewestFirst => query.order(executions::id.desc()),
        CreationOrder::OldestFirst => query.order(executions::id.asc()),
    };
    query.limit(i64::from(filter.limit) + 1)
}

/// The id of a workflow's newest execution.
pub async fn newest(conn: &mut Connection, tenant: &str, workflow: &str) -> Result<Option<String>> {
    Ok(executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(workflow)))
        .filter(is_visible(tenant))
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

/// The stored events after a number, oldest first, and the status that the execution had with the last of them.
pub async fn events_after(conn: &mut Connection, tenant: &str, id: &str, after: i64) -> Result<Vec<StoredEvent>> {
    let rows: Vec<EventRow> = events::table
        .filter(events::tenant_id.eq(tenant).and(events::execution_id.eq(id)).and(events::seq.gt(after)))
        .order(events::seq.asc())
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
