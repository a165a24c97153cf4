//! Executions that wait for a time are not in memory meanwhile.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::{Clock, Command, EngineConfig, Environment, Limits, System};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ExecutionId, ExecutionStatus, StartExecution, StepRunStatus};
use tokio::sync::watch;

use crate::support::{TestEngine, review, run_of, step};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(300);
/// An hour, in seconds.
const HOUR: i64 = 3_600;

/// The machine's clock, which a test can put forward.
#[derive(Clone)]
struct Forward(watch::Sender<TimeDelta>);

impl Forward {
    fn new() -> Self {
        Self(watch::Sender::new(TimeDelta::zero()))
    }

    fn put(&self, seconds: i64) {
        self.0.send_modify(|by| *by += TimeDelta::seconds(seconds));
    }
}

impl Clock for Forward {
    fn now(&self) -> DateTime<Utc> {
        System.now() + *self.0.borrow()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut by = self.0.subscribe();
        Box::pin(async move {
            loop {
                let left = at - *by.borrow_and_update();
                tokio::select! {
                    () = System.sleep_until(left) => return,
                    // The sender is in `self`.
                    _ = by.changed() => {}
                }
            }
        })
    }
}

async fn open(database: &TestDatabase, clock: &Forward) -> TestEngine {
    // Long enough that a busy machine renews it in time, with a thousand starts and adoptions beside it.
    let limits = Limits { lease: Duration::from_secs(5), ..Limits::default() };
    let outside = Environment { clock: Arc::new(clock.clone()), ..Environment::default() };
    TestEngine::with(database.config(), EngineConfig { limits, outside, ..EngineConfig::default() }).await
}

fn wait(seconds: &Value) -> Value {
    json!({"id": "w", "label": "W", "type": "tool", "tool": "native:wait", "arguments": {"seconds": seconds}})
}

/// Waits until as many executions sleep, and none has an actor.
async fn asleep(bench: &TestEngine, count: usize) {
    let begun = Instant::now();
    while (bench.engine.live_executions(), bench.engine.sleeping_executions()) != (0, count) {
        let (live, asleep) = (bench.engine.live_executions(), bench.engine.sleeping_executions());
        assert!(begun.elapsed() < PATIENCE, "{live} have an actor, and {asleep} of {count} sleep");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn all_completed(bench: &TestEngine, ids: &[ExecutionId]) {
    for id in ids {
        let done = bench.finished_within(id, PATIENCE).await;
        let run = run_of(&done, "w");
        assert_eq!((done.status, run.attempt), (ExecutionStatus::Completed, 1), "{:?}", done.error);
        assert_eq!(run_of(&done, "b").content.as_deref(), Some("after a wait"));
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_waits_have_no_actors_and_all_end_when_due(#[future(awt)] database: TestDatabase) {
    let clock = Forward::new();
    let bench = open(&database, &clock).await;
    let after = step("b", "demo-echo", "after a wait");
    bench.workflow("w", json!({"steps": [wait(&json!("{{ input.seconds }}")), after]})).await;
    let start = async |seconds: i64| {
        let start = StartExecution { input: json!({"seconds": seconds}), ..StartExecution::default() };
        bench.try_start("w", start).await.unwrap().id
    };
    let ids = futures_util::stream::iter(0..1_000).map(|number| start(HOUR * (1 + number % 2)));
    let ids: Vec<ExecutionId> = ids.buffered(50).collect().await;
    asleep(&bench, 1_000).await;
    let (first, second): (Vec<_>, Vec<_>) = ids.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).unzip();
    // A command wakes one, which sleeps on.
    let held = bench.command(&first[0], Command::Pause).await.unwrap();
    assert_eq!((held.status, run_of(&held, "w").status), (ExecutionStatus::Paused, StepRunStatus::Running));
    asleep(&bench, 1_000).await;
    bench.command(&first[0], Command::Resume).await.unwrap();
    clock.put(HOUR);
    // Read only when they have ended: on a busy machine they need all connections of the pool.
    asleep(&bench, 500).await;
    all_completed(&bench, &first).await;
    drop(bench);
    let bench = open(&database, &clock).await;
    asleep(&bench, 500).await;
    clock.put(HOUR);
    asleep(&bench, 0).await;
    all_completed(&bench, &second).await;
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_that_expires_and_a_held_run_need_no_actor(#[future(awt)] database: TestDatabase) {
    let clock = Forward::new();
    let bench = open(&database, &clock).await;
    let mut gate = review("r");
    gate["expires_in"] = json!(HOUR);
    gate["on_expiry"] = json!("approve");
    let gate = bench.run(&[step("a", "demo-echo", "text"), gate]).await.id;
    bench.workflow("held", json!({"steps": [wait(&json!(HOUR))]})).await;
    let held = bench.try_start("held", StartExecution::default()).await.unwrap().id;
    asleep(&bench, 2).await;
    bench.command(&held, Command::Pause).await.unwrap();
    clock.put(HOUR);
    let expired = bench.finished_within(&gate, PATIENCE).await;
    assert_eq!(expired.status, ExecutionStatus::Completed, "{:?}", expired.error);
    // The wait is over, and the hold keeps what follows from beginning.
    asleep(&bench, 1).await;
    assert_eq!(bench.get(&held).await.status, ExecutionStatus::Paused);
    bench.command(&held, Command::Resume).await.unwrap();
    assert_eq!(bench.finished_within(&held, PATIENCE).await.status, ExecutionStatus::Completed);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_execution_that_another_engine_took_over_is_not_woken(#[future(awt)] database: TestDatabase) {
    let clock = Forward::new();
    let bench = open(&database, &clock).await;
    let id = bench.run(&[wait(&json!(HOUR))]).await.id;
    asleep(&bench, 1).await;
    let (store, tenant) = (bench.engine.store(), &bench.tenant);
    store.renew_lease("other", clock.now(), Duration::from_secs(86_400)).await.unwrap();
    let (_, epoch, live) = store.ownership(tenant, &id).await.unwrap().unwrap();
    assert!(store.claim(tenant, &id, epoch, live, "other").await.unwrap());
    clock.put(HOUR);
    asleep(&bench, 0).await;
    assert_eq!(bench.get(&id).await.status, ExecutionStatus::Running);
    assert_eq!(store.ownership(tenant, &id).await.unwrap().unwrap(), ("other".into(), epoch + 1, true));
}
