//! Limits on the model calls in flight, and the calls that wait for their turn.

use std::num::NonZeroU32;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::{CallLimits, Command, EngineConfig, Limits};
use sluice_store::StoreConfig;
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{AttemptStatus, Execution, ExecutionId, ExecutionStatus, StartExecution, StepRunStatus};

use crate::support::{TestEngine, path, step};

async fn limited(config: &StoreConfig, per_tenant: u32, per_provider: u32) -> TestEngine {
    let calls = CallLimits { per_tenant: NonZeroU32::new(per_tenant), per_provider: NonZeroU32::new(per_provider) };
    let limits = Limits { lease: Duration::from_millis(300), calls, ..Limits::default() };
    TestEngine::with(config, EngineConfig { limits, ..EngineConfig::default() }).await
}

/// Starts a run of a workflow of its own.
async fn start(bench: &TestEngine, id: &str, steps: &[Value]) -> ExecutionId {
    bench.workflow(id, json!({"steps": steps})).await;
    bench.try_start(id, StartExecution::default()).await.unwrap().id
}

fn fan(id: &str, model: &str, branches: usize) -> Value {
    let branch = |at: usize| {
        let id = format!("{id}{at}");
        json!({"name": format!("b{at}"), "steps": [step(&id, model, "Write about lighthouses")]})
    };
    let branches: Vec<Value> = (0..branches).map(branch).collect();
    json!({"id": id, "label": id.to_uppercase(), "type": "parallel", "branches": branches})
}

fn each(items: usize, model: &str, timeout: u32) -> Value {
    let mut draft = step("draft", model, "Write about lighthouses");
    draft["timeout"] = json!(timeout);
    json!({"id": "each", "label": "Each", "type": "parallel", "for_each": format!("range({items})"),
        "max_concurrency": items, "steps": [draft]})
}

/// The text of an attempt under way.
fn text_of(bench: &TestEngine, id: &ExecutionId, at: &str) -> String {
    bench.engine.channel(&bench.tenant, id).text_of(&path(at), 1)
}

#[rstest]
#[case::per_tenant(1, 0)]
#[case::per_provider(0, 1)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_take_turns_and_no_wait_counts_as_a_timeout(#[case] per_tenant: u32, #[case] per_provider: u32) {
    let database = TestDatabase::sqlite();
    let bench = limited(database.config(), per_tenant, per_provider).await;
    // An answer takes three seconds: the third item waits for longer than its timeout.
    let long = start(&bench, "long", &[each(3, "demo-slow", 5)]).await;
    bench.streaming(&long, "each.0.draft").await;
    let short = start(&bench, "short", &[step("a", "demo-echo", "x")]).await;
    let waiting = bench.get(&short).await;
    assert_eq!(waiting.status, ExecutionStatus::Running);
    bench.streaming(&long, "each.1.draft").await;
    assert_eq!(bench.run_at(&long, "each.0.draft").await.status, StepRunStatus::Completed, "one call at a time");
    assert_eq!(bench.get(&short).await.status, ExecutionStatus::Running, "the second item came first");
    // Its third item would wait behind the other execution, whatever its own length.
    assert_eq!(bench.settled(&short).await.status, ExecutionStatus::Completed);
    assert_eq!(bench.run_at(&long, "each.2.draft").await.status, StepRunStatus::Running);
    assert!(!text_of(&bench, &long, "each.1.draft").is_empty() || text_of(&bench, &long, "each.2.draft").is_empty());
    let done = bench.settled(&long).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    assert_eq!(bench.run_at(&long, "each.2.draft").await.attempt, 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_and_a_cancel_free_the_place_in_the_queue(#[future(awt)] database: TestDatabase) {
    let bench = limited(database.config(), 0, 1).await;
    let first = start(&bench, "first", &[fan("fan", "demo-slow", 3)]).await;
    bench.streaming(&first, "fan.b0.fan0").await;
    let second = start(&bench, "second", &[fan("fan", "demo-slow", 2)]).await;
    let third = start(&bench, "third", &[step("a", "demo-echo", "x")]).await;
    let paused = bench.command(&first, Command::Pause).await.unwrap();
    assert_eq!(paused.status, ExecutionStatus::Paused);
    let status_and_attempt = async |at: &str| {
        let run = bench.run_at(&first, at).await;
        (run.status, run.attempt)
    };
    assert_eq!(status_and_attempt("fan.b0.fan0").await, (StepRunStatus::Running, 1));
    // Those of the others.
    bench.until(&first, |_| (bench.engine.calls_in_flight(), bench.engine.calls_waiting()) == (1, 3)).await;
    assert_eq!(status_and_attempt("fan.b1.fan1").await, (StepRunStatus::Pending, 0));
    // The second is cancelled while all its calls wait: it has spent nothing.
    let cancelled = bench.command(&second, Command::Cancel).await.unwrap();
    assert_eq!((cancelled.status, cancelled.token_usage.input_tokens), (ExecutionStatus::Cancelled, 0));
    assert_eq!(bench.settled(&third).await.status, ExecutionStatus::Completed);
    // The call under way has ended by then, and the rest goes on where it was.
    bench.until(&first, |_| !bench.engine.is_live(&bench.tenant, &first)).await;
    bench.command(&first, Command::Resume).await.unwrap();
    bench.streaming(&first, "fan.b1.fan1").await;
    bench.command(&first, Command::Cancel).await.unwrap();
    let again = start(&bench, "again", &[step("a", "demo-echo", "x")]).await;
    assert_eq!(bench.settled(&again).await.status, ExecutionStatus::Completed);
    bench.until(&again, |_| (bench.engine.calls_in_flight(), bench.engine.calls_waiting()) == (0, 0)).await;
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_makes_no_calls_that_wait(#[future(awt)] database: TestDatabase) {
    let bench = limited(database.config(), 0, 1).await;
    let id = start(&bench, "w", &[fan("fan", "demo-slow", 3)]).await;
    bench.streaming(&id, "fan.b0.fan0").await;
    bench.engine.shut_down(Duration::from_secs(30)).await;
    drop(bench);
    let bench = TestEngine::open(database.config()).await;
    let done = bench.settled(&id).await;
    assert_eq!(done.status, ExecutionStatus::Completed);
    for at in ["fan.b0.fan0", "fan.b1.fan1", "fan.b2.fan2"] {
        let attempts = bench.engine.store().attempts(&bench.tenant, &id, &path(at)).await.unwrap();
        let told: Vec<_> = attempts.iter().map(|attempt| (attempt.attempt, attempt.status)).collect();
        assert_eq!(told, [(1, AttemptStatus::Completed)], "{at}");
    }
}

#[rstest]
#[case::all_in_flight(0)]
#[case::most_of_them_waiting(20)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_ends_five_hundred_branches_in_flight(#[case] per_provider: u32) {
    const BRANCHES: usize = 500;
    let database = TestDatabase::sqlite();
    let bench = limited(database.config(), 0, per_provider).await;
    // It says half an answer, and no end.
    let id = start(&bench, "w", &[fan("fan", "demo-silent", BRANCHES)]).await;
    let sent = usize::try_from(per_provider).unwrap();
    let sent = if sent == 0 { BRANCHES } else { sent };
    let all_speak = |_: &Execution| (0..sent).all(|at| !text_of(&bench, &id, &format!("fan.b{at}.fan{at}")).is_empty());
    bench.until(&id, all_speak).await;
    let cancelled = bench.command(&id, Command::Cancel).await.unwrap();
    assert_eq!(cancelled.status, ExecutionStatus::Cancelled);
    is_cancelled_as_a_whole(&bench, &cancelled, BRANCHES).await;
    let mut charged = 0;
    for at in 0..BRANCHES {
        let at = path(&format!("fan.b{at}.fan{at}"));
        let attempts = bench.engine.store().attempts(&bench.tenant, &id, &at).await.unwrap();
        let [attempt] = &attempts[..] else { panic!("{at}: {attempts:?}") };
        assert_eq!(attempt.status, AttemptStatus::Cancelled);
        assert_eq!(attempt.usage_estimated, attempt.content.is_some());
        charged += usize::from(attempt.usage_estimated);
    }
    assert_eq!(charged, sent);
}

/// The end of each branch is told, the container has their cost, and nothing goes on.
async fn is_cancelled_as_a_whole(bench: &TestEngine, cancelled: &Execution, branches: usize) {
    let runs = bench.all_runs(&cancelled.id).await;
    assert_eq!(runs.len(), branches + 1);
    assert!(runs.iter().all(|run| run.status == StepRunStatus::Cancelled));
    let spent: u64 =
        runs.iter().filter(|run| !run.step_type.is_container()).map(|run| run.token_usage.input_tokens).sum();
    assert_eq!(cancelled.token_usage.input_tokens, spent);
    let events = bench.events(&cancelled.id).await;
    let ends = events.iter().filter(|event| event.step_status == Some(StepRunStatus::Cancelled));
    assert_eq!(ends.count(), branches + 1);
    bench.until(&cancelled.id, |_| !bench.engine.is_live(&bench.tenant, &cancelled.id)).await;
}
