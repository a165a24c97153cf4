//! Adopts executions of stopped engines, and shuts the engine down.

use std::time::Duration;

use futures_util::StreamExt as _;
use sluice_store::{Journal, StoreError};

use crate::driver::{Actor, Message, SendResult};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::key::ExecutionKey;
use crate::machine::Machine;

/// Executions that one query reads for adoption.
const ADOPTED_AT_ONCE: i64 = 500;
/// Executions that are adopted at the same time, so that their writes share commits.
const ADOPTED_TOGETHER: usize = 64;
/// Transactions of one sweep of deletions, and of one of old idempotency keys; the next sweep continues.
const PIECES_OF_SWEEP: u32 = 50;
/// Retries of a claim when the execution changed since it was read.
const CLAIMS: usize = 3;

impl Engine {
    /// Adopts executions without an engine, now and by a timer.
    pub(crate) fn keep_adopting(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            let adopting = async {
                loop {
                    if let Err(error) = engine.adopt().await {
                        tracing::warn!(%error, "executions could not be adopted; retrying later");
                    }
                    if let Err(error) = engine.shared.store.sweep_deletions(PIECES_OF_SWEEP).await {
                        tracing::warn!(%error, "deletions could not be completed; retrying later");
                    }
                    let now = engine.shared.outside.clock.now();
                    if let Err(error) = engine.shared.store.purge_idempotency_keys(now, PIECES_OF_SWEEP).await {
                        tracing::warn!(%error, "old idempotency keys could not be deleted; retrying later");
                    }
                    if let Err(error) = engine.sweep_generations().await {
                        tracing::warn!(%error, "generations of stopped servers could not be ended; retrying later");
                    }
                    tokio::time::sleep(engine.shared.limits.lease / 3).await;
                }
            };
            engine.shared.stopped.run_until_cancelled(adopting).await;
        });
    }

    /// Adopts every execution whose engine has stopped, and those of this engine without an actor: their start or
    /// adoption was interrupted after the commit.
    async fn adopt(&self) -> Result<(), StoreError> {
        let store = &self.shared.store;
        let mut found = store.live_executions(&self.shared.engine_id).await?;
        found.retain(|(tenant, id)| !self.actors.has(&ExecutionKey::new(tenant, id)));
        loop {
            let orphans = store.orphans(self.shared.outside.clock.now(), ADOPTED_AT_ONCE).await?;
            let more = i64::try_from(orphans.len()).unwrap_or(i64::MAX) >= ADOPTED_AT_ONCE;
            found.extend(orphans);
            let adopting = futures_util::stream::iter(found.drain(..)).for_each_concurrent(
                ADOPTED_TOGETHER,
                async |(tenant, id)| {
                    match self.deliver(&ExecutionKey::new(&tenant, &id), None).await {
                        Ok(()) => tracing::info!(execution_id = %id, "adopted"),
                        // Another engine was faster, or the row is unreadable: continue with the others.
                        Err(error) => tracing::warn!(execution_id = %id, %error, "not adopted"),
                    }
                },
            );
            adopting.await;
            if !more || self.shared.is_draining() {
                return Ok(());
            }
        }
    }

    /// Sends a message to the actor of an execution. Starts the actor first if this engine owns the execution or can
    /// claim it. Without a message, it only starts the actor.
    pub(crate) async fn deliver(&self, key: &ExecutionKey, message: Option<Message>) -> Result<(), EngineError> {
        let SendResult::NoActor(message) = self.actors.send(key, message) else { return Ok(()) };
        if self.is_stopped() {
            return Err(EngineError::ShuttingDown);
        }
        let (engine, key) = (self.clone(), key.clone());
        // By itself, so that it ends even if the caller goes away: a claim without an actor would
        // leave the execution without an owner.
        let activating = async move { engine.actors.one_at_a_time(&key, engine.claim(&key, message)).await };
        self.shared.tasks.spawn(activating).await.unwrap_or(Err(EngineError::ShuttingDown))
    }

    async fn claim(&self, key: &ExecutionKey, mut message: Option<Message>) -> Result<(), EngineError> {
        let (store, engine_id) = (&self.shared.store, &self.shared.engine_id);
        let ExecutionKey { tenant, id } = key;
        for _ in 0..CLAIMS {
            message = match self.actors.send(key, message) {
                SendResult::Sent => return Ok(()),
                SendResult::NoActor(unsent) => unsent,
            };
            // The engine may have stopped while this activation waited for another one: a claim would count as one more
            // interruption.
            if self.is_stopped() {
                return Err(EngineError::ShuttingDown);
            }
            let (owner, epoch, live) = store.ownership(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
            let theirs = owner != *engine_id && live;
            if theirs && store.is_engine_alive(&owner, self.shared.outside.clock.now()).await? {
                return Err(EngineError::Elsewhere);
            }
            // Read first: an execution that cannot be read must not be claimed again and again.
            let mut journal = self.readable(key, epoch).await?;
            if !store.claim(tenant, id, epoch, live, engine_id).await? {
                continue;
            }
            if live {
                // Its last owner may have written between the two.
                journal = self.journal(tenant, id).await?;
            } else {
                journal.epoch += 1;
            }
            // Another engine may have claimed it since. Under its epoch, this one would take the other's turns for its own.
            if journal.epoch == epoch + 1 {
                Actor::new(&self.shared, &self.actors, Machine::new(journal)).adopt(message);
                return Ok(());
            }
        }
        Err(EngineError::Elsewhere)
    }

    /// The journal of an execution. One that cannot be read fails the execution.
    async fn readable(&self, key: &ExecutionKey, epoch: i64) -> Result<Journal, EngineError> {
        let ExecutionKey { tenant, id } = key;
        match self.shared.store.journal(tenant, id).await {
            Ok(journal) => journal.ok_or(EngineError::ExecutionNotFound),
            Err(error @ StoreError::Corrupt(_)) => {
                tracing::error!(execution_id = %id, %error, "the stored execution cannot be read: it is marked as failed");
                self.shared.store.fail_unreadable(tenant, id, epoch, self.shared.outside.clock.now()).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Shuts down: no new attempts start; running attempts have `grace` to end. Unfinished attempts keep their text and
    /// continue when an engine starts again.
    pub async fn shut_down(&self, grace: Duration) {
        self.shared.drain();
        self.actors.drain();
        self.shared.generations.interrupt_all();
        self.shared.tasks.close();
        if tokio::time::timeout(grace, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!(
                live = self.live_executions(),
                "stopping with running steps; they continue after the next start"
            );
        }
        self.shared.halt();
        self.shared.mcp_servers.shut_down().await;
        // The next engine need not wait for the lease to expire.
        if let Err(error) = self.shared.store.release_lease(&self.shared.engine_id).await {
            tracing::warn!(%error, "the lease could not be released; it expires");
        }
    }

    /// Stops at once, as a crash would.
    pub fn halt(&self) {
        self.shared.halt();
    }
}
