//! Workflows, their versions and tags.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{max, min, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Nullable};
use diesel_async::RunQueryDsl;
use sluice_types::{
    AttemptStatus, ExecutionStatus, ExecutionSummary, StepHistories, StepHistory, StepId, Workflow, WorkflowStats,
    WorkflowSummary, WorkflowVersion,
};

use super::{Backend, Connection, Result, lock_workflow};
use crate::cursor::Cursor;
use crate::rows::{ExecutionRow, VersionRow, WorkflowRow, WorkflowSummaryRow, usage};
use crate::schema::{attempts, executions, workflow_tags, workflow_versions, workflows};
use crate::workflows::{SortOrder, WorkflowFilter, WorkflowUpdate};

pub async fn get(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<Workflow>> {
    let row = workflows::table.find((tenant, id)).select(WorkflowRow::as_select()).first(conn).await.optional()?;
    row.map(WorkflowRow::into_workflow).transpose()
}

pub async fn create(conn: &mut Connection, tenant: &str, workflow: &Workflow) -> Result<()> {
    diesel::insert_into(workflows::table).values(WorkflowRow::new(tenant, workflow)?).execute(conn).await?;
    write_tags(conn, tenant, workflow).await?;
    write_version(conn, tenant, workflow).await
}

/// Saves a workflow over the version before it.
pub async fn update(conn: &mut Connection, tenant: &str, workflow: &Workflow) -> Result<WorkflowUpdate> {
    let id = workflow.id.as_str();
    let row = WorkflowRow::new(tenant, workflow)?;
    let saved = diesel::update(workflows::table.find((tenant, id)).filter(workflows::version.eq(workflow.version - 1)))
        .set(&row)
        .execute(conn)
        .await?;
    if saved == 0 {
        let current = workflows::table.find((tenant, id)).select(workflows::version).first(conn).await.optional()?;
        return Ok(current.map_or(WorkflowUpdate::NotFound, WorkflowUpdate::Stale));
    }
    diesel::delete(
        workflow_tags::table.filter(workflow_tags::tenant_id.eq(tenant).and(workflow_tags::workflow_id.eq(id))),
    )
    .execute(conn)
    .await?;
    write_tags(conn, tenant, workflow).await?;
    write_version(conn, tenant, workflow).await?;
    Ok(WorkflowUpdate::Saved)
}

async fn write_tags(conn: &mut Connection, tenant: &str, workflow: &Workflow) -> Result<()> {
    let unique: HashSet<&String> = workflow.tags.iter().collect();
    for tag in unique {
        diesel::insert_into(workflow_tags::table)
            .values((
                workflow_tags::tenant_id.eq(tenant),
                workflow_tags::tag.eq(tag),
                workflow_tags::workflow_id.eq(workflow.id.as_str()),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn write_version(conn: &mut Connection, tenant: &str, workflow: &Workflow) -> Result<()> {
    let row = VersionRow {
        tenant_id: tenant.to_owned(),
        workflow_id: workflow.id.to_string(),
        version: workflow.version,
        name: workflow.name.clone(),
        description: workflow.description.clone(),
        definition: crate::rows::write_json(&workflow.definition)?,
        created_at: crate::time::to_micros(workflow.updated_at),
        format: crate::rows::FORMAT,
    };
    diesel::insert_into(workflow_versions::table).values(row).execute(conn).await?;
    Ok(())
}

/// Deletes a workflow with its versions and executions, unless one of them has not ended.
pub async fn delete(conn: &mut Connection, tenant: &str, id: &str, version: Option<i64>) -> Result<WorkflowUpdate> {
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
    diesel::delete(workflows::table.find((tenant, id))).execute(conn).await?;
    Ok(WorkflowUpdate::Saved)
}

pub async fn list(conn: &mut Connection, tenant: &str, filter: &WorkflowFilter) -> Result<Vec<WorkflowSummary>> {
    // One seek in an index for each row of the page, so that a start need not write the workflow's
    // row, definition and all.
    let of_workflow = executions::tenant_id.eq(workflows::tenant_id).and(executions::workflow_id.eq(workflows::id));
    let newest =
        executions::table.filter(of_workflow).order(executions::id.desc()).select(executions::id).single_value();
    let mut query = workflows::table
        .filter(workflows::tenant_id.eq(tenant.to_owned()))
        .select((WorkflowSummaryRow::as_select(), newest))
        .into_boxed::<Backend>();
    if let Some(search) = &filter.search {
        let literal = search.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.filter(workflows::search_text.like(format!("%{literal}%")).escape('\\'));
    }
    if let Some(tag) = &filter.tag {
        let tagged = workflow_tags::table
            .filter(workflow_tags::tenant_id.eq(tenant.to_owned()).and(workflow_tags::tag.eq(tag.clone())))
            .select(workflow_tags::workflow_id);
        query = query.filter(workflows::id.eq_any(tagged));
    }
    if let Some(category) = &filter.category {
        query = query.filter(workflows::category.eq(category.clone()));
    }
    if let Some(is_template) = filter.is_template {
        query = query.filter(workflows::is_template.eq(is_template));
    }
    query = match filter.sort {
        SortOrder::NewestFirst => query.order((workflows::updated_at.desc(), workflows::id.desc())),
        SortOrder::OldestFirst => query.order((workflows::updated_at.asc(), workflows::id.asc())),
        SortOrder::Name => query.order((workflows::name.asc(), workflows::id.asc())),
        SortOrder::NameDescending => query.order((workflows::name.desc(), workflows::id.desc())),
    };
    if let Some(Cursor { key, id, .. }) = filter.cursor.clone() {
        let updated_at = key.parse::<i64>().unwrap_or(0);
        // The first condition lets both databases seek in the index; the second breaks ties.
        query = match filter.sort {
            SortOrder::NewestFirst => query
                .filter(workflows::updated_at.le(updated_at))
                .filter(workflows::updated_at.lt(updated_at).or(workflows::id.lt(id))),
            SortOrder::OldestFirst => query
                .filter(workflows::updated_at.ge(updated_at))
                .filter(workflows::updated_at.gt(updated_at).or(workflows::id.gt(id))),
            SortOrder::Name => {
                query.filter(workflows::name.ge(key.clone())).filter(workflows::name.gt(key).or(workflows::id.gt(id)))
            }
            SortOrder::NameDescending => {
                query.filter(workflows::name.le(key.clone())).filter(workflows::name.lt(key).or(workflows::id.lt(id)))
            }
        };
    }
    let rows: Vec<(WorkflowSummaryRow, Option<String>)> = query.limit(i64::from(filter.limit) + 1).load(conn).await?;
    let ids: Vec<&String> = rows.iter().filter_map(|(_, newest)| newest.as_ref()).collect();
    let mut executions = summaries(conn, tenant, &ids).await?;
    rows.into_iter().map(|(row, newest)| row.into_summary(newest.and_then(|id| executions.remove(&id)))).collect()
}

async fn summaries(conn: &mut Connection, tenant: &str, ids: &[&String]) -> Result<HashMap<String, ExecutionSummary>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<ExecutionRow> = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::id.eq_any(ids)))
        .select(ExecutionRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(|row| Ok((row.id.clone(), row.into_summary()?))).collect()
}

pub async fn versions(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<WorkflowVersion>> {
    let rows: Vec<VersionRow> = workflow_versions::table
        .filter(workflow_versions::tenant_id.eq(tenant).and(workflow_versions::workflow_id.eq(id)))
        .filter(workflow_versions::version.lt(before.unwrap_or(i64::MAX)))
        .order(workflow_versions::version.desc())
        .limit(i64::from(limit) + 1)
        .select(VersionRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(VersionRow::into_version).collect()
}

pub async fn version(conn: &mut Connection, tenant: &str, id: &str, version: i64) -> Result<Option<WorkflowVersion>> {
    let row = workflow_versions::table
        .find((tenant, id, version))
        .select(VersionRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(VersionRow::into_version).transpose()
}

/// Sums of integers are `numeric` on PostgreSQL and an integer on SQLite; cast, they are one.
fn sum_of(expression: &str) -> diesel::expression::SqlLiteral<BigInt> {
    sql(&format!("CAST(COALESCE(SUM({expression}), 0) AS BIGINT)"))
}

pub async fn stats(conn: &mut Connection, tenant: &str, id: &str) -> Result<WorkflowStats> {
    let of_workflow = || executions::table.filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)));
    let (count, cost_usd, input, output, cached): (i64, Option<f64>, i64, i64, i64) = of_workflow()
        .select((
            sql::<BigInt>("COUNT(*)"),
            sql::<Nullable<Double>>("SUM(cost_usd)"),
            sum_of("input_tokens"),
            sum_of("output_tokens"),
            sum_of("cached_input_tokens"),
        ))
        .first(conn)
        .await?;
    let (completed, duration): (i64, i64) = of_workflow()
        .filter(executions::status.eq(ExecutionStatus::Completed.as_str()))
        .select((sql::<BigInt>("COUNT(*)"), sum_of("completed_at - started_at")))
        .first(conn)
        .await?;
    let failed: i64 =
        of_workflow().filter(executions::status.eq(ExecutionStatus::Failed.as_str())).count().get_result(conn).await?;
    Ok(WorkflowStats {
        executions: count,
        completed,
        failed,
        cost_usd: cost_usd.unwrap_or(0.0),
        token_usage: usage(input, output, cached),
        mean_duration_ms: (completed > 0).then(|| duration / completed / 1000),
    })
}

/// Path, provider, model, attempts, fewest and most tokens.
type HistoryRow = (String, Option<String>, Option<String>, i64, Option<i64>, Option<i64>);

/// How many of the newest executions are looked at for a step's history.
const HISTORY_EXECUTIONS: i64 = 20;

/// What each step took in the newest executions of a workflow, by the model that it called.
pub async fn history(conn: &mut Connection, tenant: &str, id: &str) -> Result<StepHistories> {
    let newest: Vec<String> = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)))
        .order(executions::id.desc())
        .limit(HISTORY_EXECUTIONS)
        .select(executions::id)
        .load(conn)
        .await?;
    let rows: Vec<HistoryRow> = attempts::table
        .filter(attempts::tenant_id.eq(tenant).and(attempts::execution_id.eq_any(newest)))
        .filter(attempts::status.eq(AttemptStatus::Completed.as_str()))
        .group_by((attempts::path, attempts::provider, attempts::model))
        .select((
            attempts::path,
            attempts::provider,
            attempts::model,
            sql::<BigInt>("COUNT(*)"),
            min(attempts::output_tokens),
            max(attempts::output_tokens),
        ))
        .load(conn)
        .await?;
    let tokens = |count: Option<i64>| u64::try_from(count.unwrap_or(0)).unwrap_or(0);
    Ok(rows
        .into_iter()
        // A path inside a container is no step of the workflow's own list.
        .filter_map(|(path, provider, model, attempts, least, most)| {
            let history =
                StepHistory { attempts, least_output_tokens: tokens(least), most_output_tokens: tokens(most) };
            Some(((StepId::new(path).ok()?, provider?, model?), history))
        })
        .collect())
}
