//! Lists of executions with filters that no index serves together.

use std::sync::Arc;

use rstest::rstest;
use sluice_store::{Cursor, ExecutionFilter, StartRecord, Store, Turn};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_SCANNED_EXECUTIONS;
use sluice_types::{CreationOrder, ErrorCode, ExecutionId, ExecutionStatus, Metadata, RunError, TenantId, WorkflowId};

use crate::support::{id, start, turn, with_workflow};

fn entries(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Starts an execution with metadata.
async fn started(store: &Store, tenant: &TenantId, number: u32, metadata: &[(&str, &str)]) {
    let metadata: Metadata = entries(metadata).into_iter().collect();
    let record = StartRecord { metadata, ..start(tenant, &id(number), "one", None) };
    store.start_execution(record).await.unwrap();
}

/// Ends an execution with an error.
async fn failed(store: &Store, tenant: &TenantId, number: u32, error: RunError) {
    let mut last = turn(tenant, &id(number), 1, 2);
    (last.state.status, last.state.live, last.state.error) = (ExecutionStatus::Failed, false, Some(error));
    store.write_turn(Arc::new(Turn { events: Vec::new(), ..last })).await.unwrap();
}

/// The ids on all pages, with the number of items on each.
async fn walk(store: &Store, tenant: &TenantId, filter: &ExecutionFilter) -> (Vec<ExecutionId>, Vec<usize>) {
    let (mut ids, mut sizes, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.executions(tenant, ExecutionFilter { cursor, ..filter.clone() }).await.unwrap();
        sizes.push(page.items.len());
        ids.extend(page.items.into_iter().map(|item| item.id));
        let Some(next) = page.next_cursor else { return (ids, sizes) };
        cursor = Cursor::decode(&next);
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_are_found_by_metadata_and_error_and_whatever_else(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    started(&store, &tenant, 1, &[("order_id", "6735"), ("env", "test")]).await;
    started(&store, &tenant, 2, &[("order_id", "6736"), ("env", "test")]).await;
    started(&store, &tenant, 3, &[]).await;
    started(&store, &tenant, 4, &[("order_id", "6735"), ("note", "a:b, c")]).await;
    // A message may hold any character, and what looks like a code.
    let message = "\"code\":\"internal\", \u{0}";
    failed(&store, &tenant, 2, RunError::new(ErrorCode::ProviderRejected, message)).await;
    failed(&store, &tenant, 3, RunError::new(ErrorCode::ProviderRejected, "no")).await;
    failed(&store, &tenant, 4, RunError::new(ErrorCode::OutputInvalid, "no")).await;
    let all = ExecutionFilter { limit: 1, ..ExecutionFilter::default() };
    let w = Some(WorkflowId::new("w").unwrap());
    let rejected = Some(ErrorCode::ProviderRejected);
    let with = |pairs: &[(&str, &str)]| ExecutionFilter { metadata: entries(pairs), ..all.clone() };
    for (filter, expected) in [
        (with(&[("order_id", "6735")]), vec![1, 4]),
        (with(&[("note", "a:b, c")]), vec![4]),
        (with(&[("order_id", "673")]), vec![]),
        (with(&[("env", "test"), ("order_id", "6736")]), vec![2]),
        (with(&[("env", "test"), ("order_id", "6735"), ("note", "a:b, c")]), vec![]),
        (ExecutionFilter { statuses: vec![ExecutionStatus::Running], ..with(&[("env", "test")]) }, vec![1]),
        (ExecutionFilter { workflow_id: w.clone(), error_code: rejected, ..with(&[("env", "test")]) }, vec![2]),
        (ExecutionFilter { triggered_by: Some("nobody".into()), ..with(&[("env", "test")]) }, vec![]),
        (ExecutionFilter { error_code: rejected, ..all.clone() }, vec![2, 3]),
        (ExecutionFilter { error_code: rejected, workflow_id: w.clone(), ..all.clone() }, vec![2, 3]),
        (ExecutionFilter { error_code: Some(ErrorCode::Internal), ..all.clone() }, vec![]),
        (
            ExecutionFilter { workflow_id: w.clone(), triggered_by: Some("test".into()), ..all.clone() },
            vec![1, 2, 3, 4],
        ),
        (ExecutionFilter { workflow_id: w.clone(), workflow_version: Some(1), ..all.clone() }, vec![1, 2, 3, 4]),
        (ExecutionFilter { workflow_id: w.clone(), workflow_version: Some(2), ..all.clone() }, vec![]),
        (ExecutionFilter { tags: vec!["none".into()], ..all.clone() }, vec![]),
        (ExecutionFilter { min_cost_usd: Some(0.0), max_cost_usd: Some(1e9), ..all.clone() }, vec![1, 2, 3, 4]),
        (ExecutionFilter { min_cost_usd: Some(1e9), ..all.clone() }, vec![]),
    ] {
        let mut expected: Vec<ExecutionId> = expected.into_iter().map(id).collect();
        let oldest_first = ExecutionFilter { sort: CreationOrder::OldestFirst, ..filter.clone() };
        assert_eq!(walk(&store, &tenant, &oldest_first).await.0, expected, "{filter:?}");
        expected.reverse();
        assert_eq!(walk(&store, &tenant, &filter).await.0, expected, "{filter:?}");
    }
    let page = store.executions(&tenant, with(&[("note", "a:b, c")])).await.unwrap();
    let journal = store.journal(&tenant, &id(4)).await.unwrap().unwrap();
    let metadata: Metadata = entries(&[("order_id", "6735"), ("note", "a:b, c")]).into_iter().collect();
    assert_eq!((&page.items[0].metadata, &journal.metadata), (&metadata, &metadata));
    let other = TenantId::new("two").unwrap();
    assert_eq!(walk(&store, &other, &with(&[("order_id", "6735")])).await.0, []);
    assert!(store.delete_execution(&tenant, &id(4)).await.unwrap());
    assert_eq!(walk(&store, &tenant, &with(&[("order_id", "6735")])).await.0, [id(1)]);
    assert_eq!(database.count("execution_metadata").await, 4);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_looks_at_a_bounded_number_of_executions(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let count = 2 * MAX_SCANNED_EXECUTIONS + 10;
    let hex = if database.is_sqlite() { "printf('%012x', i)" } else { "lpad(to_hex(i), 12, '0')" };
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
    let id_of = format!("'execution-0199e0f4-7b1c-7cc0-8a4e-' || {hex}");
    database
        .execute(&format!(
            "INSERT INTO executions (tenant_id, id, workflow_id, workflow_version, status, on_hold, live, input_tokens,
                output_tokens, cached_input_tokens, cost_usd, yolo, triggered_by, owner, epoch, turn, last_seq, created_at)
            {numbers} SELECT 'local', {id_of}, 'w', 1, CASE WHEN i IN (1, 3) THEN 'failed' ELSE 'completed' END, FALSE, FALSE,
                1, 1, 0, 0, FALSE, CASE WHEN i IN (1, 3) THEN 'rare' ELSE 'test' END, 'gone', 1, 1, 1, 0 FROM n;
            INSERT INTO execution_metadata (tenant_id, name, value, execution_id)
            {numbers} SELECT 'local', 'env', 'prod', {id_of} FROM n"
        ))
        .await;
    let filter = ExecutionFilter { limit: 1, metadata: entries(&[("env", "prod")]), ..ExecutionFilter::default() };
    let page = store.executions(&tenant, filter.clone()).await.unwrap();
    assert_eq!((page.items.len(), page.next_cursor.is_some()), (1, true));
    let failed = ExecutionFilter { statuses: vec![ExecutionStatus::Failed], ..filter };
    assert_eq!(walk(&store, &tenant, &failed).await, (vec![id(3), id(1)], vec![0, 0, 1, 1]));
    let w = Some(WorkflowId::new("w").unwrap());
    let rare = ExecutionFilter { metadata: vec![], workflow_id: w, triggered_by: Some("rare".into()), ..failed };
    assert_eq!(walk(&store, &tenant, &rare).await, (vec![id(3), id(1)], vec![1, 1]), "by the index of the status");
    let rare = ExecutionFilter { statuses: vec![], ..rare };
    assert_eq!(walk(&store, &tenant, &rare).await, (vec![id(3), id(1)], vec![0, 0, 1, 1]));
}
