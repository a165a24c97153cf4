//! Templates: workflows to copy from, and steps to add.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use sluice_store::{SortOrder, WorkflowFilter, WorkflowUpdate};
use sluice_types::{
    CreateWorkflow, ErrorCode, InstantiateTemplate, StepTemplateList, TemplatePage, TemplateSummary, Workflow,
    WorkflowId, WorkflowTemplate, built_in_templates, step_templates,
};

use super::versions::PageQuery;
use super::workflows::create;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::WithETag;
use crate::extract::{Body, OptionalBody, Query};
use crate::state::App;
use crate::validate::{cursor, page_size};

/// Lists templates: those that come with Sluice, then the tenant's own.
#[utoipa::path(
    tag = "templates", params(PageQuery),
    responses((status = 200, description = "A page of templates", body = TemplatePage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/templates")]
pub async fn list_templates(caller: Viewer, query: Query<PageQuery>, app: Data<App>) -> ApiResult<Json<TemplatePage>> {
    let sort = SortOrder::Name;
    let cursor = cursor(query.0.cursor.as_deref(), sort.as_str())?;
    let mut items: Vec<TemplateSummary> = Vec::new();
    if cursor.is_none() {
        items.extend(built_in_templates().iter().map(TemplateSummary::from));
    }
    let filter = WorkflowFilter {
        limit: page_size(query.0.limit)?,
        cursor,
        sort,
        is_template: Some(true),
        ..WorkflowFilter::default()
    };
    let own = app.engine.store().workflows(caller.tenant(), filter).await?;
    items.extend(own.items.into_iter().map(|workflow| TemplateSummary {
        id: workflow.id,
        name: workflow.name,
        description: workflow.description,
        category: workflow.category,
        tags: workflow.tags,
        step_labels: workflow.step_labels,
        built_in: false,
    }));
    Ok(Json(TemplatePage { items, next_cursor: own.next_cursor }))
}

/// Creates a template of the tenant's own.
#[utoipa::path(
    tag = "templates",
    request_body(content = CreateWorkflow, example = json!({"name": "House style", "definition": {"steps": [
        {"label": "Draft", "type": "llm", "prompt": "Write about {{input.topic}}"}]}})),
    responses((status = 201, description = "The template", body = Workflow)),
    extensions(("x-error-codes" = json!(["invalid_definition", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows/templates")]
pub async fn create_template(
    caller: Editor,
    body: Body<CreateWorkflow>,
    app: Data<App>,
) -> ApiResult<WithETag<Workflow>> {
    let request = CreateWorkflow { is_template: true, ..body.0 };
    Ok(WithETag::created(create(&app, &caller, request, None).await?))
}

/// Returns one template.
#[utoipa::path(
    tag = "templates", params(("id" = WorkflowId, Path, description = "The template")),
    responses((status = 200, description = "The template", body = WorkflowTemplate)),
    extensions(("x-error-codes" = json!(["template_not_found"])))
)]
#[get("/workflows/templates/{id}")]
pub async fn get_template(caller: Viewer, id: Path<WorkflowId>, app: Data<App>) -> ApiResult<Json<WorkflowTemplate>> {
    Ok(Json(find_template(&app, &caller, &id).await?))
}

async fn find_template(app: &App, caller: &Caller, id: &WorkflowId) -> ApiResult<WorkflowTemplate> {
    if let Some(built_in) = built_in_templates().iter().find(|template| template.id == *id) {
        return Ok(built_in.clone());
    }
    let own = app.engine.store().workflow(caller.tenant(), id).await?.filter(|workflow| workflow.is_template);
    let own = own.ok_or(ErrorCode::TemplateNotFound)?;
    Ok(WorkflowTemplate {
        id: own.id,
        name: own.name,
        description: own.description,
        category: own.category,
        tags: own.tags,
        input: Vec::new(),
        definition: own.definition,
        built_in: false,
    })
}

/// Deletes a template of the tenant's own.
#[utoipa::path(
    tag = "templates", params(("id" = WorkflowId, Path, description = "The template")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["template_not_found", "forbidden", "execution_active"])))
)]
#[delete("/workflows/templates/{id}")]
pub async fn delete_template(caller: Editor, id: Path<WorkflowId>, app: Data<App>) -> ApiResult<HttpResponse> {
    if find_template(&app, &caller, &id).await?.built_in {
        return Err(ApiError::new(ErrorCode::Forbidden, "Templates that come with Sluice cannot be deleted."));
    }
    match app.engine.store().delete_workflow(caller.tenant(), &id, None).await? {
        WorkflowUpdate::Saved => Ok(HttpResponse::NoContent().finish()),
        WorkflowUpdate::Active(_) => Err(ErrorCode::ExecutionActive.into()),
        WorkflowUpdate::Stale(_) | WorkflowUpdate::NotFound => Err(ErrorCode::TemplateNotFound.into()),
    }
}

/// Makes a workflow from a template.
#[utoipa::path(
    tag = "templates", params(("id" = WorkflowId, Path, description = "The template")),
    request_body(content = Option<InstantiateTemplate>, example = json!({"name": "My build"})),
    responses((status = 201, description = "The workflow", body = Workflow)),
    extensions(("x-error-codes" = json!(["template_not_found", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows/templates/{id}/instantiate")]
pub async fn instantiate_template(
    caller: Editor,
    id: Path<WorkflowId>,
    body: OptionalBody<InstantiateTemplate>,
    app: Data<App>,
) -> ApiResult<WithETag<Workflow>> {
    let template = find_template(&app, &caller, &id).await?;
    let request = CreateWorkflow {
        id: body.0.id,
        name: body.0.name.unwrap_or(template.name),
        description: template.description,
        category: template.category,
        tags: template.tags,
        definition: template.definition,
        is_template: false,
        is_active: true,
    };
    Ok(WithETag::created(create(&app, &caller, request, Some(template.id)).await?))
}

/// Lists the steps to add to a workflow with one click.
#[utoipa::path(
    tag = "templates",
    responses((status = 200, description = "All step templates", body = StepTemplateList)),
    extensions(("x-error-codes" = json!([])))
)]
#[get("/workflows/step-templates")]
pub async fn list_step_templates(_caller: Viewer) -> ApiResult<Json<StepTemplateList>> {
    Ok(Json(StepTemplateList { items: step_templates().to_vec() }))
}
