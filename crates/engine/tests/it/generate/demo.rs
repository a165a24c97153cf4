//! The designer that needs no model.

use std::sync::Mutex;

use rstest::rstest;
use serde_json::json;
use sluice_engine::generate::{Base, Design, DesignError, DesignProgress, DesignRequest};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    Agent, AgentId, Candidate, ErrorCode, ExecutionStatus, ReuseKind, StartExecution, StepType, UpdateAgent, WorkflowId,
};
use tokio_util::sync::CancellationToken;

use super::answers::code;
use crate::support::TestEngine;

type Told = Mutex<Vec<DesignProgress>>;

async fn design(
    bench: &TestEngine,
    model: &str,
    prompt: &str,
    base: Option<Base>,
    told: &Told,
) -> Result<Design, DesignError> {
    let candidate = Candidate { provider: "demo".into(), model: model.into() };
    let cancelled = CancellationToken::new();
    let progress = |progress: DesignProgress| {
        // Some tests cancel at the first piece of text.
        if model == "demo-slow" && matches!(progress, DesignProgress::Text { .. }) {
            cancelled.cancel();
        }
        told.lock().unwrap().push(progress);
    };
    let request = DesignRequest { prompt: prompt.into(), base, candidate };
    bench.engine.design(&bench.tenant, request, &progress, cancelled.clone()).await
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_designs_offline_what_can_be_run(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let (now, tenant) = (bench.engine.outside().clock.now(), bench.tenant.clone());
    let fields = UpdateAgent { name: "Tea Scout".into(), instructions: "Look.".into(), ..UpdateAgent::default() };
    let scout = Agent::new(AgentId::new("tea-scout").unwrap(), fields, now);
    bench.engine.store().create_agent(&tenant, scout, None).await.unwrap();
    let told = Told::default();
    let prompt = "Research tea with the scout, then write a report and translate it";
    let design = design(&bench, "demo-instant", prompt, None, &told).await.unwrap();
    assert!(design.explanation.starts_with("Simulated"), "{}", design.explanation);
    assert_eq!((design.findings.len(), design.agents_to_create.len()), (0, 0), "{:?}", design.findings);
    assert_eq!(design.reuse[0].kind, ReuseKind::ExistingAgent);
    let types: Vec<StepType> = design.workflow.definition.steps.iter().map(|step| step.step_type()).collect();
    assert_eq!(types, [StepType::Agent, StepType::Llm, StepType::Llm]);
    let heard = told.lock().unwrap().clone();
    assert_eq!(heard.first(), Some(&DesignProgress::Call { number: 1 }));
    let Some(DesignProgress::Usage { cost_usd, token_usage }) = heard.last() else { panic!("{heard:?}") };
    assert!(cost_usd.abs() < 1e-12 && token_usage.output_tokens > 0);
    assert!(heard.iter().any(|it| matches!(it, DesignProgress::Text { chars, .. } if *chars > 0)));
    // It runs.
    let id = design.workflow.id.unwrap();
    let mut definition = design.workflow.definition;
    definition.provider = Some("demo".into());
    definition.model = Some("demo-instant".into());
    bench.workflow(id.as_str(), serde_json::to_value(&definition).unwrap()).await;
    let start = StartExecution { input: json!({"topic": "tea"}), ..StartExecution::default() };
    let started = bench.try_start(id.as_str(), start).await.unwrap();
    assert_eq!(bench.settled(&started.id).await.status, ExecutionStatus::Completed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_changes_a_workflow_by_simple_words() {
    let database = TestDatabase::sqlite();
    let bench = TestEngine::open(database.config()).await;
    let told = Told::default();
    let first = design(&bench, "demo-instant", "Write a report", None, &told).await.unwrap();
    let base = Base {
        workflow_id: Some(WorkflowId::new("kept").unwrap()),
        name: first.workflow.name,
        description: String::new(),
        definition: first.workflow.definition,
    };
    let design = design(&bench, "demo-instant", "Add a review by the boss", Some(base), &told).await.unwrap();
    let labels: Vec<&str> = design.workflow.definition.steps.iter().map(|step| step.label.as_str()).collect();
    assert_eq!(labels, ["Write a report", "Review by the boss"]);
    assert_eq!(design.workflow.id.as_ref().map(WorkflowId::as_str), Some("kept"));
    assert_eq!(design.findings, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_can_be_cancelled_and_shows_failures() {
    let database = TestDatabase::sqlite();
    let bench = TestEngine::open(database.config()).await;
    let told = Told::default();
    let slow = design(&bench, "demo-slow", "Write a report", None, &told).await;
    assert_eq!(slow.unwrap_err(), DesignError::Cancelled);
    let broken = design(&bench, "demo-broken", "Write a report", None, &told).await;
    assert_eq!(code(broken), Some(ErrorCode::ProviderRejected));
}
