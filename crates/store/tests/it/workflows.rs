//! Workflows: versions, races, lists.

use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use serde_json::json;
use sluice_store::{Cursor, SortOrder, Store, StoreError, WorkflowFilter, WorkflowUpdate, from_micros};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{TenantId, Workflow, WorkflowId};

fn at(second: i64) -> DateTime<Utc> {
    from_micros(1_790_000_000_000_000) + TimeDelta::seconds(second)
}

fn workflow(id: &str, name: &str, second: i64) -> Workflow {
    Workflow {
        id: WorkflowId::new(id).unwrap(),
        name: name.into(),
        description: format!("About {name}"),
        category: None,
        tags: vec![format!("tag-{}", second % 2)],
        definition: serde_json::from_value(json!({"steps": [{"label": "A", "type": "llm", "prompt": "x"}]})).unwrap(),
        version: 1,
        is_template: false,
        source_template_id: None,
        is_active: true,
        created_at: at(second),
        updated_at: at(second),
    }
}

async fn tenants(store: &Store) -> (TenantId, TenantId) {
    let (one, two) = (TenantId::local(), TenantId::new("other").unwrap());
    store.ensure_tenant(&one, "One", at(0)).await.unwrap();
    store.ensure_tenant(&two, "Two", at(0)).await.unwrap();
    (one, two)
}

const SORT_ORDERS: [SortOrder; 5] =
    [SortOrder::NewestFirst, SortOrder::OldestFirst, SortOrder::Name, SortOrder::NameDescending, SortOrder::Id];

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_is_read_and_nothing_crosses_tenants(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (one, two) = tenants(&store).await;
    let written = workflow("a", "Ä “quoted” name", 1);
    store.create_workflow(&one, written.clone()).await.unwrap();
    assert_eq!(store.workflow(&one, &written.id).await.unwrap(), Some(written.clone()));
    assert_eq!(store.workflow(&two, &written.id).await.unwrap(), None);
    assert!(matches!(store.create_workflow(&one, written.clone()).await, Err(StoreError::Duplicate)));
    // The same id is free in another tenant.
    store.create_workflow(&two, written.clone()).await.unwrap();
    assert_eq!(store.delete_workflow(&one, &written.id, None).await.unwrap(), WorkflowUpdate::Saved);
    assert!(store.workflow(&two, &written.id).await.unwrap().is_some());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_server_has_added_survives_a_save(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    store.create_workflow(&tenant, workflow("a", "First", 1)).await.unwrap();
    let newer = json!({"yolo": false, "budget": {"usd": 2}, "steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x", "enabled": true, "tools": ["search"], "effect": "pays"},
        {"id": "b", "label": "B", "type": "agent", "goal": "y", "enabled": true},
    ]});
    database.execute(&format!("UPDATE workflows SET definition = '{newer}'")).await;
    let read = store.workflow(&tenant, &WorkflowId::new("a").unwrap()).await.unwrap().unwrap();
    assert_eq!(serde_json::to_value(&read.definition).unwrap(), newer);
    let saved = store.update_workflow(&tenant, Workflow { name: "Second".into(), version: 2, ..read }).await.unwrap();
    assert_eq!(saved, WorkflowUpdate::Saved);
    let read = store.workflow(&tenant, &WorkflowId::new("a").unwrap()).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), serde_json::to_value(&read.definition).unwrap()), ("Second", newer));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_saves_wins(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    store.create_workflow(&tenant, workflow("a", "First", 1)).await.unwrap();
    let save = |name: &str| store.update_workflow(&tenant, Workflow { version: 2, ..workflow("a", name, 2) });
    let (left, right) = tokio::join!(save("Left"), save("Right"));
    let mut outcomes = [left.unwrap(), right.unwrap()];
    outcomes.sort_by_key(|outcome| *outcome != WorkflowUpdate::Saved);
    assert_eq!(outcomes, [WorkflowUpdate::Saved, WorkflowUpdate::Stale(2)]);
    let id = WorkflowId::new("a").unwrap();
    let versions = store.versions(&tenant, &id, None, 10).await.unwrap();
    assert_eq!(versions.items.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(store.version(&tenant, &id, 1).await.unwrap().unwrap().name, "First");
    assert_eq!(store.delete_workflow(&tenant, &id, Some(1)).await.unwrap(), WorkflowUpdate::Stale(2));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_join_to_the_whole_list_in_every_order(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    for n in 0..23 {
        // Several share a time and a name, so that the id has to break ties.
        let row = workflow(&format!("w{n:02}"), &format!("Name {}", n % 4), n / 3);
        store.create_workflow(&tenant, row).await.unwrap();
    }
    for sort in SORT_ORDERS {
        let whole =
            store.workflows(&tenant, WorkflowFilter { limit: 100, sort, ..WorkflowFilter::default() }).await.unwrap();
        let mut joined = Vec::new();
        let mut cursor = None;
        loop {
            let page = store
                .workflows(&tenant, WorkflowFilter { limit: 4, cursor, sort, ..WorkflowFilter::default() })
                .await
                .unwrap();
            joined.extend(page.items);
            let Some(next) = page.next_cursor else { break };
            cursor = Cursor::decode(&next);
        }
        assert_eq!(joined, whole.items, "{sort:?}");
        assert_eq!(joined.len(), 23);
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_case_of_letters_does_not_count_in_the_order_by_name(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    for (id, name) in [("a", "Zebra"), ("b", "apple"), ("c", "Mango"), ("d", "mango")] {
        store.create_workflow(&tenant, workflow(id, name, 0)).await.unwrap();
    }
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let filter = WorkflowFilter { limit: 1, cursor, sort: SortOrder::Name, ..WorkflowFilter::default() };
        let page = store.workflows(&tenant, filter).await.unwrap();
        names.extend(page.items.into_iter().map(|item| item.name));
        let Some(next) = page.next_cursor else { break };
        cursor = Cursor::decode(&next);
    }
    assert_eq!(names, ["apple", "Mango", "mango", "Zebra"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_by_id_misses_nothing_that_is_saved_meanwhile(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    for id in ["a", "b", "c", "d"] {
        store.create_workflow(&tenant, workflow(id, id, 0)).await.unwrap();
    }
    let filter = WorkflowFilter { limit: 2, sort: SortOrder::Id, ..WorkflowFilter::default() };
    let first = store.workflows(&tenant, filter.clone()).await.unwrap();
    let saved = Workflow { version: 2, ..workflow("d", "A", 9) };
    assert_eq!(store.update_workflow(&tenant, saved).await.unwrap(), WorkflowUpdate::Saved);
    let cursor = Cursor::decode(&first.next_cursor.unwrap());
    let rest = store.workflows(&tenant, WorkflowFilter { cursor, ..filter }).await.unwrap();
    let ids: Vec<String> = first.items.into_iter().chain(rest.items).map(|item| item.id.to_string()).collect();
    assert_eq!(ids, ["a", "b", "c", "d"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_filtered(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    for (n, name) in ["Alpha 100%", "beta", "Gamma_x"].into_iter().enumerate() {
        store.create_workflow(&tenant, workflow(&format!("w{n}"), name, i64::try_from(n).unwrap())).await.unwrap();
    }
    let found = async |filter: WorkflowFilter| {
        let page =
            store.workflows(&tenant, WorkflowFilter { limit: 10, sort: SortOrder::Name, ..filter }).await.unwrap();
        page.items.into_iter().map(|item| item.id.to_string()).collect::<Vec<_>>()
    };
    let search = |text: &str| WorkflowFilter { search: Some(text.into()), ..WorkflowFilter::default() };
    assert_eq!(found(search("ALPHA")).await, ["w0"]);
    assert_eq!(found(search("0%")).await, ["w0"]);
    assert_eq!(found(search("a_x")).await, ["w2"]);
    assert_eq!(found(search("about")).await.len(), 3);
    assert_eq!(found(WorkflowFilter { tag: Some("tag-1".into()), ..WorkflowFilter::default() }).await, ["w1"]);
    assert_eq!(
        found(WorkflowFilter { is_template: Some(true), ..WorkflowFilter::default() }).await,
        Vec::<String>::new()
    );
}
