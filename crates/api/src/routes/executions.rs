//! Executions: starting, reading, changing and deleting them.

use actix_web::http::header::{CACHE_CONTROL, ETAG, HeaderValue, LOCATION};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use sluice_engine::{Command, StartRequest};
use sluice_store::ExecutionFilter;
use sluice_types::limits::MAX_NAME_CHARS;
use sluice_types::{
    CreationOrder, Definition, ErrorCode, Execution, ExecutionId, ExecutionPage, ExecutionStatus, Include,
    PatchExecution, StartExecution, WorkflowId,
};
use utoipa::IntoParams;

use super::address;
use super::workflows::require;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{REVALIDATED, is_known, not_modified, tag_of};
use crate::extract::{Body, OptionalBody, Query, comma_separated, metadata_filter, repeated};
use crate::idempotency::{self, Answered, KeyHeader, once};
use crate::openapi::Document;
use crate::state::App;
use crate::validate::{self, Check, cursor, page_size};
use crate::wait::{self, IncludeQuery, WaitForEventQuery, WaitQuery};

/// Filter of a list of executions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExecutionQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
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
    /// Only those of workflows that have this tag now. Repeat the parameter for several tags, at most 10: they have them all.
    #[serde(default, deserialize_with = "repeated")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    pub tag: Vec<String>,
    /// Only those that cost this or more, in US dollars, as far as the prices are known.
    pub min_cost_usd: Option<f64>,
    /// Only those that cost this or less, in US dollars, as far as the prices are known.
    pub max_cost_usd: Option<f64>,
    /// Only those that failed with this code.
    #[serde(default, deserialize_with = "error_code")]
    #[param(value_type = Option<String>)]
    pub error_code: Option<ErrorCode>,
    /// Only those with this entry of metadata, as `key:value`: `order_id:6735`. What follows the first colon is the value, with
    /// colons and commas as they are. Repeat the parameter for several entries, at most 10: an execution has them all.
    #[serde(default, deserialize_with = "metadata_filter")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    pub metadata: Vec<(String, String)>,
    /// `true` lists tries of single steps, and nothing else. They are left out otherwise.
    pub tried: Option<bool>,
}

/// Filter of a list of a workflow's executions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkflowExecutionQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
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
    /// Only those that cost this or more, in US dollars, as far as the prices are known.
    pub min_cost_usd: Option<f64>,
    /// Only those that cost this or less, in US dollars, as far as the prices are known.
    pub max_cost_usd: Option<f64>,
    /// Only those that failed with this code.
    #[serde(default, deserialize_with = "error_code")]
    #[param(value_type = Option<String>)]
    pub error_code: Option<ErrorCode>,
    /// Only those with this entry of metadata, as `key:value`: `order_id:6735`. What follows the first colon is the value, with
    /// colons and commas as they are. Repeat the parameter for several entries, at most 10: an execution has them all.
    #[serde(default, deserialize_with = "metadata_filter")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    pub metadata: Vec<(String, String)>,
    /// `true` lists tries of single steps, and nothing else. They are left out otherwise.
    pub tried: Option<bool>,
}

/// Starts an execution of a workflow.
///
/// Everything is checked before anything is spent. With `?wait=` the answer comes when the
/// execution ends or pauses, or when the time is over.
#[utoipa::path(
    tag = "executions",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), WaitQuery),
    request_body(content = Option<StartExecution>, example = json!({"input": {"topic": "tea"}, "budget_usd": 0.5, "metadata": {"order_id": "6735"}})),
    responses(
        (status = 202, description = "It is started", body = Execution, headers(
            ("Location" = String, description = "The address of the execution"))),
        (status = 200, description = "It ended or paused within the time to wait", body = Execution, headers(
            ("Location" = String, description = "The address of the execution")))),
    extensions(("x-error-codes" = json!(["workflow_not_found", "execution_not_found", "invalid_query", "invalid_definition", "invalid_input",
        "unknown_model", "unknown_persona", "provider_not_available", "rate_limited", "shutting_down"])))
)]
#[post("/workflows/{workflow_id}/executions")]
pub async fn start_execution(
    caller: Editor,
    id: Path<WorkflowId>,
    query: Query<WaitQuery>,
    key: KeyHeader,
    body: OptionalBody<StartExecution>,
    app: Data<App>,
) -> ApiResult<Answered<HttpResponse>> {
    let wait = wait::seconds(query.0.wait)?;
    let start = body.0;
    Check::default().name("/triggered_by", start.triggered_by.as_deref().unwrap_or("api")).done()?;
    let key = key.of_start(&id, &start);
    let begin = async {
        app.limit_starts(caller.tenant())?;
        let request = StartRequest { workflow_id: id.into_inner(), start, idempotency: key.clone() };
        let execution = app.engine.start(caller.tenant(), request).await?;
        app.metrics.started();
        Ok(execution)
    };
    let repeat = async |earlier| idempotency::execution(&app, &caller, earlier).await;
    let started = once(&app, &caller, key.as_ref(), begin, repeat).await?;
    let execution = wait::settled(&app, caller.tenant(), started.body, wait).await.lean(&query.0.include);
    let location = address("workflows/executions", &execution.id);
    let body = wait::answer(&execution, wait).insert_header((LOCATION, location)).json(execution);
    Ok(Answered { body, is_repeat: started.is_repeat })
}

/// Lists executions of all workflows.
///
/// The list has the newest execution first, unless `sort` says otherwise. Each is listed without its step runs. Filters are
/// combined: an execution fits them all. Where no index serves all of them together, one page looks at 5,000 executions at
/// most: it may then have fewer items than `limit`, or none, and still a `next_cursor`.
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
/// The list has the newest execution first, unless `sort` says otherwise. Each is listed without its step runs. Filters are
/// combined as in the list of all executions: a page may have fewer items than `limit` and still a `next_cursor`.
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
        tag: Vec::new(),
        min_cost_usd: query.min_cost_usd,
        max_cost_usd: query.max_cost_usd,
        error_code: query.error_code,
        metadata: query.metadata,
        tried: query.tried,
    };
    Ok(Json(app.engine.store().executions(caller.tenant(), filter_of(query)?).await?))
}

/// Reads a known error code. `Some`, as serde calls it for a parameter that is there.
fn error_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ErrorCode>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let code = ErrorCode::ALL.iter().find(|code| code.as_str() == text);
    code.copied().map(Some).ok_or_else(|| D::Error::custom(format!("{text:?} is not an error code: see /docs/errors")))
}

/// A cost to filter by. Costs are not negative.
fn cost(name: &str, usd: Option<f64>) -> ApiResult<Option<f64>> {
    match usd {
        Some(usd) if !usd.is_finite() || usd < 0.0 => {
            Err(ApiError::parameter(ErrorCode::InvalidQuery, name, "it is a number of US dollars, 0 or more"))
        }
        usd => Ok(usd),
    }
}

fn filter_of(query: ExecutionQuery) -> ApiResult<ExecutionFilter> {
    if query.workflow_version.is_some() && query.workflow_id.is_none() {
        let message = "it needs `workflow_id`: versions are counted in each workflow";
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, "workflow_version", message));
    }
    if query.workflow_version.is_some_and(|version| version < 1) {
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, "workflow_version", "versions are counted from 1"));
    }
    if let (Some(least), Some(most)) = (query.min_cost_usd, query.max_cost_usd)
        && least > most
    {
        let message = format!("it is greater than `max_cost_usd`, which is {most}: nothing costs both");
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, "min_cost_usd", message));
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
        triggered_by: validate::filter("triggered_by", query.triggered_by, MAX_NAME_CHARS)?,
        tags: validate::tags(query.tag)?,
        min_cost_usd: cost("min_cost_usd", query.min_cost_usd)?,
        max_cost_usd: cost("max_cost_usd", query.max_cost_usd)?,
        error_code: query.error_code,
        metadata: query.metadata,
        tried: query.tried.unwrap_or_default(),
    };
    filter.cursor = cursor(query.cursor.as_deref(), &filter.scope())?;
    Ok(filter)
}

/// Returns one execution with its step runs.
///
/// Each text is in the answer once, in its step run; `include` adds what is left out. The `ETag` changes with the answer.
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
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let held = wait::seconds(query.0.wait)?;
    if held.is_none() && query.0.after_seq.is_none() {
        return read(&app, &caller, &id, &query.0.include, &request).await;
    }
    let position = app.engine.store().event_position(caller.tenant(), &id).await?;
    let (newest, _) = position.ok_or(ErrorCode::ExecutionNotFound)?;
    let after_seq = wait::after_seq(&query.0, newest)?;
    // Counted like a stream: both hold a connection, and the server learns late that a client has gone.
    let _open = app.streams.open(caller.tenant(), caller.name())?;
    let execution = app.engine.wait(caller.tenant(), &id, after_seq, held.unwrap_or_default()).await?;
    Ok(HttpResponse::Ok().json(execution.lean(&query.0.include)))
}

/// Answers with an execution. While nothing is under way in it, only a turn changes the answer, so that its tag is known
/// before the execution is read.
async fn read(
    app: &App,
    caller: &Caller,
    id: &ExecutionId,
    include: &[Include],
    request: &HttpRequest,
) -> ApiResult<HttpResponse> {
    let (turn, live) = app.engine.store().turn(caller.tenant(), id).await?.ok_or(ErrorCode::ExecutionNotFound)?;
    let tag = (!live).then(|| {
        // The same turn may be answered in another form by another version of the server.
        let version = request.app_data::<Data<Document>>().map_or("", |document| document.tag());
        tag_of(format!("{id} {turn} {include:?} {version}").as_bytes())
    });
    if let Some(tag) = tag.as_ref().filter(|tag| is_known(request, tag)) {
        let mut answer = not_modified(tag);
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(REVALIDATED));
        return Ok(answer);
    }
    let execution = app.engine.execution(caller.tenant(), id).await?.lean(include);
    let mut response = HttpResponse::Ok();
    if let Some(tag) = tag {
        response.insert_header((ETAG, tag.to_string())).insert_header((CACHE_CONTROL, REVALIDATED));
    }
    Ok(response.json(execution))
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

/// Changes the budget of an execution, or whether it skips reviews.
///
/// A greater budget does not decide at a gate that is open for want of budget: use `review_step` for that.
#[utoipa::path(
    tag = "executions", params(("execution_id" = ExecutionId, Path, description = "The execution"), IncludeQuery),
    request_body(content = PatchExecution, example = json!({"yolo": true, "budget_usd": 2.5})),
    responses((status = 200, description = "The execution as changed", body = Execution)),
    extensions(("x-error-codes" = json!(["execution_not_found", "invalid_query", "execution_elsewhere", "shutting_down"])))
)]
#[patch("/workflows/executions/{execution_id}")]
pub async fn update_execution(
    caller: Editor,
    id: Path<ExecutionId>,
    query: Query<IncludeQuery>,
    body: Body<PatchExecution>,
    app: Data<App>,
) -> ApiResult<Json<Execution>> {
    let execution = app.engine.command(caller.tenant(), &id, Command::Patch(body.0), caller.name()).await?;
    Ok(Json(execution.lean(&query.0.include)))
}

/// Deletes an execution that has ended.
///
/// Its step runs, events and outputs are deleted with it.
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
