//! The parts of a list of workflows that are answered on request: the total, the newest executions of each, and facets.

use std::collections::HashMap;
use std::fmt::Write as _;

use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use diesel::query_builder::BoxedSqlQuery;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use sluice_types::limits::{MAX_FACETS, MAX_RECENT_EXECUTIONS};
use sluice_types::{RecentExecution, WorkflowFacet, WorkflowFacets};

use super::workflows::filtered;
use super::{Backend, Connection, Result};
use crate::rows::{RecentExecutionRow, readable};
use crate::schema::{workflow_tags, workflows};
use crate::workflows::WorkflowFilter;

/// Which rows of `executions`, under this name in a query, count as recent ones.
fn counts(executions: &str) -> String {
    format!("NOT {executions}.deleting AND {executions}.tried_step IS NULL")
}

/// How many workflows fit a filter, on all pages.
pub async fn total(conn: &mut Connection, tenant: &str, filter: &WorkflowFilter) -> Result<i64> {
    Ok(filtered(tenant, filter).select(count_star()).first(conn).await?)
}

/// The newest executions of each of these workflows, newest first.
pub async fn recent(
    conn: &mut Connection,
    tenant: &str,
    ids: &[String],
) -> Result<HashMap<String, Vec<RecentExecution>>> {
    let mut recent: HashMap<String, Vec<RecentExecution>> = HashMap::new();
    if ids.is_empty() {
        return Ok(recent);
    }
    let mut rows: Vec<RecentExecutionRow> = recent_query(tenant, ids).load(conn).await?;
    rows.sort_by(|one, other| other.id.cmp(&one.id));
    for (workflow, run) in readable(rows.into_iter().map(RecentExecutionRow::into_recent)) {
        recent.entry(workflow).or_default().push(run);
    }
    Ok(recent)
}

/// For each workflow two seeks in an index: the first finds where its newest executions begin, the second reads them. The
/// cross join keeps SQLite to this order.
pub fn recent_query<'a>(
    tenant: &'a str,
    ids: &'a [String],
) -> BoxedSqlQuery<'a, Backend, diesel::query_builder::SqlQuery> {
    let mut places = String::new();
    for at in 0..ids.len() {
        let _infallible = write!(places, "{}${}", if at == 0 { "" } else { ", " }, at + 2);
    }
    let before = MAX_RECENT_EXECUTIONS.saturating_sub(1);
    let sql = format!(
        "SELECT r.workflow_id, r.id, n.number, r.status, r.on_hold, r.cost_usd, r.unpriced_calls, r.created_at, r.started_at,
            r.completed_at
        FROM workflows w CROSS JOIN executions r
        LEFT JOIN execution_numbers n ON n.tenant_id = r.tenant_id AND n.execution_id = r.id
        WHERE w.tenant_id = $1 AND w.id IN ({places}) AND r.tenant_id = w.tenant_id AND r.workflow_id = w.id
            AND r.id >= COALESCE((
                SELECT e.id FROM executions e
                WHERE e.tenant_id = w.tenant_id AND e.workflow_id = w.id AND {inner}
                ORDER BY e.id DESC LIMIT 1 OFFSET {before}), '')
            AND {outer}",
        inner = counts("e"),
        outer = counts("r"),
    );
    let query = diesel::sql_query(sql).into_boxed::<Backend>().bind::<Text, _>(tenant);
    ids.iter().fold(query, |query, id| query.bind::<Text, _>(id.as_str()))
}

/// The most frequent tags and categories of the workflows, or of the templates, or of both.
pub async fn facets(conn: &mut Connection, tenant: &str, is_template: Option<bool>) -> Result<WorkflowFacets> {
    let kinds = is_template.map_or_else(|| vec![false, true], |is_template| vec![is_template]);
    let listed = workflows::tenant_id
        .eq(tenant.to_owned())
        .and(not(workflows::deleting))
        .and(workflows::is_template.eq_any(kinds));
    let of_workflow =
        workflows::tenant_id.eq(workflow_tags::tenant_id).and(workflows::id.eq(workflow_tags::workflow_id));
    let tags = workflow_tags::table
        .inner_join(workflows::table.on(of_workflow))
        .filter(listed.clone())
        .group_by(workflow_tags::tag)
        .order((count_star().desc(), workflow_tags::tag.asc()))
        .limit(i64::from(MAX_FACETS))
        .select((workflow_tags::tag, count_star()));
    let categories = workflows::table
        .filter(listed.and(workflows::category.is_not_null()))
        .group_by(workflows::category)
        .order((count_star().desc(), workflows::category.asc()))
        .limit(i64::from(MAX_FACETS))
        .select((workflows::category.assume_not_null(), count_star()));
    let facet = |(name, count): (String, i64)| WorkflowFacet { name, count };
    let tags: Vec<(String, i64)> = tags.load(conn).await?;
    let categories: Vec<(String, i64)> = categories.load(conn).await?;
    Ok(WorkflowFacets {
        tags: tags.into_iter().map(facet).collect(),
        categories: categories.into_iter().map(facet).collect(),
    })
}
