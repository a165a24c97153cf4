//! The versions of a workflow.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use serde::Deserialize;
use sluice_store::{IdempotencyKey, SavedBy};
use sluice_types::{
    Definition, ErrorCode, VersionOrigin, Workflow, WorkflowId, WorkflowVersion, WorkflowVersionDifference,
    WorkflowVersionPage,
};
use utoipa::IntoParams;

use super::workflow_saves::{save, save_once, saved_by};
use super::workflows::{find, require};
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::Query;
use crate::idempotency::{Answered, KeyHeader};
use crate::state::App;
use crate::validate::{cursor, page_size};

/// The page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
}

/// Lists the versions of a workflow without their definitions, newest first.
///
/// Every save makes a version: `created_by` and `origin` tell who made it and how, and `changes` counts what it changed.
/// `compare_versions` tells the changes themselves, and `restore_version` saves an older version again.
#[utoipa::path(
    tag = "workflows", params(("workflow_id" = WorkflowId, Path, description = "The workflow"), PageQuery),
    responses((status = 200, description = "A page of versions", body = WorkflowVersionPage)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/{workflow_id}/versions")]
pub async fn list_versions(
    caller: Viewer,
    id: Path<WorkflowId>,
    query: Query<PageQuery>,
    app: Data<App>,
) -> ApiResult<Json<WorkflowVersionPage>> {
    require(&app, &caller, &id).await?;
    let before = cursor(query.0.cursor.as_deref(), "-version")?.and_then(|cursor| cursor.key.parse().ok());
    let limit = page_size(query.0.limit)?;
    let list = app.engine.store().versions(caller.tenant(), &id, before, limit).await?;
    Ok(Json(app.engine.version_page(list).await?))
}

/// Returns one version of a workflow.
///
/// It has the name, the description and the definition that the workflow had then.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("version" = i64, Path, description = "Its version")),
    responses((status = 200, description = "The version", body = WorkflowVersion)),
    extensions(("x-error-codes" = json!(["version_not_found"])))
)]
#[get("/workflows/{workflow_id}/versions/{version}")]
pub async fn get_version(
    caller: Viewer,
    path: Path<(WorkflowId, i64)>,
    app: Data<App>,
) -> ApiResult<Json<WorkflowVersion>> {
    let (id, version) = path.into_inner();
    Ok(Json(app.engine.store().version(caller.tenant(), &id, version).await?.ok_or(ErrorCode::VersionNotFound)?))
}

/// The version to compare with.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// The version that `before` shows, an older or a newer one. The version before when left out.
    pub against: Option<i64>,
}

/// Compares two versions of a workflow, step by step.
///
/// Steps are matched by their ids. Without `against`, the answer tells what the version changed. The first one is compared with
/// an empty workflow, as version 0.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("version" = i64, Path, description = "The version that `after` shows"), DifferenceQuery),
    responses((status = 200, description = "The fields and steps that differ", body = WorkflowVersionDifference)),
    extensions(("x-error-codes" = json!(["version_not_found", "invalid_query"])))
)]
#[get("/workflows/{workflow_id}/versions/{version}/difference")]
pub async fn compare_versions(
    caller: Viewer,
    path: Path<(WorkflowId, i64)>,
    query: Query<DifferenceQuery>,
    app: Data<App>,
) -> ApiResult<Json<WorkflowVersionDifference>> {
    let (id, version) = path.into_inner();
    let against = query.0.against.unwrap_or(version.saturating_sub(1));
    let store = app.engine.store();
    let after = store.version(caller.tenant(), &id, version).await?.ok_or(ErrorCode::VersionNotFound)?;
    let before = match (query.0.against, version) {
        (None, 1) => WorkflowVersion {
            version: against,
            name: String::new(),
            description: String::new(),
            definition: Definition::default(),
            created_by: None,
            origin: None,
            restored_version: None,
            created_at: after.created_at,
        },
        _ => store.version(caller.tenant(), &id, against).await?.ok_or(ErrorCode::VersionNotFound)?,
    };
    Ok(Json(app.engine.compare_versions(before, after).await))
}

/// Saves an older version again, as the newest one. One that equals the newest makes no version.
///
/// Name, description and definition become those of the older version; the version number goes up by one.
#[utoipa::path(
    tag = "workflows",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("version" = i64, Path, description = "The version to bring back"),
        ("If-Match" = String, Header, description = "The `ETag` as it was read", example = "\"3\"")),
    responses((status = 200, description = "The workflow as saved", body = Workflow)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_not_found", "version_conflict", "if_match_required", "invalid_header", "rate_limited"])))
)]
#[post("/workflows/{workflow_id}/versions/{version}/restore")]
pub async fn restore_version(
    caller: Editor,
    path: Path<(WorkflowId, i64)>,
    if_match: IfMatch,
    key: KeyHeader,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Workflow>>> {
    let (id, version) = path.into_inner();
    let expected = if_match.required()?;
    let key = key.of("restore_version", &(&id, version), &());
    let restoration = restore(&app, &caller, &id, version, expected, key.as_ref());
    Ok(save_once(&app, &caller, key.as_ref(), Box::pin(restoration)).await?.map(WithETag::ok))
}

async fn restore(
    app: &App,
    caller: &Caller,
    id: &WorkflowId,
    version: i64,
    expected: Option<i64>,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Workflow> {
    app.limit_saves(caller.tenant())?;
    let before = find(app, caller, id).await?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(ApiError::stale(before.version));
    }
    let old = app.engine.store().version(caller.tenant(), id, version).await?.ok_or(ErrorCode::VersionNotFound)?;
    let changed =
        Workflow { name: old.name, description: old.description, definition: old.definition, ..before.clone() };
    let by = SavedBy { restored_version: Some(version), ..saved_by(caller, VersionOrigin::Restored) };
    save(app, caller, by, before, changed, key).await
}
