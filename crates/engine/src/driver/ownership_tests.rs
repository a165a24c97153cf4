//! An execution has one actor, and an actor that does not own its execution neither writes nor works.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use sluice_store::Store;
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ExecutionId, ExecutionStatus, Metadata, StartExecution, TenantId, Workflow, WorkflowId};

use super::actor::Actor;
use crate::engine::{Engine, EngineConfig};
use crate::faults::{FaultPoint, Faults};
use crate::key::ExecutionKey;
use crate::machine::{Command, Machine};
use crate::providers::{NetworkPolicy, Providers, ProvidersConfig, Vault};
use crate::start::StartRequest;

/// An engine with a workflow `w` of one step. It adopts nothing.
async fn engine(database: &TestDatabase, model: &str, faults: Faults) -> Engine {
    let store = Store::open(database.config()).await.unwrap();
    let config = EngineConfig { faults, adopt: false, ..EngineConfig::default() };
    let (tenant, now) = (TenantId::local(), config.outside.clock.now());
    store.ensure_tenant(&tenant, "Local", now).await.unwrap();
    let steps = json!([{"id": "a", "label": "A", "type": "llm", "provider": "demo", "model": model, "prompt": "x"}]);
    let workflow = Workflow {
        id: WorkflowId::new("w").unwrap(),
        name: "w".into(),
        description: String::new(),
        category: None,
        tags: Vec::new(),
        metadata: Metadata::new(),
        definition: serde_json::from_value(json!({ "steps": steps })).unwrap(),
        layout: Vec::new(),
        version: 1,
        is_template: false,
        is_published: false,
        source_template_id: None,
        is_active: true,
        created_by: None,
        created_at: now,
        updated_at: now,
    };
    store.create_workflow(&tenant, workflow).await.unwrap();
    let vault = Vault::from_passphrase("a passphrase for tests".into()).unwrap();
    let providers = ProvidersConfig { vault, server_keys: Vec::new(), network: NetworkPolicy::Anywhere };
    let providers = Arc::new(Providers::new(store.clone(), providers).unwrap());
    Engine::open(store, providers, config).await.unwrap()
}

async fn start(engine: &Engine) -> ExecutionId {
    let start = StartExecution { input: json!({}), ..StartExecution::default() };
    let request = StartRequest { workflow_id: WorkflowId::new("w").unwrap(), start, idempotency: None };
    engine.start(&TenantId::local(), request).await.unwrap().id
}

async fn epoch(engine: &Engine, id: &ExecutionId) -> i64 {
    engine.store().ownership(&TenantId::local(), id).await.unwrap().unwrap().1
}

/// Waits without a clock. A test that hangs fails.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.expect("it comes to pass");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_actor_gives_up_only_a_live_execution_of_its_own(#[future(awt)] database: TestDatabase) {
    // The engine stops at the call of the model: the execution stays live without an actor.
    let engine = engine(&database, "demo-echo", Faults::new(|at| at == FaultPoint::AttemptStarted)).await;
    let (tenant, id) = (TenantId::local(), start(&engine).await);
    engine.until_stopped().await;
    until(async || engine.live_executions() == 0).await;
    let give_up = async |change: &str| {
        let machine = Machine::new(engine.journal(&tenant, &id).await.unwrap());
        let actor = Actor::new(&engine.shared, &engine.actors, machine);
        database.execute(&format!("UPDATE executions SET {change}")).await;
        actor.give_up().await;
        engine.execution(&tenant, &id).await.unwrap()
    };
    let before = engine.execution(&tenant, &id).await.unwrap();
    let claimed = give_up("epoch = epoch + 1").await;
    assert_eq!(
        (claimed.status, claimed.last_seq),
        (ExecutionStatus::Running, before.last_seq),
        "another engine has it"
    );
    let ended = give_up("live = FALSE").await;
    assert_eq!((ended.status, ended.last_seq), (ExecutionStatus::Running, before.last_seq), "it is not live");
    let failed = give_up("live = TRUE").await;
    assert_eq!(failed.status, ExecutionStatus::Failed);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_before_a_new_execution_has_its_actor_waits_for_it(#[future(awt)] database: TestDatabase) {
    let cell: Arc<OnceLock<Engine>> = Arc::default();
    let commanded = Arc::new(OnceLock::new());
    let (seen, sent) = (cell.clone(), commanded.clone());
    // The execution is written, and has no actor yet: another request finds it, and cancels it.
    let command = async move |engine: Engine| {
        let tenant = TenantId::local();
        let live = engine.store().live_executions(&engine.shared.engine_id).await.unwrap();
        let [(_, id)] = &live[..] else { panic!("{live:?}") };
        let (key, id) = (ExecutionKey::new(&tenant, id), id.clone());
        let (sender, commanded_id) = (engine.clone(), id.clone());
        let task = tokio::spawn(async move { sender.command(&tenant, &commanded_id, Command::Cancel, "tester").await });
        sent.set(task).unwrap();
        until(async || engine.actors.is_awaited(&key) || epoch(&engine, &id).await > 1).await;
    };
    let command = Arc::new(std::sync::Mutex::new(Some(command)));
    let faults = Faults::new(move |at| {
        if at == FaultPoint::AfterStart
            && let Some(command) = command.lock().unwrap().take()
        {
            let engine = seen.get().unwrap().clone();
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(command(engine)));
        }
        false
    });
    let engine = engine(&database, "demo-slow", faults).await;
    assert!(cell.set(engine.clone()).is_ok());
    let id = start(&engine).await;
    let task = Arc::into_inner(commanded).unwrap().into_inner().unwrap();
    assert_eq!(task.await.unwrap().unwrap().status, ExecutionStatus::Cancelled);
    assert_eq!(epoch(&engine, &id).await, 1, "no second actor took it over");
    let attempts = engine.store().attempts(&TenantId::local(), &id, &"a".parse().unwrap()).await.unwrap();
    assert_eq!(attempts.len(), 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_lease_or_a_stop_aborts_running_attempts(
    #[future(awt)] database: TestDatabase,
    #[values(Engine::lose_lease, Engine::halt)] end: fn(&Engine),
) {
    let finished = Arc::new(AtomicUsize::new(0));
    let counted = finished.clone();
    let faults = Faults::new(move |at| {
        counted.fetch_add(usize::from(at == FaultPoint::AttemptFinished), Ordering::SeqCst);
        false
    });
    let engine = engine(&database, "demo-slow", faults).await;
    let (tenant, id) = (TenantId::local(), start(&engine).await);
    let channel = engine.channel(&tenant, &id);
    let path = "a".parse().unwrap();
    until(async || !channel.text_of(&path, 1).is_empty()).await;
    end(&engine);
    // The actor and its attempt hold the channel.
    until(async || Arc::strong_count(&channel) == 1).await;
    assert_eq!(finished.load(Ordering::SeqCst), 0, "the attempt was aborted");
    assert_eq!(engine.execution(&tenant, &id).await.unwrap().status, ExecutionStatus::Running);
}

impl Engine {
    fn lose_lease(&self) {
        self.shared.lose_lease();
    }
}
