//! Which indexes SQLite reads for lists.

use diesel::QueryableByName;
use diesel::sqlite::Sqlite;
use sluice_types::{CreationOrder, ErrorCode, ExecutionStatus, StepRunStatus, TenantId, WorkflowId};

use super::queries::{execution_list, gates, leases, step_runs, workflow_extras, workflows};
use super::*;
use crate::cursor::Cursor;
use crate::execution_filter::ExecutionFilter;
use crate::gates::GateFilter;
use crate::step_runs::{StepRunFilter, StepRunPosition};
use crate::workflows::{SortOrder, WorkflowFilter};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

async fn open() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("s.db")).await.unwrap();
    (folder, database)
}

/// How SQLite would run a query.
async fn plan(database: &Database, query: &impl diesel::query_builder::QueryFragment<Sqlite>) -> String {
    let sql = diesel::debug_query::<Sqlite, _>(query).to_string();
    let sql = format!("EXPLAIN QUERY PLAN {}", sql.split(" -- binds").next().unwrap());
    let explain =
        move |conn: &mut Connection| now_or_err(async { Ok(diesel::sql_query(sql).load::<Line>(conn).await?) });
    let lines = database.read(explain).await.unwrap();
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("\n")
}

/// Checks that a query reads an index, and that it sorts nothing.
async fn reads(database: &Database, query: &impl diesel::query_builder::QueryFragment<Sqlite>, index: &str) {
    let plan = plan(database, query).await;
    assert!(plan.contains(index), "{index} is not in\n{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

fn filter() -> ExecutionFilter {
    let time = chrono::DateTime::from_timestamp(1_790_000_000, 0);
    ExecutionFilter { limit: 50, created_after: time, created_before: time, ..ExecutionFilter::default() }
}

const ORDERS: [CreationOrder; 2] = [CreationOrder::NewestFirst, CreationOrder::OldestFirst];

#[tokio::test]
async fn lists_of_executions_read_an_index() {
    let (_folder, database) = open().await;
    let all = filter();
    let of_workflow = ExecutionFilter { workflow_id: Some(WorkflowId::new("w").unwrap()), ..all.clone() };
    let by_trigger = ExecutionFilter { triggered_by: Some("me".into()), ..all.clone() };
    let failed = Some(ExecutionStatus::Failed);
    for (filter, status, index) in [
        (&all, failed, "executions_by_status (tenant_id=? AND status=? AND id>? AND id<?)"),
        (&of_workflow, None, "executions_by_workflow (tenant_id=? AND workflow_id=? AND id>? AND id<?)"),
        (
            &of_workflow,
            failed,
            "executions_by_workflow_and_status (tenant_id=? AND workflow_id=? AND status=? AND id>? AND id<?)",
        ),
        (&by_trigger, failed, "executions_by_trigger (tenant_id=? AND triggered_by=? AND status=? AND id>? AND id<?)"),
    ] {
        for sort in ORDERS {
            let filter = ExecutionFilter { sort, ..filter.clone() };
            let listed = execution_list::list_query(TenantId::local().as_str(), &filter, status);
            reads(&database, &listed, &format!("executions USING INDEX {index}")).await;
        }
    }
}

#[tokio::test]
async fn scans_of_executions_read_the_index_of_a_filter() {
    let (_folder, database) = open().await;
    let error_code = Some(ErrorCode::ProviderRejected);
    let workflow_id = Some(WorkflowId::new("w").unwrap());
    let triggered_by = Some("me".to_owned());
    let of_workflow = ExecutionFilter { workflow_id: workflow_id.clone(), triggered_by, ..filter() };
    let failed = ExecutionFilter { error_code, ..filter() };
    let tagged = ExecutionFilter { tags: vec!["a".into()], statuses: vec![ExecutionStatus::Failed], ..filter() };
    let paid = ExecutionFilter { min_cost_usd: Some(1.0), workflow_id: workflow_id.clone(), ..tagged.clone() };
    let cheap = ExecutionFilter { max_cost_usd: Some(1.0), ..filter() };
    let both = ExecutionFilter { workflow_id, error_code, ..filter() };
    let tried = ExecutionFilter { tried: true, ..of_workflow.clone() };
    let after = Some("execution-1".to_owned());
    for (filter, index) in [
        (&tried, "executions_tried (tenant_id=? AND id>? AND id<?)"),
        (&of_workflow, "executions_by_workflow (tenant_id=? AND workflow_id=? AND id>? AND id<?)"),
        (&failed, "executions_by_error (tenant_id=? AND <expr>=? AND id>? AND id<?)"),
        (&tagged, "executions_by_status (tenant_id=? AND status=? AND id>? AND id<?)"),
        (&paid, "executions_by_workflow_and_status (tenant_id=? AND workflow_id=? AND status=? AND id>? AND id<?)"),
        (&cheap, "sqlite_autoindex_executions_1 (tenant_id=? AND id>? AND id<?)"),
        (&both, "executions_by_workflow_and_error (tenant_id=? AND workflow_id=? AND <expr>=? AND id>? AND id<?)"),
    ] {
        for sort in ORDERS {
            let filter = ExecutionFilter { sort, ..filter.clone() };
            let ids = execution_list::by_index(TenantId::local().as_str(), &filter, after.clone());
            reads(&database, &ids, index).await;
        }
    }
    for sort in ORDERS {
        let filter = ExecutionFilter { sort, metadata: vec![("a".into(), "b".into())], ..filter() };
        let ids = execution_list::by_metadata(TenantId::local().as_str(), &filter, "a", "b", after.clone());
        reads(&database, &ids, "(tenant_id=? AND name=? AND value=? AND execution_id>? AND execution_id<?)").await;
        let rows = execution_list::among(TenantId::local().as_str(), &filter, vec!["a".into(), "b".into()]);
        let rows = plan(&database, &rows).await;
        assert!(rows.contains("executions USING INDEX sqlite_autoindex_executions_1 (tenant_id=? AND id=?)"), "{rows}");
    }
}

#[tokio::test]
async fn lists_of_workflows_are_read_in_the_order_of_an_index() {
    let (_folder, database) = open().await;
    for (sort, index) in [
        (SortOrder::NewestFirst, "workflows_by_update"),
        (SortOrder::OldestCreatedFirst, "workflows_by_creation"),
        (SortOrder::NewestCreatedFirst, "workflows_by_creation"),
        (SortOrder::Name, "workflows_by_name_key"),
        (SortOrder::NameDescending, "workflows_by_name_key"),
    ] {
        let cursor = Some(Cursor { sort: String::new(), key: "1".into(), id: "a".into() });
        for cursor in [None, cursor] {
            let filter = WorkflowFilter { limit: 50, sort, cursor, ..WorkflowFilter::default() };
            let listed = workflows::list_query(TenantId::local().as_str(), &filter);
            reads(&database, &listed, &format!("workflows USING INDEX {index} (")).await;
        }
    }
}

#[tokio::test]
async fn the_newest_executions_of_workflows_are_two_seeks_each() {
    let (_folder, database) = open().await;
    let ids = ["a".to_owned(), "b".to_owned()];
    let tenant = TenantId::local();
    let plan = plan(&database, &workflow_extras::recent_query(tenant.as_str(), &ids)).await;
    for step in [
        "SEARCH w USING COVERING INDEX sqlite_autoindex_workflows_1 (tenant_id=? AND id=?)",
        "SEARCH e USING INDEX executions_by_workflow (tenant_id=? AND workflow_id=?)",
        "SEARCH r USING INDEX executions_by_workflow (tenant_id=? AND workflow_id=? AND id>?)",
    ] {
        assert!(plan.contains(step), "{step} is not in\n{plan}");
    }
    assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{plan}");
}

#[tokio::test]
async fn a_search_of_workflows_reads_no_definitions() {
    let (_folder, database) = open().await;
    let filter = WorkflowFilter { limit: 50, search: Some("two words".into()), ..WorkflowFilter::default() };
    let plan = plan(&database, &workflows::list_query(TenantId::local().as_str(), &filter)).await;
    assert!(plan.contains("SEARCH workflow_search USING PRIMARY KEY (tenant_id=?)"), "{plan}");
}

#[tokio::test]
async fn other_frequent_queries_read_an_index() {
    let (_folder, database) = open().await;
    let live = plan(&database, &leases::live_query("one")).await;
    assert!(live.contains("executions USING INDEX executions_live (owner=?)"), "{live}");
    let orphans = plan(&database, &leases::orphans_query(10)).await;
    assert!(orphans.contains("executions USING INDEX executions_live"), "{orphans}");
    for sort in ORDERS {
        let cursor = Some(Cursor { sort: String::new(), key: "e".into(), id: "a".into() });
        let filter = GateFilter { limit: 50, cursor, sort };
        let listed = gates::list_query(TenantId::local().as_str(), &filter);
        reads(&database, &listed, "step_runs USING INDEX step_runs_at_gates (tenant_id=? AND execution_id").await;
    }
    let after = StepRunPosition { order_key: vec![1], path: "a.0.b".parse().unwrap() };
    let filter = StepRunFilter { limit: 50, after: Some(after), statuses: vec![StepRunStatus::Failed] };
    let inside = step_runs::under_query(TenantId::local().as_str(), "e", "a", &filter);
    let index = "step_runs_by_parent (tenant_id=? AND execution_id=? AND parent_path=? AND order_key>?)";
    reads(&database, &inside, index).await;
}
