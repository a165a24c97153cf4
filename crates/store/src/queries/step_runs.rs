//! Lists of step runs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::executions::{position, read_texts};
use super::{Backend, Connection, Result, begin_read, end_read};
use crate::rows::StepRunRow;
use crate::schema::step_runs;
use crate::step_runs::StepRunFilter;

/// The statuses of the step runs at these paths, without those that have no row; `None` when there is no such execution.
pub async fn statuses(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    paths: &[String],
) -> Result<Option<Vec<(String, String)>>> {
    if position(conn, tenant, id).await?.is_none() {
        return Ok(None);
    }
    let of_paths =
        step_runs::tenant_id.eq(tenant).and(step_runs::execution_id.eq(id)).and(step_runs::path.eq_any(paths));
    Ok(Some(step_runs::table.filter(of_paths).select((step_runs::path, step_runs::status)).load(conn).await?))
}

/// The step runs at these paths, in the order of the workflow.
pub async fn at(conn: &mut Connection, tenant: &str, id: &str, paths: &[String]) -> Result<Vec<StepRunRow>> {
    let of_paths =
        step_runs::tenant_id.eq(tenant).and(step_runs::execution_id.eq(id)).and(step_runs::path.eq_any(paths));
    begin_read(conn).await?;
    let rows = step_runs::table.filter(of_paths).order(step_runs::order_key.asc()).select(StepRunRow::as_select());
    let rows = rows.load(conn).await;
    let rows = with_texts(conn, tenant, id, rows).await;
    end_read(conn).await?;
    rows
}

/// The rows of a page and one more; `None` when there is no such execution.
pub async fn under(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    parent: &str,
    filter: &StepRunFilter,
) -> Result<Option<Vec<StepRunRow>>> {
    if position(conn, tenant, id).await?.is_none() {
        return Ok(None);
    }
    begin_read(conn).await?;
    let rows = under_query(tenant, id, parent, filter).load(conn).await;
    let rows = with_texts(conn, tenant, id, rows).await;
    end_read(conn).await?;
    rows.map(Some)
}

async fn with_texts(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    rows: QueryResult<Vec<StepRunRow>>,
) -> Result<Vec<StepRunRow>> {
    let mut rows = rows?;
    read_texts(conn, tenant, id, &mut rows).await?;
    Ok(rows)
}

type UnderQuery =
    step_runs::BoxedQuery<'static, Backend, diesel::dsl::SqlTypeOf<diesel::dsl::AsSelect<StepRunRow, Backend>>>;

/// The query of the step runs inside a container.
pub fn under_query(tenant: &str, id: &str, parent: &str, filter: &StepRunFilter) -> UnderQuery {
    let mut query = step_runs::table
        .filter(step_runs::tenant_id.eq(tenant.to_owned()).and(step_runs::execution_id.eq(id.to_owned())))
        .filter(step_runs::parent_path.eq(parent.to_owned()))
        .select(StepRunRow::as_select())
        .into_boxed::<Backend>();
    if !filter.statuses.is_empty() {
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.as_str()).collect();
        query = query.filter(step_runs::status.eq_any(statuses));
    }
    if let Some(after) = &filter.after {
        // The first condition lets both databases seek in the index; the second breaks ties.
        query = query
            .filter(step_runs::order_key.ge(after.order_key.clone()))
            .filter(step_runs::order_key.gt(after.order_key.clone()).or(step_runs::path.gt(after.path.to_string())));
    }
    query.order((step_runs::order_key.asc(), step_runs::path.asc())).limit(i64::from(filter.limit) + 1)
}
