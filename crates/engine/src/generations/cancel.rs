//! Cancelling a generation, here or at another server.

use std::time::Duration;

use sluice_store::IdempotencyKey;
use sluice_types::{Generation, GenerationId, GenerationStatus, TenantId};

use crate::engine::Engine;
use crate::error::EngineError;

/// Time that a cancelled design has to tell what it has cost, before the cancellation is answered.
const COST_WITHIN: Duration = Duration::from_secs(5);

impl Engine {
    /// Cancels a generation. One that was cancelled before stays as it is; one that has ended otherwise is refused.
    pub async fn cancel_generation(
        &self,
        tenant: &TenantId,
        id: &GenerationId,
        key: Option<IdempotencyKey>,
    ) -> Result<Generation, EngineError> {
        // Written first: its task, here or at another server, then writes its cost and nothing else.
        let now = self.shared.outside.clock.now();
        self.store().cancel_generation(tenant, id, now, key).await?;
        if let Some(live) = self.shared.generations.get(tenant, id) {
            live.cancelled.cancel();
            let _ = tokio::time::timeout(COST_WITHIN, live.until_ended()).await;
        }
        let generation = self.generation(tenant, id).await?;
        match generation.status {
            GenerationStatus::Completed | GenerationStatus::Failed => {
                Err(EngineError::GenerationEnded(generation.status))
            }
            GenerationStatus::Cancelled | GenerationStatus::Running | GenerationStatus::Unknown => Ok(generation),
        }
    }
}
