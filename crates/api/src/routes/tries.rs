//! Trying one step of a workflow.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use sluice_engine::TryRequest;
use sluice_types::{Execution, StepId, TryStep, WorkflowId};

use super::address;
use crate::auth::Editor;
use crate::error::ApiResult;
use crate::extract::OptionalBody;
use crate::idempotency::{self, Answered, KeyHeader, once};
use crate::state::App;
use crate::validate::{Check, check_definition};

/// Tries one step of a workflow: runs it alone, with given outputs of the steps that it reads.
///
/// The outputs and the input come from the request, and from the run that `execution_id` names. What is read and nothing gives
/// is answered in one error, before anything is spent. No other step runs. The try is an execution like others, with
/// `tried_step`; lists leave it out unless they are asked for `tried`. A step that changes something elsewhere really does.
#[utoipa::path(
    tag = "steps",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("step_id" = StepId, Path, description = "The step")),
    request_body(content = Option<TryStep>, example = json!({"input": {"topic": "tea"}, "budget_usd": 0.1})),
    responses((status = 201, description = "It is started", body = Execution, headers(
        ("Location" = String, description = "The address of the execution")))),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found", "execution_not_found", "invalid_definition",
        "invalid_input", "unknown_model", "unknown_persona", "provider_not_available", "rate_limited", "shutting_down"])))
)]
#[post("/workflows/{workflow_id}/steps/{step_id}/try")]
pub async fn try_step(
    caller: Editor,
    path: Path<(WorkflowId, StepId)>,
    key: KeyHeader,
    body: OptionalBody<TryStep>,
    app: Data<App>,
) -> ApiResult<Answered<HttpResponse>> {
    let (workflow_id, step_id) = path.into_inner();
    let body = body.0;
    Check::default().name("/triggered_by", body.triggered_by.as_deref().unwrap_or("api")).done()?;
    if let Some(definition) = &body.definition {
        check_definition(definition)?;
    }
    let key = key.of("try_step", &(&workflow_id, &step_id), &body);
    let begin = async {
        app.limit_starts(caller.tenant())?;
        let request = TryRequest { workflow_id, step_id, body, idempotency: key.clone() };
        let execution = app.engine.try_step(caller.tenant(), request).await?;
        app.metrics.started();
        Ok(execution)
    };
    let repeat = async |earlier| idempotency::execution(&app, &caller, earlier).await;
    let started = once(&app, &caller, key.as_ref(), Box::pin(begin), repeat).await?;
    Ok(started.map(|execution: Execution| {
        let location = address("workflows/executions", &execution.id);
        HttpResponse::Created().insert_header((LOCATION, location)).json(execution.lean(&[]))
    }))
}
