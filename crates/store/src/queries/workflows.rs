//! Workflows, their versions and tags.

use std::collections::{HashMap, HashSet};

use diesel::dsl::{AsSelect, SqlTypeOf, count_star, exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel_async::RunQueryDsl;
use sluice_types::{ExecutionSummary, Workflow, WorkflowVersion};

use super::{Backend, Connection, Result, canvas, execution_numbers, name_key, resources, workflow_search};
use crate::cursor::Cursor;
use crate::rows::{ExecutionSummaryRow, VersionRow, WorkflowRow, WorkflowSummaryRow, check_format, readable};
use crate::schema::{executions, workflow_resources, workflow_tags, workflow_versions, workflows};
use crate::versions::WorkflowSave;
use crate::workflows::{SortOrder, WorkflowFilter, WorkflowUpdate};

pub async fn get(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<Workflow>> {
    Ok(canvas::get(conn, tenant, id).await?.map(|(workflow, _)| workflow))
}

/// Whether there is such a workflow, without reading its definition.
pub async fn has(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    let found = workflows::table.find((tenant, id)).filter(not(workflows::deleting));
    Ok(diesel::select(exists(found)).get_result(conn).await?)
}

/// The version of a workflow, without reading its definition.
pub async fn current_version(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<i64>> {
    let found = workflows::table.find((tenant, id)).filter(not(workflows::deleting));
    Ok(found.select(workflows::version).first(conn).await.optional()?)
}

/// The ids that are `base`, or begin with `prefix` and a hyphen. Those of workflows being deleted are taken, too.
pub async fn taken_ids(conn: &mut Connection, tenant: &str, base: &str, prefix: &str) -> Result<Vec<String>> {
    let numbered = format!("{}-%", literal(prefix));
    Ok(workflows::table
        .filter(workflows::tenant_id.eq(tenant))
        .filter(workflows::id.eq(base).or(workflows::id.like(numbered).escape('\\')))
        .select(workflows::id)
        .load(conn)
        .await?)
}

/// A text as a pattern of `LIKE` that stands for itself.
pub fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A pattern of `LIKE` for texts in lower case that contain these words.
pub fn pattern(words: &str) -> String {
    format!("%{}%", literal(&words.to_lowercase()))
}

pub async fn create(conn: &mut Connection, tenant: &str, save: &WorkflowSave) -> Result<()> {
    let workflow = &save.workflow;
    diesel::insert_into(workflows::table).values(WorkflowRow::new(tenant, workflow)?).execute(conn).await?;
    write_tags(conn, tenant, workflow).await?;
    workflow_search::write(conn, tenant, workflow).await?;
    resources::note(conn, tenant, workflow).await?;
    canvas::create(conn, tenant, workflow.id.as_str(), &workflow.layout).await?;
    write_version(conn, tenant, save).await
}

/// Saves a workflow over the version before it. Its layout stays as it is.
pub async fn update(conn: &mut Connection, tenant: &str, save: &WorkflowSave) -> Result<WorkflowUpdate> {
    let workflow = &save.workflow;
    let id = workflow.id.as_str();
    let row = WorkflowRow::new(tenant, workflow)?;
    let there = workflows::table.find((tenant, id)).filter(not(workflows::deleting));
    let format: Option<i32> = there.select(workflows::format).first(conn).await.optional()?;
    let Some(format) = format else { return Ok(WorkflowUpdate::NotFound) };
    check_format(format)?;
    let before = workflows::version.eq(workflow.version - 1).and(not(workflows::deleting));
    let saved = diesel::update(workflows::table.find((tenant, id)).filter(before)).set(&row).execute(conn).await?;
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
    workflow_search::write(conn, tenant, workflow).await?;
    resources::note(conn, tenant, workflow).await?;
    write_version(conn, tenant, save).await?;
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

async fn write_version(conn: &mut Connection, tenant: &str, save: &WorkflowSave) -> Result<()> {
    let row = VersionRow::new(tenant, &save.workflow, &save.by)?;
    diesel::insert_into(workflow_versions::table).values(row).execute(conn).await?;
    Ok(())
}

/// The rows of a page and one more, each with the newest execution of its workflow.
pub async fn list(
    conn: &mut Connection,
    tenant: &str,
    filter: &WorkflowFilter,
) -> Result<Vec<(WorkflowSummaryRow, Option<ExecutionSummary>)>> {
    let rows: Vec<(WorkflowSummaryRow, Option<String>)> = list_query(tenant, filter).load(conn).await?;
    let ids: Vec<&String> = rows.iter().filter_map(|(_, newest)| newest.as_ref()).collect();
    let mut executions = summaries(conn, tenant, &ids).await?;
    Ok(rows.into_iter().map(|(row, newest)| (row, newest.and_then(|id| executions.remove(&id)))).collect())
}

type ListQuery =
    workflows::BoxedQuery<'static, Backend, (SqlTypeOf<AsSelect<WorkflowSummaryRow, Backend>>, Nullable<Text>)>;

/// A column of the newest execution of the workflow of a row: one seek in an index, so that a start need not write the
/// workflow's row, definition and all.
macro_rules! of_newest {
    ($column:expr) => {
        executions::table
            .filter(executions::tenant_id.eq(workflows::tenant_id).and(executions::workflow_id.eq(workflows::id)))
            .filter(not(executions::deleting).and(executions::tried_step.is_null()))
            .order(executions::id.desc())
            .select($column)
            .single_value()
    };
}

/// The query of a list, with the id of each workflow's newest execution.
pub fn list_query(tenant: &str, filter: &WorkflowFilter) -> ListQuery {
    let mut query = filtered(tenant, filter).select((WorkflowSummaryRow::as_select(), of_newest!(executions::id)));
    query = match filter.sort {
        SortOrder::NewestFirst => query.order((workflows::updated_at.desc(), workflows::id.desc())),
        SortOrder::OldestFirst => query.order((workflows::updated_at.asc(), workflows::id.asc())),
        SortOrder::NewestCreatedFirst => query.order((workflows::created_at.desc(), workflows::id.desc())),
        SortOrder::OldestCreatedFirst => query.order((workflows::created_at.asc(), workflows::id.asc())),
        SortOrder::Name => query.order((name_key().asc(), workflows::id.asc())),
        SortOrder::NameDescending => query.order((name_key().desc(), workflows::id.desc())),
    };
    if let Some(Cursor { key, id, .. }) = filter.cursor.clone() {
        let time = key.parse::<i64>().unwrap_or(0);
        // The first condition lets both databases seek in the index; the second breaks ties.
        query = match filter.sort {
            SortOrder::NewestFirst => query
                .filter(workflows::updated_at.le(time))
                .filter(workflows::updated_at.lt(time).or(workflows::id.lt(id))),
            SortOrder::OldestFirst => query
                .filter(workflows::updated_at.ge(time))
                .filter(workflows::updated_at.gt(time).or(workflows::id.gt(id))),
            SortOrder::NewestCreatedFirst => query
                .filter(workflows::created_at.le(time))
                .filter(workflows::created_at.lt(time).or(workflows::id.lt(id))),
            SortOrder::OldestCreatedFirst => query
                .filter(workflows::created_at.ge(time))
                .filter(workflows::created_at.gt(time).or(workflows::id.gt(id))),
            SortOrder::Name => {
                query.filter(name_key().ge(key.clone())).filter(name_key().gt(key).or(workflows::id.gt(id)))
            }
            SortOrder::NameDescending => {
                query.filter(name_key().le(key.clone())).filter(name_key().lt(key).or(workflows::id.lt(id)))
            }
        };
    }
    query.limit(i64::from(filter.limit) + 1)
}

/// The workflows that fit a filter, whatever the page.
pub fn filtered(tenant: &str, filter: &WorkflowFilter) -> workflows::BoxedQuery<'static, Backend> {
    let mut query = workflows::table
        .filter(workflows::tenant_id.eq(tenant.to_owned()).and(not(workflows::deleting)))
        .into_boxed::<Backend>();
    if let Some(search) = &filter.search {
        query = query.filter(workflows::id.eq_any(workflow_search::found(tenant, search)));
    }
    for tag in &filter.tags {
        let tagged = workflow_tags::table
            .filter(workflow_tags::tenant_id.eq(tenant.to_owned()).and(workflow_tags::tag.eq(tag.clone())))
            .select(workflow_tags::workflow_id);
        query = query.filter(workflows::id.eq_any(tagged));
    }
    if !filter.statuses.is_empty() {
        let statuses: Vec<String> = filter.statuses.iter().map(|status| status.as_str().to_owned()).collect();
        query = query.filter(of_newest!(executions::status).eq_any(statuses));
    }
    for (kind, ids) in &filter.names {
        let naming = workflow_resources::table
            .filter(workflow_resources::tenant_id.eq(tenant.to_owned()).and(workflow_resources::kind.eq(kind.as_str())))
            .filter(workflow_resources::resource_id.eq_any(ids.clone()))
            .select(workflow_resources::workflow_id);
        query = query.filter(workflows::id.eq_any(naming));
    }
    if let Some(category) = &filter.category {
        query = query.filter(workflows::category.eq(category.clone()));
    }
    if let Some(is_template) = filter.is_template {
        query = query.filter(workflows::is_template.eq(is_template));
    }
    if let Some(is_published) = filter.is_published {
        let published = workflows::is_template.and(workflows::is_published);
        query = if is_published { query.filter(published) } else { query.filter(not(published)) };
    }
    query
}

async fn summaries(conn: &mut Connection, tenant: &str, ids: &[&String]) -> Result<HashMap<String, ExecutionSummary>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<ExecutionSummaryRow> = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::id.eq_any(ids)))
        .select(ExecutionSummaryRow::as_select())
        .load(conn)
        .await?;
    let numbers = execution_numbers::of_each(conn, tenant, ids.iter().map(|id| id.as_str())).await?;
    Ok(readable(rows.into_iter().map(|row| Ok((row.id.clone(), row.into_summary(&numbers)?)))).into_iter().collect())
}

pub async fn versions(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<VersionRow>> {
    Ok(workflow_versions::table
        .filter(workflow_versions::tenant_id.eq(tenant).and(workflow_versions::workflow_id.eq(id)))
        .filter(workflow_versions::version.lt(before.unwrap_or(i64::MAX)))
        .filter(exists(workflows::table.find((tenant, id)).filter(not(workflows::deleting))))
        .order(workflow_versions::version.desc())
        .limit(i64::from(limit) + 1)
        .select(VersionRow::as_select())
        .load(conn)
        .await?)
}

pub async fn version(conn: &mut Connection, tenant: &str, id: &str, version: i64) -> Result<Option<WorkflowVersion>> {
    let row = workflow_versions::table
        .find((tenant, id, version))
        .filter(exists(workflows::table.find((tenant, id)).filter(not(workflows::deleting))))
        .select(VersionRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(VersionRow::into_version).transpose()
}

/// The categories of the published templates, each with their number.
pub async fn template_categories(
    conn: &mut Connection,
    tenant: &str,
    limit: i64,
) -> Result<Vec<(Option<String>, i64)>> {
    Ok(workflows::table
        .filter(workflows::tenant_id.eq(tenant).and(not(workflows::deleting)))
        .filter(workflows::is_template.and(workflows::is_published))
        .group_by(workflows::category)
        .order(workflows::category.asc())
        .limit(limit)
        .select((workflows::category, count_star()))
        .load(conn)
        .await?)
}
