//! Templates: workflows to copy, and steps to add.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use serde::Deserialize;
use sluice_store::{Cursor, SortOrder, WorkflowFilter, WorkflowUpdate};
use sluice_types::limits::MAX_NAME_CHARS;
use sluice_types::{
    CreateWorkflow, ErrorCode, InstantiateTemplate, StepTemplatePage, TemplateCategoryPage, TemplatePage,
    TemplateSummary, VersionOrigin, Workflow, WorkflowId, WorkflowSummary, WorkflowTemplate, built_in_templates,
    step_templates,
};
use utoipa::IntoParams;

use super::workflow_saves::{create, save_once};
use super::workflows::created_at;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::WithETag;
use crate::extract::{Body, OptionalBody, Query};
use crate::idempotency::{Answered, KeyHeader};
use crate::state::App;
use crate::validate::{cursor, filter, page_size};

/// The order of built-in templates, in cursors.
const BUILT_IN_ORDER: &str = "built_in";

/// Where a page of templates begins.
enum Start {
    /// At this position in the built-in templates.
    BuiltIn(usize),
    /// In the tenant's own templates, after the cursor.
    Own(Cursor),
}

impl Start {
    fn of(text: Option<&str>) -> ApiResult<Self> {
        let Some(text) = text else { return Ok(Self::BuiltIn(0)) };
        let Ok(Some(after)) = cursor(Some(text), BUILT_IN_ORDER) else {
            return Ok(cursor(Some(text), SortOrder::Name.scope())?.map_or(Self::BuiltIn(0), Self::Own));
        };
        let at = built_in_templates().iter().position(|template| template.id.as_str() == after.id);
        at.map(|at| Self::BuiltIn(at + 1)).ok_or_else(|| {
            let message = "its template no longer exists: list from the start";
            ApiError::parameter(ErrorCode::InvalidCursor, "cursor", message)
        })
    }
}

/// Filter and page of a list of templates.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// Their category.
    pub category: Option<String>,
}

/// Lists templates: the built-in ones, then the tenant's own that are published.
///
/// Each is listed without its definition: `get_template` has it.
#[utoipa::path(
    tag = "templates", params(TemplateQuery),
    responses((status = 200, description = "A page of templates", body = TemplatePage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/templates")]
pub async fn list_templates(
    caller: Viewer,
    query: Query<TemplateQuery>,
    app: Data<App>,
) -> ApiResult<Json<TemplatePage>> {
    let limit = page_size(query.0.limit)?;
    let category = filter("category", query.0.category, MAX_NAME_CHARS)?;
    let (built_in, after) = match Start::of(query.0.cursor.as_deref())? {
        Start::BuiltIn(at) => (built_in_templates().get(at..).unwrap_or_default(), None),
        Start::Own(cursor) => (&[][..], Some(cursor)),
    };
    let has_category = |template: &&WorkflowTemplate| category.is_none() || template.category == category;
    let built_in: Vec<&WorkflowTemplate> = built_in.iter().filter(has_category).collect();
    let mut page = page_of_built_in(&built_in, limit);
    let room = limit.saturating_sub(u32::try_from(page.items.len()).unwrap_or(u32::MAX));
    if page.next_cursor.is_some() && page.items.len() < built_in.len() {
        return Ok(Json(page));
    }
    // A full page reads one row, only to tell whether there is a next page.
    let filter = WorkflowFilter {
        limit: room.max(1),
        cursor: after,
        sort: SortOrder::Name,
        is_published: Some(true),
        category,
        ..WorkflowFilter::default()
    };
    let own = app.engine.store().workflows(caller.tenant(), filter).await?;
    if room == 0 {
        page.next_cursor = page.next_cursor.filter(|_| !own.items.is_empty());
    } else {
        page.items.extend(own.items.into_iter().map(summary));
        page.next_cursor = own.next_cursor;
    }
    Ok(Json(page))
}

/// Lists the categories of the templates, with the number of templates in each.
///
/// Those of the built-in templates and of the tenant's own that are published, by name. `null` counts those without a category.
#[utoipa::path(
    tag = "templates",
    responses((status = 200, description = "The categories", body = TemplateCategoryPage)),
    extensions(("x-error-codes" = json!([])))
)]
#[get("/workflows/templates/categories")]
pub async fn list_template_categories(caller: Viewer, app: Data<App>) -> ApiResult<Json<TemplateCategoryPage>> {
    let own = app.engine.store().template_categories(caller.tenant()).await?;
    Ok(Json(TemplateCategoryPage::of(built_in_templates(), own)))
}

/// The first built-in templates, with the cursor after the last of a full page.
fn page_of_built_in(templates: &[&WorkflowTemplate], limit: u32) -> TemplatePage {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let items: Vec<TemplateSummary> =
        templates.iter().take(limit).map(|template| TemplateSummary::from(*template)).collect();
    let last = items.last().filter(|_| items.len() == limit);
    let next_cursor =
        last.map(|last| Cursor { sort: BUILT_IN_ORDER.into(), key: String::new(), id: last.id.to_string() }.encode());
    TemplatePage { items, next_cursor }
}

fn summary(workflow: WorkflowSummary) -> TemplateSummary {
    TemplateSummary {
        id: workflow.id,
        name: workflow.name,
        description: workflow.description,
        category: workflow.category,
        tags: workflow.tags,
        step_labels: workflow.step_labels,
        built_in: false,
    }
}

/// Creates a template that belongs to the tenant. It is published unless the request says otherwise.
///
/// It is a workflow with `is_template`: it takes the same body and is changed with `update_workflow`.
#[utoipa::path(
    tag = "templates",
    request_body(content = CreateWorkflow, example = json!({"name": "House style", "definition": {"steps": [
        {"label": "Draft", "type": "llm", "prompt": "Write about {{input.topic}}"}]}})),
    responses((status = 201, description = "The template", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "invalid_definition", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows/templates")]
pub async fn create_template(
    caller: Editor,
    key: KeyHeader,
    body: Body<CreateWorkflow>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Workflow>>> {
    let request = CreateWorkflow { is_template: true, ..body.0 };
    let key = key.of("create_template", &(), &request);
    let creation = create(&app, &caller, request, None, VersionOrigin::Saved, key.as_ref());
    let created = save_once(&app, &caller, key.as_ref(), creation).await?;
    Ok(created.map(|template| created_at("workflows/templates", template)))
}

/// Returns one template.
///
/// A built-in template also describes the input of its executions.
#[utoipa::path(
    tag = "templates", params(("template_id" = WorkflowId, Path, description = "The template")),
    responses((status = 200, description = "The template", body = WorkflowTemplate)),
    extensions(("x-error-codes" = json!(["template_not_found"])))
)]
#[get("/workflows/templates/{template_id}")]
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
        layout: own.layout,
        built_in: false,
    })
}

/// Deletes a template that belongs to the tenant.
///
/// Workflows that were made from it stay. Built-in templates cannot be deleted.
#[utoipa::path(
    tag = "templates", params(("template_id" = WorkflowId, Path, description = "The template")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["template_not_found", "forbidden", "execution_active"])))
)]
#[delete("/workflows/templates/{template_id}")]
pub async fn delete_template(caller: Editor, id: Path<WorkflowId>, app: Data<App>) -> ApiResult<HttpResponse> {
    if find_template(&app, &caller, &id).await?.built_in {
        return Err(ApiError::new(ErrorCode::Forbidden, "Built-in templates cannot be deleted."));
    }
    match app.engine.store().delete_workflow(caller.tenant(), &id, None).await? {
        WorkflowUpdate::Saved => Ok(HttpResponse::NoContent().finish()),
        WorkflowUpdate::Active(_) => Err(ErrorCode::ExecutionActive.into()),
        WorkflowUpdate::Stale(_) | WorkflowUpdate::NotFound => Err(ErrorCode::TemplateNotFound.into()),
    }
}

/// Creates a workflow from a template.
///
/// The workflow is a copy: later changes of the template do not reach it.
#[utoipa::path(
    tag = "templates", params(("template_id" = WorkflowId, Path, description = "The template")),
    request_body(content = Option<InstantiateTemplate>, example = json!({"name": "My build"})),
    responses((status = 201, description = "The workflow", body = Workflow)),
    extensions(("x-error-codes" = json!(["template_not_found", "workflow_not_found", "workflow_exists", "rate_limited"])))
)]
#[post("/workflows/templates/{template_id}/instantiate")]
pub async fn instantiate_template(
    caller: Editor,
    id: Path<WorkflowId>,
    key: KeyHeader,
    body: OptionalBody<InstantiateTemplate>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Workflow>>> {
    let key = key.of("instantiate_template", &*id, &body.0);
    let instantiation = async {
        let template = find_template(&app, &caller, &id).await?;
        let request = CreateWorkflow {
            id: body.0.id,
            name: body.0.name.unwrap_or(template.name),
            description: template.description,
            category: template.category,
            tags: template.tags,
            definition: template.definition,
            layout: Some(template.layout),
            is_template: false,
            ..CreateWorkflow::default()
        };
        create(&app, &caller, request, Some(template.id), VersionOrigin::Template, key.as_ref()).await
    };
    let created = save_once(&app, &caller, key.as_ref(), Box::pin(instantiation)).await?;
    Ok(created.map(|workflow| created_at("workflows", workflow)))
}

/// Lists the steps to add to a workflow with one click.
///
/// Each holds a whole step; give it a label and an id of its own where those are taken.
#[utoipa::path(
    tag = "templates",
    responses((status = 200, description = "All step templates", body = StepTemplatePage)),
    extensions(("x-error-codes" = json!([])))
)]
#[get("/workflows/step-templates")]
pub async fn list_step_templates(_caller: Viewer) -> ApiResult<Json<StepTemplatePage>> {
    Ok(Json(StepTemplatePage { items: step_templates().to_vec(), next_cursor: None }))
}
