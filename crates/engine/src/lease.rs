//! The lease of an engine: while it is good, no other engine takes its executions over.

use std::time::Instant;

use sluice_store::StoreError;

use crate::engine::Engine;

impl Engine {
    /// Takes the lease and renews it by a timer, independent of the executions.
    pub(crate) async fn take_lease(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        if shared.store.is_exclusive() {
            // The lock on the file proves that no other engine is running: no lease must expire first.
            shared.store.release_other_leases(&shared.engine_id).await?;
        }
        self.renew_lease().await?;
        let engine = self.clone();
        tokio::spawn(async move { engine.shared.stopped.clone().run_until_cancelled(engine.keep_lease()).await });
        Ok(())
    }

    async fn renew_lease(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        shared.store.renew_lease(&shared.engine_id, shared.outside.clock.now(), shared.limits.lease).await
    }

    async fn keep_lease(&self) {
        let shared = &self.shared;
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(shared.limits.lease / 3).await;
            let mut asked = Instant::now();
            while let Err(error) = self.renew_lease().await {
                tracing::warn!(%error, "the lease could not be renewed; retrying");
                // Other engines take over from now on: attempts that continue here would be paid for twice.
                if !shared.store.is_exclusive() && renewed.elapsed() > shared.limits.lease {
                    tracing::error!("the lease has expired: stopping the executions of this engine");
                    shared.lose_lease();
                    self.actors.asleep.clear();
                }
                tokio::time::sleep(shared.limits.lease / 20).await;
                asked = Instant::now();
            }
            renewed = asked;
        }
    }
}
