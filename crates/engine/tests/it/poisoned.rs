//! Executions that harm their server: they are not adopted and paid for again without end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rstest::rstest;
use serde_json::json;
use sluice_engine::{FaultPoint, Faults};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ErrorCode, ExecutionStatus, GateKind, ReviewDecision, StartExecution};

use crate::support::{TestEngine, decision, path, run_of, step};

/// Panics in every turn that is about to be written, while the switch is on.
fn panics(on: &Arc<AtomicBool>) -> Faults {
    let on = on.clone();
    Faults::new(move |at| {
        assert!(!(at == FaultPoint::BeforeCommit && on.load(Ordering::SeqCst)), "a turn panics, as the test wants it");
        false
    })
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_panics_its_actor_again_and_again_waits_for_a_person(#[future(awt)] database: TestDatabase) {
    let on = Arc::new(AtomicBool::new(false));
    let bench = TestEngine::with_faults(database.config(), panics(&on)).await;
    let other = bench.run(&[step("a", "demo-echo", "x")]).await.id;
    bench.settled(&other).await;
    bench.workflow("v", json!({"steps": [step("a", "demo-echo", "x"), step("b", "demo-echo", "y")]})).await;
    on.store(true, Ordering::SeqCst);
    let id = bench.try_start("v", StartExecution::default()).await.unwrap().id;
    // While every turn panics, each adoption counts one interruption more, and none is written.
    let interruptions = || async {
        let sql = format!("SELECT CAST(interruptions AS TEXT) AS value FROM executions WHERE id = '{id}'");
        database.values(&sql).await.first().and_then(|count| count.parse::<u32>().ok()).unwrap()
    };
    while interruptions().await < 3 {
        tokio::task::yield_now().await;
    }
    on.store(false, Ordering::SeqCst);
    let waiting = bench.settled(&id).await;
    assert_eq!(waiting.status, ExecutionStatus::Paused);
    let gate = run_of(&waiting, "a").gate.clone().unwrap();
    assert_eq!(gate.kind, GateKind::InterruptedOften);
    let attempts = bench.engine.store().attempts(&bench.tenant, &id, &path("a")).await.unwrap();
    assert_eq!(attempts.len(), 1, "the step was paid for once");
    bench.review(&id, "a", decision(ReviewDecision::Repeat)).await.unwrap();
    assert_eq!(bench.settled(&id).await.status, ExecutionStatus::Completed);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_cannot_be_read_fails_its_run_and_no_other(#[future(awt)] database: TestDatabase) {
    let faults = Faults::new(|at| at == FaultPoint::AttemptStarted);
    let bench = TestEngine::with_faults(database.config(), faults).await;
    let id = bench.run(&[step("a", "demo-echo", "x")]).await.id;
    bench.until(&id, |_| bench.engine.is_stopped()).await;
    drop(bench);
    database.execute("UPDATE execution_snapshots SET snapshot = '{\"definition\":'").await;
    let bench = TestEngine::open(database.config()).await;
    let status = || async {
        let first = sluice_store::ExecutionFilter { limit: 1, ..Default::default() };
        let listed = bench.engine.store().executions(&bench.tenant, first).await.unwrap();
        listed.items.into_iter().next().unwrap()
    };
    while status().await.status != ExecutionStatus::Failed {
        tokio::task::yield_now().await;
    }
    assert_eq!(status().await.error.map(|error| error.code), Some(ErrorCode::Internal));
    assert!(bench.events(&id).await.last().unwrap().ends_stream(), "its stream ends");
    bench.workflow("v", json!({"steps": [step("a", "demo-echo", "x")]})).await;
    let fine = bench.try_start("v", StartExecution::default()).await.unwrap().id;
    assert_eq!(bench.settled(&fine).await.status, ExecutionStatus::Completed);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_can_never_be_written_fails_the_run(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let refuse = match database.config() {
        sluice_store::StoreConfig::Sqlite(_) => {
            "CREATE TRIGGER refuse BEFORE INSERT ON attempts WHEN NEW.path = 'b' \
                BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: as the test wants it'); END"
        }
        sluice_store::StoreConfig::Postgres(_) => "ALTER TABLE attempts ADD CONSTRAINT refuse CHECK (path <> 'b')",
    };
    database.execute(refuse).await;
    let id = bench.run(&[step("a", "demo-echo", "x"), step("b", "demo-echo", "y")]).await.id;
    let failed = bench.settled(&id).await;
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(failed.error.map(|error| error.code), Some(ErrorCode::Internal));
    assert_eq!(run_of(&bench.get(&id).await, "a").content.as_deref(), Some("x"), "what was stored stays");
    bench.events(&id).await;
}
