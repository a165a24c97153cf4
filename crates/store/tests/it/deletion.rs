//! Deletion in pieces: invisible at once, bounded transactions, finished after a crash.

use std::sync::Arc;

use rstest::rstest;
use sluice_store::{ExecutionFilter, StartOutcome, Store, StoreError, Turn, WorkflowFilter, WorkflowUpdate};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ExecutionStatus, TenantId, WorkflowId};

use crate::support::{id, start, turn, with_workflow, workflow};

/// Rows that one transaction may delete: those of the bound, and what belongs to the last step runs of it.
const MOST_ROWS: u64 = 2_500;

/// An execution that has ended, with this many events.
async fn ended(database: &TestDatabase, store: &Store, tenant: &TenantId, number: u32, events: u32) {
    store.start_execution(start(tenant, &id(number), "one", None)).await.unwrap();
    let mut last = Turn { events: Vec::new(), ..turn(tenant, &id(number), 1, 2) };
    (last.state.status, last.state.live) = (ExecutionStatus::Completed, false);
    store.write_turn(Arc::new(last)).await.unwrap();
    let numbers = "WITH RECURSIVE n(seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM n WHERE seq <";
    let rows = format!("{numbers} {events}) SELECT 'local', '{}', seq, '{{}}' FROM n", id(number));
    database.execute(&format!("INSERT INTO events (tenant_id, execution_id, seq, payload) {rows}")).await;
}

async fn is_gone(store: &Store, tenant: &TenantId) {
    let w = WorkflowId::new("w").unwrap();
    assert_eq!(store.workflow(tenant, &w).await.unwrap(), None);
    assert!(!store.has_workflow(tenant, &w).await.unwrap());
    assert_eq!(store.versions(tenant, &w, None, 10).await.unwrap().into_page().unwrap().items.len(), 0);
    assert_eq!(store.version(tenant, &w, 1).await.unwrap(), None);
    let filter = WorkflowFilter { limit: 10, ..WorkflowFilter::default() };
    assert_eq!(store.workflows(tenant, filter).await.unwrap().items.len(), 0);
    let filter = ExecutionFilter { limit: 10, ..ExecutionFilter::default() };
    assert_eq!(store.executions(tenant, filter).await.unwrap().items.len(), 0);
    assert_eq!(store.newest_execution(tenant, &w).await.unwrap(), None);
    assert!(store.journal(tenant, &id(1)).await.unwrap().is_none());
    assert!(store.snapshot(tenant, &id(1)).await.unwrap().is_none());
    assert_eq!(store.event_position(tenant, &id(1)).await.unwrap(), None);
    let saved = store.update_workflow(tenant, sluice_types::Workflow { version: 2, ..workflow() }).await.unwrap();
    assert_eq!(saved, WorkflowUpdate::NotFound);
    assert_eq!(store.delete_workflow(tenant, &w, None).await.unwrap(), WorkflowUpdate::NotFound);
    // Its id is taken until the last of it is gone.
    assert!(matches!(store.create_workflow(tenant, workflow()).await, Err(StoreError::Duplicate)));
    let started = store.start_execution(start(tenant, &id(9), "one", None)).await.unwrap();
    assert_eq!(started, StartOutcome::WorkflowNotFound);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_workflow_is_gone_at_once(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 1..=3 {
        ended(&database, &store, &tenant, number, 5).await;
    }
    let w = WorkflowId::new("w").unwrap();
    assert_eq!(store.delete_workflow(&tenant, &w, None).await.unwrap(), WorkflowUpdate::Saved);
    for table in ["workflows", "workflow_versions", "executions", "execution_snapshots", "events"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
    store.create_workflow(&tenant, workflow()).await.unwrap();
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_workflow_goes_in_bounded_pieces_that_a_crash_does_not_stop(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    ended(&database, &store, &tenant, 1, 60_000).await;
    ended(&database, &store, &tenant, 2, 3).await;
    let w = WorkflowId::new("w").unwrap();
    assert_eq!(store.delete_workflow(&tenant, &w, None).await.unwrap(), WorkflowUpdate::Saved);
    let mut left = database.count("events").await;
    assert!(left > 10_000, "the request deletes a bounded part of it: {left} are left");
    is_gone(&store, &tenant).await;
    // The server is stopped here, and another one sweeps, one transaction at a time.
    drop(store);
    let store = database.open().await;
    let mut pieces = 0;
    while store.sweep_deletions(1).await.unwrap() {
        let now = database.count("events").await;
        assert!(left - now <= MOST_ROWS, "{left} to {now}");
        left = now;
        pieces += 1;
        // Others write in between.
        store.renew_lease("one", crate::support::now(), std::time::Duration::from_secs(10)).await.unwrap();
    }
    assert!(pieces > 3, "{pieces}");
    assert_eq!((database.count("events").await, database.count("workflows").await), (0, 0));
    store.create_workflow(&tenant, workflow()).await.unwrap();
    assert!(!store.sweep_deletions(10).await.unwrap(), "nothing is left to sweep");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_execution_goes_in_pieces(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    ended(&database, &store, &tenant, 1, 50_000).await;
    ended(&database, &store, &tenant, 2, 3).await;
    assert!(store.delete_execution(&tenant, &id(1)).await.unwrap());
    assert!(!store.delete_execution(&tenant, &id(1)).await.unwrap(), "it is deleted already");
    assert!(store.journal(&tenant, &id(1)).await.unwrap().is_none());
    assert_eq!(store.ownership(&tenant, &id(1)).await.unwrap(), None);
    assert!(!store.claim(&tenant, &id(1), 2, false, "two").await.unwrap());
    let late = store.write_turn(Arc::new(turn(&tenant, &id(1), 1, 3))).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    assert!(database.count("events").await > 5_000);
    while store.sweep_deletions(5).await.unwrap() {}
    assert_eq!((database.count("executions").await, database.count("events").await), (1, 3));
    assert!(store.journal(&tenant, &id(2)).await.unwrap().is_some());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_with_a_live_execution_is_kept(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let w = WorkflowId::new("w").unwrap();
    assert_eq!(store.delete_workflow(&tenant, &w, None).await.unwrap(), WorkflowUpdate::Active(1));
    assert!(!store.delete_execution(&tenant, &id(1)).await.unwrap());
    assert!(store.has_workflow(&tenant, &w).await.unwrap());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_beside_a_deletion_find_the_workflow_or_do_not(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let w = WorkflowId::new("w").unwrap();
    for round in 0..20 {
        let starts = (0..4).map(|number| store.start_execution(start(&tenant, &id(round * 4 + number), "one", None)));
        let (deleted, started) =
            tokio::join!(store.delete_workflow(&tenant, &w, None), futures_util::future::join_all(starts));
        let started: Vec<StartOutcome> = started.into_iter().map(Result::unwrap).collect();
        match deleted.unwrap() {
            WorkflowUpdate::Saved => {
                assert!(started.iter().all(|outcome| *outcome == StartOutcome::WorkflowNotFound), "{started:?}");
                store.create_workflow(&tenant, workflow()).await.unwrap();
            }
            WorkflowUpdate::Active(_) => {
                assert!(started.iter().any(|outcome| matches!(outcome, StartOutcome::Started { .. })), "{started:?}");
                database.execute("DELETE FROM executions").await;
            }
            other => panic!("{other:?}"),
        }
    }
}
