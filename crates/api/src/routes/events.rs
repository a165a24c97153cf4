//! Event streams.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use sluice_types::{ErrorCode, ExecutionId, WorkflowId};
use utoipa::IntoParams;

use super::workflows::find;
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
/// The data of each is an `Event` as JSON. First come the stored events after `Last-Event-ID` or
/// `after`, then one `text` event for each attempt under way with all its text so far, then
/// the events as they happen. The stream ends when the execution does.
#[utoipa::path(
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution"), AfterQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The number of the last event that was read")),
    responses((status = 200, description = "The stream", content_type = "text/event-stream", body = String,
        example = "id: 1\nevent: progress\ndata: {\"seq\":1,\"type\":\"progress\",\"status\":\"running\"}\n\n"),
        (status = 204, description = "The execution has ended, and there is no event after this one")),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "invalid_header", "too_many_streams"])))
)]
#[get("/workflows/executions/{id}/events")]
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

/// Follows the newest execution of a workflow as server-sent events.
///
/// A number past its newest event belongs to an older execution: the stream begins at its start then.
#[utoipa::path(
    tag = "executions",
    params(("id" = WorkflowId, Path, description = "The workflow"), AfterQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The number of the last event that was read")),
    responses((status = 200, description = "The stream", content_type = "text/event-stream", body = String,
        example = "id: 1\nevent: progress\ndata: {\"seq\":1,\"type\":\"progress\",\"status\":\"running\"}\n\n")),
    extensions(("x-error-codes" = json!(["workflow_not_found", "execution_not_found", "invalid_query", "invalid_header", "too_many_streams"])))
)]
#[get("/events/workflows/{id}")]
pub async fn follow_workflow(
    caller: Viewer,
    id: Path<WorkflowId>,
    query: Query<AfterQuery>,
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let after = after_of(&request, &query.0)?;
    find(&app, &caller, &id).await?;
    let newest = app.engine.store().newest_execution(caller.tenant(), &id).await?.ok_or_else(|| {
        ApiError::new(ErrorCode::ExecutionNotFound, "The workflow has no execution yet: start one first.")
    })?;
    let position = app.engine.store().event_position(caller.tenant(), &newest).await?;
    let after = if position.is_some_and(|(last, _)| after > last) { 0 } else { after };
    let open = app.streams.open(caller.tenant(), caller.name())?;
    // Even when all was sent, a reader that reconnects later finds the events of the next execution.
    Ok(EventStream::open(app, caller.tenant().clone(), newest, after, open).await?.into_answer())
}

fn after_of(request: &HttpRequest, query: &AfterQuery) -> ApiResult<i64> {
    let Some(value) = request.headers().get("last-event-id") else {
        let after = query.after.unwrap_or(0);
        if after < 0 {
            let detail = format!("`after` is the number of an event, or 0, not {after}.");
            return Err(ApiError::new(ErrorCode::InvalidQuery, detail));
        }
        return Ok(after);
    };
    let text = value.to_str().unwrap_or_default();
    text.parse::<i64>().ok().filter(|after| *after >= 0).ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidHeader, "`Last-Event-ID` is the `id` of the last event that was read.")
    })
}
