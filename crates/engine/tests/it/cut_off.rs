//! The database is cut off, in the middle of a start or for longer than the lease.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sluice_engine::{EngineConfig, EngineError, Environment, Ids, Limits, System};
use sluice_testing::{Cuttable, TestDatabase};
use sluice_types::{ExecutionId, ExecutionStatus, StartExecution};

use crate::support::{TestEngine, step};

/// Does something when an execution gets its id: all is read for its start, and nothing is written.
struct BeforeStart<F>(F);

impl<F: Fn() + Send + Sync> Ids for BeforeStart<F> {
    fn execution_id(&self) -> ExecutionId {
        self.0();
        System.execution_id()
    }

    fn generation_id(&self) -> sluice_types::GenerationId {
        System.generation_id()
    }

    fn engine_id(&self) -> String {
        System.engine_id()
    }

    fn chance(&self) -> f64 {
        System.chance()
    }

    fn turn_token(&self) -> i64 {
        System.turn_token()
    }
}

/// A PostgreSQL, and the way to it.
async fn database() -> (TestDatabase, Arc<Cuttable>) {
    let database = TestDatabase::postgres().await;
    let way = Cuttable::to(database.address()).await;
    (database, Arc::new(way))
}

/// An engine that reaches the database by this way. Nothing but the test writes.
async fn engine(
    database: &TestDatabase,
    way: &Cuttable,
    before_start: impl Fn() + Send + Sync + 'static,
) -> TestEngine {
    let outside = Environment { ids: Arc::new(BeforeStart(before_start)), ..Environment::default() };
    let limits = Limits { lease: Duration::from_secs(3600), ..Limits::default() };
    let config = EngineConfig { outside, limits, adopt: false, ..EngineConfig::default() };
    let bench = TestEngine::with(&database.by_port(way.port), config).await;
    bench.workflow("w", json!({"steps": [step("a", "demo-echo", "x")]})).await;
    bench
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_is_not_known_when_the_database_is_lost_in_the_middle_of_it() {
    let (database, way) = database().await;
    let cut = way.clone();
    let bench = engine(&database, &way, move || cut.cut()).await;
    let unknown = bench.try_start("w", StartExecution::default()).await.unwrap_err();
    let EngineError::StartUnknown(id) = unknown else { panic!("{unknown}") };
    way.mend();
    let found = bench.engine.execution(&bench.tenant, &id).await;
    assert!(matches!(found, Err(EngineError::ExecutionNotFound)), "it can be looked up by its id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_whose_commit_lost_its_answer_goes_on() {
    let (database, way) = database().await;
    let lost = way.clone();
    let bench = engine(&database, &way, move || lost.lose_next_commit()).await;
    let started = bench.try_start("w", StartExecution::default()).await.unwrap();
    assert_eq!(started.number, Some(1));
    assert_eq!(bench.settled(&started.id).await.status, ExecutionStatus::Completed);
    assert_eq!(way.lost_commits(), 1);
    assert_eq!(database.count("executions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_stop_when_the_lease_has_expired() {
    let (database, way) = database().await;
    let bench = TestEngine::open(&database.by_port(way.port)).await;
    let id = bench.run(&[step("a", "demo-slow", "x")]).await.id;
    bench.streaming(&id, "a").await;
    let channel = bench.engine.channel(&bench.tenant, &id);
    way.cut();
    // The actor and its attempt hold the channel. An actor that waits for the database holds it until the way is mended.
    let stopped = async {
        while Arc::strong_count(&channel) > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), stopped).await.expect("it stops");
}
