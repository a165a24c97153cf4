//! Workflows.

use std::collections::HashSet;

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sluice_store::{SortOrder, StoreError, WorkflowFilter, WorkflowUpdate};
use sluice_types::edit::rename_references;
use sluice_types::json::ReadError;
use sluice_types::limits::MAX_NAME_CHARS;
use sluice_types::{
    CopyWorkflow, CreateWorkflow, Definition, ErrorCode, Estimate, EstimateRequest, FieldError, LintReport, ListQuery,
    UpdateWorkflow, ValidateRequest, Workflow, WorkflowId, WorkflowPage, WorkflowStats, built_in_templates,
    slug_from_name,
};

use super::address;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::{Body, OptionalBody, Query};
use crate::state::App;
use crate::validate::{Check, check_definition, check_id, cursor, page_size, search};

/// Lists workflows, without their definitions.
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
            .map_err(|message| ApiError::new(ErrorCode::InvalidQuery, format!("{message}.")))?,
        None => SortOrder::default(),
    };
    let filter = WorkflowFilter {
        limit: page_size(query.limit)?,
        cursor: cursor(query.cursor.as_deref(), sort.scope())?,
        sort,
        search: search(query.search)?,
        tag: query.tag,
        category: query.category,
        is_template: query.is_template,
        is_published: query.is_published,
    };
    Ok(Json(app.engine.store().workflows(caller.tenant(), filter).await?))
}

/// Creates a workflow. Its id comes from the name when it is left out.
#[utoipa::path(
    tag = "workflows",
    request_body(content = CreateWorkflow, example = json!({"name": "Market brief", "definition": {"steps": [
        {"label": "Research", "type": "llm", "prompt": "Research {{input.topic}}"},
        {"label": "Check", "type": "review"},
        {"label": "Brief", "type": "llm", "prompt": "Write a brief of {{steps.Check.content}}"}]}})),
    responses((status = 201, description = "The workflow", body = Workflow)),
    extensions(("x-error-codes" = json!(["invalid_definition", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows")]
pub async fn create_workflow(
    caller: Editor,
    body: Body<CreateWorkflow>,
    app: Data<App>,
) -> ApiResult<WithETag<Workflow>> {
    let created = create(&app, &caller, body.0, None).await?;
    let location = address("workflows", &created.id);
    Ok(WithETag::created(created, location))
}

/// Writes a new workflow. A requested id must be free; an id derived from the name gets a number until it is free.
pub async fn create(
    app: &App,
    caller: &Caller,
    request: CreateWorkflow,
    source: Option<WorkflowId>,
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
        match app.engine.store().create_workflow(caller.tenant(), workflow.clone()).await {
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

/// Whether a built-in template has this id: it would hide a tenant's own template.
fn is_built_in(id: &WorkflowId) -> bool {
    built_in_templates().iter().any(|template| template.id == *id)
}

fn id_of_built_in(id: &WorkflowId) -> ApiError {
    let detail = format!("A built-in template has the id `{id}`: choose another one for your own template.");
    ApiError::new(ErrorCode::WorkflowExists, detail)
}

/// Workflows whose ids may be derived from the same name.
const MOST_SAME_NAMES: u32 = 1_000;

/// Returns one workflow, with its definition.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    responses((status = 200, description = "The workflow; its version is the `ETag`", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[get("/workflows/{workflow_id}")]
pub async fn get_workflow(caller: Viewer, id: Path<WorkflowId>, app: Data<App>) -> ApiResult<WithETag<Workflow>> {
    Ok(WithETag::ok(find(&app, &caller, &id).await?))
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

/// Saves a workflow over the version that `If-Match` names.
///
/// Labels given in `renamed_labels` are rewritten in every prompt in the same save.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("If-Match" = String, Header, description = "The `ETag` as it was read", example = "\"3\"")),
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
    let version = if_match.required()?;
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
    if request.is_template && is_built_in(&id) {
        return Err(id_of_built_in(&id));
    }
    hold_to_known_parts(&request.definition, &before.definition)?;
    rename_references(&mut request.definition, &request.renamed_labels);
    check_definition(&request.definition)?;
    let workflow = Workflow {
        name: request.name,
        description: request.description,
        category: request.category,
        tags: request.tags,
        metadata: request.metadata.unwrap_or(before.metadata),
        definition: request.definition,
        version: before.version + 1,
        is_template: request.is_template,
        is_published: request.is_template && request.is_published.unwrap_or(before.is_published || !before.is_template),
        is_active: request.is_active,
        updated_at: app.engine.outside().clock.now(),
        ..before
    };
    saved(&app.engine.store().update_workflow(caller.tenant(), workflow.clone()).await?)?;
    Ok(WithETag::ok(workflow))
}

/// Refuses unknown fields, as in every request. Those that a newer server has stored may be sent back as they were read.
fn hold_to_known_parts(definition: &Definition, stored: &Definition) -> ApiResult<()> {
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
    body: OptionalBody<CopyWorkflow>,
    app: Data<App>,
) -> ApiResult<WithETag<Workflow>> {
    let original = find(&app, &caller, &id).await?;
    let request = CreateWorkflow {
        id: body.0.id,
        name: body
            .0
            .name
            .unwrap_or_else(|| format!("Copy of {}", original.name).chars().take(MAX_NAME_CHARS).collect()),
        description: original.description,
        category: original.category,
        tags: original.tags,
        metadata: Some(original.metadata),
        definition: original.definition,
        is_template: original.is_template,
        is_published: original.is_template.then_some(original.is_published),
        is_active: original.is_active,
    };
    let created = create(&app, &caller, request, original.source_template_id).await?;
    let location = address("workflows", &created.id);
    Ok(WithETag::created(created, location))
}

/// Checks a definition: errors that would prevent a run, and warnings.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    request_body(content = Option<ValidateRequest>, example = json!({"input": {"topic": "tea"}})),
    responses((status = 200, description = "The findings", body = LintReport)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[post("/workflows/{workflow_id}/validate")]
pub async fn validate_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    body: OptionalBody<ValidateRequest>,
    app: Data<App>,
) -> ApiResult<Json<LintReport>> {
    let saved = find(&app, &caller, &id).await?;
    let definition = body.0.definition.unwrap_or(saved.definition);
    Ok(Json(app.engine.check(caller.tenant(), &definition, body.0.input.as_ref()).await?))
}

/// Estimates what a run costs, step by step, before anything is spent.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    request_body(content = Option<EstimateRequest>, example = json!({"input": {"topic": "tea"}})),
    responses((status = 200, description = "From the least to the most that is expected", body = Estimate)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[post("/workflows/{workflow_id}/estimate")]
pub async fn estimate_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    body: OptionalBody<EstimateRequest>,
    app: Data<App>,
) -> ApiResult<Json<Estimate>> {
    let saved = find(&app, &caller, &id).await?;
    let definition = body.0.definition.unwrap_or(saved.definition);
    check_definition(&definition)?;
    let input = body.0.input.unwrap_or(Value::Null);
    Ok(Json(app.engine.estimate(caller.tenant(), Some(&id), &definition, &input).await?))
}

/// Returns the totals of a workflow's executions.
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
