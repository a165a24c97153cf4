//! `tool` and `agent` steps with the native tools and the demo provider, on both databases.

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::{Command, EngineError, FaultPoint, Faults};
use sluice_store::StepRunFilter;
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    AgentFinish, DecideGate, ErrorCode, ExecutionId, ExecutionStatus, ReviewDecision, StartExecution, StepEffect,
    StepRun, StepRunStatus,
};

use crate::support::{TestEngine, decision, path, run_of, step};

fn tool(id: &str, tool: &str, arguments: &Value) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "tool", "tool": tool, "arguments": arguments})
}

fn agent(prompt: &str, tools: &[&str]) -> Value {
    json!({"id": "scout", "label": "Scout", "type": "agent", "provider": "demo", "model": "demo-instant",
        "prompt": prompt, "tools": tools})
}

async fn inside(bench: &TestEngine, id: &ExecutionId) -> Vec<StepRun> {
    let filter = StepRunFilter { limit: 200, ..StepRunFilter::default() };
    bench.engine.step_runs(&bench.tenant, id, Some(&path("scout")), filter).await.unwrap().0
}

fn told(runs: &[StepRun]) -> Vec<String> {
    runs.iter().map(|run| format!("{} {} {}", run.path, run.step_type, run.status)).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_step_calls_a_native_tool(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let sum = tool("sum", "native:calculate", &json!({"expression": "{{ input.topic | length }} * (2 + 5)"}));
    let query = tool("pick", "native:json_query", &json!({"json": {"a": "{{ steps.SUM.output }}"}, "query": "$.a"}));
    let started =
        bench.run(&[sum, query, step("b", "demo-echo", "{{steps.PICK.content}} of {{steps.SUM.output}}")]).await;
    let done = bench.settled(&started.id).await;
    let sum = run_of(&done, "sum");
    assert_eq!((sum.status, sum.error.clone()), (StepRunStatus::Completed, None));
    assert_eq!((sum.tool.as_deref(), sum.effect.clone()), (Some("native:calculate"), Some(StepEffect::Pure)));
    assert_eq!(json!(sum.arguments), json!({"expression": "3 * (2 + 5)"}));
    // What was stored is what the actor has in memory.
    assert_eq!(bench.run_at(&started.id, "sum").await, *sum);
    assert_eq!((&sum.output, &sum.content), (&Some(json!(21)), &None));
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("[21] of 21"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arguments_that_do_not_fit_the_tool_are_refused_before_it_is_called(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let started = bench.run(&[tool("sum", "native:calculate", &json!({"expression": "{{ [1] }}"}))]).await;
    let done = bench.settled(&started.id).await;
    let error = run_of(&done, "sum").error.clone().unwrap();
    assert_eq!((done.status, error.code), (ExecutionStatus::Failed, ErrorCode::ToolArgumentsInvalid));
    assert!(error.message.contains("/expression"), "{}", error.message);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_survives_a_restart(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let started = bench.run(&[tool("w", "native:wait", &json!({"seconds": 1.2}))]).await;
    let waiting = run_of(&started, "w").waits_until.unwrap();
    drop(bench);
    let bench = TestEngine::open(database.config()).await;
    let adopted = bench
        .until(&started.id, |execution| {
            run_of(execution, "w").status.is_gate() || bench.engine.is_live(&bench.tenant, &started.id)
        })
        .await;
    assert_eq!(run_of(&adopted, "w").waits_until, Some(waiting));
    let done = bench.until(&started.id, |execution| execution.status.is_terminal()).await;
    let run = run_of(&done, "w");
    assert_eq!(
        (done.status, run.output.clone(), run.attempt),
        (ExecutionStatus::Completed, Some(json!({"seconds": 1.2})), 1)
    );
    assert!(run.completed_at.unwrap() >= waiting);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_calls_tools_and_answers(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let prompt = "First native__current_time, then native__calculate 6 * 7.";
    let tools = ["native:current_time", "native:calculate"];
    let started = bench.run(&[agent(prompt, &tools), step("b", "demo-echo", "{{steps.Scout.content}}")]).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let runs = inside(&bench, &started.id).await;
    assert_eq!(
        told(&runs),
        [
            "scout.1 llm completed",
            "scout.1.0 tool completed",
            "scout.2 llm completed",
            "scout.2.0 tool completed",
            "scout.3 llm completed"
        ]
    );
    assert_eq!(
        (runs[3].tool.as_deref(), json!(runs[3].arguments)),
        (Some("native:calculate"), json!({"expression": "6 * 7"}))
    );
    assert!(runs[0].content.as_ref().unwrap().contains("Simulated"));
    let scout = run_of(&done, "scout");
    assert!(scout.content.as_ref().unwrap().contains("42"), "{scout:?}");
    let told = scout.agent.clone().unwrap();
    assert_eq!(
        (told.turns, told.finished, told.tools.as_slice()),
        (Some(3), Some(AgentFinish::Answered), tools.map(str::to_owned).as_slice())
    );
    assert_eq!(scout.token_usage.output_tokens, runs.iter().map(|run| run.token_usage.output_tokens).sum::<u64>());
    assert_eq!(run_of(&done, "b").content, scout.content);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_waits_as_a_step_does(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let started = bench.run(&[agent("native__wait for 1 second", &["native:*"])]).await;
    let waits = |execution: &sluice_types::Execution| {
        execution.steps.iter().any(|run| run.path == path("scout.1.0") && run.waits_until.is_some())
    };
    bench.until(&started.id, |execution| waits(execution) || execution.status.is_terminal()).await;
    let done = bench.until(&started.id, |execution| execution.status.is_terminal()).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    assert_eq!(bench.run_at(&started.id, "scout.1.0").await.output, Some(json!({"seconds": 1})));
    assert_eq!(run_of(&done, "scout").agent.as_ref().unwrap().tools.len(), sluice_types::NATIVE_TOOLS.len());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_a_person_and_a_refusal_reaches_the_model(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let prompt = "Use native__http_request with POST on http://127.0.0.1:9/x";
    let started = bench.run(&[agent(prompt, &["native:http_request"])]).await;
    let waiting = bench.settled(&started.id).await;
    let call = waiting.steps.iter().find(|run| run.path == path("scout.1.0")).unwrap();
    assert_eq!((waiting.status, call.status), (ExecutionStatus::Paused, StepRunStatus::Waiting));
    assert_eq!(call.effect, Some(StepEffect::Writes));
    let refused = DecideGate { comment: Some("Not there.".into()), ..decision(ReviewDecision::Reject) };
    bench.review(&started.id, "scout.1.0", refused).await.unwrap();
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    assert!(run_of(&done, "scout").content.as_ref().unwrap().contains("A person refused this call. Not there."));
    let call = bench.run_at(&started.id, "scout.1.0").await;
    assert_eq!(call.error.map(|error| error.code), Some(ErrorCode::ToolCallRefused));
}

/// Stops an engine when it comes to a point for the `nth` time.
fn stop_at(point: FaultPoint, nth: usize) -> Faults {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    Faults::new(move |at| at == point && seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == nth)
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_stopped_in_its_seventh_turn_goes_on_there(#[future(awt)] database: TestDatabase) {
    // The seventh turn begins after the listing, six turns and six calls.
    let bench = TestEngine::with_faults(database.config(), stop_at(FaultPoint::AttemptStarted, 13)).await;
    let started = bench.run(&[agent("Go on. [demo turns=10]", &["native:current_time"])]).await;
    bench.until(&started.id, |_| bench.engine.is_stopped()).await;
    drop(bench);
    let bench = TestEngine::open(database.config()).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let runs = inside(&bench, &started.id).await;
    let again: Vec<_> = runs.iter().filter(|run| run.attempt > 1).map(|run| run.path.to_string()).collect();
    assert_eq!((again, runs.len()), (vec!["scout.7".to_owned()], 19));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_agent_goes_on_from_one_of_its_turns(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let prompt = "native__http_request to http://127.0.0.1:9/x";
    let started = bench.run(&[agent(prompt, &["native:http_request"])]).await;
    bench.settled(&started.id).await;
    bench.command(&started.id, Command::Cancel).await.unwrap();
    bench.command(&started.id, Command::Retry(path("scout.1.0"), Default::default())).await.unwrap();
    let waiting = bench.settled(&started.id).await;
    assert!(waiting.steps.iter().any(|run| run.path == path("scout.1.0") && run.status == StepRunStatus::Waiting));
    bench.review(&started.id, "scout.1.0", decision(ReviewDecision::Reject)).await.unwrap();
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed);
    let runs = inside(&bench, &started.id).await;
    assert_eq!(told(&runs), ["scout.1 llm completed", "scout.1.0 tool failed", "scout.2 llm completed"]);
    assert_eq!(runs[0].attempt, 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_does_not_exist_is_refused_at_the_start(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    bench.workflow("w", json!({"steps": [agent("x", &["nowhere:tool"])]})).await;
    assert!(bench.try_start("w", StartExecution::default()).await.is_err());
    let wrong = tool("a", "native:calculate", &json!({"expression": 7, "precision": 2}));
    bench.workflow("v", json!({"steps": [wrong]})).await;
    let error = bench.try_start("v", StartExecution::default()).await.unwrap_err();
    let EngineError::InvalidDefinition(findings) = error else { panic!("{error}") };
    let found: Vec<_> = findings.iter().map(|it| (it.pointer.as_str(), it.code.as_str())).collect();
    let expected = ["/steps/0/arguments/precision", "/steps/0/arguments/expression"];
    assert_eq!(found, expected.map(|pointer| (pointer, "arguments_do_not_fit")));
}
