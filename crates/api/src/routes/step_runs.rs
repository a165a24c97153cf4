//! Step runs: reading, changing, retrying and deciding.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, patch, post, put};
use serde::Deserialize;
use serde_json::Value;
use sluice_engine::Command;
use sluice_store::{StepRunFilter, StepRunPosition};
use sluice_types::{
    DecideGate, ErrorCode, Execution, ExecutionId, Include, OverrideOutput, PatchStep, RerunPlan, StepPath, StepRun,
    StepRunDetail, StepRunPage, StepRunStatus,
};
use utoipa::IntoParams;

use super::address;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Body, OptionalBody, Query, comma_separated, words};
use crate::idempotency::{Answered, KeyHeader, command_once};
use crate::state::App;
use crate::validate::{Check, cursor, page_size};
use crate::wait::{self, IncludeQuery, WaitQuery};

type StepAddress = Path<(ExecutionId, StepPath)>;

/// Page and filter of a list of step runs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StepRunQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// The path of a container: its step runs are listed. The workflow's own steps when left out.
    pub parent: Option<StepPath>,
    /// Only those in one of these statuses, separated by commas.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(style = Form, explode = false)]
    pub status: Option<Vec<StepRunStatus>>,
    /// What the answer holds beside each text once, separated by commas: `gates` and `prompts`. More may come.
    #[serde(default, deserialize_with = "words")]
    #[param(style = Form, explode = false, value_type = Option<Vec<Include>>)]
    pub include: Vec<Include>,
}

/// Lists the step runs of an execution in the order of the workflow: those of its own steps, or those inside a container.
///
/// Of the workflow's own steps, `pending` ones are listed too. Inside a container, a step is listed once it was reached.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), StepRunQuery),
    responses((status = 200, description = "A page of step runs", body = StepRunPage)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/executions/{execution_id}/steps")]
pub async fn list_step_runs(
    caller: Viewer,
    id: Path<ExecutionId>,
    query: Query<StepRunQuery>,
    app: Data<App>,
) -> ApiResult<Json<StepRunPage>> {
    let StepRunQuery { limit, cursor: after, parent, status, include } = query.0;
    let statuses = status.unwrap_or_default();
    let scope = scope_of(parent.as_ref(), &statuses);
    let position = |cursor| StepRunPosition::of(&cursor).ok_or(ErrorCode::InvalidCursor);
    let after = cursor(after.as_deref(), &scope)?.map(position).transpose()?;
    let filter = StepRunFilter { limit: page_size(limit)?, after, statuses };
    let (items, next) = app.engine.step_runs(caller.tenant(), &id, parent.as_ref(), filter).await?;
    let next_cursor = next.map(|last| last.cursor(scope).encode());
    Ok(Json(StepRunPage { items: items.into_iter().map(|run| run.lean(&include)).collect(), next_cursor }))
}

/// The list that a cursor belongs to.
fn scope_of(parent: Option<&StepPath>, statuses: &[StepRunStatus]) -> String {
    let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
    format!("steps {} {}", parent.map_or("", StepPath::as_str), statuses.join(","))
}

/// Returns one step run with its attempts and gate decisions.
///
/// Attempts are those of all retries, oldest first; their texts are kept also when they failed.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run")),
    responses((status = 200, description = "The step run", body = StepRunDetail)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found"])))
)]
#[get("/workflows/executions/{execution_id}/steps/{step_path}")]
pub async fn get_step_run(caller: Viewer, step: StepAddress, app: Data<App>) -> ApiResult<Json<StepRunDetail>> {
    let (id, path) = step.into_inner();
    let store = app.engine.store();
    let run = find(&app, &caller, &id, &path).await?;
    let attempts = store.attempts(caller.tenant(), &id, &path).await?;
    let decisions = store.decisions(caller.tenant(), &id, &path).await?;
    let own_step = app.engine.own_step(caller.tenant(), &id, &path).await?;
    Ok(Json(StepRunDetail { run, attempts, decisions, own_step }.lean()))
}

async fn find(app: &App, caller: &Caller, id: &ExecutionId, path: &StepPath) -> ApiResult<StepRun> {
    if let Some(record) = app.engine.store().step_run(caller.tenant(), id, path).await? {
        return Ok(record.run);
    }
    // A pending one may have no row yet.
    let execution = app.engine.execution(caller.tenant(), id).await?;
    Ok(execution.steps.into_iter().find(|run| run.path == *path).ok_or(ErrorCode::StepRunNotFound)?)
}

/// Returns the output of a step alone: a text as plain text, anything else as JSON.
///
/// The `ETag` changes with the output: with `If-None-Match`, an output that the client has is not sent again.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run")),
    responses((status = 200, description = "The output", content(
            (String = "text/plain", example = "Tea is growing."), (Value = "application/json", example = json!({"decision": "approve"}))))),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "output_not_found"])))
)]
#[get("/workflows/executions/{execution_id}/steps/{step_path}/output")]
pub async fn get_output(caller: Viewer, step: StepAddress, app: Data<App>) -> ApiResult<HttpResponse> {
    let (id, path) = step.into_inner();
    let run = find(&app, &caller, &id, &path).await?;
    let (media_type, body) = match run.output {
        Some(Value::String(text)) => ("text/plain; charset=utf-8", text),
        Some(value) => ("application/json", value.to_string()),
        None => {
            let detail = format!("The step run is `{}` and has no output.", run.status);
            return Err(ApiError::new(ErrorCode::OutputNotFound, detail));
        }
    };
    Ok(HttpResponse::Ok().content_type(media_type).body(body))
}

/// Checks the names in a change of a step. The definition's own checks follow with the change made.
fn check_patch(patch: &PatchStep) -> ApiResult<()> {
    Check::default()
        .short("/provider", patch.provider.as_ref().and_then(Option::as_deref))
        .short("/model", patch.model.as_ref().and_then(Option::as_deref))
        .done()
}

/// Changes a step for this execution, while it has not run or after it failed.
///
/// The workflow itself stays as it is. The change is checked as a whole definition is.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run"), IncludeQuery),
    request_body(content = PatchStep, example = json!({"provider": "demo", "model": "demo-instant"})),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "invalid_query", "illegal_transition", "invalid_definition",
        "unknown_provider", "unknown_persona", "provider_not_available", "execution_elsewhere", "shutting_down"])))
)]
#[patch("/workflows/executions/{execution_id}/steps/{step_path}")]
pub async fn update_step_run(
    caller: Editor,
    step: StepAddress,
    query: Query<IncludeQuery>,
    body: Body<PatchStep>,
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let (id, path) = step.into_inner();
    check_patch(&body.0)?;
    let execution = app.engine.command(caller.tenant(), &id, Command::PatchStep(path, body.0), caller.name()).await?;
    Ok(Json(execution.lean(&query.0.include)))
}

/// Replaces the output of a step; later steps use the new one when they run.
///
/// Steps that were made from the old output are marked `stale`; `retry_step` runs them again. Of an agent, its output and the
/// results of its calls can be replaced; the turns that have read the old result are `stale` then, and so is the agent.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run"), IncludeQuery),
    request_body(content = OverrideOutput, example = json!({"content": "A better text"})),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "invalid_query", "illegal_transition", "execution_elsewhere", "shutting_down"])))
)]
#[put("/workflows/executions/{execution_id}/steps/{step_path}/output")]
pub async fn override_output(
    caller: Editor,
    step: StepAddress,
    query: Query<IncludeQuery>,
    body: Body<OverrideOutput>,
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let (id, path) = step.into_inner();
    let json = body.0.output.as_ref().map(ToString::to_string);
    Check::default().output("/content", body.0.content.as_deref()).output("/output", json.as_deref()).done()?;
    let execution = app.engine.command(caller.tenant(), &id, Command::Override(path, body.0), caller.name()).await?;
    Ok(Json(execution.lean(&query.0.include)))
}

/// Whether to plan only, and how long the answer is held.
///
/// The document does not list `dry_run`: an operation has one kind of answer, for generated clients, and
/// `plan_retry` is the operation for the plan.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryQuery {
    /// Answer with the plan, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Seconds to wait for the execution to end or pause.
    pub wait: Option<u32>,
    /// What the answer holds beside each text once.
    #[serde(default, deserialize_with = "words")]
    pub include: Vec<Include>,
}

/// Runs an execution again from a step, with the step changed or not.
///
/// `plan_retry` answers with the plan of it. `?dry_run=true` does the same here: the answer is then 200 with the
/// plan, and nothing is done. With `?wait=` the answer comes when the execution ends or pauses, or when the time is over.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run"), WaitQuery),
    request_body(content = Option<PatchStep>, example = json!({"model": "demo-instant"})),
    responses((status = 202, description = "It runs again", body = Execution),
        (status = 200, description = "It ended or paused within the time to wait", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "execution_active", "invalid_definition", "invalid_query",
        "unknown_provider", "unknown_persona", "provider_not_available", "execution_elsewhere", "rate_limited", "shutting_down"])))
)]
#[post("/workflows/executions/{execution_id}/steps/{step_path}/retry")]
pub async fn retry_step(
    caller: Editor,
    step: StepAddress,
    query: Query<RetryQuery>,
    key: KeyHeader,
    body: OptionalBody<PatchStep>,
    app: Data<App>,
) -> ApiResult<Answered<HttpResponse>> {
    let (id, path) = step.into_inner();
    let wait = wait::seconds(query.0.wait)?;
    check_patch(&body.0)?;
    if query.0.dry_run {
        let plan = app.engine.rerun_plan(caller.tenant(), &id, &path, body.0).await?;
        return Ok(Answered { body: HttpResponse::Ok().json(plan), is_repeat: false });
    }
    let key = key.of_patch("retry_step", &(&id, &path), &body.0);
    let retried = command_once(&app, &caller, &id, Command::Retry(path, body.0), key).await?;
    let execution = wait::settled(&app, caller.tenant(), retried.body, wait).await.lean(&query.0.include);
    let location = address("workflows/executions", &execution.id);
    let body = wait::answer(&execution, wait).insert_header((LOCATION, location)).json(execution);
    Ok(Answered { body, is_repeat: retried.is_repeat })
}

/// Plans a retry from a step: the steps that it would keep and repeat, and its cost. It does nothing.
///
/// The plan is for the same change of the step that `retry_step` takes, with the cost of the steps that run again.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run")),
    request_body(content = Option<PatchStep>, example = json!({"model": "demo-instant"})),
    responses((status = 200, description = "The plan", body = RerunPlan)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "invalid_definition",
        "unknown_provider", "unknown_persona", "provider_not_available"])))
)]
#[post("/workflows/executions/{execution_id}/steps/{step_path}/retry/plan")]
pub async fn plan_retry(
    caller: Editor,
    step: StepAddress,
    body: OptionalBody<PatchStep>,
    app: Data<App>,
) -> ApiResult<Json<RerunPlan>> {
    let (id, path) = step.into_inner();
    check_patch(&body.0)?;
    Ok(Json(app.engine.rerun_plan(caller.tenant(), &id, &path, body.0).await?))
}

/// Decides at a gate.
///
/// A review takes `approve` (with the text as edited, if it was), `reject` and `revise`; a budget
/// gate `raise_budget`, `repeat` and `stop`; an unknown outcome `repeat`, `assume_done` and `fail`. With `?wait=` the answer
/// comes when the execution ends or pauses again, or when the time is over.
#[utoipa::path(
    tag = "executions",
    params(("execution_id" = ExecutionId, Path, description = "The execution"), ("step_path" = StepPath, Path, description = "The step run that waits"), WaitQuery),
    request_body(content = DecideGate, example = json!({"decision": "approve", "content": "The text as I want it"})),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "step_run_not_found", "invalid_query", "illegal_transition", "gate_decided",
        "decision_not_possible", "execution_elsewhere", "shutting_down"])))
)]
#[post("/workflows/executions/{execution_id}/steps/{step_path}/review")]
pub async fn review_step(
    caller: Editor,
    step: StepAddress,
    query: Query<WaitQuery>,
    key: KeyHeader,
    body: Body<DecideGate>,
    app: Data<App>,
) -> ApiResult<Answered<Json<Execution>>> {
    let (id, path) = step.into_inner();
    let wait = wait::seconds(query.0.wait)?;
    Check::default()
        .output("/content", body.0.content.as_deref())
        .text("/comment", body.0.comment.as_deref().unwrap_or_default())
        .done()?;
    let key = key.of("review_step", &(&id, &path), &body.0);
    let Answered { body, is_repeat } = command_once(&app, &caller, &id, Command::Review(path, body.0), key).await?;
    let execution = wait::settled(&app, caller.tenant(), body, wait).await;
    Ok(Answered { body: Json(execution.lean(&query.0.include)), is_repeat })
}
