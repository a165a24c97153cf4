//! Waiting for an execution to end, to pause, or to get a newer event.

use std::time::Duration;

use sluice_types::{Execution, ExecutionId, ExecutionStatus, TenantId};

use crate::engine::Engine;
use crate::error::EngineError;

impl Engine {
    /// Waits until an execution has ended, paused, or got an event after number `after_seq`, or until the time is over;
    /// returns its current state. The server that runs the execution may be another one.
    ///
    /// With `after_seq`, a pause ends the wait by its event: a caller that knows the pause can wait for the end of it.
    pub async fn wait(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        after_seq: Option<i64>,
        longest: Duration,
    ) -> Result<Execution, EngineError> {
        if let Ok(reached) = tokio::time::timeout(longest, self.reach(tenant, id, after_seq)).await {
            reached?;
        }
        self.execution(tenant, id).await
    }

    async fn reach(&self, tenant: &TenantId, id: &ExecutionId, after_seq: Option<i64>) -> Result<(), EngineError> {
        // Observe the channel and have the execution followed before its position is read, so that no event is missed.
        let channel = self.channel(tenant, id);
        let mut events = channel.observe();
        let _poller = self.follow(&channel).await?;
        loop {
            let (seq, status) = self.store().event_position(tenant, id).await?.ok_or(EngineError::ExecutionNotFound)?;
            let moved_on = match after_seq {
                Some(after_seq) => seq > after_seq,
                None => status == ExecutionStatus::Paused,
            };
            if moved_on || status.is_terminal() {
                return Ok(());
            }
            tokio::select! {
                changed = events.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                }
                () = self.until_stopped() => return Ok(()),
            }
        }
    }
}
