//! An engine on a fresh database, with the demo provider, short waits and a fault hook.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sluice_engine::providers::{NetworkPolicy, Providers, ProvidersConfig, Vault};
use sluice_engine::{Backoff, Command, Engine, EngineConfig, EngineError, Faults, Limits, StartRequest};
use sluice_store::{Store, StoreConfig, StoredEvent, is_full_page};
use sluice_types::{
    DecideGate, ErrorCode, Execution, ExecutionEvent, ExecutionId, ExecutionStatus, Metadata, ReviewDecision,
    StartExecution, StepPath, StepRun, TenantId, Workflow, WorkflowId,
};

/// The passphrase of the vault.
pub const PASSPHRASE: &str = "a passphrase for tests";

/// An engine, as a test talks to it.
pub struct TestEngine {
    pub engine: Engine,
    pub tenant: TenantId,
}

pub fn path(text: &str) -> StepPath {
    StepPath::new(text).unwrap()
}

/// An `llm` step of a demo model.
pub fn step(id: &str, model: &str, prompt: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "llm", "provider": "demo", "model": model, "prompt": prompt})
}

pub fn review(id: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "review"})
}

pub fn decision(decision: ReviewDecision) -> DecideGate {
    DecideGate { decision, comment: None, content: None, budget_usd: None, opened_seq: None }
}

/// How long anything may take before a test gives up. Nothing is awaited by time.
const PATIENCE: Duration = Duration::from_secs(30);

impl Drop for TestEngine {
    /// As after a crash: nothing of the engine goes on, and its connections are closed.
    fn drop(&mut self) {
        self.engine.halt();
    }
}

impl TestEngine {
    pub async fn open(config: &StoreConfig) -> Self {
        Self::with_faults(config, Faults::default()).await
    }

    pub async fn with_faults(config: &StoreConfig, faults: Faults) -> Self {
        let limits = Limits { lease: Duration::from_millis(300), ..Limits::default() };
        Self::with(config, EngineConfig { faults, limits, ..EngineConfig::default() }).await
    }

    pub async fn with(config: &StoreConfig, engine: EngineConfig) -> Self {
        let store = Store::open(config).await.unwrap();
        let tenant = TenantId::local();
        store.ensure_tenant(&tenant, "Local", engine.outside.clock.now()).await.unwrap();
        let vault = Vault::from_passphrase(PASSPHRASE.into()).unwrap();
        let providers = ProvidersConfig { vault, server_keys: Vec::new(), network: NetworkPolicy::Anywhere };
        let providers = Providers::new(store.clone(), providers).unwrap();
        let backoff = Backoff { first: Duration::from_millis(2), longest: Duration::from_millis(5) };
        let engine = Engine::open(store, Arc::new(providers), EngineConfig { backoff, ..engine }).await.unwrap();
        Self { engine, tenant }
    }

    pub async fn workflow(&self, id: &str, definition: Value) -> WorkflowId {
        let now = self.engine.outside().clock.now();
        let workflow = Workflow {
            id: WorkflowId::new(id).unwrap(),
            name: id.into(),
            description: String::new(),
            category: None,
            tags: Vec::new(),
            metadata: Metadata::new(),
            definition: serde_json::from_value(definition).unwrap(),
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
        self.engine.store().create_workflow(&self.tenant, workflow.clone()).await.unwrap();
        workflow.id
    }

    pub async fn try_start(&self, id: &str, start: StartExecution) -> Result<Execution, EngineError> {
        let request = StartRequest { workflow_id: WorkflowId::new(id).unwrap(), start, idempotency: None };
        self.engine.start(&self.tenant, request).await
    }

    /// Saves a workflow of these steps and starts it.
    pub async fn run(&self, steps: &[Value]) -> Execution {
        self.workflow("w", json!({"steps": steps})).await;
        self.try_start("w", StartExecution { input: json!({"topic": "tea"}), ..StartExecution::default() })
            .await
            .unwrap()
    }

    pub async fn get(&self, id: &ExecutionId) -> Execution {
        self.engine.execution(&self.tenant, id).await.unwrap()
    }

    /// All step runs, those inside containers too, in the order of the definition.
    pub async fn all_runs(&self, id: &ExecutionId) -> Vec<StepRun> {
        let journal = self.engine.store().journal(&self.tenant, id).await.unwrap().unwrap();
        journal.runs().cloned().collect()
    }

    /// One step run, which has been reached.
    pub async fn run_at(&self, id: &ExecutionId, at: &str) -> StepRun {
        self.engine.store().step_run(&self.tenant, id, &path(at)).await.unwrap().unwrap().run
    }

    pub async fn command(&self, id: &ExecutionId, command: Command) -> Result<Execution, EngineError> {
        self.engine.command(&self.tenant, id, command, "tester").await
    }

    pub async fn review(&self, id: &ExecutionId, at: &str, request: DecideGate) -> Result<Execution, EngineError> {
        self.command(id, Command::Review(path(at), request)).await
    }

    /// Waits until the execution is as the test wants it.
    pub async fn until(&self, id: &ExecutionId, wanted: impl Fn(&Execution) -> bool) -> Execution {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let execution = self.get(id).await;
                if wanted(&execution) {
                    return execution;
                }
                // Each wait ends with the next event, or soon after one was missed.
                let (_, mut events) =
                    self.engine.channel(&self.tenant, id).subscribe(self.engine.outside().clock.now());
                let _ = tokio::time::timeout(Duration::from_millis(20), events.recv()).await;
            }
        });
        let Ok(found) = found.await else { panic!("not as wanted: {:#?}", self.get(id).await) };
        found
    }

    /// Waits until the execution has ended or waits.
    pub async fn settled(&self, id: &ExecutionId) -> Execution {
        self.until(id, |execution| execution.status.is_terminal() || execution.status == ExecutionStatus::Paused).await
    }

    /// Waits until a long execution has ended, without reading all of it meanwhile.
    pub async fn finished_within(&self, id: &ExecutionId, patience: Duration) -> Execution {
        let ended = async {
            loop {
                let position = self.engine.store().event_position(&self.tenant, id).await.unwrap();
                if position.is_some_and(|(_, status)| status.is_terminal()) {
                    return;
                }
                let channel = self.engine.channel(&self.tenant, id);
                let (_, mut events) = channel.subscribe(self.engine.outside().clock.now());
                let ends = |frame: &sluice_engine::Frame| frame.event().is_some_and(|event| event.ends_stream());
                // A reader that is too slow looks at the database again.
                let heard = async { while events.recv().await.is_ok_and(|frame| !ends(&frame)) {} };
                let _ = tokio::time::timeout(Duration::from_millis(200), heard).await;
            }
        };
        tokio::time::timeout(patience, ended).await.expect("it ends");
        self.get(id).await
    }

    /// Waits until a running step has streamed some text.
    pub async fn streaming(&self, id: &ExecutionId, at: &str) {
        let channel = self.engine.channel(&self.tenant, id);
        let (texts, mut events) = channel.subscribe(self.engine.outside().clock.now());
        let is_text = |event: Option<ExecutionEvent>| {
            event.is_some_and(|event| event.path == Some(path(at)) && event.text.is_some_and(|text| !text.is_empty()))
        };
        if texts.iter().any(|frame| is_text(frame.event())) {
            return;
        }
        let heard = async { while !is_text(events.recv().await.unwrap().event()) {} };
        tokio::time::timeout(PATIENCE, heard).await.expect("text");
    }

    /// The stored events; their numbers have no gaps.
    pub async fn events(&self, id: &ExecutionId) -> Vec<ExecutionEvent> {
        let mut stored: Vec<StoredEvent> = Vec::new();
        loop {
            let after = stored.last().map_or(0, |event| event.seq);
            let page = self.engine.store().events_after(&self.tenant, id, after).await.unwrap();
            let is_last = !is_full_page(&page);
            stored.extend(page);
            if is_last {
                break;
            }
        }
        let events: Vec<ExecutionEvent> =
            stored.iter().map(|event| serde_json::from_str(&event.payload).unwrap()).collect();
        let numbers: Vec<i64> = events.iter().filter_map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=i64::try_from(events.len()).unwrap()).collect::<Vec<_>>());
        events
    }
}

/// Why a command was refused.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, EngineError>) -> ErrorCode {
    match outcome.unwrap_err() {
        EngineError::WrongState { code, .. } | EngineError::Invalid(code, _) => code,
        other => panic!("{other}"),
    }
}

pub fn run_of<'a>(execution: &'a Execution, at: &str) -> &'a StepRun {
    execution.steps.iter().find(|run| run.path.as_str() == at).unwrap()
}

/// `path status attempt` of every step run, for comparison.
pub fn summary(execution: &Execution) -> Vec<String> {
    execution.steps.iter().map(|run| format!("{} {} {}", run.path, run.status, run.attempt)).collect()
}
