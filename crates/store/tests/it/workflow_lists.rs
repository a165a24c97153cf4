//! Lists of workflows: what they are found and counted by, and their newest executions.

use std::sync::Arc;

use rstest::rstest;
use serde_json::json;
use sluice_store::{Store, Turn, WorkflowFilter};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_RECENT_EXECUTIONS;
use sluice_types::{ExecutionStatus, TenantId, Workflow, WorkflowId};

use crate::support::{id, now, start, turn, with_workflow, workflow};

fn named(id: &str, name: &str, tags: &[&str], labels: &[&str]) -> Workflow {
    let steps: Vec<_> =
        labels.iter().map(|label| json!({"label": label, "type": "llm", "prompt": "secret words"})).collect();
    Workflow {
        id: WorkflowId::new(id).unwrap(),
        name: name.into(),
        description: format!("About {name}"),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        definition: serde_json::from_value(json!({ "steps": steps })).unwrap(),
        ..workflow()
    }
}

async fn with_three(store: &Store) -> TenantId {
    let tenant = TenantId::local();
    store.ensure_tenant(&tenant, "Local", now()).await.unwrap();
    for made in [
        named("brief-1", "Weekly brief", &["Überblick", "market"], &["Research ÄPFEL", "Write 100%"]),
        named("report", "Annual report", &["market", "a, b"], &["Collect"]),
        Workflow { category: Some("Content".into()), is_template: true, ..named("map", "Map", &["market"], &["Draw"]) },
    ] {
        store.create_workflow(&tenant, made).await.unwrap();
    }
    tenant
}

async fn found(store: &Store, tenant: &TenantId, filter: WorkflowFilter) -> Vec<String> {
    let filter = WorkflowFilter { limit: 10, ..filter };
    let page = store.workflows(tenant, filter.clone()).await.unwrap();
    let mut ids: Vec<String> = page.items.into_iter().map(|item| item.id.to_string()).collect();
    ids.sort();
    let count = store.count_workflows(tenant, WorkflowFilter { limit: 1, ..filter }).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), ids.len());
    ids
}

fn search(words: &str) -> WorkflowFilter {
    WorkflowFilter { search: Some(words.into()), ..WorkflowFilter::default() }
}

fn tags(tags: &[&str]) -> WorkflowFilter {
    WorkflowFilter { tags: tags.iter().map(|&tag| tag.to_owned()).collect(), ..WorkflowFilter::default() }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_found_in_names_descriptions_ids_tags_and_labels(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_three(&store).await;
    for (words, expected) in [
        ("WEEKLY", &["brief-1"][..]),
        ("about annual", &["report"]),
        ("brief-1", &["brief-1"]),
        ("überBLICK", &["brief-1"]),
        ("äpfel", &["brief-1"]),
        ("  write\tMARKET ", &["brief-1"]),
        ("market", &["brief-1", "map", "report"]),
        ("100%", &["brief-1"]),
        ("1_0", &[]),
        ("\\", &[]),
        ("\"", &[]),
        // Prompts are not searched.
        ("secret", &[]),
        ("weekly annual", &[]),
    ] {
        assert_eq!(found(&store, &tenant, search(words)).await, expected, "{words:?}");
    }
    let other = TenantId::new("other").unwrap();
    store.ensure_tenant(&other, "Other", now()).await.unwrap();
    assert_eq!(found(&store, &other, search("market")).await, Vec::<String>::new());
    // A save replaces what it was found by.
    let changed = Workflow { version: 2, ..named("report", "Annual report", &[], &["Gather"]) };
    store.update_workflow(&tenant, changed).await.unwrap();
    assert_eq!(found(&store, &tenant, search("collect")).await, Vec::<String>::new());
    assert_eq!(found(&store, &tenant, search("gather")).await, ["report"]);
    store.delete_workflow(&tenant, &WorkflowId::new("report").unwrap(), None).await.unwrap();
    assert_eq!(found(&store, &tenant, search("gather")).await, Vec::<String>::new());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_older_server_saved_is_found_after_a_start(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_three(&store).await;
    let before = database.values("SELECT words AS value FROM workflow_search ORDER BY workflow_id").await;
    database.execute("DELETE FROM workflow_search").await;
    assert_eq!(found(&store, &tenant, search("äpfel")).await, Vec::<String>::new());
    drop(store);
    let store = database.open().await;
    assert_eq!(found(&store, &tenant, search("äpfel")).await, ["brief-1"]);
    assert_eq!(database.values("SELECT words AS value FROM workflow_search ORDER BY workflow_id").await, before);
    // More than one transaction fills.
    for number in 0..1_001 {
        store.create_workflow(&tenant, named(&format!("w{number}"), "Many", &[], &["X"])).await.unwrap();
    }
    database.execute("DELETE FROM workflow_search").await;
    drop(store);
    let _store = database.open().await;
    assert_eq!(database.count("workflow_search").await, 1_004);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_tags_must_match_and_facets_count_them(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_three(&store).await;
    assert_eq!(found(&store, &tenant, tags(&["market"])).await, ["brief-1", "map", "report"]);
    assert_eq!(found(&store, &tenant, tags(&["market", "a, b"])).await, ["report"]);
    assert_eq!(found(&store, &tenant, tags(&["market", "nothing"])).await, Vec::<String>::new());
    let facets = async |is_template: Option<bool>| {
        let facets = store.workflow_facets(&tenant, is_template).await.unwrap();
        let pairs = |facets: Vec<sluice_types::WorkflowFacet>| {
            facets.into_iter().map(|facet| (facet.name, facet.count)).collect::<Vec<_>>()
        };
        (pairs(facets.tags), pairs(facets.categories))
    };
    let (tags, categories) = facets(None).await;
    assert_eq!(tags[0], ("market".to_owned(), 3));
    assert_eq!((tags.len(), categories), (3, vec![("Content".to_owned(), 1)]));
    let (tags, categories) = facets(Some(false)).await;
    assert_eq!((tags[0].clone(), categories.len()), (("market".to_owned(), 2), 0));
}

/// Gives an execution a status.
async fn becomes(store: &Store, tenant: &TenantId, number: u32, status: ExecutionStatus) {
    let mut last = turn(tenant, &id(number), 1, 2);
    (last.state.status, last.state.cost_usd) = (status, 0.5);
    if status.is_terminal() {
        last.state.live = false;
        last.state.started_at = Some(now());
        last.state.completed_at = Some(now() + chrono::TimeDelta::milliseconds(i64::from(number)));
    }
    store.write_turn(Arc::new(Turn { events: Vec::new(), ..last })).await.unwrap();
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_executions_are_listed_and_filtered_by(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.create_workflow(&tenant, named("never", "Never run", &[], &["X"])).await.unwrap();
    store.create_workflow(&tenant, named("two", "Two", &[], &["X"])).await.unwrap();
    for number in 1..=25 {
        store.start_execution(start(&tenant, &id(number), "one", None)).await.unwrap();
        let status = if number == 25 { ExecutionStatus::Failed } else { ExecutionStatus::Completed };
        becomes(&store, &tenant, number, status).await;
    }
    let of_two = sluice_store::StartRecord {
        workflow_id: WorkflowId::new("two").unwrap(),
        ..start(&tenant, &id(26), "one", None)
    };
    store.start_execution(of_two).await.unwrap();
    let ids = || ["w", "two", "never"].map(str::to_owned).to_vec();
    let recent = store.recent_executions(&tenant, ids()).await.unwrap();
    let of = |name: &str| recent.get(name).map(|runs| runs.iter().map(|run| run.id.clone()).collect::<Vec<_>>());
    let newest: Vec<_> = (6..=25).rev().map(id).collect();
    assert_eq!(newest.len(), usize::try_from(MAX_RECENT_EXECUTIONS).unwrap());
    assert_eq!((of("w"), of("two"), of("never")), (Some(newest), Some(vec![id(26)]), None));
    let first = &recent["w"][0];
    assert_eq!((first.status, first.duration_ms, first.cost_usd), (ExecutionStatus::Failed, Some(25), 0.5));
    assert_eq!(recent["two"][0].duration_ms, None);
    let with =
        |statuses: &[ExecutionStatus]| WorkflowFilter { statuses: statuses.to_vec(), ..WorkflowFilter::default() };
    assert_eq!(found(&store, &tenant, with(&[ExecutionStatus::Failed])).await, ["w"]);
    assert_eq!(found(&store, &tenant, with(&[ExecutionStatus::Completed])).await, Vec::<String>::new());
    // One that is deleted counts no more.
    assert!(store.delete_execution(&tenant, &id(25)).await.unwrap());
    assert_eq!(found(&store, &tenant, with(&[ExecutionStatus::Completed])).await, ["w"]);
    let recent = store.recent_executions(&tenant, ids()).await.unwrap();
    assert_eq!((recent["w"][0].id.clone(), recent["w"].len()), (id(24), 20));
    let other = TenantId::new("other").unwrap();
    assert!(store.recent_executions(&other, ids()).await.unwrap().is_empty());
    assert!(store.recent_executions(&tenant, Vec::new()).await.unwrap().is_empty());
}
