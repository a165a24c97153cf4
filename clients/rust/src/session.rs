//! One session with the client that openapi-generator makes for Rust: the Deep Build Pipeline from its template to its
//! end.

use std::fmt::Debug;

use serde_json::json;
use sluice_client::apis::configuration::Configuration;
use sluice_client::apis::executions_api::*;
use sluice_client::apis::providers_api::{list_models, list_providers};
use sluice_client::apis::templates_api::*;
use sluice_client::apis::workflows_api::*;
use sluice_client::apis::{Error, personas_api};
use sluice_client::models::*;

/// The longest wait that the server takes, in seconds.
const WAIT: Option<i32> = Some(60);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let address = std::env::var("SLUICE").expect("SLUICE holds the address of the server");
    let server = Configuration { base_path: address, ..Configuration::default() };
    lists(&server).await;
    let workflow = instantiate(&server).await;
    let mut run = start(&server, &workflow).await;
    for path in ["review-1", "review-2"] {
        run = settled(&server, run).await;
        assert_eq!(run.status, ExecutionStatus::Paused);
        run = decide(&server, &run, path).await;
    }
    run = settled(&server, run).await;
    assert_eq!(run.status, ExecutionStatus::Completed);
    retry(&server, &run).await;
    find(&server, &run).await;
    println!("  the Deep Build Pipeline has run to its end");
}

async fn lists(server: &Configuration) {
    assert!(!list_providers(server).await.unwrap().items.is_empty());
    assert!(!list_models(server).await.unwrap().items.is_empty());
    let personas = personas_api::ListPersonasParams { limit: None, cursor: None };
    personas_api::list_personas(server, personas).await.unwrap();
    let templates = ListTemplatesParams { limit: None, cursor: None, category: None };
    assert!(!list_templates(server, templates).await.unwrap().items.is_empty());
    assert!(!list_step_templates(server).await.unwrap().items.is_empty());
    let nobody = get_workflow(server, GetWorkflowParams { workflow_id: "nobody".into() }).await;
    refused(nobody, 404, "workflow_not_found");
}

/// Makes a workflow of the template, and lets it call nothing but the offline provider.
async fn instantiate(server: &Configuration) -> Workflow {
    let name = format!("Rehearsal planner rust-{}", std::process::id());
    let body = InstantiateTemplate { name: Some(Some(name)), ..InstantiateTemplate::new() };
    let template_id = "deep-build-pipeline".to_owned();
    let made = InstantiateTemplateParams { template_id, idempotency_key: None, instantiate_template: Some(body) };
    let made = instantiate_template(server, made).await.unwrap();
    let mut definition = made.definition.clone();
    (definition.provider, definition.model) = (Some("demo".into()), Some("demo-instant".into()));
    // The client shows no headers: the ETag is the version in quotes.
    let save = UpdateWorkflowParams {
        workflow_id: made.id.clone(),
        if_match: Some(format!("\"{}\"", made.version)),
        update_workflow: UpdateWorkflow::new(made.name.clone(), *definition),
    };
    let saved = update_workflow(server, save.clone()).await.unwrap();
    assert_eq!(saved.definition.steps.len(), made.definition.steps.len());
    refused(update_workflow(server, save).await, 409, "version_conflict");
    saved
}

/// Starts one run for one key, however often it is sent.
async fn start(server: &Configuration, workflow: &Workflow) -> Execution {
    let body =
        StartExecution { input: Some(Some(json!({"idea": "Rehearsals of small theatres"}))), ..StartExecution::new() };
    let params = StartExecutionParams {
        workflow_id: workflow.id.clone(),
        wait: None,
        include: None,
        idempotency_key: Some(format!("rust-{}", std::process::id())),
        start_execution: Some(body),
    };
    let run = start_execution(server, params.clone()).await.unwrap();
    assert_eq!(start_execution(server, params).await.unwrap().id, run.id);
    run
}

/// Waits without a stream until the run has ended or waits for a person.
async fn settled(server: &Configuration, mut run: Execution) -> Execution {
    while matches!(run.status, ExecutionStatus::Pending | ExecutionStatus::Running) {
        let params =
            GetExecutionParams { execution_id: run.id, wait: WAIT, after_seq: Some(run.last_seq), include: None };
        run = get_execution(server, params).await.unwrap();
    }
    run
}

/// Finds the gate in the inbox, and approves its text with a line more.
async fn decide(server: &Configuration, run: &Execution, path: &str) -> Execution {
    let inbox = list_gates(server, ListGatesParams { limit: Some(200), cursor: None, sort: None }).await.unwrap();
    assert!(inbox.items.iter().any(|it| it.execution_id == run.id && it.path == path));
    let (execution_id, step_path) = (run.id.clone(), path.to_owned());
    let params = GetStepRunParams { execution_id: execution_id.clone(), step_path: step_path.clone() };
    let gate = get_step_run(server, params).await.unwrap().run.gate.unwrap();
    let body = DecideGate {
        content: Some(Some(format!("{}And more.\n", gate.content.flatten().unwrap()))),
        opened_seq: Some(Some(gate.opened_seq)),
        ..DecideGate::new(ReviewDecision::Approve)
    };
    let params = ReviewStepParams {
        execution_id,
        step_path,
        wait: WAIT,
        include: None,
        idempotency_key: None,
        decide_gate: body,
    };
    review_step(server, params).await.unwrap()
}

/// Plans the last step's retry, and runs it.
async fn retry(server: &Configuration, run: &Execution) {
    let (execution_id, step_path) = (run.id.clone(), "implementation-prompts".to_owned());
    let body = Some(PatchStep { model: Some(Some("demo".into())), ..PatchStep::new() });
    let (id, path) = (execution_id.clone(), step_path.clone());
    let plan = PlanRetryParams { execution_id: id, step_path: path, patch_step: body.clone() };
    assert_eq!(plan_retry(server, plan).await.unwrap().repeated[0].path, step_path);
    let params =
        RetryStepParams { execution_id, step_path, wait: WAIT, include: None, idempotency_key: None, patch_step: body };
    let again = settled(server, retry_step(server, params).await.unwrap()).await;
    assert_eq!(again.status, ExecutionStatus::Completed);
}

async fn find(server: &Configuration, run: &Execution) {
    let params = ListExecutionsParams {
        limit: None,
        cursor: None,
        status: Some(vec![ExecutionStatus::Completed, ExecutionStatus::Failed]),
        created_after: None,
        created_before: None,
        sort: None,
        workflow_id: Some(run.workflow_id.clone()),
        workflow_version: None,
        triggered_by: None,
        error_code: None,
        metadata: None,
        tag: None,
        min_cost_usd: None,
        max_cost_usd: None,
        tried: None,
    };
    assert_eq!(list_executions(server, params).await.unwrap().items[0].id, run.id);
}

/// Checks that a request was refused by a problem of this status and code.
fn refused<T: Debug, E: Debug>(answer: Result<T, Error<E>>, status: u16, code: &str) {
    let Err(Error::ResponseError(refusal)) = answer else { panic!("{code} was expected: {answer:?}") };
    let problem: Problem = serde_json::from_str(&refusal.content).unwrap();
    // A server of next year gives each 404 a code that is not known yet.
    let next_year = std::env::var("NEXT_YEAR").is_ok_and(|value| value == "1") && status == 404;
    assert!(refusal.status.as_u16() == status && (problem.code == code || next_year), "{}", refusal.content);
}
