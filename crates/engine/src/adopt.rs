//! Leases, and going on with what a stopped engine left.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use sluice_store::StoreError;
use sluice_types::{ExecutionId, TenantId};
use tokio::sync::mpsc;

use crate::actor::{Actor, Input};
use crate::engine::{Engine, Shared};
use crate::error::EngineError;

/// Executions that are adopted in one go.
const ADOPTED_AT_ONCE: i64 = 500;

impl Engine {
    /// Takes the lease, adopts what has no owner, and keeps doing both by a timer.
    pub(crate) async fn take_lease(&self) -> Result<(), StoreError> {
        let shared = &self.0;
        if shared.store.is_exclusive() {
            // Whoever holds the file knows that no other engine lives: nobody waits for a lease to end.
            shared.store.release_other_leases(&shared.engine_id).await?;
        }
        shared.store.renew_lease(&shared.engine_id, lease_end(shared)).await?;
        self.adopt().await?;
        let engine = self.clone();
        let stopped = shared.stopped.clone();
        tokio::spawn(async move {
            stopped.run_until_cancelled(engine.keep_lease()).await;
        });
        Ok(())
    }

    /// Renews the lease by the clock, whatever the executions do.
    async fn keep_lease(&self) {
        loop {
            tokio::time::sleep(self.0.limits.lease / 3).await;
            let renewed = self.0.store.renew_lease(&self.0.engine_id, lease_end(&self.0)).await;
            let adopted = match renewed {
                Ok(()) if !self.0.is_draining() => self.adopt().await,
                other => other,
            };
            if let Err(error) = adopted {
                tracing::warn!(%error, "the lease could not be renewed; the next try comes by itself");
            }
        }
    }

    /// Goes on with every execution whose engine is gone.
    async fn adopt(&self) -> Result<(), StoreError> {
        loop {
            let orphans = self.0.store.orphans(self.0.outside.clock.now(), ADOPTED_AT_ONCE).await?;
            let count = orphans.len();
            for (tenant, id) in orphans {
                match self.actor(&tenant, &id).await {
                    Ok(_) => tracing::info!(execution_id = %id, "adopted"),
                    Err(EngineError::Store(error)) if error.is_transient() => return Err(error),
                    // Another engine was faster, or the row cannot be read: the others go on.
                    Err(error) => tracing::warn!(execution_id = %id, %error, "not adopted"),
                }
            }
            if i64::try_from(count).unwrap_or(i64::MAX) < ADOPTED_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// The actor of an execution; it is started when there is none, once this engine owns the execution.
    pub(crate) async fn actor(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
    ) -> Result<mpsc::UnboundedSender<Input>, EngineError> {
        if let Some(actor) = open_actor(&self.0, id) {
            return Ok(actor);
        }
        let _one_at_a_time = self.0.activating.lock().await;
        if let Some(actor) = open_actor(&self.0, id) {
            return Ok(actor);
        }
        if self.is_stopped() {
            return Err(EngineError::ShuttingDown);
        }
        let store = &self.0.store;
        let (owner, epoch, live) = store.ownership(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
        let elsewhere =
            owner != self.0.engine_id && live && store.is_engine_alive(&owner, self.0.outside.clock.now()).await?;
        if elsewhere || !store.claim(tenant, id, epoch, &self.0.engine_id).await? {
            return Err(EngineError::Elsewhere);
        }
        let journal = store.journal(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
        let actor = Actor::new(&self.0, journal);
        Ok(actor.adopt(live))
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

fn open_actor(shared: &Arc<Shared>, id: &ExecutionId) -> Option<mpsc::UnboundedSender<Input>> {
    shared.actors.get(id).filter(|actor| !actor.is_closed()).map(|actor| actor.clone())
}

fn lease_end(shared: &Arc<Shared>) -> chrono::DateTime<chrono::Utc> {
    shared.outside.clock.now() + TimeDelta::from_std(shared.limits.lease).unwrap_or(TimeDelta::seconds(10))
}
