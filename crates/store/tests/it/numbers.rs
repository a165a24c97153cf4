//! The numbers of runs in their workflow.

use rstest::rstest;
use sluice_store::{ExecutionFilter, StartOutcome, StartRecord, Store, StoreError};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{TenantId, Workflow, WorkflowId};

use crate::support::{id, start, with_workflow, workflow};

/// Starts a run, and gives its number.
async fn number_of_start(store: &Store, record: StartRecord) -> Option<i64> {
    match store.start_execution(record).await.unwrap() {
        StartOutcome::Started { number } => number,
        StartOutcome::WorkflowNotFound => panic!("the workflow is there"),
    }
}

async fn listed(store: &Store, tenant: &TenantId) -> Vec<Option<i64>> {
    let filter = ExecutionFilter { limit: 50, ..ExecutionFilter::default() };
    store.executions(tenant, filter).await.unwrap().items.iter().map(|run| run.number).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runs_of_each_workflow_count_from_one(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let other = WorkflowId::new("other").unwrap();
    store.create_workflow(&tenant, Workflow { id: other.clone(), ..workflow() }).await.unwrap();
    let of_other = |number| StartRecord { workflow_id: other.clone(), ..start(&tenant, &id(number), "one", None) };
    assert_eq!(number_of_start(&store, start(&tenant, &id(1), "one", None)).await, Some(1));
    assert_eq!(number_of_start(&store, of_other(2)).await, Some(1));
    let tried = StartRecord { tried_step: Some("a".parse().unwrap()), ..start(&tenant, &id(3), "one", None) };
    assert_eq!(number_of_start(&store, tried).await, None);
    assert_eq!(number_of_start(&store, start(&tenant, &id(4), "one", None)).await, Some(2));
    assert_eq!(listed(&store, &tenant).await, [Some(2), Some(1), Some(1)]);
    assert_eq!(store.journal(&tenant, &id(4)).await.unwrap().unwrap().number, Some(2));
    assert_eq!(store.journal(&tenant, &id(3)).await.unwrap().unwrap().number, None);
    assert_eq!(store.execution_number(&tenant, &id(4)).await.unwrap(), Some(2));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_not_given_again(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 1..=2 {
        store.start_execution(start(&tenant, &id(number), "one", None)).await.unwrap();
    }
    database.execute("UPDATE executions SET live = FALSE, status = 'cancelled'").await;
    store.delete_execution(&tenant, &id(2)).await.unwrap();
    assert_eq!(database.count("execution_numbers").await, 1, "it goes with its run");
    assert_eq!(number_of_start(&store, start(&tenant, &id(3), "one", None)).await, Some(3));
    // A start that is not written takes no number.
    let taken = store.start_execution(start(&tenant, &id(3), "one", None)).await;
    assert!(matches!(taken, Err(StoreError::Duplicate)), "{taken:?}");
    assert_eq!(number_of_start(&store, start(&tenant, &id(4), "one", None)).await, Some(4));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_at_once_have_numbers_of_their_own(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let starts = (1..=24).map(|number| number_of_start(&store, start(&tenant, &id(number), "one", None)));
    let mut numbers: Vec<i64> = futures_util::future::join_all(starts).await.into_iter().flatten().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=24).collect::<Vec<i64>>());
}
