//! Event streams.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use sluice_types::{ErrorCode, ExecutionId, WorkflowId};
use utoipa::IntoParams;

use super::workflows::require;
use crate::auth::Viewer;
use crate::error::{ApiError, ApiResult};
use crate::extract::Query;
use crate::sse::EventStream;
use crate::state::App;

/// The position to resume at.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AfterQuery {
    /// The number of the last event that was read. The header `Last-Event-ID` takes precedence.
    #[param(minimum = 0)]
    pub after: Option<i64>,
}

/// Follows an execution as server-sent events.
///
/// The data of each is an `ExecutionEvent` as JSON. First come the stored events after `Last-Event-ID` or
/// `after`, then the text so far of each attempt under way, in one or more `text` events, what its
/// model thought so far, in `thinking` events, and how far calls of tools are, in `tool_progress` events, then the events
/// as they happen. The stream ends when the execution does.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), AfterQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The number of the last event that was read")),
    responses((status = 200, description = "The stream", content_type = "text/event-stream", body = String,
        extensions(("x-event-schema" = json!({"$ref": "#/components/schemas/ExecutionEvent"}))),
        example = "id: 1\nevent: progress\ndata: {\"seq\":1,\"type\":\"progress\",\"status\":\"running\"}\n\n"),
        (status = 204, description = "The execution has ended, and its last event was read: do not come again")),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "invalid_header", "too_many_streams"])))
)]
#[get("/workflows/executions/{execution_id}/events")]
pub async fn follow_execution(
    caller: Viewer,
    id: Path<ExecutionId>,
    query: Query<AfterQuery>,
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let after = after_of(&request, &query.0)?;
    let open = app.streams.open(caller.tenant(), caller.name())?;
    let stream = EventStream::open(app, caller.tenant().clone(), id.into_inner(), after, open).await?;
    if stream.has_nothing_more() {
        // An `EventSource` reconnects after 200 for as long as its page is open; 204 stops it.
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(stream.into_answer())
}

/// The position in the events of a workflow's executions to resume at.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkflowAfterQuery {
    /// The `id` of the last event that was read, or only its number. The header `Last-Event-ID` takes precedence.
    pub after: Option<String>,
}

/// Follows the newest execution of a workflow as server-sent events.
///
/// The `id` of an event is its execution and number, as `execution-…:8`. A reader that resumes after an event of an older
/// execution gets the newest one from its start. A number alone counts in the newest execution.
#[utoipa::path(
    tag = "executions",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), WorkflowAfterQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that was read")),
    responses((status = 200, description = "The stream", content_type = "text/event-stream", body = String,
        extensions(("x-event-schema" = json!({"$ref": "#/components/schemas/ExecutionEvent"}))),
        example = "id: execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11:1\nevent: progress\ndata: {\"seq\":1,\"type\":\"progress\",\"status\":\"running\"}\n\n")),
    extensions(("x-error-codes" = json!(["workflow_not_found", "execution_not_found", "invalid_query", "invalid_header", "too_many_streams"])))
)]
#[get("/events/workflows/{workflow_id}")]
pub async fn follow_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    query: Query<WorkflowAfterQuery>,
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let (read_of, after) = position_of(&request, query.0.after.as_deref())?;
    require(&app, &caller, &id).await?;
    let newest =
        app.engine.store().newest_execution(caller.tenant(), &id).await?.ok_or_else(|| {
            ApiError::new(ErrorCode::ExecutionNotFound, "The workflow has no run yet: start one first.")
        })?;
    let position = app.engine.store().event_position(caller.tenant(), &newest).await?;
    let is_older = read_of.is_some_and(|read_of| read_of != newest);
    let after = if is_older || position.is_some_and(|(last, _)| after > last) { 0 } else { after };
    let open = app.streams.open(caller.tenant(), caller.name())?;
    // Even when all was sent, a reader that reconnects later finds the events of the next execution.
    let stream = EventStream::open(app, caller.tenant().clone(), newest, after, open).await?;
    Ok(stream.with_execution_in_ids().into_answer())
}

/// The execution, if it is named, and the number of the last event that a reader of a workflow has read.
fn position_of(request: &HttpRequest, after: Option<&str>) -> ApiResult<(Option<ExecutionId>, i64)> {
    let parse = |text: &str| -> Option<(Option<ExecutionId>, i64)> {
        let (execution, number) = match text.split_once(':') {
            Some((execution, number)) => (Some(ExecutionId::new(execution).ok()?), number),
            None => (None, text),
        };
        Some((execution, number.parse().ok().filter(|number| *number >= 0)?))
    };
    if let Some(value) = request.headers().get("last-event-id") {
        return parse(value.to_str().unwrap_or_default()).ok_or_else(invalid_last_event_id);
    }
    parse(after.unwrap_or("0")).ok_or_else(|| {
        let message = "the `id` of the last event that was read, or its number";
        ApiError::parameter(ErrorCode::InvalidQuery, "after", message)
    })
}

fn after_of(request: &HttpRequest, query: &AfterQuery) -> ApiResult<i64> {
    let Some(value) = request.headers().get("last-event-id") else {
        let after = query.after.unwrap_or(0);
        if after < 0 {
            let message = format!("the number of an event, or 0, not {after}");
            return Err(ApiError::parameter(ErrorCode::InvalidQuery, "after", message));
        }
        return Ok(after);
    };
    let text = value.to_str().unwrap_or_default();
    text.parse::<i64>().ok().filter(|after| *after >= 0).ok_or_else(invalid_last_event_id)
}

fn invalid_last_event_id() -> ApiError {
    ApiError::new(ErrorCode::InvalidHeader, "`Last-Event-ID` is the `id` of the last event that was read.")
}
