//! Reading the open gates of all executions.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use sluice_types::{CreationOrder, ExecutionStatus};

use super::{Backend, Connection, Result, slim_gate};
use crate::cursor::Cursor;
use crate::gates::GateFilter;
use crate::rows::OpenGateRow;
use crate::schema::{execution_numbers, executions, step_runs, workflows};

/// The rows of a page and one more.
pub async fn list(conn: &mut Connection, tenant: &str, filter: &GateFilter) -> Result<Vec<OpenGateRow>> {
    Ok(list_query(tenant, filter).load(conn).await?)
}

type ListQuery = step_runs::BoxedQuery<'static, Backend, (Text, Text, Text, Nullable<BigInt>, Text)>;

/// How many gates are open, counted to `most`.
pub async fn count(conn: &mut Connection, tenant: &str, most: u32) -> Result<usize> {
    let ids = open(tenant).select(step_runs::execution_id).limit(i64::from(most));
    Ok(ids.load::<String>(conn).await?.len())
}

/// The open gates, without those of tried steps. The partial index on gates is used only where the condition stands as it does there.
fn open(tenant: &str) -> step_runs::BoxedQuery<'static, Backend> {
    let deleting = workflows::table.filter(workflows::tenant_id.eq(tenant.to_owned()).and(workflows::deleting));
    let ended = ExecutionStatus::ALL.iter().filter(|status| status.is_terminal()).map(|status| status.as_str());
    let execution = executions::table
        .filter(executions::tenant_id.eq(step_runs::tenant_id).and(executions::id.eq(step_runs::execution_id)))
        .filter(not(executions::deleting).and(executions::workflow_id.ne_all(deleting.select(workflows::id))))
        .filter(executions::status.ne_all(ended.collect::<Vec<_>>()).and(executions::tried_step.is_null()));
    step_runs::table
        .filter(step_runs::tenant_id.eq(tenant.to_owned()))
        .filter(step_runs::gate.is_not_null())
        .filter(exists(execution))
        .into_boxed::<Backend>()
}

/// The query of a list.
pub fn list_query(tenant: &str, filter: &GateFilter) -> ListQuery {
    let listed = (step_runs::execution_id, step_runs::path, step_runs::label, step_runs::started_at, slim_gate());
    let mut query = open(tenant).select(listed);
    query = match filter.sort {
        CreationOrder::NewestFirst => query.order((step_runs::execution_id.desc(), step_runs::path.desc())),
        CreationOrder::OldestFirst => query.order((step_runs::execution_id.asc(), step_runs::path.asc())),
    };
    if let Some(Cursor { key, id, .. }) = filter.cursor.clone() {
        // The first condition lets both databases seek in the index; the second breaks ties.
        query = match filter.sort {
            CreationOrder::NewestFirst => query
                .filter(step_runs::execution_id.le(key.clone()))
                .filter(step_runs::execution_id.lt(key).or(step_runs::path.lt(id))),
            CreationOrder::OldestFirst => query
                .filter(step_runs::execution_id.ge(key.clone()))
                .filter(step_runs::execution_id.gt(key).or(step_runs::path.gt(id))),
        };
    }
    query.limit(i64::from(filter.limit) + 1)
}

/// The workflow of each execution: the execution's id and number, the workflow's id and its name.
pub async fn workflows_of(
    conn: &mut Connection,
    tenant: &str,
    ids: &[String],
) -> Result<Vec<(String, Option<i64>, String, String)>> {
    let same = workflows::tenant_id.eq(executions::tenant_id).and(workflows::id.eq(executions::workflow_id));
    let numbered =
        execution_numbers::tenant_id.eq(executions::tenant_id).and(execution_numbers::execution_id.eq(executions::id));
    Ok(executions::table
        .inner_join(workflows::table.on(same))
        .left_join(execution_numbers::table.on(numbered))
        .filter(executions::tenant_id.eq(tenant).and(executions::id.eq_any(ids)))
        .select((executions::id, execution_numbers::number.nullable(), workflows::id, workflows::name))
        .load(conn)
        .await?)
}
