//! The engine's door: starts executions, passes commands to their actors, and reads what they did.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dashmap::{DashMap, DashSet};
use serde_json::Value;
use sluice_store::{Journal, SnapshotPersona, Store, StoreError};
use sluice_types::{
    Definition, ErrorCode, Execution, ExecutionId, ExecutionStatus, LintReport, OutputOverride, PatchExecution,
    PatchStep, PersonaId, ProviderName, ReviewRequest, StepPath, TenantId, default_model,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::actor::Input;
use crate::adopt::{ActivationLock, open_actor};
use crate::clock::Outside;
use crate::error::EngineError;
use crate::faults::Faults;
use crate::hub::{Channel, Hub};
use crate::providers::Providers;
use crate::retry::Backoff;
use crate::{check, view};

/// How an engine works.
#[derive(Clone)]
pub struct EngineConfig {
    /// Clock, ids and chance.
    pub outside: Outside,
    /// Where to stop, for tests.
    pub faults: Faults,
    /// How long to wait between attempts.
    pub backoff: Backoff,
    /// The engine's limits.
    pub limits: Limits,
    /// Whether it goes on with what other engines left.
    pub adopt: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            outside: Outside::default(),
            faults: Faults::default(),
            backoff: Backoff::default(),
            limits: Limits::default(),
            adopt: true,
        }
    }
}

/// The engine's limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a lease is good without being renewed. After a crash on PostgreSQL, another server
    /// waits this long before it goes on with what was under way.
    pub lease: Duration,
    /// How long a command waits for its turn to be written before its caller is told that the
    /// database is away. The command is carried out all the same when the database is back.
    pub command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lease: Duration::from_secs(10), command: Duration::from_secs(10) }
    }
}

/// What a person asks of an execution.
#[derive(Debug, Clone)]
pub enum Command {
    /// Finish what is under way and start no more.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Stop at once and keep the text so far.
    Cancel,
    /// Change budget or YOLO mode.
    Patch(PatchExecution),
    /// Change a step that has not run.
    PatchStep(StepPath, PatchStep),
    /// Put another output in the place of a step's.
    Override(StepPath, OutputOverride),
    /// Run again from a step, changed or not.
    Retry(StepPath, PatchStep),
    /// Decide at a gate.
    Review(StepPath, ReviewRequest),
}

/// The durable execution engine. Clones share it.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Shared>);

/// What actors and attempts share.
pub struct Shared {
    pub(crate) store: Store,
    pub(crate) providers: Arc<Providers>,
    pub(crate) outside: Outside,
    pub(crate) faults: Faults,
    pub(crate) backoff: Backoff,
    pub(crate) limits: Limits,
    pub(crate) engine_id: String,
    pub(crate) hub: Hub,
    pub(crate) actors: DashMap<ExecutionId, mpsc::UnboundedSender<Input>>,
    pub(crate) activating: DashMap<ExecutionId, ActivationLock>,
    /// Executions that are being written for the first time, and have no actor yet.
    pub(crate) starting: DashSet<ExecutionId>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stopped: CancellationToken,
    pub(crate) draining: AtomicBool,
}

impl Shared {
    /// Stops everything as if the process had died: nothing more is written or called.
    pub(crate) fn halt(&self) {
        self.stopped.cancel();
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

impl Engine {
    /// Starts an engine: it takes its lease and goes on with what another one left.
    pub async fn open(store: Store, providers: Arc<Providers>, config: EngineConfig) -> Result<Self, StoreError> {
        let engine = Self(Arc::new(Shared {
            engine_id: config.outside.ids.engine_id(),
            store,
            providers,
            outside: config.outside,
            faults: config.faults,
            backoff: config.backoff,
            limits: config.limits,
            hub: Hub::default(),
            actors: DashMap::new(),
            activating: DashMap::new(),
            starting: DashSet::new(),
            tasks: TaskTracker::new(),
            stopped: CancellationToken::new(),
            draining: AtomicBool::new(false),
        }));
        engine.take_lease().await?;
        if config.adopt {
            engine.keep_adopting();
        }
        Ok(engine)
    }

    /// The providers that its steps call.
    pub fn providers(&self) -> &Arc<Providers> {
        &self.0.providers
    }

    /// The database that it writes to.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time, ids and chance that it uses.
    pub fn outside(&self) -> &Outside {
        &self.0.outside
    }

    /// How many executions have an actor here.
    pub fn live_executions(&self) -> usize {
        self.0.actors.len()
    }

    /// Whether an execution has an actor here.
    pub fn is_live(&self, id: &ExecutionId) -> bool {
        open_actor(&self.0, id).is_some()
    }

    /// Whether it has been told to stop.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.is_cancelled()
    }

    /// Whether it refuses new starts because it stops or has stopped.
    pub fn is_draining(&self) -> bool {
        self.0.is_draining() || self.is_stopped()
    }

    /// The live stream of an execution.
    pub fn channel(&self, id: &ExecutionId) -> Arc<Channel> {
        self.0.hub.channel(id)
    }

    /// An execution with its step runs.
    pub async fn execution(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Execution, EngineError> {
        Ok(view::execution(&self.journal(tenant, id).await?))
    }

    /// What an execution runs: the definition as it was at the start, with the changes made to this execution.
    pub async fn definition(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Definition, EngineError> {
        Ok(self.journal(tenant, id).await?.snapshot.definition)
    }

    /// All that is stored of an execution.
    pub(crate) async fn journal(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Journal, EngineError> {
        self.0.store.journal(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)
    }

    /// Checks a definition, as a start would.
    pub async fn check(
        &self,
        tenant: &TenantId,
        definition: &Definition,
        input: Option<&Value>,
    ) -> Result<LintReport, EngineError> {
        Ok(check::check(&self.0.store, &self.0.providers, tenant, definition, input).await?)
    }

    /// Waits until an execution ends or pauses, or the time is over; gives it as it is then.
    pub async fn wait(&self, tenant: &TenantId, id: &ExecutionId, longest: Duration) -> Result<Execution, EngineError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.0.actors.get(id).is_some_and(|actor| actor.send(Input::Wait(reply)).is_ok());
        // An actor that ends drops the waiters that it did not answer; the database knows then.
        if sent && let Ok(Ok(execution)) = tokio::time::timeout(longest, answer).await {
            return Ok(*execution);
        }
        self.execution(tenant, id).await
    }

    /// Carries out a command, and gives the execution as it is then. `by` is who asks for it.
    pub async fn command(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        command: Command,
        by: &str,
    ) -> Result<Execution, EngineError> {
        let (command, persona) = self.prepare(tenant, command).await?;
        let sent = AtomicBool::new(false);
        let carried_out = async {
            loop {
                let (reply, answer) = oneshot::channel();
                let input =
                    Input::Command { command: command.clone(), persona: persona.clone(), by: by.to_owned(), reply };
                self.deliver(tenant, id, Some(input)).await?;
                sent.store(true, Ordering::Relaxed);
                match answer.await {
                    Ok(result) => return result.map(|execution| *execution),
                    Err(_) if self.is_stopped() => return Err(EngineError::ShuttingDown),
                    // The actor ended before its turn came: the next one is asked.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        match tokio::time::timeout(self.0.limits.command, carried_out).await {
            Ok(result) => result,
            Err(_) if sent.load(Ordering::Relaxed) => Err(EngineError::CommandPending),
            Err(_) => Err(StoreError::Unavailable("no answer in time".into()).into()),
        }
    }

    /// Looks up what a command needs from outside its execution: personas, providers, default models.
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
            let described = self.0.providers.list(tenant).await?.into_iter().find(|it| it.name == name);
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
        let persona = self.0.store.persona(tenant, id).await?;
        let persona = persona.ok_or_else(|| {
            EngineError::field(ErrorCode::UnknownPersona, pointer, format!("there is no persona `{id}`"))
        })?;
        Ok(SnapshotPersona { name: persona.name, instructions: persona.instructions })
    }

    /// Deletes an execution that has ended.
    pub async fn delete(&self, tenant: &TenantId, id: &ExecutionId) -> Result<(), EngineError> {
        let (_, status) = self.0.store.event_position(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
        if !status.is_terminal() {
            return Err(EngineError::Illegal {
                code: ErrorCode::ExecutionActive,
                status,
                step_status: None,
                message: "Cancel the execution before you delete it.".into(),
            });
        }
        if self.0.store.delete_execution(tenant, id).await? {
            return Ok(());
        }
        // A retry came in between.
        Err(EngineError::Illegal {
            code: ErrorCode::ExecutionActive,
            status: ExecutionStatus::Running,
            step_status: None,
            message: "It was started again just now.".into(),
        })
    }
}
