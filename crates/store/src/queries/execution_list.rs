//! Lists of executions. No page reads more than a bounded number of rows, whatever its filters are.

use diesel::dsl::{AsSelect, SqlTypeOf, exists};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::limits::MAX_SCANNED_EXECUTIONS;
use sluice_types::{CreationOrder, ExecutionStatus};

use super::executions::is_visible;
use super::{Backend, Connection, Result, begin_read, end_read, error_code};
use crate::execution_filter::{ExecutionFilter, Source};
use crate::rows::ExecutionSummaryRow;
use crate::schema::{execution_metadata, executions, workflow_tags};
use crate::time::to_micros;

/// Ids that are read from an index at once, before their executions are looked at.
const PIECE: i64 = 500;

/// What was read for a page.
#[derive(Default)]
pub struct Listed {
    /// The rows of the page, and one more when there is a next page.
    pub rows: Vec<ExecutionSummaryRow>,
    /// The last execution that was looked at, when the page was ended before all were.
    pub scanned_to: Option<String>,
}

/// Adds the bounds, the order and the beginning of a list to a query by the ids of executions. The bounds let both databases
/// seek in each index.
macro_rules! in_order {
    ($query:expr, $id:expr, $filter:expr, $after:expr) => {{
        let (mut query, filter) = ($query, $filter);
        if let Some(least) = filter.least_id() {
            query = query.filter($id.ge(least));
        }
        if let Some(greatest) = filter.greatest_id() {
            query = query.filter($id.le(greatest));
        }
        query = match (filter.sort, $after) {
            (CreationOrder::NewestFirst, Some(last)) => query.filter($id.lt(last)),
            (CreationOrder::OldestFirst, Some(last)) => query.filter($id.gt(last)),
            (_, None) => query,
        };
        match filter.sort {
            CreationOrder::NewestFirst => query.order($id.desc()),
            CreationOrder::OldestFirst => query.order($id.asc()),
        }
    }};
}

/// Reads a page.
pub async fn list(conn: &mut Connection, tenant: &str, filter: &ExecutionFilter) -> Result<Listed> {
    let statuses = match (filter.source(), filter.statuses.as_slice()) {
        (Source::Index, statuses) => statuses,
        (Source::Scan(_), _) => {
            begin_read(conn).await?;
            let listed = scan(conn, tenant, filter).await;
            end_read(conn).await?;
            return listed;
        }
    };
    let statuses = match statuses {
        // The index by trigger has the status before the id.
        [] if filter.triggered_by.is_some() => ExecutionStatus::ALL,
        statuses @ ([] | [_]) => {
            let rows = list_query(tenant, filter, statuses.first().copied()).load(conn).await?;
            return Ok(Listed { rows, scanned_to: None });
        }
        statuses => statuses,
    };
    begin_read(conn).await?;
    let rows = list_each(conn, tenant, filter, statuses).await;
    end_read(conn).await?;
    Ok(Listed { rows: rows?, scanned_to: None })
}

/// Reads the list of each status up to the size of the page: no index has the executions of several statuses in order.
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
    rows.sort_by(|one, other| match filter.sort {
        CreationOrder::NewestFirst => other.id.cmp(&one.id),
        CreationOrder::OldestFirst => one.id.cmp(&other.id),
    });
    rows.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX).saturating_add(1));
    Ok(rows)
}

/// Reads ids from the index of one filter, piece by piece, and of their executions those that fit the other filters, until the
/// page is full or enough were looked at.
async fn scan(conn: &mut Connection, tenant: &str, filter: &ExecutionFilter) -> Result<Listed> {
    let most = usize::try_from(filter.limit).unwrap_or(usize::MAX).saturating_add(1);
    let mut listed = Listed { rows: Vec::new(), scanned_to: filter.cursor.as_ref().map(|cursor| cursor.id.clone()) };
    let mut scanned = 0;
    while scanned < MAX_SCANNED_EXECUTIONS {
        let ids = candidates(conn, tenant, filter, listed.scanned_to.take()).await?;
        let is_last = ids.len() < usize::try_from(PIECE).unwrap_or(usize::MAX);
        scanned += ids.len();
        listed.scanned_to = ids.last().cloned();
        let rows: Vec<ExecutionSummaryRow> = among(tenant, filter, ids).load(conn).await?;
        listed.rows.extend(rows);
        if is_last || listed.rows.len() >= most {
            listed.scanned_to = None;
            break;
        }
    }
    listed.rows.truncate(most);
    Ok(listed)
}

/// The next ids in the index of a filter.
async fn candidates(
    conn: &mut Connection,
    tenant: &str,
    filter: &ExecutionFilter,
    after: Option<String>,
) -> Result<Vec<String>> {
    Ok(match filter.source() {
        Source::Scan(Some((name, value))) => by_metadata(tenant, filter, name, value, after).load(conn).await?,
        Source::Scan(None) | Source::Index => by_index(tenant, filter, after).load(conn).await?,
    })
}

type MetadataIds = execution_metadata::BoxedQuery<'static, Backend, diesel::sql_types::Text>;

/// Ids of the executions with an entry of metadata.
pub fn by_metadata(
    tenant: &str,
    filter: &ExecutionFilter,
    name: &str,
    value: &str,
    after: Option<String>,
) -> MetadataIds {
    let query = execution_metadata::table
        .filter(execution_metadata::tenant_id.eq(tenant.to_owned()))
        .filter(execution_metadata::name.eq(name.to_owned()).and(execution_metadata::value.eq(value.to_owned())))
        .select(execution_metadata::execution_id)
        .into_boxed::<Backend>();
    in_order!(query, execution_metadata::execution_id, filter, after).limit(PIECE)
}

type Ids = executions::BoxedQuery<'static, Backend, diesel::sql_types::Text>;

/// Ids of the executions of a workflow, with the code of an error, in one status, or in any combination that an index has; or of
/// all tries.
pub fn by_index(tenant: &str, filter: &ExecutionFilter, after: Option<String>) -> Ids {
    let mut query = executions::table
        .filter(executions::tenant_id.eq(tenant.to_owned()))
        .select(executions::id)
        .into_boxed::<Backend>();
    if filter.tried {
        let query = query.filter(executions::tried_step.is_not_null());
        return in_order!(query, executions::id, filter, after).limit(PIECE);
    }
    if let Some(workflow) = &filter.workflow_id {
        query = query.filter(executions::workflow_id.eq(workflow.to_string()));
    }
    match (filter.error_code, filter.statuses.as_slice()) {
        (Some(code), _) => {
            query = query.filter(executions::error.is_not_null()).filter(error_code().eq(code.as_str()));
        }
        (None, [status]) => query = query.filter(executions::status.eq(status.as_str())),
        (None, _) => {}
    }
    in_order!(query, executions::id, filter, after).limit(PIECE)
}

pub type ListQuery = executions::BoxedQuery<'static, Backend, SqlTypeOf<AsSelect<ExecutionSummaryRow, Backend>>>;

/// The query of a list, of executions in one status or in any.
pub fn list_query(tenant: &str, filter: &ExecutionFilter, status: Option<ExecutionStatus>) -> ListQuery {
    let mut query = filtered(tenant, filter);
    if let Some(status) = status {
        query = query.filter(executions::status.eq(status.as_str()));
    }
    let after = filter.cursor.as_ref().map(|cursor| cursor.id.clone());
    in_order!(query, executions::id, filter, after).limit(i64::from(filter.limit) + 1)
}

/// The query of a list, of the executions with these ids.
pub fn among(tenant: &str, filter: &ExecutionFilter, ids: Vec<String>) -> ListQuery {
    let mut query = filtered(tenant, filter).filter(executions::id.eq_any(ids));
    if !filter.statuses.is_empty() {
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.as_str()).collect();
        query = query.filter(executions::status.eq_any(statuses));
    }
    for (name, value) in &filter.metadata {
        let entry = (tenant.to_owned(), name.clone(), value.clone(), executions::id);
        query = query.filter(exists(execution_metadata::table.find(entry)));
    }
    in_order!(query, executions::id, filter, None::<String>).limit(i64::from(filter.limit) + 1)
}

/// The executions that fit each filter of one value.
fn filtered(tenant: &str, filter: &ExecutionFilter) -> ListQuery {
    let mut query = executions::table
        .filter(executions::tenant_id.eq(tenant.to_owned()))
        .filter(is_visible(tenant))
        .select(ExecutionSummaryRow::as_select())
        .into_boxed::<Backend>();
    query = if filter.tried {
        query.filter(executions::tried_step.is_not_null())
    } else {
        query.filter(executions::tried_step.is_null())
    };
    if let Some(workflow) = &filter.workflow_id {
        query = query.filter(executions::workflow_id.eq(workflow.to_string()));
    }
    if let Some(version) = filter.workflow_version {
        query = query.filter(executions::workflow_version.eq(version));
    }
    if let Some(triggered_by) = &filter.triggered_by {
        query = query.filter(executions::triggered_by.eq(triggered_by.clone()));
    }
    if let Some(code) = filter.error_code {
        query = query.filter(executions::error.is_not_null()).filter(error_code().eq(code.as_str()));
    }
    for tag in &filter.tags {
        let tagged = (tenant.to_owned(), tag.clone(), executions::workflow_id);
        query = query.filter(exists(workflow_tags::table.find(tagged)));
    }
    if let Some(usd) = filter.min_cost_usd {
        query = query.filter(executions::cost_usd.ge(usd));
    }
    if let Some(usd) = filter.max_cost_usd {
        query = query.filter(executions::cost_usd.le(usd));
    }
    // The bounds of ids are about these; the times are exact.
    if let Some(at) = filter.created_after {
        query = query.filter(executions::created_at.ge(to_micros(at)));
    }
    if let Some(at) = filter.created_before {
        query = query.filter(executions::created_at.lt(to_micros(at)));
    }
    query
}
