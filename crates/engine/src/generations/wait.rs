//! Reading a generation, at once or when it has ended.

use std::time::Duration;

use sluice_store::GenerationProgress;
use sluice_types::{Generation, GenerationId, TenantId};

use crate::engine::Engine;
use crate::error::EngineError;

/// Interval of reads of a generation that another server runs.
pub(super) const POLL: Duration = Duration::from_millis(500);

impl Engine {
    /// A generation. Of one that runs here, the progress is that of this moment.
    pub async fn generation(&self, tenant: &TenantId, id: &GenerationId) -> Result<Generation, EngineError> {
        let live = self.shared.generations.get(tenant, id);
        let stored = self.store().generation(tenant, id).await?.ok_or(EngineError::GenerationNotFound)?;
        let generation = stored.generation;
        Ok(match live.filter(|_| !generation.status.is_terminal()) {
            Some(live) => {
                let GenerationProgress { calls, cost_usd, token_usage } = live.progress();
                Generation { calls, cost_usd, token_usage, ..generation }
            }
            None => generation,
        })
    }

    /// Waits until a generation has ended, or until the time is over; returns it as it is then.
    pub async fn wait_for_generation(
        &self,
        tenant: &TenantId,
        id: &GenerationId,
        longest: Duration,
    ) -> Result<Generation, EngineError> {
        let ended = tokio::time::timeout(longest, self.until_generation_ended(tenant, id)).await;
        if let Ok(ended) = ended {
            ended?;
        }
        self.generation(tenant, id).await
    }

    async fn until_generation_ended(&self, tenant: &TenantId, id: &GenerationId) -> Result<(), EngineError> {
        if let Some(live) = self.shared.generations.get(tenant, id) {
            tokio::select! {
                () = live.until_ended() => {}
                () = self.until_stopped() => {}
            }
            return Ok(());
        }
        while !self.generation(tenant, id).await?.status.is_terminal() && !self.is_stopped() {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Number of generations that run in this process.
    pub fn live_generations(&self) -> usize {
        self.shared.generations.len()
    }
}
