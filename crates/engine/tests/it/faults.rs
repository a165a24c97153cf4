//! The engine is stopped at every fault point, each time it comes to it, and started again: in the
//! end the journal must be the one of a run that nothing disturbed.

use std::sync::atomic::{AtomicUsize, Ordering};

use rstest::rstest;
use serde_json::json;
use sluice_engine::{EngineError, FaultPoint, Faults};
use sluice_store::{ExecutionFilter, StoreConfig};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    AttemptStatus, DecideGate, Execution, ExecutionStatus, ReviewDecision, StartExecution, StepRunStatus, TokenUsage,
};

use crate::support::{TestEngine, decision, path, review, run_of, step};

fn definition() -> serde_json::Value {
    json!({"steps": [
        step("a", "demo-echo", "On {{input.topic}}, at some length so that it comes in pieces"),
        step("b", "demo-flaky", "{{steps.A.content}} and more words to stream"),
        review("r"),
        step("c", "demo-echo", "{{steps.R.content}} {{steps.B.content}}"),
    ]})
}

/// All kinds of container, one in the other, with a review in a branch and a step that is retried.
fn tree() -> serde_json::Value {
    let polish = json!({"id": "polish", "label": "Polish", "type": "loop", "until": "iteration == 2", "max_iterations": 3,
        "steps": [step("draft", "demo-echo", "{{iteration}} {{previous}} {{item}}")]});
    let route = json!({"id": "route", "label": "Route", "type": "conditional",
        "cases": [{"name": "odd", "when": "item == 1", "steps": [polish]}],
        "otherwise": {"steps": [step("even", "demo-echo", "{{item}}")]}});
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [
        {"name": "looked", "steps": [step("a", "demo-echo", "a"), review("r")]},
        {"name": "tried", "steps": [step("b", "demo-flaky", "b")]},
    ]});
    let scout = json!({"id": "scout", "label": "Scout", "type": "agent", "provider": "demo", "model": "demo-instant",
        "prompt": "Look. [demo turns=2 calls=2]", "tools": ["native:calculate", "native:json_query"]});
    let sum = json!({"id": "sum", "label": "Sum", "type": "tool", "tool": "native:calculate",
        "arguments": {"expression": "6 * 7"}});
    json!({"steps": [
        scout,
        sum,
        json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1, 2]", "steps": [route]}),
        fan,
        step("c", "demo-echo", "{{steps.Each.output}} {{steps.Fan.output}} {{steps.Scout.content}} {{steps.Sum.output}}"),
    ]})
}

/// Goes on with the one execution there is until it ends; starts it when there is none.
async fn drive(bench: &TestEngine) -> Option<Execution> {
    let found = bench
        .engine
        .store()
        .executions(&bench.tenant, ExecutionFilter { limit: 2, ..Default::default() })
        .await
        .unwrap();
    assert!(found.items.len() < 2, "the start was repeated");
    let id = match found.items.first() {
        Some(execution) => execution.id.clone(),
        None => {
            bench
                .try_start("w", StartExecution { input: json!({"topic": "tea"}), ..StartExecution::default() })
                .await
                .ok()?
                .id
        }
    };
    loop {
        let execution = bench
            .until(&id, |execution| {
                execution.status.is_terminal() || gate(execution).is_some() || bench.engine.is_stopped()
            })
            .await;
        if bench.engine.is_stopped() {
            return None;
        }
        if execution.status.is_terminal() {
            return Some(execution);
        }
        let Some(at) = gate(&execution) else { continue };
        match bench.review(&id, &at, decision(ReviewDecision::Approve)).await {
            // The lease of the engine that was stopped has not expired yet.
            Ok(_) | Err(EngineError::Elsewhere) => {}
            Err(error) => {
                assert!(bench.engine.is_stopped(), "{at}: {error}");
                return None;
            }
        }
    }
}

/// The step run that waits for a person.
fn gate(execution: &Execution) -> Option<String> {
    execution.steps.iter().find(|run| run.status.is_gate()).map(|run| run.path.to_string())
}

/// Stops the engine when it comes to a point for the `nth` time.
fn stop_at(point: FaultPoint, nth: usize) -> Faults {
    let seen = AtomicUsize::new(0);
    Faults::new(move |at| at == point && seen.fetch_add(1, Ordering::SeqCst) + 1 == nth)
}

/// Runs the workflow with the engine stopped when it comes to a point for the `nth` time, and the next engine, which
/// recovers, stopped when it comes there first; gives the execution at its end, and whether the first was stopped.
async fn disturbed(
    config: &StoreConfig,
    definition: &serde_json::Value,
    point: FaultPoint,
    nth: usize,
) -> (ExecutionStatus, Essence, bool) {
    let bench = TestEngine::with_faults(config, stop_at(point, nth)).await;
    bench.workflow("w", definition.clone()).await;
    if let Some(undisturbed) = drive(&bench).await {
        return (undisturbed.status, essence(&bench, &undisturbed).await, false);
    }
    // As after a crash: the engine is gone, and a new one finds what it left.
    drop(bench);
    let bench = TestEngine::with_faults(config, stop_at(point, 1)).await;
    let done = drive(&bench).await;
    drop(bench);
    let bench = TestEngine::open(config).await;
    let done = match done {
        Some(done) => done,
        None => drive(&bench).await.expect("nothing stops the third engine"),
    };
    check_attempts(&bench, &done).await;
    check_statistics(&bench, &done).await;
    bench.events(&done.id).await;
    (done.status, essence(&bench, &done).await, true)
}

/// The execution is in the statistics once, with all that it cost, also when it is counted twice.
async fn check_statistics(bench: &TestEngine, execution: &Execution) {
    for _ in 0..2 {
        let now = execution.completed_at.unwrap();
        let stats = bench.engine.store().stats(&bench.tenant, &execution.workflow_id, now, 1).await.unwrap();
        assert_eq!((stats.executions, stats.unfinished, stats.token_usage), (1, 0, execution.token_usage));
        let mut of_models = TokenUsage::default();
        stats.models.iter().for_each(|model| of_models += model.token_usage);
        assert_eq!(of_models, execution.token_usage);
        assert!((stats.cost_usd - execution.cost_usd).abs() < 1e-9);
    }
}

/// No step run completed twice, and what was interrupted says so.
async fn check_attempts(bench: &TestEngine, execution: &Execution) {
    for run in bench.all_runs(&execution.id).await.iter().filter(|run| run.attempt > 0) {
        let attempts = bench.engine.store().attempts(&bench.tenant, &execution.id, &run.path).await.unwrap();
        let completed = attempts.iter().filter(|attempt| attempt.status == AttemptStatus::Completed).count();
        // A made-up calculation is an error for the model, and not for the run.
        let expected = usize::from(run.status == StepRunStatus::Completed);
        assert_eq!(completed, expected, "{} completed {completed} times", run.path);
        let numbers: Vec<i32> = attempts.iter().map(|attempt| attempt.attempt).collect();
        assert_eq!(numbers, (1..=run.attempt).collect::<Vec<_>>(), "{}", run.path);
    }
}

/// Of each step run its path, status, prompt and output.
type Essence = Vec<(String, StepRunStatus, Option<String>, Option<serde_json::Value>)>;

/// What must be the same however often the engine was stopped.
async fn essence(bench: &TestEngine, execution: &Execution) -> Essence {
    let runs = bench.all_runs(&execution.id).await.into_iter();
    runs.map(|run| (run.path.to_string(), run.status, run.prompt, run.output)).collect()
}

/// Far more than the times that a run comes to any point.
const MOST_TIMES: usize = 60;

/// Walks all points, on databases that `fresh` gives.
async fn walk(definition: serde_json::Value, fresh: impl AsyncFn() -> TestDatabase) {
    let bench_on = fresh().await;
    let bench = TestEngine::open(bench_on.config()).await;
    bench.workflow("w", definition.clone()).await;
    let done = drive(&bench).await.unwrap();
    let undisturbed = essence(&bench, &done).await;
    assert_eq!(done.status, ExecutionStatus::Completed);
    let mut stops = 0;
    for point in FaultPoint::ALL {
        for nth in 1..=MOST_TIMES {
            let database = fresh().await;
            let (status, essence, stopped) = disturbed(database.config(), &definition, point, nth).await;
            assert_eq!(status, ExecutionStatus::Completed, "{point:?} {nth}");
            assert_eq!(essence, undisturbed, "{point:?} {nth}");
            if !stopped {
                assert!(nth > 1, "the run never comes to {point:?}");
                break;
            }
            stops += 1;
        }
    }
    assert!(stops > 30, "the engine was stopped {stops} times only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_stopped_anywhere_on_sqlite_ends_as_one_that_was_not() {
    walk(definition(), async || TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_stopped_anywhere_on_postgres_ends_as_one_that_was_not() {
    walk(definition(), async || TestDatabase::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_stopped_anywhere_on_sqlite_ends_as_one_that_was_not() {
    walk(tree(), async || TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_stopped_anywhere_on_postgres_ends_as_one_that_was_not() {
    walk(tree(), async || TestDatabase::postgres().await).await;
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_writes_asks_after_a_crash(#[future(awt)] database: TestDatabase) {
    let faults = Faults::new(|at| at == FaultPoint::AttemptStreaming);
    let bench = TestEngine::with_faults(database.config(), faults).await;
    let mut writing = step("a", "demo-echo", "several words to be written somewhere");
    writing["effect"] = json!("writes");
    bench.workflow("w", json!({"steps": [writing, step("b", "demo-echo", "{{steps.A.content}}")]})).await;
    let id = bench.try_start("w", StartExecution::default()).await.unwrap().id;
    bench.until(&id, |_| bench.engine.is_stopped()).await;
    drop(bench);
    let bench = TestEngine::open(database.config()).await;
    let asking = bench.until(&id, |execution| run_of(execution, "a").status == StepRunStatus::OutcomeUnknown).await;
    assert_eq!(asking.status, ExecutionStatus::Paused);
    let partial = run_of(&asking, "a").content.clone().unwrap();
    assert!("several words to be written somewhere".starts_with(&partial) && !partial.is_empty());
    let done = DecideGate { content: Some("it was written".into()), ..decision(ReviewDecision::AssumeDone) };
    bench.review(&id, "a", done).await.unwrap();
    let done = bench.settled(&id).await;
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("it was written"));
    assert_eq!(run_of(&done, "a").attempt, 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_streamed_before_a_crash_is_kept(#[future(awt)] database: TestDatabase) {
    let faults = Faults::new(|at| at == FaultPoint::AttemptStreaming);
    let bench = TestEngine::with_faults(database.config(), faults).await;
    let id = bench.run(&[step("a", "demo-echo", "several words that come in pieces")]).await.id;
    bench.until(&id, |_| bench.engine.is_stopped()).await;
    drop(bench);
    let bench = TestEngine::open(database.config()).await;
    bench.settled(&id).await;
    let attempts = bench.engine.store().attempts(&bench.tenant, &id, &path("a")).await.unwrap();
    let told: Vec<_> = attempts.iter().map(|attempt| (attempt.status, attempt.content.as_deref())).collect();
    assert_eq!(told[1], (AttemptStatus::Completed, Some("several words that come in pieces")));
    assert_eq!(told[0].0, AttemptStatus::Interrupted);
    assert!(told[0].1.is_some_and(|text| text.starts_with("several")), "{told:?}");
}
