//! Commands with an idempotency key: the key is written with the turn of its command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rstest::rstest;
use serde_json::json;
use sluice_engine::{Command, EngineError, FaultPoint, Faults};
use sluice_store::{IdempotencyKey, StoreError};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{Execution, ExecutionId, ExecutionStatus, ReviewDecision, StartExecution};

use crate::support::{TestEngine, decision, path, review, step, summary};

fn key(key: &str) -> IdempotencyKey {
    IdempotencyKey { key: key.into(), operation: "command".into(), request_hash: "hash".into(), part: None }
}

async fn approve(bench: &TestEngine, id: &ExecutionId, named: &str) -> Result<Execution, EngineError> {
    let command = Command::Review(path("r"), decision(ReviewDecision::Approve));
    bench.engine.command_once(&bench.tenant, id, command, "tester", Some(key(named))).await
}

fn is_used(outcome: &Result<Execution, EngineError>) -> bool {
    matches!(outcome, Err(EngineError::Store(StoreError::KeyUsed)))
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_stopped_anywhere_is_carried_out_once(#[future(awt)] database: TestDatabase) {
    let points = [
        ("before", FaultPoint::BeforeCommit, false),
        ("after", FaultPoint::AfterCommit, true),
        ("published", FaultPoint::AfterPublish, true),
    ];
    for (name, point, is_written) in points {
        let armed = Arc::new(AtomicBool::new(false));
        let (stops, begun) = (armed.clone(), AtomicBool::new(false));
        // The turn before may still be published when the run is seen to be paused: only the command's own turn stops.
        let faults = Faults::new(move |at| {
            if at == FaultPoint::BeforeCommit && stops.load(Ordering::SeqCst) {
                begun.store(true, Ordering::SeqCst);
            }
            at == point && begun.load(Ordering::SeqCst)
        });
        let bench = TestEngine::with_faults(database.config(), faults).await;
        bench.workflow(name, json!({"steps": [step("a", "demo-echo", "x"), review("r")]})).await;
        let id = bench.try_start(name, StartExecution::default()).await.unwrap().id;
        assert_eq!(bench.settled(&id).await.status, ExecutionStatus::Paused);
        armed.store(true, Ordering::SeqCst);
        assert!(approve(&bench, &id, name).await.is_err(), "{name}");
        drop(bench);
        let bench = TestEngine::open(database.config()).await;
        let again = approve(&bench, &id, name).await;
        assert_eq!((is_used(&again), again.is_ok()), (is_written, !is_written), "{name}: {again:?}");
        assert_eq!(bench.settled(&id).await.status, ExecutionStatus::Completed);
        let decisions = bench.engine.store().decisions(&bench.tenant, &id, &path("r")).await.unwrap();
        assert_eq!(decisions.len(), 1, "{name}");
        assert!(is_used(&approve(&bench, &id, name).await));
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_command_leaves_its_key_unused(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = bench.run(&[step("a", "demo-echo", "x"), review("r")]).await.id;
    bench.settled(&id).await;
    let resumed = bench.engine.command_once(&bench.tenant, &id, Command::Resume, "tester", Some(key("k"))).await;
    assert!(matches!(resumed, Err(EngineError::WrongState { .. })), "{resumed:?}");
    approve(&bench, &id, "k").await.unwrap();
}

/// Writes a key as another request would, while the engine waits.
fn use_key(database: &Arc<TestDatabase>, named: &str) {
    let database = database.clone();
    let row = format!("INSERT INTO idempotency_keys VALUES ('local', '{named}', 'o', 'h', 'r', 4000000000000000)");
    let row = row.replace(" VALUES", " (tenant_id, key, operation, request_hash, resource_id, created_at) VALUES");
    let written = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(database.execute(&row));
    });
    written.join().unwrap();
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_without_a_command_whose_key_another_request_took(#[future(awt)] database: TestDatabase) {
    let database = Arc::new(database);
    let armed = Arc::new(AtomicBool::new(false));
    let (takes, at_database) = (armed.clone(), database.clone());
    let faults = Faults::new(move |at| {
        if at == FaultPoint::BeforeCommit && takes.swap(false, Ordering::SeqCst) {
            use_key(&at_database, "k");
        }
        false
    });
    let bench = TestEngine::with_faults(database.config(), faults).await;
    let words = "words that come in pieces, so that the command comes while they do";
    let id = bench.run(&[step("a", "demo-slow", words), review("r")]).await.id;
    bench.streaming(&id, "a").await;
    armed.store(true, Ordering::SeqCst);
    let paused = bench.engine.command_once(&bench.tenant, &id, Command::Pause, "tester", Some(key("k"))).await;
    assert!(is_used(&paused), "{paused:?}");
    assert_eq!(bench.get(&id).await.status, ExecutionStatus::Running);
    let waiting = bench.settled(&id).await;
    assert_eq!(summary(&waiting), ["a completed 1", "r waiting 0"]);
    let events = bench.events(&id).await;
    assert!(events.iter().all(|event| event.status != Some(ExecutionStatus::Paused) || event.path == Some(path("r"))));
}
