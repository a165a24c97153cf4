//! The engine's interface: starts executions, passes commands to their actors, and reads executions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use sluice_store::{IdempotencyKey, Journal, SnapshotPersona, Store, StoreError};
use sluice_types::{
    Candidate, Definition, ErrorCode, Execution, ExecutionId, ExecutionStatus, LintReport, PatchStep, PersonaId,
    ProviderName, Step, StepPath, TenantId, default_model,
};
use tokio::sync::oneshot;

use crate::check;
use crate::clock::Environment;
use crate::driver::{Actors, Message};
use crate::error::EngineError;
use crate::faults::Faults;
use crate::hub::Channel;
use crate::key::ExecutionKey;
use crate::machine::{Command, Machine, index_of, is_one_of_many};
use crate::mcp_servers::McpServers;
use crate::providers::Providers;
use crate::retry::Backoff;
use crate::shared::{Limits, Shared};

/// Configuration of an engine.
#[derive(Clone)]
pub struct EngineConfig {
    /// Clock, ids and chance.
    pub outside: Environment,
    /// Fault points, for tests.
    pub faults: Faults,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// The engine's limits.
    pub limits: Limits,
    /// Whether it adopts executions of other engines.
    pub adopt: bool,
    /// Whether MCP servers may be programs on this machine.
    pub allow_stdio_mcp: bool,
    /// The model that designs workflows when a request names none.
    pub generate_model: Option<Candidate>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            outside: Environment::default(),
            faults: Faults::default(),
            backoff: Backoff::default(),
            limits: Limits::default(),
            adopt: true,
            allow_stdio_mcp: false,
            generate_model: None,
        }
    }
}

/// The durable execution engine. Clones share it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    pub(crate) actors: Arc<Actors>,
    pub(crate) generate_model: Option<Arc<Candidate>>,
}

impl Engine {
    /// Starts an engine: it takes its lease and adopts executions of stopped engines.
    pub async fn open(store: Store, providers: Arc<Providers>, config: EngineConfig) -> Result<Self, StoreError> {
        let EngineConfig { outside, faults, backoff, limits, adopt, allow_stdio_mcp, generate_model } = config;
        let mcp_servers = Arc::new(McpServers::new(store.clone(), providers.clone(), allow_stdio_mcp));
        let shared = Arc::new(Shared::new(store, providers, mcp_servers, outside, faults, backoff, limits));
        let engine = Self { shared, actors: Arc::default(), generate_model: generate_model.map(Arc::new) };
        engine.take_lease().await?;
        engine.keep_waking();
        if adopt {
            engine.keep_adopting();
            engine.keep_counting();
        }
        Ok(engine)
    }

    /// The providers that its steps call.
    pub fn providers(&self) -> &Arc<Providers> {
        &self.shared.providers
    }

    /// The MCP servers that its steps call.
    pub fn mcp_servers(&self) -> &Arc<McpServers> {
        &self.shared.mcp_servers
    }

    /// The database that it writes to.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The time, ids and chance that it uses.
    pub fn outside(&self) -> &Environment {
        &self.shared.outside
    }

    /// Number of executions with an actor in this process.
    pub fn live_executions(&self) -> usize {
        self.actors.len()
    }

    /// Number of executions of this process without an actor that wait for a time.
    pub fn sleeping_executions(&self) -> usize {
        self.actors.asleep.len()
    }

    /// Number of model calls in flight.
    pub fn calls_in_flight(&self) -> usize {
        self.shared.calls.in_flight()
    }

    /// Number of model calls that wait for others to end: see [`crate::CallLimits`].
    pub fn calls_waiting(&self) -> usize {
        self.shared.calls.waiting()
    }

    /// Whether an execution has an actor here.
    pub fn is_live(&self, tenant: &TenantId, id: &ExecutionId) -> bool {
        self.actors.open(&ExecutionKey::new(tenant, id)).is_some()
    }

    /// Whether it has stopped.
    pub fn is_stopped(&self) -> bool {
        self.shared.stopped.is_cancelled()
    }

    /// Waits until it stops.
    pub async fn until_stopped(&self) {
        self.shared.stopped.cancelled().await;
    }

    /// Whether it refuses new starts because it stops or has stopped.
    pub fn is_draining(&self) -> bool {
        self.shared.is_draining() || self.is_stopped()
    }

    /// The live stream of an execution.
    pub fn channel(&self, tenant: &TenantId, id: &ExecutionId) -> Arc<Channel> {
        self.shared.hub.channel(&ExecutionKey::new(tenant, id))
    }

    /// An execution with its step runs.
    pub async fn execution(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Execution, EngineError> {
        Ok(Machine::new(self.journal(tenant, id).await?).execution())
    }

    /// The definition of an execution: the snapshot at its start, with the changes made to this execution.
    pub async fn definition(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Definition, EngineError> {
        let snapshot = self.shared.store.snapshot(tenant, id).await?;
        Ok(snapshot.ok_or(EngineError::ExecutionNotFound)?.definition)
    }

    /// The step of a step run, when it was changed for it alone.
    pub async fn own_step(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        path: &StepPath,
    ) -> Result<Option<Step>, EngineError> {
        if !is_one_of_many(path) {
            return Ok(None);
        }
        let snapshot = self.shared.store.snapshot(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
        if !snapshot.own_changes.contains_key(path) {
            return Ok(None);
        }
        Ok(index_of(&snapshot).own_at(path).map(|own| Step::clone(&own.step)))
    }

    /// All that is stored of an execution.
    pub(crate) async fn journal(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Journal, EngineError> {
        self.shared.store.journal(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)
    }

    /// Checks a definition, as a start would.
    pub async fn check(
        &self,
        tenant: &TenantId,
        definition: &Definition,
        input: Option<&Value>,
    ) -> Result<LintReport, EngineError> {
        let today = self.shared.outside.clock.now().date_naive();
        Ok(check::check(&self.shared.store, &self.shared.providers, tenant, definition, input, today, &[]).await?)
    }

    /// Carries out a command and returns the execution. `by` is the person who sent the command.
    pub async fn command(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        command: Command,
        by: &str,
    ) -> Result<Execution, EngineError> {
        self.command_once(tenant, id, command, by, None).await
    }

    /// The same, with the `Idempotency-Key` of the request; `KeyUsed` when a request has used it, which may be this one.
    pub async fn command_once(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        command: Command,
        by: &str,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Execution, EngineError> {
        let idempotency = idempotency.map(Arc::new);
        let key = ExecutionKey::new(tenant, id);
        let (command, persona) = self.prepare(tenant, command).await?;
        let sent = AtomicBool::new(false);
        let carried_out = async {
            loop {
                let (reply, answer) = oneshot::channel();
                let (command, persona, idempotency) = (command.clone(), persona.clone(), idempotency.clone());
                let message = Message::Command { command, persona, by: by.to_owned(), idempotency, reply };
                self.deliver(&key, Some(message)).await?;
                sent.store(true, Ordering::Relaxed);
                match answer.await {
                    Ok(result) => return result.map(|execution| *execution),
                    Err(_) if self.is_stopped() => return Err(EngineError::ShuttingDown),
                    // The actor ended before it handled the command: retry with the next actor.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        match tokio::time::timeout(self.shared.limits.command, carried_out).await {
            Ok(result) => result,
            Err(_) if sent.load(Ordering::Relaxed) => Err(EngineError::CommandPending),
            Err(_) => Err(StoreError::Unavailable("no answer in time".into()).into()),
        }
    }

    /// Loads the data that a command requires from outside its execution: personas, providers, default models.
    async fn prepare(
        &self,
        tenant: &TenantId,
        command: Command,
    ) -> Result<(Command, Option<SnapshotPersona>), EngineError> {
        match command {
            Command::PatchStep(path, mut patch) => {
                let persona = self.prepare_patch(tenant, &mut patch).await?;
                Ok((Command::PatchStep(path, patch), persona))
            }
            Command::Retry(path, mut patch) => {
                let persona = self.prepare_patch(tenant, &mut patch).await?;
                Ok((Command::Retry(path, patch), persona))
            }
            Command::Pause
            | Command::Resume
            | Command::Cancel
            | Command::Patch(_)
            | Command::Override(..)
            | Command::Review(..) => Ok((command, None)),
        }
    }

    pub(crate) async fn prepare_patch(
        &self,
        tenant: &TenantId,
        patch: &mut PatchStep,
    ) -> Result<Option<SnapshotPersona>, EngineError> {
        if let Some(Some(provider)) = &patch.provider {
            let name: ProviderName = provider
                .parse()
                .map_err(|message: String| EngineError::field(ErrorCode::UnknownProvider, "/provider", message))?;
            let described = self.shared.providers.list(tenant).await?.into_iter().find(|it| it.name == name);
            if let Some(reason) = described.as_ref().and_then(|provider| provider.reason.clone()) {
                return Err(EngineError::field(ErrorCode::ProviderNotAvailable, "/provider", reason));
            }
            if patch.model.is_none() {
                let model = described.and_then(|provider| provider.default_model);
                patch.model = Some(model.or_else(|| default_model(name.as_str()).map(str::to_owned)));
            }
        }
        match &patch.persona_id {
            Some(Some(id)) => self.persona(tenant, id, "/persona_id").await.map(Some),
            Some(None) | None => Ok(None),
        }
    }

    pub(crate) async fn persona(
        &self,
        tenant: &TenantId,
        id: &PersonaId,
        pointer: &str,
    ) -> Result<SnapshotPersona, EngineError> {
        let persona = self.shared.store.persona(tenant, id).await?;
        let persona = persona.ok_or_else(|| {
            EngineError::field(ErrorCode::UnknownPersona, pointer, format!("there is no persona `{id}`"))
        })?;
        Ok(SnapshotPersona { name: persona.name, instructions: persona.instructions, ..SnapshotPersona::default() })
    }

    /// Deletes an execution that has ended.
    pub async fn delete(&self, tenant: &TenantId, id: &ExecutionId) -> Result<(), EngineError> {
        let (_, status) = self.shared.store.event_position(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
        if !status.is_terminal() {
            return Err(EngineError::WrongState {
                code: ErrorCode::ExecutionActive,
                status,
                step_status: None,
                message: "Cancel it before you delete it.".into(),
            });
        }
        if self.shared.store.delete_execution(tenant, id).await? {
            return Ok(());
        }
        // A retry started in between.
        Err(EngineError::WrongState {
            code: ErrorCode::ExecutionActive,
            status: ExecutionStatus::Running,
            step_status: None,
            message: "It was started again just now.".into(),
        })
    }
}
