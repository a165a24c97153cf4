//! Generations whose server stopped: they are failed and not carried out again, so that nothing is paid for twice unseen.

use sluice_store::StoreError;

use super::run::interrupted;
use crate::engine::Engine;

/// Transactions of one deletion of expired generations; the next one continues.
const PIECES: u32 = 50;

impl Engine {
    /// Fails the generations that nobody runs, and deletes those that have expired.
    pub(crate) async fn sweep_generations(&self) -> Result<(), StoreError> {
        let (store, now) = (self.store(), self.shared.outside.clock.now());
        let known = self.shared.generations.ids();
        let failed = store.fail_lost_generations(&self.shared.engine_id, known, interrupted(), now).await?;
        if failed > 0 {
            tracing::info!(failed, "generations of a stopped server were ended");
        }
        store.purge_generations(now, PIECES).await?;
        Ok(())
    }
}
