//! How long lists take with a million executions. By hand:
//! `cargo test --release -p sluice-store --test it scale -- --ignored --nocapture`.

use std::time::Instant;

use sluice_store::{ExecutionFilter, WorkflowFilter};
use sluice_testing::TestDatabase;
use sluice_types::{ExecutionStatus, WorkflowId};

use crate::support::{now, with_workflow, workflow};

#[expect(clippy::print_stdout, reason = "a figure for the person who runs it")]
fn report(what: &str, from: Instant) {
    println!("{what}: {:?}", from.elapsed());
}

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
                report(&format!("{} ({round})", $name), from);
            }
        };
    }
    let filter = ExecutionFilter { limit: 50, ..ExecutionFilter::default() };
    time!(
        "workflows, 50",
        store.workflows(&tenant, WorkflowFilter { limit: 50, ..WorkflowFilter::default() }).await.unwrap()
    );
    let page = store.workflows(&tenant, WorkflowFilter { limit: 50, ..WorkflowFilter::default() }).await.unwrap();
    let ids: Vec<String> = page.items.iter().map(|item| item.id.to_string()).collect();
    time!("the last 20 of 50 workflows", store.recent_executions(&tenant, ids.clone()).await.unwrap());
    let failed = WorkflowFilter { limit: 50, statuses: vec![ExecutionStatus::Failed], ..WorkflowFilter::default() };
    time!("workflows that failed last", store.workflows(&tenant, failed.clone()).await.unwrap());
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

/// 2,000 workflows of 50 steps: how long it takes to search, count and filter them.
async fn measure_search(database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let prompt = "Write about {{input.topic}} as well as you can. ".repeat(20);
    for number in 0..2_000 {
        let steps: Vec<_> = (0..50)
            .map(|at| serde_json::json!({"label": format!("Research part {at}"), "type": "llm", "prompt": prompt}))
            .collect();
        let definition = serde_json::from_value(serde_json::json!({ "steps": steps })).unwrap();
        let id = WorkflowId::new(format!("w{number}")).unwrap();
        let tags = vec![format!("tag-{}", number % 50), "common".to_owned()];
        let made = sluice_types::Workflow { id, definition, tags, name: format!("Workflow {number}"), ..workflow() };
        store.create_workflow(&tenant, made).await.unwrap();
    }
    for words in ["workflow 1999", "research common", "nothing of this", "PART 49"] {
        let filter = WorkflowFilter { limit: 50, search: Some(words.into()), ..WorkflowFilter::default() };
        for _ in 0..2 {
            let from = Instant::now();
            let page = store.workflows(&tenant, filter.clone()).await.unwrap();
            report(&format!("search for {words:?}: {} on the first page", page.items.len()), from);
            let from = Instant::now();
            let count = store.count_workflows(&tenant, filter.clone()).await.unwrap();
            report(&format!("count of {words:?}: {count}"), from);
        }
    }
    let from = Instant::now();
    store.workflow_facets(&tenant, Some(false)).await.unwrap();
    report("facets", from);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes 100 MB; run by hand"]
async fn search_of_2000_workflows_on_sqlite() {
    measure_search(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes 100 MB; run by hand"]
async fn search_of_2000_workflows_on_postgres() {
    measure_search(TestDatabase::postgres().await).await;
}

/// A million ended runs of one workflow, of three steps, over a year: how long it takes to count them, and to read their
/// statistics.
async fn measure_statistics(database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let hex = if database.is_sqlite() { "printf('%012x', i)" } else { "lpad(to_hex(i), 12, '0')" };
    let id = format!("'execution-0199e0f4-7b1c-7cc0-8a4e-' || {hex}");
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)";
    let day = 86_400_000_000_i64;
    let at = format!("{} - (i % 365) * {day}", sluice_store::to_micros(now()));
    database
        .execute(&format!(
            "INSERT INTO executions (tenant_id, id, workflow_id, workflow_version, status, on_hold, live, input_tokens,
            output_tokens, cached_input_tokens, cost_usd, yolo, triggered_by, owner, epoch, turn, last_seq, created_at,
            started_at, completed_at)
        {numbers} SELECT 'local', {id}, 'w', 1, CASE WHEN i % 10 = 0 THEN 'failed' ELSE 'completed' END, FALSE, FALSE,
            1, 1, 0, 0.01, FALSE, 'test', 'gone', 1, 1, 1, {at}, {at}, {at} + (i % 5000) * 1000 FROM n"
        ))
        .await;
    for step in ["a", "b", "c"] {
        database
            .execute(&format!(
                "INSERT INTO attempts (tenant_id, execution_id, path, attempt, status, provider, model, input_tokens,
                output_tokens, cached_input_tokens, usage_estimated, cost_usd, started_at, completed_at)
            {numbers} SELECT 'local', {id}, '{step}', 1, 'completed', 'demo', 'model-' || (i % 3), 1, 1, 0, FALSE, 0.01,
                {at}, {at} FROM n"
            ))
            .await;
        let key = if database.is_sqlite() { "x'00'" } else { "'\\x00'::bytea" };
        database.execute(&format!(
            "INSERT INTO step_runs (tenant_id, execution_id, path, step_id, label, step_type, status, attempt,
                input_tokens, output_tokens, cached_input_tokens, cost_usd, overridden, started_at, completed_at, order_key)
            {numbers} SELECT 'local', {id}, '{step}', '{step}', '{step}', 'llm', 'completed', 1, 1, 1, 0, 0.01, FALSE,
                {at}, {at} + (i % 700) * 1000, {key} FROM n"
        )).await;
    }
    database.execute(
        "INSERT INTO uncounted_executions (tenant_id, execution_id, workflow_id) SELECT tenant_id, id, workflow_id FROM executions"
    ).await;
    let from = Instant::now();
    while store.count_ended(100).await.unwrap() {}
    report("counting 1,000,000 runs", from);
    for days in [30, 30, 366] {
        let from = Instant::now();
        let stats = store.stats(&tenant, &WorkflowId::new("w").unwrap(), now(), days).await.unwrap();
        report(&format!("statistics of {days} days"), from);
        assert_eq!((stats.executions, stats.failed, stats.steps.len()), (1_000_000, 100_000, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes gigabytes; run by hand"]
async fn statistics_of_a_million_runs_on_sqlite() {
    measure_statistics(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes gigabytes; run by hand"]
async fn statistics_of_a_million_runs_on_postgres() {
    measure_statistics(TestDatabase::postgres().await).await;
}
