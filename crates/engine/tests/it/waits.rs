//! Waits for an execution.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rstest::rstest;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::support::{TestEngine, review};

/// Longer than any test runs.
const LONGEST: Duration = Duration::from_secs(3_600);
/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_is_dropped_leaves_nothing(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = bench.run(&[review("r")]).await.id;
    let last = bench.settled(&id).await.last_seq;
    let channel = bench.engine.channel(&bench.tenant, &id);
    let reaches = async |count: usize| {
        let until = Instant::now() + PATIENCE;
        while Arc::strong_count(&channel) != count {
            assert!(Instant::now() < until, "{} references to the channel", Arc::strong_count(&channel));
            tokio::task::yield_now().await;
        }
    };
    // The actor of a paused execution ends.
    reaches(1).await;
    let (engine, tenant, waited) = (bench.engine.clone(), bench.tenant.clone(), id.clone());
    let wait = tokio::spawn(async move { engine.wait(&tenant, &waited, Some(last), LONGEST).await });
    // On PostgreSQL, the poller has one too.
    reaches(if database.is_sqlite() { 2 } else { 3 }).await;
    wait.abort();
    assert!(wait.await.unwrap_err().is_cancelled());
    reaches(1).await;
    let now = bench.engine.wait(&bench.tenant, &id, None, LONGEST).await.unwrap();
    assert_eq!(now.last_seq, last);
}
