//! Starts, turns and leases: fencing, idempotency, adoption.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sluice_store::{
    ExecutionState, Snapshot, StartOutcome, StartRecord, Store, StoreError, StoredEvent, Turn, from_micros,
};
use sluice_testing::on_both;
use sluice_types::{Definition, ExecutionId, ExecutionStatus, TenantId, TokenUsage, Workflow, WorkflowId};

fn now() -> DateTime<Utc> {
    from_micros(1_790_000_000_000_000)
}

fn id(number: u32) -> ExecutionId {
    ExecutionId::new(format!("execution-0199e0f4-7b1c-7cc0-8a4e-{number:012x}")).unwrap()
}

fn definition() -> Definition {
    serde_json::from_value(json!({"steps": [{"label": "A", "type": "llm", "prompt": "x"}]})).unwrap()
}

async fn with_workflow(store: &Store) -> TenantId {
    let tenant = TenantId::local();
    store.ensure_tenant(&tenant, "Local", now()).await.unwrap();
    let workflow = Workflow {
        id: WorkflowId::new("w").unwrap(),
        name: "W".into(),
        description: String::new(),
        category: None,
        tags: Vec::new(),
        definition: definition(),
        version: 1,
        is_template: false,
        source_template_id: None,
        is_active: true,
        created_at: now(),
        updated_at: now(),
    };
    store.create_workflow(&tenant, workflow).await.unwrap();
    tenant
}

fn turn(tenant: &TenantId, id: &ExecutionId, epoch: i64, number: i64) -> Turn {
    Turn {
        tenant: tenant.clone(),
        execution_id: id.clone(),
        epoch,
        turn: number,
        state: ExecutionState {
            status: ExecutionStatus::Running,
            on_hold: false,
            live: true,
            output: None,
            error: None,
            token_usage: TokenUsage::default(),
            cost_usd: 0.0,
            budget_usd: None,
            yolo: false,
            started_at: None,
            completed_at: None,
            last_seq: number,
        },
        snapshot: None,
        step_runs: Vec::new(),
        attempts: Vec::new(),
        decisions: Vec::new(),
        events: vec![StoredEvent { seq: number, payload: format!("{{\"n\":{number}}}") }],
    }
}

fn start(tenant: &TenantId, id: &ExecutionId, owner: &str, key: Option<(&str, &str)>) -> StartRecord {
    let snapshot = Some(Snapshot { definition: definition(), ..Snapshot::default() });
    StartRecord {
        turn: Turn { snapshot, ..turn(tenant, id, 1, 1) },
        owner: owner.into(),
        workflow_id: WorkflowId::new("w").unwrap(),
        workflow_version: 1,
        input: json!({"topic": "tea"}),
        triggered_by: "test".into(),
        created_at: now(),
        idempotency: key.map(|(key, hash)| (key.to_owned(), hash.to_owned())),
    }
}

on_both! {
    async fn a_turn_is_written_once_and_only_by_the_owner(database: TestDatabase) {
        let store = database.open().await;
        let tenant = with_workflow(&store).await;
        store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
        let second = Arc::new(turn(&tenant, &id(1), 1, 2));
        store.write_turn(second.clone()).await.unwrap();
        // Its answer was lost: writing it again changes nothing and is no error.
        store.write_turn(second).await.unwrap();
        let events = store.events_after(&tenant, &id(1), 0).await.unwrap();
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2]);
        // Another engine takes the execution over; only one of two that try wins.
        let first = id(1);
        // A claim of something that is not as it was looked at is lost, too.
        assert!(!store.claim(&tenant, &first, 1, false, "two").await.unwrap());
        let (left, right) = tokio::join!(
            store.claim(&tenant, &first, 1, true, "two"),
            store.claim(&tenant, &first, 1, true, "three")
        );
        assert_ne!(left.unwrap(), right.unwrap());
        let late = store.write_turn(Arc::new(turn(&tenant, &id(1), 1, 3))).await;
        assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
        let path = "a".parse().unwrap();
        let late = store.checkpoint(&tenant, &id(1), 1, &path, 1, "late".into()).await;
        assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
        store.write_turn(Arc::new(turn(&tenant, &id(1), 2, 3))).await.unwrap();
    }

    async fn the_same_key_gives_the_same_execution(database: TestDatabase) {
        let store = database.open().await;
        let tenant = with_workflow(&store).await;
        let starts = (1..=8).map(|number| store.start_execution(start(&tenant, &id(number), "one", Some(("key", "hash")))));
        let outcomes: Vec<StartOutcome> = futures_util::future::join_all(starts).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == StartOutcome::Started).count(), 1);
        let first = store.executions(&tenant, sluice_store::ExecutionFilter { limit: 10, ..Default::default() }).await.unwrap();
        assert_eq!(first.items.len(), 1);
        let only = first.items[0].id.clone();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == StartOutcome::Replayed(only.clone())).count(), 7);
        let other = store.start_execution(start(&tenant, &id(9), "one", Some(("key", "other")))).await.unwrap();
        assert_eq!(other, StartOutcome::KeyReused(only));
    }

    async fn only_executions_of_dead_engines_are_orphans(database: TestDatabase) {
        let store = database.open().await;
        let tenant = with_workflow(&store).await;
        let soon = now() + TimeDelta::seconds(10);
        store.renew_lease("alive", soon).await.unwrap();
        store.renew_lease("dying", now()).await.unwrap();
        for (number, owner) in [(1, "alive"), (2, "dying"), (3, "unknown")] {
            store.start_execution(start(&tenant, &id(number), owner, None)).await.unwrap();
        }
        let orphans = async |at| store.orphans(at, 10).await.unwrap().into_iter().map(|(_, id)| id).collect::<Vec<_>>();
        assert_eq!(orphans(now()).await, [id(2), id(3)]);
        store.renew_lease("alive", soon + TimeDelta::seconds(10)).await.unwrap();
        assert_eq!(orphans(soon).await, [id(2), id(3)]);
        assert_eq!(orphans(soon + TimeDelta::seconds(10)).await, [id(1), id(2), id(3)]);
    }
}
