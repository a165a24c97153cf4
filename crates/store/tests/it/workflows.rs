//! Workflows: versions, races, lists.

use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use serde_json::json;
use sluice_store::{Cursor, SortOrder, Store, StoreError, WorkflowFilter, WorkflowUpdate, from_micros};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{Metadata, TenantId, Workflow, WorkflowId};

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
        metadata: Metadata::new(),
        definition: serde_json::from_value(json!({"steps": [{"label": "A", "type": "llm", "prompt": "x"}]})).unwrap(),
        layout: Vec::new(),
        version: 1,
        is_template: false,
        is_published: false,
        source_template_id: None,
        is_active: true,
        created_by: None,
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
        {"id": "b", "label": "B", "type": "debate", "goal": "y", "enabled": true},
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
    let versions = store.versions(&tenant, &id, None, 10).await.unwrap().into_page().unwrap();
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
        let name = ["name 0", "NAME 1", "Name 2", "näme 3"][usize::try_from(n % 4).unwrap()];
        let row = workflow(&format!("w{n:02}"), name, n / 3);
        store.create_workflow(&tenant, row).await.unwrap();
    }
    let orders =
        ["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name"].map(|order| order.parse().unwrap());
    for sort in orders {
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

async fn ids(store: &Store, tenant: &TenantId, filter: WorkflowFilter) -> Vec<String> {
    let page = store.workflows(tenant, WorkflowFilter { limit: 100, ..filter }).await.unwrap();
    page.items.into_iter().map(|item| item.id.to_string()).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_sorted_without_case_and_creation_stays(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    for (n, name) in ["Zebra", "apple", "Äpfel", "Banana\nsplit", "äther", "ZEBRA crossing"].into_iter().enumerate() {
        store.create_workflow(&tenant, workflow(&format!("w{n}"), name, i64::try_from(n).unwrap())).await.unwrap();
    }
    let sorted =
        async |sort: SortOrder| ids(&store, &tenant, WorkflowFilter { sort, ..WorkflowFilter::default() }).await;
    assert_eq!(sorted(SortOrder::Name).await, ["w1", "w3", "w0", "w5", "w2", "w4"]);
    assert_eq!(sorted(SortOrder::NameDescending).await, ["w4", "w2", "w5", "w0", "w3", "w1"]);
    let saved = Workflow { version: 2, updated_at: at(60), ..workflow("w0", "Zebra", 0) };
    assert_eq!(store.update_workflow(&tenant, saved).await.unwrap(), WorkflowUpdate::Saved);
    assert_eq!(sorted(SortOrder::OldestFirst).await, ["w1", "w2", "w3", "w4", "w5", "w0"]);
    assert_eq!(sorted(SortOrder::OldestCreatedFirst).await, ["w0", "w1", "w2", "w3", "w4", "w5"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_templates_are_published(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, _) = tenants(&store).await;
    let metadata = Metadata::from([("team".to_owned(), "a:b, “c”".to_owned())]);
    let flags = [("plain", false, false), ("draft", true, false), ("shown", true, true)];
    for (id, is_template, is_published) in flags {
        let made = Workflow { is_template, is_published, metadata: metadata.clone(), ..workflow(id, id, 1) };
        let made = Workflow { created_by: Some("ada".into()), ..made };
        store.create_workflow(&tenant, made.clone()).await.unwrap();
        assert_eq!(store.workflow(&tenant, &made.id).await.unwrap(), Some(made));
    }
    // The default of a row that an older server writes.
    database
        .execute("UPDATE workflows SET is_published = TRUE, metadata = NULL, created_by = NULL WHERE id = 'plain'")
        .await;
    let plain = store.workflow(&tenant, &WorkflowId::new("plain").unwrap()).await.unwrap().unwrap();
    assert_eq!((plain.is_published, plain.metadata.len(), plain.created_by), (false, 0, None));
    let listed = async |is_published: bool| {
        let filter = WorkflowFilter { sort: SortOrder::Name, ..WorkflowFilter::default() };
        ids(&store, &tenant, WorkflowFilter { is_published: Some(is_published), ..filter }).await
    };
    assert_eq!(listed(true).await, ["shown"]);
    assert_eq!(listed(false).await, ["draft", "plain"]);
    let page = store.workflows(&tenant, WorkflowFilter { limit: 10, ..WorkflowFilter::default() }).await.unwrap();
    let shown = page.items.iter().find(|item| item.id.as_str() == "shown").unwrap();
    assert_eq!((shown.is_published, &shown.metadata, shown.created_by.as_deref()), (true, &metadata, Some("ada")));
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
    assert_eq!(found(WorkflowFilter { tags: vec!["tag-1".into()], ..WorkflowFilter::default() }).await, ["w1"]);
    assert_eq!(
        found(WorkflowFilter { is_template: Some(true), ..WorkflowFilter::default() }).await,
        Vec::<String>::new()
    );
}
