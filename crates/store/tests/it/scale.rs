//! How long lists take with a million executions. By hand:
//! `cargo test --release -p sluice-store --test it scale -- --ignored --nocapture`.

use std::time::Instant;

use sluice_store::{ExecutionFilter, WorkflowFilter};
use sluice_testing::TestDatabase;
use sluice_types::{ExecutionStatus, WorkflowId};

use crate::support::{now, with_workflow, workflow};

async fn measure(database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 0..1_000 {
        let id = WorkflowId::new(format!("w{number}")).unwrap();
        store.create_workflow(&tenant, sluice_types::Workflow { id, ..workflow() }).await.unwrap();
    }
    let hex = if database.is_sqlite() { "printf('%012x', i)" } else { "lpad(to_hex(i), 12, '0')" };
    let output = if database.is_sqlite() { "hex(zeroblob(500))" } else { "repeat('0', 1000)" };
    database.execute(&format!(
        "INSERT INTO executions (tenant_id, id, workflow_id, workflow_version, status, on_hold, live, output, input_tokens,
            output_tokens, cached_input_tokens, cost_usd, yolo, triggered_by, owner, epoch, turn, last_seq, created_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
        SELECT 'local', 'execution-0199e0f4-7b1c-7cc0-8a4e-' || {hex}, 'w' || (i % 1000), 1,
            CASE WHEN i = 500 THEN 'failed' ELSE 'completed' END, FALSE, FALSE, {output}, 1, 1, 0, 0, FALSE, 'test', 'gone', 1, 1, 1, i
        FROM n"
    )).await;
    macro_rules! time {
        ($name:literal, $work:expr) => {
            for round in ["first", "again"] {
                let from = Instant::now();
                let _ = $work;
                println!("{} ({round}): {:?}", $name, from.elapsed());
            }
        };
    }
    let filter = ExecutionFilter { limit: 50, ..ExecutionFilter::default() };
    time!(
        "workflows, 50",
        store.workflows(&tenant, WorkflowFilter { limit: 50, ..WorkflowFilter::default() }).await.unwrap()
    );
    time!("executions, 50", store.executions(&tenant, filter.clone()).await.unwrap());
    let failed = ExecutionFilter { statuses: vec![ExecutionStatus::Failed], ..filter.clone() };
    time!("the one failed", assert_eq!(store.executions(&tenant, failed.clone()).await.unwrap().items.len(), 1));
    let both = vec![ExecutionStatus::Failed, ExecutionStatus::Completed];
    let of_both = ExecutionFilter { statuses: both, ..filter.clone() };
    time!("failed or completed", store.executions(&tenant, of_both.clone()).await.unwrap());
    let by_nobody = ExecutionFilter { triggered_by: Some("nobody".into()), ..filter.clone() };
    time!("started by nobody", store.executions(&tenant, by_nobody.clone()).await.unwrap());
    let workflow_id = Some(WorkflowId::new("w7").unwrap());
    let failed_of = ExecutionFilter { workflow_id, statuses: vec![ExecutionStatus::Failed], ..filter.clone() };
    time!("failed of one workflow", store.executions(&tenant, failed_of.clone()).await.unwrap());
    let of_workflow = ExecutionFilter { workflow_id: Some(WorkflowId::new("w7").unwrap()), ..filter.clone() };
    time!("of one workflow", store.executions(&tenant, of_workflow.clone()).await.unwrap());
    time!("live of an engine", store.live_executions("gone").await.unwrap());
    time!("orphans", store.orphans(now(), 500).await.unwrap());
    time!("stats of 1,000", store.stats(&tenant, &WorkflowId::new("w7").unwrap(), now(), 30).await.unwrap());
    time!("delete 1,000", store.delete_workflow(&tenant, &WorkflowId::new("w8").unwrap(), None).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes a gigabyte; run by hand"]
async fn lists_of_a_million_executions_on_sqlite() {
    measure(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes a gigabyte; run by hand"]
async fn lists_of_a_million_executions_on_postgres() {
    measure(TestDatabase::postgres().await).await;
}
