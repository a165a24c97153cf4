//! Commands to an execution as a whole.

use actix_web::post;
use actix_web::web::{Data, Json, Path};
use sluice_engine::Command;
use sluice_types::{Execution, ExecutionId};

use crate::auth::Editor;
use crate::error::ApiResult;
use crate::extract::Query;
use crate::state::App;
use crate::wait::{self, IncludeQuery, WaitQuery};

/// Pauses an execution: running steps end, and no more are started.
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
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let execution = app.engine.command(caller.tenant(), &id, Command::Pause, caller.name()).await?;
    Ok(Json(execution.lean(&query.0.include)))
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
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let wait = wait::seconds(query.0.wait)?;
    app.limit_starts(caller.tenant())?;
    let execution = app.engine.command(caller.tenant(), &id, Command::Resume, caller.name()).await?;
    let execution = wait::settled(&app, caller.tenant(), execution, wait).await;
    Ok(Json(execution.lean(&query.0.include)))
}

/// Cancels an execution at once. The text that was streamed is kept.
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
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let execution = app.engine.command(caller.tenant(), &id, Command::Cancel, caller.name()).await?;
    Ok(Json(execution.lean(&query.0.include)))
}
