//! Commands to an execution as a whole.

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use sluice_engine::Command;
use sluice_types::{Execution, ExecutionId};

use crate::auth::Editor;
use crate::error::ApiResult;
use crate::extract::Query;
use crate::idempotency::{Answered, KeyHeader, command_once};
use crate::state::App;
use crate::wait::{self, IncludeQuery, WaitQuery};

/// Pauses an execution: running steps end, and no more are started.
///
/// An execution on hold stays `paused` until `resume_execution`, whatever is decided at its gates.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution"), IncludeQuery),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "illegal_transition", "execution_elsewhere", "shutting_down"])))
)]
#[post("/workflows/executions/{execution_id}/pause")]
pub async fn pause_execution(
    caller: Editor,
    id: Path<ExecutionId>,
    query: Query<IncludeQuery>,
    key: KeyHeader,
    app: Data<App>,
) -> ApiResult<Answered<Json<Execution>>> {
    let key = key.of("pause_execution", &*id, &());
    let done = command_once(&app, &caller, &id, Command::Pause, key).await?;
    Ok(done.map(|execution| Json(execution.lean(&query.0.include))))
}

/// Resumes a paused execution.
///
/// With `?wait=` the answer comes when the execution ends or pauses again, or when the time is over.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution"), WaitQuery),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "illegal_transition", "gate_open", "execution_elsewhere", "rate_limited", "shutting_down"])))
)]
#[post("/workflows/executions/{execution_id}/resume")]
pub async fn resume_execution(
    caller: Editor,
    id: Path<ExecutionId>,
    query: Query<WaitQuery>,
    key: KeyHeader,
    app: Data<App>,
) -> ApiResult<Answered<Json<Execution>>> {
    let wait = wait::seconds(query.0.wait)?;
    let key = key.of("resume_execution", &*id, &());
    let Answered { body, is_repeat } = command_once(&app, &caller, &id, Command::Resume, key).await?;
    let execution = wait::settled(&app, caller.tenant(), body, wait).await;
    Ok(Answered { body: Json(execution.lean(&query.0.include)), is_repeat })
}

/// Cancels an execution at once. The text that was streamed is kept.
///
/// Attempts under way are stopped. `retry_step` can run the execution again from any of its steps.
/// To cancel it again changes nothing.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution"), IncludeQuery),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "illegal_transition", "execution_elsewhere", "shutting_down"])))
)]
#[post("/workflows/executions/{execution_id}/cancel")]
pub async fn cancel_execution(
    caller: Editor,
    id: Path<ExecutionId>,
    query: Query<IncludeQuery>,
    key: KeyHeader,
    app: Data<App>,
) -> ApiResult<Answered<Json<Execution>>> {
    let key = key.of("cancel_execution", &*id, &());
    let done = command_once(&app, &caller, &id, Command::Cancel, key).await?;
    Ok(done.map(|execution| Json(execution.lean(&query.0.include))))
}
