//! The layout of workflows.

use rstest::rstest;
use sluice_store::{LayoutChange, NodesChange, WorkflowUpdate};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_STEPS;
use sluice_types::{CanvasViewport, NodePosition, StepId, TenantId, Workflow};

use crate::support::{now, with_workflow, workflow};

fn node(id: &str, x: f64) -> NodePosition {
    NodePosition { id: StepId::new(id).unwrap(), x, y: 0.0 }
}

fn replace(nodes: &[NodePosition]) -> LayoutChange {
    LayoutChange { nodes: NodesChange::Replace(nodes.to_vec()), viewport: None }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layout_is_beside_the_versions(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let id = workflow().id;
    assert!(!store.has_layout(&tenant, &id).await.unwrap());
    let saved = store.save_layout(&tenant, &id, None, replace(&[node("a", 1.0), node("gone", 2.0)])).await.unwrap();
    assert_eq!(saved, WorkflowUpdate::Saved);
    let read = store.workflow(&tenant, &id).await.unwrap().unwrap();
    assert_eq!((read.version, read.layout.clone()), (1, vec![node("a", 1.0)]), "steps that are gone have no position");
    // A save that knows no layout, as that of an older server, leaves it.
    let blind = Workflow { version: 2, layout: Vec::new(), ..workflow() };
    assert_eq!(store.update_workflow(&tenant, blind).await.unwrap(), WorkflowUpdate::Saved);
    let viewport = CanvasViewport { x: 1.0, y: 2.0, zoom: 0.5 };
    let looked = LayoutChange { nodes: NodesChange::Keep, viewport: Some(viewport) };
    store.save_layout(&tenant, &id, None, looked).await.unwrap();
    let (read, seen) = store.workflow_with_viewport(&tenant, &id).await.unwrap().unwrap();
    assert_eq!((read.version, read.layout, seen), (2, vec![node("a", 1.0)], Some(viewport)));
    // With a version, both are written or nothing.
    let stale = Workflow { version: 2, ..workflow() };
    let refused = store.save_layout(&tenant, &id, Some(stale.into()), replace(&[])).await.unwrap();
    assert_eq!((refused, store.has_layout(&tenant, &id).await.unwrap()), (WorkflowUpdate::Stale(2), true));
    let next = Workflow { version: 3, ..workflow() };
    store.save_layout(&tenant, &id, Some(next.into()), replace(&[])).await.unwrap();
    let (read, seen) = store.workflow_with_viewport(&tenant, &id).await.unwrap().unwrap();
    assert_eq!((read.version, read.layout, seen), (3, vec![], Some(viewport)));
    assert!(!store.has_layout(&tenant, &id).await.unwrap());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layout_that_cannot_be_read_hides_no_workflow(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let id = workflow().id;
    store.save_layout(&tenant, &id, None, replace(&[node("a", 1.0)])).await.unwrap();
    for broken in ["{", "[1]", r#"{"a": {"x": 1}}"#, r#"{"not an id": [1, 2]}"#] {
        database.execute(&format!("UPDATE workflow_layouts SET nodes = '{broken}', viewport = '{broken}'")).await;
        let (read, seen) = store.workflow_with_viewport(&tenant, &id).await.unwrap().unwrap();
        assert_eq!((read.layout, seen), (vec![], None), "{broken}");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layout_does_not_grow_by_steps_that_are_gone(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let id = workflow().id;
    let gone: Vec<NodePosition> = (0..MAX_STEPS).map(|at| node(&format!("s{at}"), 1.0)).collect();
    store.save_layout(&tenant, &id, None, replace(&gone)).await.unwrap();
    let moved = LayoutChange { nodes: NodesChange::Move(node("a", 7.0)), viewport: None };
    store.save_layout(&tenant, &id, None, moved).await.unwrap();
    assert_eq!(store.workflow(&tenant, &id).await.unwrap().unwrap().layout, [node("a", 7.0)]);
    let stored = database.values("SELECT nodes AS value FROM workflow_layouts").await;
    assert_eq!(stored, [r#"{"a":[7.0,0.0]}"#]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layout_crosses_no_tenants_and_ends_with_its_workflow(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let id = workflow().id;
    let other = TenantId::new("other").unwrap();
    store.ensure_tenant(&other, "Other", now()).await.unwrap();
    let change = replace(&[node("a", 1.0)]);
    assert_eq!(store.save_layout(&other, &id, None, change.clone()).await.unwrap(), WorkflowUpdate::NotFound);
    store.save_layout(&tenant, &id, None, change.clone()).await.unwrap();
    store.create_workflow(&other, workflow()).await.unwrap();
    assert!(!store.has_layout(&other, &id).await.unwrap());
    assert!(store.workflow(&other, &id).await.unwrap().unwrap().layout.is_empty());
    assert_eq!(store.delete_workflow(&tenant, &id, None).await.unwrap(), WorkflowUpdate::Saved);
    assert_eq!(store.save_layout(&tenant, &id, None, change).await.unwrap(), WorkflowUpdate::NotFound);
    assert_eq!(database.values("SELECT nodes AS value FROM workflow_layouts").await, [""; 0]);
}
