//! Executions: starting, reading, and every command to them.

use sluice_types::limits::MAX_PAGE;
use sluice_types::{
    DecideGate, Definition, Execution, ExecutionId, ExecutionPage, GatePage, OverrideOutput, PatchExecution, PatchStep,
    RerunPlan, StartExecution, StepId, StepPath, StepRunDetail, StepRunPage, StepRunStatus, TryStep, WorkflowId,
};

use super::error::ApiResult;
use super::http::{BASE, Call};

/// Starts an execution. The same key sent again gives the same execution.
pub async fn start(workflow: &WorkflowId, request: &StartExecution, key: &str) -> ApiResult<Execution> {
    Call::post(&with_parts(&format!("/workflows/{workflow}/executions")))
        .idempotency_key(key)
        .json(request)
        .answer()
        .await
}

/// Tries one step of a workflow. The same key sent again gives the same execution.
pub async fn try_step(workflow: &WorkflowId, step: &StepId, request: &TryStep, key: &str) -> ApiResult<Execution> {
    let path = format!("/workflows/{workflow}/steps/{step}/try");
    Call::post(&path).idempotency_key(key).json(request).answer().await
}

/// A page of the executions of all workflows, newest first. A look for news is quiet.
pub async fn list(
    filter: &[(&'static str, String)],
    limit: u32,
    cursor: Option<&str>,
    is_quiet: bool,
) -> ApiResult<ExecutionPage> {
    let page = [("limit", Some(limit.to_string())), ("cursor", cursor.map(ToOwned::to_owned))];
    let filter = filter.iter().map(|(name, value)| (*name, Some(value.clone())));
    let call = Call::get("/workflows/executions").query(filter.chain(page));
    if is_quiet { call.quiet() } else { call }.answer().await
}

/// The newest executions of all workflows.
pub async fn newest(limit: u32) -> ApiResult<ExecutionPage> {
    list(&[], limit, None, true).await
}

/// The gates that wait for a person, those that wait longest first.
pub async fn gates(limit: u32) -> ApiResult<GatePage> {
    Call::get("/workflows/executions/gates").query([("limit", Some(limit.to_string()))]).quiet().answer().await
}

/// The first of the step runs of an execution that failed or were stopped.
pub async fn first_unfinished(id: &ExecutionId) -> ApiResult<Option<StepPath>> {
    let query = [("status", Some("failed,cancelled")), ("limit", Some("1"))];
    let page: StepRunPage = Call::get(&format!("{}/steps", of(id))).query(query).answer().await?;
    Ok(page.items.into_iter().next().map(|run| run.path))
}

/// One execution with its step runs.
pub async fn get(id: &ExecutionId) -> ApiResult<Execution> {
    Call::get(&with_parts(&of(id))).answer().await
}

/// The same with all parts, to be kept elsewhere.
pub async fn whole(id: &ExecutionId) -> ApiResult<Execution> {
    Call::get(&format!("{}?include=gates,output,prompts,results", of(id))).answer().await
}

/// The definition that an execution runs, with the changes made for it.
pub async fn definition(id: &ExecutionId) -> ApiResult<Definition> {
    Call::get(&format!("{}/definition", of(id))).answer().await
}

/// Changes the YOLO switch or the budget.
pub async fn update(id: &ExecutionId, patch: &PatchExecution) -> ApiResult<Execution> {
    Call::patch(&with_parts(&of(id))).json(patch).answer().await
}

/// Removes an execution that has ended.
pub async fn delete(id: &ExecutionId) -> ApiResult<()> {
    Call::delete(&of(id)).done().await
}

/// A command without a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Start no further step.
    Pause,
    /// Go on.
    Resume,
    /// Stop at once.
    Cancel,
}

/// Sends a command.
pub async fn command(id: &ExecutionId, command: Command) -> ApiResult<Execution> {
    let verb = match command {
        Command::Pause => "pause",
        Command::Resume => "resume",
        Command::Cancel => "cancel",
    };
    Call::post(&with_parts(&format!("{}/{verb}", of(id)))).answer().await
}

/// A step run with its attempts and decisions.
pub async fn step(id: &ExecutionId, path: &StepPath) -> ApiResult<StepRunDetail> {
    Call::get(&step_of(id, path)).answer().await
}

/// A page of the step runs inside a container, in order; of all statuses when none is named.
pub async fn steps_inside(
    id: &ExecutionId,
    container: &StepPath,
    statuses: &[StepRunStatus],
    cursor: Option<&str>,
) -> ApiResult<StepRunPage> {
    let statuses = statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(",");
    let query = [
        ("parent", Some(container.to_string())),
        ("limit", Some(MAX_PAGE.to_string())),
        ("status", Some(statuses).filter(|statuses| !statuses.is_empty())),
        ("cursor", cursor.map(ToOwned::to_owned)),
        ("include", Some(PARTS.to_owned())),
    ];
    Call::get(&format!("{}/steps", of(id))).query(query).answer().await
}

/// Changes a step for this execution.
pub async fn update_step(id: &ExecutionId, path: &StepPath, patch: &PatchStep) -> ApiResult<Execution> {
    Call::patch(&with_parts(&step_of(id, path))).json(patch).answer().await
}

/// Puts an output in the place of what a step gave.
pub async fn override_output(id: &ExecutionId, path: &StepPath, output: &OverrideOutput) -> ApiResult<Execution> {
    Call::put(&with_parts(&format!("{}/output", step_of(id, path)))).json(output).answer().await
}

/// The plan of a retry: kept and repeated steps, and the cost.
pub async fn plan_retry(id: &ExecutionId, path: &StepPath, request: &PatchStep) -> ApiResult<RerunPlan> {
    Call::post(&format!("{}/retry/plan", step_of(id, path))).json(request).answer().await
}

/// Runs again from a step.
pub async fn retry(id: &ExecutionId, path: &StepPath, request: &PatchStep) -> ApiResult<Execution> {
    Call::post(&with_parts(&format!("{}/retry", step_of(id, path)))).json(request).answer().await
}

/// Decides at a gate.
pub async fn review(id: &ExecutionId, path: &StepPath, request: &DecideGate) -> ApiResult<Execution> {
    Call::post(&with_parts(&format!("{}/review", step_of(id, path)))).json(request).answer().await
}

/// Where an execution's events come from, after a number.
pub fn events_address(id: &ExecutionId, after: i64) -> String {
    format!("{BASE}{}/events?after={after}", of(id))
}

/// The parts of an execution that the page shows beside its texts.
const PARTS: &str = "gates,prompts";

fn with_parts(path: &str) -> String {
    format!("{path}?include={PARTS}")
}

fn of(id: &ExecutionId) -> String {
    format!("/workflows/executions/{id}")
}

fn step_of(id: &ExecutionId, path: &StepPath) -> String {
    format!("{}/steps/{path}", of(id))
}
