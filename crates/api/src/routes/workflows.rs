//! Workflows.

use actix_web::http::header::IF_NONE_MATCH;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, Responder as _, delete, get, post, put};
use serde::Deserialize;
use serde_json::Value;
use sluice_store::{ResourceKind, SortOrder, WorkflowFilter};
use sluice_types::edit::rename_references;
use sluice_types::limits::{DEFAULT_STATS_DAYS, MAX_NAME_CHARS, MAX_STATS_DAYS};
use sluice_types::{
    ALL_TOOLS, AgentId, CopyWorkflow, CreateWorkflow, ErrorCode, Estimate, EstimateWorkflow, LintReport, ListQuery,
    McpServerId, ToolId, UpdateWorkflow, ValidateWorkflow, VersionOrigin, Workflow, WorkflowId, WorkflowInclude,
    WorkflowPage, WorkflowStats, layout_of, positions_of,
};
use utoipa::IntoParams;

use super::address;
use super::workflow_saves::{
    check_template_id, create, hold_to_known_parts, published, save, save_once, saved, saved_by,
};
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag, is_known, not_modified, tag_of_version};
use crate::extract::{Body, OptionalBody, Query};
use crate::idempotency::{Answered, KeyHeader};
use crate::state::App;
use crate::validate::{Check, check_definition, cursor, filter, page_size, search, tags};

/// Lists workflows, without their definitions.
///
/// The list has the newest save first, unless `sort` says otherwise. `last_execution` is the newest execution of each. Filters
/// are combined: a workflow fits them all. `include` adds the number of workflows on all pages, the newest executions of each
/// workflow of the page, and the tags and categories to filter by.
#[utoipa::path(
    tag = "workflows", params(ListQuery),
    responses((status = 200, description = "A page of workflows", body = WorkflowPage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows")]
pub async fn list_workflows(caller: Viewer, query: Query<ListQuery>, app: Data<App>) -> ApiResult<Json<WorkflowPage>> {
    let query = query.0;
    let sort = match &query.sort {
        Some(sort) => sort
            .parse::<SortOrder>()
            .map_err(|message| ApiError::parameter(ErrorCode::InvalidQuery, "sort", message))?,
        None => SortOrder::default(),
    };
    let names = named(query.agent_id, query.mcp_server_id, query.tool)?;
    let wanted = WorkflowFilter {
        limit: page_size(query.limit)?,
        cursor: cursor(query.cursor.as_deref(), sort.scope())?,
        sort,
        search: search(query.search)?,
        tags: tags(query.tag)?,
        statuses: query.status.unwrap_or_default(),
        category: filter("category", query.category, MAX_NAME_CHARS)?,
        is_template: query.is_template,
        is_published: query.is_published,
        names,
    };
    let (store, tenant) = (app.engine.store(), caller.tenant());
    let mut page = store.workflows(tenant, wanted.clone()).await?;
    if query.include.contains(&WorkflowInclude::RecentExecutions) {
        let ids = page.items.iter().map(|item| item.id.to_string()).collect();
        let mut recent = store.recent_executions(tenant, ids).await?;
        for item in &mut page.items {
            item.recent_executions = Some(recent.remove(item.id.as_str()).unwrap_or_default());
        }
    }
    if query.include.contains(&WorkflowInclude::Facets) {
        page.facets = Some(store.workflow_facets(tenant, wanted.is_template).await?);
    }
    if query.include.contains(&WorkflowInclude::Total) {
        page.total = Some(store.count_workflows(tenant, wanted).await?);
    }
    Ok(Json(page))
}

/// What the listed workflows name.
fn named(
    agent: Option<AgentId>,
    server: Option<McpServerId>,
    tool: Option<String>,
) -> ApiResult<Vec<(ResourceKind, Vec<String>)>> {
    let agent = agent.map(|id| (ResourceKind::Agent, vec![id.to_string()]));
    let server = server.map(|id| (ResourceKind::McpServer, vec![id.to_string()]));
    let refused = |rule: String| ApiError::parameter(ErrorCode::InvalidQuery, "tool", rule);
    let tool: Option<ToolId> = tool.map(|tool| tool.parse().map_err(refused)).transpose()?;
    let tool = tool.map(|id| {
        let all = ToolId { source: id.source.clone(), name: ALL_TOOLS.to_owned() };
        (ResourceKind::Tool, vec![id.to_string(), all.to_string()])
    });
    Ok([agent, server, tool].into_iter().flatten().collect())
}

/// Creates a workflow. Its id comes from the name when it is left out.
///
/// The definition is checked for what can never be saved, such as two steps with one label; `validate_workflow` tells all that
/// would keep it from running. The answer of `get_workflow` or `get_template` is taken too, under another `id`.
#[utoipa::path(
    tag = "workflows",
    request_body(content = CreateWorkflow, example = json!({"name": "Market brief", "definition": {"steps": [
        {"label": "Research", "type": "llm", "prompt": "Research {{input.topic}}"},
        {"label": "Check", "type": "review"},
        {"label": "Brief", "type": "llm", "prompt": "Write a brief of {{steps.Check.content}}"}]}})),
    responses((status = 201, description = "The workflow", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "invalid_definition", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows")]
pub async fn create_workflow(
    caller: Editor,
    key: KeyHeader,
    body: Body<CreateWorkflow>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Workflow>>> {
    let key = key.of("create_workflow", &(), &body.0);
    let creation = create(&app, &caller, body.0, None, VersionOrigin::Saved, key.as_ref());
    let created = save_once(&app, &caller, key.as_ref(), creation).await?;
    Ok(created.map(|workflow| created_at("workflows", workflow)))
}

/// Answers 201, with the address of what was created among these resources.
pub fn created_at(resources: &str, workflow: Workflow) -> WithETag<Workflow> {
    let location = address(resources, &workflow.id);
    WithETag::created(workflow, location)
}

/// Returns one workflow, with its definition.
///
/// Send the answer back with `update_workflow` to change it: its `version` or the `ETag` says which version was read.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    responses((status = 200, description = "The workflow; the `ETag` begins with its version", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[get("/workflows/{workflow_id}")]
pub async fn get_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    // Where somebody placed steps, the tag is of the whole answer.
    let store = app.engine.store();
    if request.headers().contains_key(IF_NONE_MATCH) && !store.has_layout(caller.tenant(), &id).await? {
        let version = store.workflow_version(caller.tenant(), &id).await?;
        let tag = tag_of_version(version.ok_or(ErrorCode::WorkflowNotFound)?);
        if is_known(&request, &tag) {
            return Ok(not_modified(&tag));
        }
    }
    Ok(WithETag::ok(find(&app, &caller, &id).await?).respond_to(&request))
}

/// A workflow; `workflow_not_found` when it does not exist.
pub async fn find(app: &App, caller: &Caller, id: &WorkflowId) -> ApiResult<Workflow> {
    Ok(app.engine.store().workflow(caller.tenant(), id).await?.ok_or(ErrorCode::WorkflowNotFound)?)
}

/// The error that there is no such workflow, found without reading its definition.
pub async fn require(app: &App, caller: &Caller, id: &WorkflowId) -> ApiResult<()> {
    if app.engine.store().has_workflow(caller.tenant(), id).await? {
        Ok(())
    } else {
        Err(ErrorCode::WorkflowNotFound.into())
    }
}

/// Saves a workflow over the version that If-Match names. A save that changes nothing makes no version.
///
/// A `layout` alone makes no version either: of two, the last one wins.
/// Labels given in `renamed_labels` are rewritten in every prompt in the same save.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("If-Match" = Option<String>, Header, description = "The `ETag` as it was read; without it, the body holds the `version`", example = "\"3\"")),
    request_body(content = UpdateWorkflow, example = json!({"name": "Market brief", "definition": {"steps": [
        {"id": "research", "label": "Research", "type": "llm", "prompt": "Research {{input.topic}} thoroughly"}]}})),
    responses((status = 200, description = "The workflow as saved", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_conflict", "workflow_exists", "if_match_required", "invalid_header", "invalid_definition", "rate_limited"])))
)]
#[put("/workflows/{workflow_id}")]
pub async fn update_workflow(
    caller: Editor,
    id: Path<WorkflowId>,
    if_match: IfMatch,
    body: Body<UpdateWorkflow>,
    app: Data<App>,
) -> ApiResult<WithETag<Workflow>> {
    let version = if_match.or_in_body(body.0.version)?;
    app.limit_saves(caller.tenant())?;
    let mut request = body.0;
    Check::default()
        .renamed_labels(&request.renamed_labels)
        .name("/name", &request.name)
        .text("/description", &request.description)
        .short("/category", request.category.as_deref())
        .tags(&request.tags)
        .metadata(request.metadata.as_ref())
        .published(request.is_published, request.is_template)
        .positions("/layout", request.layout.as_deref())
        .done()?;
    let before = find(&app, &caller, &id).await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ApiError::stale(before.version));
    }
    check_template_id(&id, request.is_template)?;
    hold_to_known_parts(&request.definition, &before.definition)?;
    rename_references(&mut request.definition, &request.renamed_labels);
    check_definition(&request.definition)?;
    let changed = Workflow {
        name: request.name,
        description: request.description,
        category: request.category,
        tags: request.tags,
        metadata: request.metadata.unwrap_or_else(|| before.metadata.clone()),
        layout: request
            .layout
            .map_or_else(|| before.layout.clone(), |layout| layout_of(&request.definition, &positions_of(&layout))),
        definition: request.definition,
        is_template: request.is_template,
        is_published: published(&before, request.is_template, request.is_published),
        is_active: request.is_active,
        ..before.clone()
    };
    let by = saved_by(&caller, VersionOrigin::Saved);
    Ok(WithETag::ok(save(&app, &caller, by, before, changed, None).await?))
}

/// Deletes a workflow with its versions and executions.
///
/// A workflow with executions that have not ended is not deleted: cancel them first.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"),
        ("If-Match" = Option<String>, Header, description = "Delete only this version")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_conflict", "execution_active", "invalid_header"])))
)]
#[delete("/workflows/{workflow_id}")]
pub async fn delete_workflow(
    caller: Editor,
    id: Path<WorkflowId>,
    if_match: IfMatch,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    saved(&app.engine.store().delete_workflow(caller.tenant(), &id, if_match.optional()).await?)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Copies a workflow.
///
/// The copy has version 1 and no executions. Its definition is that of the newest version; the layout is copied, too.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow to copy")),
    request_body(content = Option<CopyWorkflow>, example = json!({"name": "Market brief for tea"})),
    responses((status = 201, description = "The copy", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows/{workflow_id}/copy")]
pub async fn copy_workflow(
    caller: Editor,
    id: Path<WorkflowId>,
    key: KeyHeader,
    body: OptionalBody<CopyWorkflow>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Workflow>>> {
    let key = key.of("copy_workflow", &*id, &body.0);
    let copy = async {
        let original = find(&app, &caller, &id).await?;
        let name = || format!("Copy of {}", original.name).chars().take(MAX_NAME_CHARS).collect();
        let request = CreateWorkflow {
            id: body.0.id,
            name: body.0.name.unwrap_or_else(name),
            description: original.description,
            category: original.category,
            tags: original.tags,
            metadata: Some(original.metadata),
            definition: original.definition,
            layout: Some(original.layout),
            is_template: original.is_template,
            is_published: original.is_template.then_some(original.is_published),
            is_active: original.is_active,
            ..CreateWorkflow::default()
        };
        create(&app, &caller, request, original.source_template_id, VersionOrigin::Copied, key.as_ref()).await
    };
    let copied = save_once(&app, &caller, key.as_ref(), Box::pin(copy)).await?;
    Ok(copied.map(|workflow| created_at("workflows", workflow)))
}

/// Checks a definition: errors that would prevent a run, and warnings.
///
/// An answer with errors is a success: `valid` says whether it can run. With an `input`, the templates are checked against it.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    request_body(content = Option<ValidateWorkflow>, example = json!({"input": {"topic": "tea"}})),
    responses((status = 200, description = "The findings", body = LintReport)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[post("/workflows/{workflow_id}/validate")]
pub async fn validate_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    body: OptionalBody<ValidateWorkflow>,
    app: Data<App>,
) -> ApiResult<Json<LintReport>> {
    let saved = find(&app, &caller, &id).await?;
    let definition = body.0.definition.unwrap_or(saved.definition);
    Ok(Json(app.engine.check(caller.tenant(), &definition, body.0.input.as_ref()).await?))
}

/// Estimates what a run costs, step by step, before anything is spent.
///
/// Steps that ran before are estimated from the length of their answers then, others from their limits of tokens.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    request_body(content = Option<EstimateWorkflow>, example = json!({"input": {"topic": "tea"}})),
    responses((status = 200, description = "From the least to the most that is expected", body = Estimate)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[post("/workflows/{workflow_id}/estimate")]
pub async fn estimate_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    body: OptionalBody<EstimateWorkflow>,
    app: Data<App>,
) -> ApiResult<Json<Estimate>> {
    let saved = find(&app, &caller, &id).await?;
    let definition = body.0.definition.unwrap_or(saved.definition);
    check_definition(&definition)?;
    let input = body.0.input.unwrap_or(Value::Null);
    Ok(Json(app.engine.estimate(caller.tenant(), Some(&id), &definition, &input).await?))
}

/// The days of which statistics are answered.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// The number of days until today, in UTC: 1 to 366. Default: 30.
    pub days: Option<u32>,
}

/// Returns statistics of a workflow's executions: totals of all, and figures of the last days.
///
/// An execution counts on the day on which it ended, in UTC, and once: one that is retried counts as it ends last. One that is
/// deleted later stays counted, for its cost was spent. Percentiles are up to 9 % off.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow"), StatsQuery),
    responses((status = 200, description = "Counts, durations, tokens and cost", body = WorkflowStats)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "invalid_query"])))
)]
#[get("/workflows/{workflow_id}/stats")]
pub async fn get_workflow_stats(
    caller: Viewer,
    id: Path<WorkflowId>,
    query: Query<StatsQuery>,
    app: Data<App>,
) -> ApiResult<Json<WorkflowStats>> {
    let days = query.0.days.unwrap_or(DEFAULT_STATS_DAYS);
    if !(1..=MAX_STATS_DAYS).contains(&days) {
        let message = format!("a number from 1 to {MAX_STATS_DAYS} is expected");
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, "days", message));
    }
    require(&app, &caller, &id).await?;
    Ok(Json(app.engine.store().stats(caller.tenant(), &id, app.engine.outside().clock.now(), days).await?))
}
