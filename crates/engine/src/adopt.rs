//! Leases, and going on with what a stopped engine left.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use sluice_store::StoreError;
use sluice_types::{ExecutionId, TenantId};
use tokio::sync::{Mutex, mpsc};

use crate::actor::{Actor, Input};
use crate::engine::{Engine, Shared};
use crate::error::EngineError;

/// Executions that are looked up for adoption in one go.
const ADOPTED_AT_ONCE: i64 = 500;
/// Executions that are adopted at the same time, so that their writes share commits.
const ADOPTED_TOGETHER: usize = 64;
/// Transactions in which large deletions go on, each time the engine looks for orphans.
const SWEPT_PIECES: u32 = 50;
/// How often a claim is tried anew when the execution changed while it was looked at.
const CLAIMS: usize = 3;

impl Engine {
    /// Takes the lease, and keeps renewing it by a timer, whatever the executions do.
    pub(crate) async fn take_lease(&self) -> Result<(), StoreError> {
        let shared = &self.0;
        if shared.store.is_exclusive() {
            // Whoever holds the file knows that no other engine lives: nobody waits for a lease to end.
            shared.store.release_other_leases(&shared.engine_id).await?;
        }
        shared.store.renew_lease(&shared.engine_id, shared.outside.clock.now(), shared.limits.lease).await?;
        let engine = self.clone();
        tokio::spawn(async move { engine.0.stopped.clone().run_until_cancelled(engine.keep_lease()).await });
        Ok(())
    }

    async fn keep_lease(&self) {
        loop {
            tokio::time::sleep(self.0.limits.lease / 3).await;
            let now = || self.0.outside.clock.now();
            while let Err(error) = self.0.store.renew_lease(&self.0.engine_id, now(), self.0.limits.lease).await {
                tracing::warn!(%error, "the lease could not be renewed; it is tried again");
                tokio::time::sleep(self.0.limits.lease / 20).await;
            }
        }
    }

    /// Goes on with what has no engine, now and by a timer.
    pub(crate) fn keep_adopting(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            let adopting = async {
                loop {
                    if let Err(error) = engine.adopt().await {
                        tracing::warn!(%error, "executions could not be adopted; the next try comes by itself");
                    }
                    if let Err(error) = engine.0.store.sweep_deletions(SWEPT_PIECES).await {
                        tracing::warn!(%error, "deletions could not be finished; the next try comes by itself");
                    }
                    tokio::time::sleep(engine.0.limits.lease / 3).await;
                }
            };
            engine.0.stopped.run_until_cancelled(adopting).await;
        });
    }

    /// Goes on with every execution whose engine is gone, and with those of this engine that have
    /// no actor: their start or adoption was cut off after it was written.
    async fn adopt(&self) -> Result<(), StoreError> {
        let store = &self.0.store;
        let mut found = store.live_executions(&self.0.engine_id).await?;
        found.retain(|(_, id)| open_actor(&self.0, id).is_none() && !self.0.starting.contains(id));
        loop {
            let orphans = store.orphans(self.0.outside.clock.now(), ADOPTED_AT_ONCE).await?;
            let more = i64::try_from(orphans.len()).unwrap_or(i64::MAX) >= ADOPTED_AT_ONCE;
            found.extend(orphans);
            let adopting = futures_util::stream::iter(found.drain(..)).for_each_concurrent(
                ADOPTED_TOGETHER,
                async |(tenant, id)| {
                    match self.deliver(&tenant, &id, None).await {
                        Ok(()) => tracing::info!(execution_id = %id, "adopted"),
                        // Another engine was faster, or the row cannot be read: the others go on.
                        Err(error) => tracing::warn!(execution_id = %id, %error, "not adopted"),
                    }
                },
            );
            adopting.await;
            if !more || self.0.is_draining() {
                return Ok(());
            }
        }
    }

    /// Sends an input to the actor of an execution; one is started with it when there is none, once
    /// this engine owns the execution. Without an input, the actor is only started.
    pub(crate) async fn deliver(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        input: Option<Input>,
    ) -> Result<(), EngineError> {
        let Sent::No(input) = send(&self.0, id, input) else { return Ok(()) };
        if self.is_stopped() {
            return Err(EngineError::ShuttingDown);
        }
        let (engine, tenant, id) = (self.clone(), tenant.clone(), id.clone());
        // By itself, so that it ends even if whoever asks goes away: a claim without an actor would
        // leave the execution to nobody.
        let activated = self.0.tasks.spawn(async move { engine.activate(&tenant, &id, input).await }).await;
        activated.unwrap_or(Err(EngineError::ShuttingDown))
    }

    async fn activate(&self, tenant: &TenantId, id: &ExecutionId, input: Option<Input>) -> Result<(), EngineError> {
        let turn = self.0.activating.entry(id.clone()).or_default().clone();
        let _one_at_a_time = turn.lock().await;
        let activated = self.claim(tenant, id, input).await;
        self.0.activating.remove_if(id, |_, turn| Arc::strong_count(turn) <= 2);
        activated
    }

    async fn claim(&self, tenant: &TenantId, id: &ExecutionId, mut input: Option<Input>) -> Result<(), EngineError> {
        let store = &self.0.store;
        for _ in 0..CLAIMS {
            input = match send(&self.0, id, input) {
                Sent::Yes => return Ok(()),
                Sent::No(unsent) => unsent,
            };
            let (owner, epoch, live) = store.ownership(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
            let theirs = owner != self.0.engine_id && live;
            if theirs && store.is_engine_alive(&owner, self.0.outside.clock.now()).await? {
                return Err(EngineError::Elsewhere);
            }
            if store.claim(tenant, id, epoch, live, &self.0.engine_id).await? {
                let journal = self.journal(tenant, id).await?;
                // Another engine may have claimed it since. Under its epoch, this one would take the other's turns
                // for its own.
                if journal.epoch == epoch + 1 {
                    Actor::new(&self.0, journal).adopt(input);
                    return Ok(());
                }
            }
        }
        Err(EngineError::Elsewhere)
    }

    /// Stops: nothing new is started; what is under way has `grace` to end; what does not is kept
    /// as far as it came, and goes on when an engine starts again.
    pub async fn shut_down(&self, grace: Duration) {
        self.0.draining.store(true, Ordering::Relaxed);
        for actor in &self.0.actors {
            // An actor that has ended needs no telling.
            let _ = actor.send(Input::Drain);
        }
        self.0.tasks.close();
        if tokio::time::timeout(grace, self.0.tasks.wait()).await.is_err() {
            tracing::warn!(
                live = self.live_executions(),
                "stopping with steps under way; they go on after the next start"
            );
        }
        self.0.halt();
        // Whoever starts next need not wait for the lease to end.
        if let Err(error) = self.0.store.release_lease(&self.0.engine_id).await {
            tracing::warn!(%error, "the lease could not be released; it ends by itself");
        }
    }

    /// Stops at once, as a crash would.
    pub fn halt(&self) {
        self.0.halt();
    }
}

/// One activation of an execution at a time.
pub type ActivationLock = Arc<Mutex<()>>;

/// What became of an input.
#[expect(clippy::large_enum_variant, reason = "it lives for a moment")]
enum Sent {
    /// An actor has it.
    Yes,
    /// There is no actor that takes it.
    No(Option<Input>),
}

/// Sends an input to the actor of an execution, if there is one.
fn send(shared: &Arc<Shared>, id: &ExecutionId, input: Option<Input>) -> Sent {
    match (open_actor(shared, id), input) {
        (None, input) => Sent::No(input),
        (Some(_), None) => Sent::Yes,
        (Some(actor), Some(input)) => match actor.send(input) {
            Ok(()) => Sent::Yes,
            Err(mpsc::error::SendError(input)) => Sent::No(Some(input)),
        },
    }
}

/// The actor of an execution that takes inputs.
pub fn open_actor(shared: &Arc<Shared>, id: &ExecutionId) -> Option<mpsc::UnboundedSender<Input>> {
    shared.actors.get(id).filter(|actor| !actor.is_closed()).map(|actor| actor.clone())
}
