//! Executions: starting, reading, changing and deleting them.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sluice_engine::{Command, StartRequest};
use sluice_store::ExecutionFilter;
use sluice_types::limits::MAX_IDEMPOTENCY_KEY_CHARS;
use sluice_types::{
    CreationOrder, Definition, ErrorCode, Execution, ExecutionId, ExecutionPage, ExecutionStatus, PatchExecution,
    StartExecution, TenantId, WorkflowId,
};
use utoipa::IntoParams;

use super::workflows::require;
use crate::auth::{Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Body, OptionalBody, Query, comma_separated, metadata_filter};
use crate::state::App;
use crate::validate::{Check, cursor, page_size};
use crate::wait::{self, WaitForEventQuery, WaitQuery};

/// Filter of a list of executions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExecutionQuery {
    /// Items on the page: 1 to 200, 20 when left out.
    pub limit: Option<u32>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only those in one of these statuses, separated by commas.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(style = Form, explode = false)]
    pub status: Option<Vec<ExecutionStatus>>,
    /// Only those that were created at this time or later (RFC 3339).
    pub created_after: Option<DateTime<Utc>>,
    /// Only those that were created before this time (RFC 3339).
    pub created_before: Option<DateTime<Utc>>,
    /// The order: `-created_at`, newest first, when left out, or `created_at`. No execution changes its place in it.
    #[serde(default)]
    #[param(inline, value_type = Option<CreationOrder>)]
    pub sort: CreationOrder,
    /// Only those of this workflow.
    pub workflow_id: Option<WorkflowId>,
    /// Only those of this version of the workflow. It needs `workflow_id`.
    pub workflow_version: Option<i64>,
    /// Only those that this person or program started.
    pub triggered_by: Option<String>,
    /// Only those that failed with this code.
    #[serde(default, deserialize_with = "error_code")]
    #[param(value_type = Option<String>)]
    pub error_code: Option<ErrorCode>,
    /// Only those with this entry of metadata, as `key:value`: `order_id:6735`. What follows the first colon is the value, with
    /// colons and commas as they are. Repeat the parameter for several entries, at most 10: an execution has them all.
    #[serde(default, deserialize_with = "metadata_filter")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    pub metadata: Vec<(String, String)>,
}

/// Filter of a list of a workflow's executions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkflowExecutionQuery {
    /// Items on the page: 1 to 200, 20 when left out.
    pub limit: Option<u32>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only those in one of these statuses, separated by commas.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(style = Form, explode = false)]
    pub status: Option<Vec<ExecutionStatus>>,
    /// Only those that were created at this time or later (RFC 3339).
    pub created_after: Option<DateTime<Utc>>,
    /// Only those that were created before this time (RFC 3339).
    pub created_before: Option<DateTime<Utc>>,
    /// The order: `-created_at`, newest first, when left out, or `created_at`. No execution changes its place in it.
    #[serde(default)]
    #[param(inline, value_type = Option<CreationOrder>)]
    pub sort: CreationOrder,
    /// Only those of this version of the workflow.
    pub workflow_version: Option<i64>,
    /// Only those that this person or program started.
    pub triggered_by: Option<String>,
    /// Only those that failed with this code.
    #[serde(default, deserialize_with = "error_code")]
    #[param(value_type = Option<String>)]
    pub error_code: Option<ErrorCode>,
    /// Only those with this entry of metadata, as `key:value`: `order_id:6735`. What follows the first colon is the value, with
    /// colons and commas as they are. Repeat the parameter for several entries, at most 10: an execution has them all.
    #[serde(default, deserialize_with = "metadata_filter")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    pub metadata: Vec<(String, String)>,
}

/// Starts an execution of a workflow.
///
/// Everything is checked before anything is spent. With `?wait=` the answer comes when the
/// execution ends or pauses, or when the time is over.
#[utoipa::path(
    tag = "executions",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), WaitQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same execution")),
    request_body(content = Option<StartExecution>, example = json!({"input": {"topic": "tea"}, "budget_usd": 0.5, "metadata": {"order_id": "6735"}})),
    responses(
        (status = 202, description = "It is started", body = Execution, headers(
            ("Location" = String, description = "The address of the execution"),
            ("Idempotent-Replayed" = String, description = "`true` when an earlier request with the same key started it"))),
        (status = 200, description = "It ended or paused within the time to wait", body = Execution, headers(
            ("Location" = String, description = "The address of the execution"),
            ("Idempotent-Replayed" = String, description = "`true` when an earlier request with the same key started it")))),
    extensions(("x-error-codes" = json!(["workflow_not_found", "invalid_query", "invalid_header", "invalid_definition", "invalid_input",
        "unknown_model", "unknown_persona", "provider_not_available", "idempotency_key_reused", "rate_limited", "shutting_down"])))
)]
#[post("/workflows/{workflow_id}/executions")]
pub async fn start_execution(
    caller: Editor,
    id: Path<WorkflowId>,
    query: Query<WaitQuery>,
    request: HttpRequest,
    body: OptionalBody<StartExecution>,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let wait = wait::seconds(query.0.wait)?;
    let start = body.0;
    Check::default().name("/triggered_by", start.triggered_by.as_deref().unwrap_or("api")).done()?;
    let idempotency = idempotency(&request, &id, &start)?;
    if !is_replay(&app, caller.tenant(), idempotency.as_ref()).await? {
        app.limit_starts(caller.tenant())?;
    }
    let request = StartRequest { workflow_id: id.into_inner(), start, idempotency };
    let started = app.engine.start(caller.tenant(), request).await?;
    if !started.replayed {
        app.metrics.started();
    }
    let execution = wait::settled(&app, caller.tenant(), started.execution, wait).await;
    let mut response = wait::answer(&execution, wait);
    response.insert_header(("location", format!("/api/v1/workflows/executions/{}", execution.id)));
    if started.replayed {
        response.insert_header(("idempotent-replayed", "true"));
    }
    Ok(response.json(execution))
}

/// Whether an earlier request with the same idempotency key has started an execution: this one starts nothing.
async fn is_replay(app: &App, tenant: &TenantId, idempotency: Option<&(String, String)>) -> ApiResult<bool> {
    match idempotency {
        Some((key, _)) => Ok(app.engine.store().idempotent_start(tenant, key).await?.is_some()),
        None => Ok(false),
    }
}

/// The idempotency key, with a hash of the request.
fn idempotency(request: &HttpRequest, id: &WorkflowId, start: &StartExecution) -> ApiResult<Option<(String, String)>> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim().to_owned();
    if key.is_empty() || key.chars().count() > MAX_IDEMPOTENCY_KEY_CHARS {
        let detail = format!("`Idempotency-Key` is 1 to {MAX_IDEMPOTENCY_KEY_CHARS} visible ASCII characters.");
        return Err(ApiError::new(ErrorCode::InvalidHeader, detail));
    }
    Ok(Some((key, hash_of(id, start))))
}

/// A hash of the request. The order of keys, at any depth, does not change it, and neither does a field that is `null`:
/// the same request has the same hash in a later version that knows more optional fields.
fn hash_of(id: &WorkflowId, start: &StartExecution) -> String {
    let mut request = serde_json::json!({"workflow_id": id, "start": start});
    if let Some(fields) = request.get_mut("start").and_then(Value::as_object_mut) {
        fields.retain(|_, value| !value.is_null());
    }
    request.sort_all_objects();
    Sha256::digest(request.to_string()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Lists executions of all workflows.
///
/// Filters are combined: an execution fits them all. Where no index serves all of them together, one page looks at 5,000
/// executions at most: it may then have fewer items than `limit`, or none, and still a `next_cursor`.
#[utoipa::path(
    tag = "executions", params(ExecutionQuery),
    responses((status = 200, description = "A page of executions", body = ExecutionPage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/executions")]
pub async fn list_executions(
    caller: Viewer,
    query: Query<ExecutionQuery>,
    app: Data<App>,
) -> ApiResult<Json<ExecutionPage>> {
    let filter = filter_of(query.0)?;
    Ok(Json(app.engine.store().executions(caller.tenant(), filter).await?))
}

/// Lists the executions of a workflow.
///
/// Filters are combined as in the list of all executions: a page may have fewer items than `limit` and still a `next_cursor`.
#[utoipa::path(
    tag = "executions", params(("workflow_id" = WorkflowId, Path, description = "The workflow"), WorkflowExecutionQuery),
    responses((status = 200, description = "A page of executions", body = ExecutionPage)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/{workflow_id}/executions")]
pub async fn list_workflow_executions(
    caller: Viewer,
    id: Path<WorkflowId>,
    query: Query<WorkflowExecutionQuery>,
    app: Data<App>,
) -> ApiResult<Json<ExecutionPage>> {
    require(&app, &caller, &id).await?;
    let query = query.0;
    let query = ExecutionQuery {
        limit: query.limit,
        cursor: query.cursor,
        status: query.status,
        created_after: query.created_after,
        created_before: query.created_before,
        sort: query.sort,
        workflow_id: Some(id.into_inner()),
        workflow_version: query.workflow_version,
        triggered_by: query.triggered_by,
        error_code: query.error_code,
        metadata: query.metadata,
    };
    Ok(Json(app.engine.store().executions(caller.tenant(), filter_of(query)?).await?))
}

/// Reads a known error code. `Some`, as serde calls it for a parameter that is there.
fn error_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ErrorCode>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let code = ErrorCode::ALL.iter().find(|code| code.as_str() == text);
    code.copied().map(Some).ok_or_else(|| D::Error::custom(format!("{text:?} is not an error code: see /docs/errors")))
}

fn filter_of(query: ExecutionQuery) -> ApiResult<ExecutionFilter> {
    if query.workflow_version.is_some() && query.workflow_id.is_none() {
        let detail = "`workflow_version` needs `workflow_id`: versions are counted in each workflow.";
        return Err(ApiError::new(ErrorCode::InvalidQuery, detail));
    }
    let mut filter = ExecutionFilter {
        limit: page_size(query.limit)?,
        cursor: None,
        sort: query.sort,
        workflow_id: query.workflow_id,
        workflow_version: query.workflow_version,
        statuses: query.status.unwrap_or_default(),
        created_after: query.created_after,
        created_before: query.created_before,
        triggered_by: query.triggered_by,
        error_code: query.error_code,
        metadata: query.metadata,
    };
    filter.cursor = cursor(query.cursor.as_deref(), &filter.scope())?;
    Ok(filter)
}

/// Returns one execution with its step runs.
///
/// With `?wait=` the answer comes when the execution has ended or paused, or when the time is over. With `after_seq` too, it
/// comes with the first event after that number: repeat the request with the `last_seq` of each answer to follow an
/// execution without a stream. An execution that has ended is answered at once.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution"), WaitForEventQuery),
    responses((status = 200, description = "The execution, as it is when the answer is sent", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "too_many_streams"])))
)]
#[get("/workflows/executions/{execution_id}")]
pub async fn get_execution(
    caller: Viewer,
    id: Path<ExecutionId>,
    query: Query<WaitForEventQuery>,
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let held = wait::seconds(query.0.wait)?;
    if held.is_none() && query.0.after_seq.is_none() {
        return Ok(Json(app.engine.execution(caller.tenant(), &id).await?));
    }
    let position = app.engine.store().event_position(caller.tenant(), &id).await?;
    let (newest, _) = position.ok_or(ErrorCode::ExecutionNotFound)?;
    let after_seq = wait::after_seq(&query.0, newest)?;
    // Counted like a stream: both hold a connection, and the server learns late that a client has gone.
    let _open = app.streams.open(caller.tenant(), caller.name())?;
    Ok(Json(app.engine.wait(caller.tenant(), &id, after_seq, held.unwrap_or_default()).await?))
}

/// Returns the definition that an execution runs.
///
/// It is the definition of the workflow's version at the start, with the provider and model that were pinned
/// then, and with the changes made to this execution since.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution")),
    responses((status = 200, description = "The definition", body = Definition)),
    extensions(("x-error-codes" = json!(["execution_not_found"])))
)]
#[get("/workflows/executions/{execution_id}/definition")]
pub async fn get_execution_definition(
    caller: Viewer,
    id: Path<ExecutionId>,
    app: Data<App>,
) -> ApiResult<Json<Definition>> {
    Ok(Json(app.engine.definition(caller.tenant(), &id).await?))
}

/// Changes the budget or the YOLO mode of an execution.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution")),
    request_body(content = PatchExecution, example = json!({"yolo": true, "budget_usd": 2.5})),
    responses((status = 200, description = "The execution as changed", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "execution_elsewhere", "shutting_down"])))
)]
#[patch("/workflows/executions/{execution_id}")]
pub async fn update_execution(
    caller: Editor,
    id: Path<ExecutionId>,
    body: Body<PatchExecution>,
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    Ok(Json(app.engine.command(caller.tenant(), &id, Command::Patch(body.0), caller.name()).await?))
}

/// Deletes an execution that has ended.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["execution_not_found", "execution_active"])))
)]
#[delete("/workflows/executions/{execution_id}")]
pub async fn delete_execution(caller: Editor, id: Path<ExecutionId>, app: Data<App>) -> ApiResult<HttpResponse> {
    app.engine.delete(caller.tenant(), &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(id: &str, body: &str) -> String {
        hash_of(&id.parse().unwrap(), &serde_json::from_str(body).unwrap())
    }

    #[test]
    fn a_field_that_is_null_is_not_part_of_the_hash() {
        let one = hash("w", r#"{"input": {"a": null}}"#);
        assert_eq!(one, hash("w", r#"{"input": {"a": null}, "yolo": null, "budget_usd": null, "triggered_by": null}"#));
        assert_ne!(one, hash("w", r#"{"input": {}}"#));
        assert_ne!(one, hash("w", r#"{"input": {"a": null}, "yolo": false}"#));
        // A later version must compute the same, as hashes are stored with their keys.
        assert_eq!(one, "65e8046a60768745da29ec82b53a5fc5fd0c8d8c553a0e9bcb6cda5ab5dfd7f6");
    }

    #[test]
    fn the_order_of_keys_does_not_change_the_hash() {
        let one = hash("w", r#"{"input": {"a": {"x": 1, "y": 2}, "b": [1, 2]}, "yolo": true}"#);
        assert_eq!(one, hash("w", r#"{"yolo": true, "input": {"b": [1, 2], "a": {"y": 2, "x": 1}}}"#));
        assert_ne!(one, hash("w", r#"{"yolo": true, "input": {"b": [2, 1], "a": {"y": 2, "x": 1}}}"#));
        assert_ne!(one, hash("v", r#"{"input": {"a": {"x": 1, "y": 2}, "b": [1, 2]}, "yolo": true}"#));
    }
}
