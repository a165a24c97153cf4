//! Workflows.

use std::collections::HashSet;

use actix_web::http::header::IF_NONE_MATCH;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, Responder as _, delete, get, post, put};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sluice_store::{
    EarlierRequest, IdempotencyKey, ResourceKind, SortOrder, StoreError, WorkflowFilter, WorkflowUpdate,
};
use sluice_types::edit::rename_references;
use sluice_types::json::ReadError;
use sluice_types::limits::{MAX_NAME_CHARS, MAX_TAG_CHARS};
use sluice_types::{
    ALL_TOOLS, AgentId, CopyWorkflow, CreateWorkflow, Definition, ErrorCode, Estimate, EstimateWorkflow, FieldError,
    LintReport, ListQuery, McpServerId, ToolId, UpdateWorkflow, ValidateWorkflow, Workflow, WorkflowId, WorkflowPage,
    WorkflowStats, built_in_templates, slug_from_name,
};

use super::address;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag, is_known, not_modified, tag_of_version};
use crate::extract::{Body, OptionalBody, Query};
use crate::idempotency::{Answered, KeyHeader, deleted, once};
use crate::state::App;
use crate::validate::{Check, check_definition, check_id, cursor, filter, page_size, search};

/// Lists workflows, without their definitions.
///
/// The list has the newest save first, unless `sort` says otherwise. `last_execution` is the newest execution of each.
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
        tag: filter("tag", query.tag, MAX_TAG_CHARS)?,
        category: filter("category", query.category, MAX_NAME_CHARS)?,
        is_template: query.is_template,
        is_published: query.is_published,
        names,
    };
    Ok(Json(app.engine.store().workflows(caller.tenant(), wanted).await?))
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
    let creation = create(&app, &caller, body.0, None, key.as_ref());
    let created = save_once(&app, &caller, key.as_ref(), creation).await?;
    Ok(created.map(|workflow| created_at("workflows", workflow)))
}

/// Answers 201, with the address of what was created among these resources.
pub fn created_at(resources: &str, workflow: Workflow) -> WithETag<Workflow> {
    let location = address(resources, &workflow.id);
    WithETag::created(workflow, location)
}

/// Saves a workflow once: a repeat with the same idempotency key gets the workflow as it is now.
pub async fn save_once(
    app: &App,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    save: impl Future<Output = ApiResult<Workflow>>,
) -> ApiResult<Answered<Workflow>> {
    let repeat = async |earlier: EarlierRequest| {
        let found = match earlier.resource_id.parse::<WorkflowId>() {
            Ok(id) => app.engine.store().workflow(caller.tenant(), &id).await?,
            Err(_) => None,
        };
        // A later workflow may have its id.
        let found = found.filter(|workflow| workflow.created_at <= earlier.created_at);
        found.ok_or_else(|| deleted(ErrorCode::WorkflowNotFound, &earlier))
    };
    once(app, caller, key, save, repeat).await
}

/// Writes a new workflow. A requested id must be free; an id derived from the name gets a number until it is free.
pub async fn create(
    app: &App,
    caller: &Caller,
    request: CreateWorkflow,
    source: Option<WorkflowId>,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Workflow> {
    app.limit_saves(caller.tenant())?;
    Check::default()
        .name("/name", &request.name)
        .text("/description", &request.description)
        .short("/category", request.category.as_deref())
        .tags(&request.tags)
        .metadata(request.metadata.as_ref())
        .published(request.is_published, request.is_template)
        .done()?;
    check_definition(&request.definition)?;
    let requested = request.id.clone();
    let base = match &requested {
        Some(id) => id.to_string(),
        None => slug_from_name(&request.name, "workflow"),
    };
    let now = app.engine.outside().clock.now();
    let prefix: String = base.chars().take(90).collect();
    let taken = match &requested {
        Some(_) => HashSet::new(),
        None => app.engine.store().taken_ids(caller.tenant(), &base, &prefix).await?,
    };
    for number in 1..=MOST_SAME_NAMES {
        let text = if number == 1 { base.clone() } else { format!("{prefix}-{number}") };
        if taken.contains(&text) {
            continue;
        }
        let id = WorkflowId::new(text).map_err(|error| {
            ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/id", error.to_string())])
        })?;
        let built_in = request.is_template && is_built_in(&id);
        if requested.is_some() {
            check_id(&id)?;
            if built_in {
                return Err(id_of_built_in(&id));
            }
        } else if built_in || check_id(&id).is_err() {
            continue;
        }
        let workflow = new_workflow(&request, id, source.clone(), caller.name(), now);
        match insert(app, caller, workflow.clone(), key).await {
            Ok(()) => return Ok(workflow),
            Err(StoreError::Duplicate) if requested.is_none() => {}
            Err(StoreError::Duplicate) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::new(
        ErrorCode::WorkflowExists,
        format!("There is a workflow `{base}` already: choose another id or name."),
    ))
}

/// The first version of a workflow.
fn new_workflow(
    request: &CreateWorkflow,
    id: WorkflowId,
    source: Option<WorkflowId>,
    by: &str,
    now: DateTime<Utc>,
) -> Workflow {
    Workflow {
        id,
        name: request.name.clone(),
        description: request.description.clone(),
        category: request.category.clone(),
        tags: request.tags.clone(),
        metadata: request.metadata.clone().unwrap_or_default(),
        definition: request.definition.clone(),
        version: 1,
        is_template: request.is_template,
        is_published: request.is_template && request.is_published.unwrap_or(true),
        source_template_id: source,
        is_active: request.is_active,
        created_by: Some(by.to_owned()),
        created_at: now,
        updated_at: now,
    }
}

async fn insert(
    app: &App,
    caller: &Caller,
    workflow: Workflow,
    key: Option<&IdempotencyKey>,
) -> Result<(), StoreError> {
    let store = app.engine.store();
    match key {
        Some(key) => store.create_workflow_once(caller.tenant(), workflow, key.clone()).await,
        None => store.create_workflow(caller.tenant(), workflow).await,
    }
}

/// Whether a built-in template has this id: it would hide a tenant's own template.
fn is_built_in(id: &WorkflowId) -> bool {
    built_in_templates().iter().any(|template| template.id == *id)
}

/// Refuses a template with the id of a built-in one.
pub fn check_template_id(id: &WorkflowId, is_template: bool) -> ApiResult<()> {
    if is_template && is_built_in(id) { Err(id_of_built_in(id)) } else { Ok(()) }
}

fn id_of_built_in(id: &WorkflowId) -> ApiError {
    let detail = format!("A built-in template has the id `{id}`: choose another one for your own template.");
    ApiError::new(ErrorCode::WorkflowExists, detail)
}

/// Workflows whose ids may be derived from the same name.
const MOST_SAME_NAMES: u32 = 1_000;

/// Returns one workflow, with its definition.
///
/// Send the answer back with `update_workflow` to change it: its `version` or the `ETag` says which version was read.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    responses((status = 200, description = "The workflow; its version is the `ETag`", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[get("/workflows/{workflow_id}")]
pub async fn get_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    if request.headers().contains_key(IF_NONE_MATCH) {
        let version = app.engine.store().workflow_version(caller.tenant(), &id).await?;
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

/// Saves a workflow over the version that `If-Match` names. A save that changes nothing makes no version.
///
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
        definition: request.definition,
        is_template: request.is_template,
        is_published: published(&before, request.is_template, request.is_published),
        is_active: request.is_active,
        ..before.clone()
    };
    Ok(WithETag::ok(save(&app, &caller, before, changed, None).await?))
}

/// Whether a saved workflow is published. A workflow that becomes a template is, unless the save says otherwise.
pub fn published(before: &Workflow, is_template: bool, asked: Option<bool>) -> bool {
    is_template && asked.unwrap_or(before.is_published || !before.is_template)
}

/// Saves a workflow over the version that was read; the result is the workflow as saved. A save that changes nothing makes
/// no version.
pub async fn save(
    app: &App,
    caller: &Caller,
    before: Workflow,
    changed: Workflow,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Workflow> {
    if changed == before {
        return Ok(before);
    }
    let workflow = Workflow { version: before.version + 1, updated_at: app.engine.outside().clock.now(), ..changed };
    let (store, tenant) = (app.engine.store(), caller.tenant());
    let update = match key {
        Some(key) => store.update_workflow_once(tenant, workflow.clone(), key.clone()).await?,
        None => store.update_workflow(tenant, workflow.clone()).await?,
    };
    saved(&update)?;
    Ok(workflow)
}

/// Refuses unknown fields, as in every request. Those that a newer server has stored may be sent back as they were read.
pub fn hold_to_known_parts(definition: &Definition, stored: &Definition) -> ApiResult<()> {
    definition.hold_to_known_parts(Some(stored)).map_err(|ReadError { pointer, message }| {
        let field = FieldError::new(format!("/definition{pointer}"), message);
        ApiError::fields(ErrorCode::InvalidRequest, vec![field])
    })
}

fn saved(update: &WorkflowUpdate) -> ApiResult<()> {
    match update {
        WorkflowUpdate::Saved => Ok(()),
        WorkflowUpdate::Stale(current) => Err(ApiError::stale(*current)),
        WorkflowUpdate::NotFound => Err(ErrorCode::WorkflowNotFound.into()),
        WorkflowUpdate::Active(count) => {
            let detail =
                format!("{count} of its executions have not ended: cancel them before you delete the workflow.");
            Err(ApiError::new(ErrorCode::ExecutionActive, detail))
        }
    }
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
/// The copy has version 1 and no executions. Its definition is that of the newest version.
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
            is_template: original.is_template,
            is_published: original.is_template.then_some(original.is_published),
            is_active: original.is_active,
            ..CreateWorkflow::default()
        };
        create(&app, &caller, request, original.source_template_id, key.as_ref()).await
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

/// Returns the totals of a workflow's executions.
///
/// Executions that were deleted do not count.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    responses((status = 200, description = "Counts, tokens and cost", body = WorkflowStats)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[get("/workflows/{workflow_id}/stats")]
pub async fn get_workflow_stats(
    caller: Viewer,
    id: Path<WorkflowId>,
    app: Data<App>,
) -> ApiResult<Json<WorkflowStats>> {
    require(&app, &caller, &id).await?;
    Ok(Json(app.engine.store().stats(caller.tenant(), &id).await?))
}
