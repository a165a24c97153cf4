//! Waiting for an execution to end, to pause, or to get a newer event.

use std::time::Duration;

use sluice_types::{Execution, ExecutionId, ExecutionStatus, TenantId};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::hub::Advance;

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
            let is_of_interest = |to: &Advance| to.may_have_settled || after_seq.is_some_and(|after| to.seq > after);
            let has_changed = tokio::select! {
                has_changed = next(&mut events, is_of_interest) => has_changed,
                () = self.until_stopped() => false,
            };
            if !has_changed {
                return Ok(());
            }
        }
    }
}

/// Waits for the next change of interest; false when the channel is gone.
async fn next(events: &mut watch::Receiver<Advance>, is_of_interest: impl Fn(&Advance) -> bool) -> bool {
    while events.changed().await.is_ok() {
        if is_of_interest(&events.borrow_and_update()) {
            return true;
        }
    }
    false
}
