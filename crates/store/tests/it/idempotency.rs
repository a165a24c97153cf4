//! Idempotency keys: a key is written with what its request makes, counts for a day, and is deleted then.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use sluice_store::{IdempotencyKey, StartOutcome, Store, StoreError, WorkflowUpdate, to_micros};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::IDEMPOTENCY_KEY_HOURS;
use sluice_types::{Persona, PersonaId, TenantId, Workflow, WorkflowId};

use crate::support::{id, idempotency_key, now, start, turn, with_workflow, workflow};

fn named(id: &str) -> Workflow {
    Workflow { id: WorkflowId::new(id).unwrap(), ..workflow() }
}

fn persona() -> Persona {
    Persona {
        id: PersonaId::new("p").unwrap(),
        name: "P".into(),
        description: String::new(),
        instructions: "x".into(),
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn key(hash: &str) -> IdempotencyKey {
    idempotency_key("key", "create_workflow", hash)
}

async fn resource_of(store: &Store, tenant: &TenantId, key: &str, at: DateTime<Utc>) -> Option<String> {
    store.earlier_request(tenant, key, at).await.unwrap().map(|earlier| earlier.resource_id)
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_key_is_used_writes_nothing(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.create_workflow_once(&tenant, named("first"), key("one")).await.unwrap();
    let is_used = |outcome: Result<(), StoreError>| assert!(matches!(outcome, Err(StoreError::KeyUsed)), "{outcome:?}");
    is_used(store.create_workflow_once(&tenant, named("second"), key("one")).await);
    is_used(store.create_persona_once(&tenant, persona(), key("one")).await);
    let update = Workflow { version: 2, ..named("w") };
    is_used(store.update_workflow_once(&tenant, update.clone(), key("one")).await.map(|_| ()));
    let begun = store.start_execution(start(&tenant, &id(1), "one", Some(("key", "one")))).await;
    is_used(begun.map(|_| ()));
    store.start_execution(start(&tenant, &id(2), "one", None)).await.unwrap();
    let second = Arc::new(turn(&tenant, &id(2), 1, 2));
    is_used(store.write_turn_once(second.clone(), Arc::new(key("one")), now()).await);
    assert!(store.workflow(&tenant, &WorkflowId::new("second").unwrap()).await.unwrap().is_none());
    assert!(store.persona(&tenant, &persona().id).await.unwrap().is_none());
    assert_eq!(store.workflow(&tenant, &update.id).await.unwrap().unwrap().version, 1);
    assert!(store.ownership(&tenant, &id(1)).await.unwrap().is_none());
    assert_eq!(store.journal(&tenant, &id(2)).await.unwrap().unwrap().turn, 1);
    // A turn whose answer was lost has its key already.
    let other = Arc::new(idempotency_key("other", "cancel_execution", "hash"));
    for _ in 0..2 {
        store.write_turn_once(second.clone(), other.clone(), now()).await.unwrap();
    }
    let earlier = store.earlier_request(&tenant, "other", now()).await.unwrap().unwrap();
    assert_eq!((earlier.resource_id.as_str(), earlier.created_at), (id(2).as_str(), now()));
    assert!(earlier.is_same_as(&other) && !earlier.is_same_as(&key("hash")));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_takes_no_key(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let taken = store.create_workflow_once(&tenant, named("w"), key("one")).await;
    assert!(matches!(taken, Err(StoreError::Duplicate)), "{taken:?}");
    let stale = Workflow { version: 7, ..named("w") };
    assert_eq!(store.update_workflow_once(&tenant, stale, key("one")).await.unwrap(), WorkflowUpdate::Stale(1));
    let late = store.write_turn_once(Arc::new(turn(&tenant, &id(1), 1, 2)), Arc::new(key("one")), now()).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    assert_eq!(resource_of(&store, &tenant, "key", now()).await, None);
    let saved = Workflow { version: 2, ..named("w") };
    assert_eq!(store.update_workflow_once(&tenant, saved, key("one")).await.unwrap(), WorkflowUpdate::Saved);
    assert_eq!(resource_of(&store, &tenant, "key", now()).await.as_deref(), Some("w"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_starts_with_one_key_one_is_written(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let starts = (1..=8).map(|number| store.start_execution(start(&tenant, &id(number), "one", Some(("key", "hash")))));
    let outcomes = futures_util::future::join_all(starts).await;
    let started = outcomes.iter().filter(|outcome| matches!(outcome, Ok(StartOutcome::Started { .. }))).count();
    let used = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::KeyUsed))).count();
    assert_eq!((started, used, database.count("executions").await), (1, 7, 1), "{outcomes:?}");
    let earlier = resource_of(&store, &tenant, "key", now()).await.unwrap();
    assert!(store.ownership(&tenant, &earlier.parse().unwrap()).await.unwrap().is_some());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_counts_for_a_day_in_its_tenant(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.create_workflow_once(&tenant, named("first"), key("one")).await.unwrap();
    let day = TimeDelta::hours(IDEMPOTENCY_KEY_HOURS);
    let last = now() + day - TimeDelta::microseconds(1);
    assert_eq!(resource_of(&store, &tenant, "key", last).await.as_deref(), Some("first"));
    assert_eq!(resource_of(&store, &tenant, "key", now() + day).await, None);
    let early = Workflow { created_at: last, ..named("second") };
    let used = store.create_workflow_once(&tenant, early.clone(), key("two")).await;
    assert!(matches!(used, Err(StoreError::KeyUsed)), "{used:?}");
    // Of two requests that take the old key, one gets it.
    let later = Workflow { created_at: now() + day, ..early.clone() };
    let third = Workflow { id: WorkflowId::new("third").unwrap(), ..later.clone() };
    let (left, right) = tokio::join!(
        store.create_workflow_once(&tenant, later, key("two")),
        store.create_workflow_once(&tenant, third, key("two"))
    );
    assert_ne!(left.is_ok(), right.is_ok());
    let other: TenantId = "other".parse().unwrap();
    store.ensure_tenant(&other, "Other", now()).await.unwrap();
    assert_eq!(resource_of(&store, &other, "key", now() + day).await, None);
    store.create_workflow_once(&other, early, key("one")).await.unwrap();
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_keys_are_deleted_in_bounded_pieces(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let oldest = to_micros(now()) - IDEMPOTENCY_KEY_HOURS * 3_600_000_000 - 4_500;
    // The first 4,500 of these are old.
    let rows = format!(
        "INSERT INTO idempotency_keys (tenant_id, key, operation, request_hash, resource_id, created_at) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000) \
         SELECT 'local', 'key-' || n, 'o', 'h', 'r', {oldest} + n FROM numbers"
    );
    database.execute(&rows).await;
    assert!(store.purge_idempotency_keys(now(), 2).await.unwrap(), "there is more");
    assert_eq!(database.count("idempotency_keys").await, 1_000);
    assert!(!store.purge_idempotency_keys(now(), 2).await.unwrap());
    assert_eq!(database.count("idempotency_keys").await, 500);
    assert_eq!(resource_of(&store, &tenant, "key-4501", now()).await.as_deref(), Some("r"));
    assert_eq!(resource_of(&store, &tenant, "key-4500", now()).await, None);
}
