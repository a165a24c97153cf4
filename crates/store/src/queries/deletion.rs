//! Deletion in pieces: a workflow or execution is marked first, and no read shows it any more. Its rows go in transactions of a bounded
//! size, so that no other write waits long. A crash in between leaves the mark, and the sweep goes on.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::ExecutionStatus;

use super::counting::count;
use super::{Connection, Result, lock_deleting_execution, lock_deleting_workflow, lock_figures, lock_workflow};
use crate::schema::{
    attempt_texts, attempts, events, executions, gate_decisions, step_runs, workflow_versions, workflows,
};
use crate::workflows::WorkflowUpdate;

/// Rows that one transaction deletes, about: an execution that is smaller goes whole.
pub(crate) const PIECE_ROWS: i64 = 2_000;
/// Step runs that are deleted together, with their attempts.
const PIECE_STEP_RUNS: i64 = 200;
/// Executions of a workflow that are looked up for one transaction.
const PIECE_EXECUTIONS: i64 = 200;
/// Versions of a workflow that are deleted together: each holds a definition.
const PIECE_VERSIONS: i64 = 50;

/// Marks a workflow as deleted, unless one of its executions has not ended.
pub async fn mark_workflow(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    version: Option<i64>,
) -> Result<WorkflowUpdate> {
    let current = lock_workflow(conn, tenant, id).await?;
    match (current, version) {
        (None, _) => return Ok(WorkflowUpdate::NotFound),
        (Some(current), Some(asked)) if current != asked => return Ok(WorkflowUpdate::Stale(current)),
        (Some(_), _) => {}
    }
    let unfinished = ExecutionStatus::ALL.iter().filter(|status| !status.is_terminal()).map(|status| status.as_str());
    let unfinished: i64 = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)))
        .filter(executions::status.eq_any(unfinished.collect::<Vec<_>>()))
        .count()
        .get_result(conn)
        .await?;
    if unfinished > 0 {
        return Ok(WorkflowUpdate::Active(unfinished));
    }
    diesel::update(workflows::table.find((tenant, id))).set(workflows::deleting.eq(true)).execute(conn).await?;
    Ok(WorkflowUpdate::Saved)
}

/// Marks an execution that has ended as deleted; its epoch rises, so that its owner writes nothing more.
pub async fn mark_execution(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    let ended = ExecutionStatus::ALL.iter().filter(|status| status.is_terminal()).map(|status| status.as_str());
    let ended = executions::status.eq_any(ended.collect::<Vec<_>>()).and(not(executions::deleting));
    let marked = diesel::update(executions::table.find((tenant, id)).filter(ended))
        .set((executions::deleting.eq(true), executions::epoch.eq(executions::epoch + 1)))
        .execute(conn)
        .await?;
    if marked > 0 {
        // What it cost stays in the figures.
        count(conn, tenant, id).await?;
    }
    Ok(marked > 0)
}

/// Deletes a piece of a workflow that is marked; false when nothing of it is left.
pub async fn workflow_piece(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    // A transaction that counts executions waits for the lock of their workflow.
    lock_figures(conn).await?;
    if !lock_deleting_workflow(conn, tenant, id).await? {
        return Ok(false);
    }
    let of_workflow = executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id));
    let ids: Vec<String> = executions::table
        .filter(of_workflow)
        .order(executions::id.asc())
        .limit(PIECE_EXECUTIONS)
        .select(executions::id)
        .load(conn)
        .await?;
    let mut rows = 0;
    for execution in &ids {
        rows += execution_rows(conn, tenant, execution, PIECE_ROWS - rows).await?;
        if rows >= PIECE_ROWS {
            return Ok(true);
        }
    }
    if !ids.is_empty() {
        return Ok(true);
    }
    if figures_piece(conn, tenant, id).await? {
        return Ok(true);
    }
    let of_workflow = workflow_versions::tenant_id.eq(tenant).and(workflow_versions::workflow_id.eq(id));
    let bound: Option<i64> = workflow_versions::table
        .filter(of_workflow)
        .order(workflow_versions::version.asc())
        .offset(PIECE_VERSIONS)
        .select(workflow_versions::version)
        .first(conn)
        .await
        .optional()?;
    if let Some(bound) = bound {
        let of_piece = of_workflow.and(workflow_versions::version.lt(bound));
        diesel::delete(workflow_versions::table.filter(of_piece)).execute(conn).await?;
        return Ok(true);
    }
    diesel::delete(workflows::table.find((tenant, id))).execute(conn).await?;
    Ok(false)
}

/// Deletes the oldest days of a workflow's figures by step; false when few are left, which go with the workflow.
async fn figures_piece(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    use crate::schema::workflow_step_day_stats as stats;
    let of_workflow = stats::tenant_id.eq(tenant).and(stats::workflow_id.eq(id));
    let bound: Option<i64> = stats::table
        .filter(of_workflow)
        .order(stats::day.asc())
        .offset(PIECE_ROWS)
        .select(stats::day)
        .first(conn)
        .await
        .optional()?;
    if let Some(bound) = bound {
        diesel::delete(stats::table.filter(of_workflow.and(stats::day.le(bound)))).execute(conn).await?;
    }
    Ok(bound.is_some())
}

/// Deletes a piece of an execution that is marked; false when nothing of it is left.
pub async fn execution_piece(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    if !lock_deleting_execution(conn, tenant, id).await? {
        return Ok(false);
    }
    Ok(execution_rows(conn, tenant, id, PIECE_ROWS).await? >= PIECE_ROWS)
}

/// Deletes rows of an execution, about as many as given; answers how many. When it answers fewer, the execution is gone.
async fn execution_rows(conn: &mut Connection, tenant: &str, id: &str, most: i64) -> Result<i64> {
    let mut rows = 0;
    loop {
        let paths: Vec<String> = step_runs::table
            .filter(step_runs::tenant_id.eq(tenant).and(step_runs::execution_id.eq(id)))
            .order(step_runs::path.asc())
            .limit(PIECE_STEP_RUNS.min(most - rows))
            .select(step_runs::path)
            .load(conn)
            .await?;
        if paths.is_empty() {
            break;
        }
        rows += step_run_rows(conn, tenant, id, &paths).await?;
        if rows >= most {
            return Ok(rows);
        }
    }
    let of_execution = events::tenant_id.eq(tenant).and(events::execution_id.eq(id));
    let bound: Option<i64> = events::table
        .filter(of_execution)
        .order(events::seq.asc())
        .offset(most - rows)
        .select(events::seq)
        .first(conn)
        .await
        .optional()?;
    if let Some(bound) = bound {
        let of_piece = of_execution.and(events::seq.lt(bound));
        return Ok(rows + affected(diesel::delete(events::table.filter(of_piece)).execute(conn).await?));
    }
    rows += affected(diesel::delete(events::table.filter(of_execution)).execute(conn).await?);
    // The snapshot goes with it. The idempotency key of its start stays, so that a repeat starts nothing.
    diesel::delete(executions::table.find((tenant, id))).execute(conn).await?;
    Ok(rows.min(most - 1))
}

/// Deletes step runs with all that belongs to them.
async fn step_run_rows(conn: &mut Connection, tenant: &str, id: &str, paths: &[String]) -> Result<i64> {
    let of_paths = attempt_texts::tenant_id.eq(tenant).and(attempt_texts::execution_id.eq(id));
    let of_paths = of_paths.and(attempt_texts::path.eq_any(paths));
    let mut rows = diesel::delete(attempt_texts::table.filter(of_paths)).execute(conn).await?;
    let of_paths = attempts::tenant_id.eq(tenant).and(attempts::execution_id.eq(id)).and(attempts::path.eq_any(paths));
    rows += diesel::delete(attempts::table.filter(of_paths)).execute(conn).await?;
    let of_paths = gate_decisions::tenant_id.eq(tenant).and(gate_decisions::execution_id.eq(id));
    let of_paths = of_paths.and(gate_decisions::path.eq_any(paths));
    rows += diesel::delete(gate_decisions::table.filter(of_paths)).execute(conn).await?;
    let of_paths = step_runs::tenant_id.eq(tenant).and(step_runs::execution_id.eq(id));
    let of_paths = of_paths.and(step_runs::path.eq_any(paths));
    rows += diesel::delete(step_runs::table.filter(of_paths)).execute(conn).await?;
    Ok(affected(rows))
}

/// Marked workflows and executions of all tenants.
pub async fn marked(conn: &mut Connection, limit: i64) -> Result<(Vec<(String, String)>, Vec<(String, String)>)> {
    let workflows = workflows::table
        .filter(workflows::deleting)
        .order((workflows::tenant_id.asc(), workflows::id.asc()))
        .limit(limit)
        .select((workflows::tenant_id, workflows::id))
        .load(conn)
        .await?;
    let executions = executions::table
        .filter(executions::deleting)
        .order((executions::tenant_id.asc(), executions::id.asc()))
        .limit(limit)
        .select((executions::tenant_id, executions::id))
        .load(conn)
        .await?;
    Ok((workflows, executions))
}

fn affected(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
