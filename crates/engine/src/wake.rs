//! Wakes the executions that sleep, when they are due.

use chrono::TimeDelta;
use futures_util::StreamExt as _;

use crate::driver::Message;
use crate::engine::Engine;
use crate::error::EngineError;

/// Executions that are woken at the same time, so that their writes share commits.
const WOKEN_TOGETHER: usize = 64;
/// Seconds until an execution that could not be woken is tried again.
const AGAIN_SECONDS: i64 = 5;

impl Engine {
    /// Wakes executions by a timer.
    pub(crate) fn keep_waking(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            let waking = async {
                loop {
                    engine.wake_due().await;
                    engine.until_next_wake().await;
                }
            };
            engine.shared.stopped.run_until_cancelled(waking).await;
        });
    }

    /// Wakes those that are due. Those of a server that is stopping are left to the next one.
    async fn wake_due(&self) {
        if self.shared.is_draining() {
            return;
        }
        let now = self.shared.outside.clock.now();
        let due = self.actors.asleep.due(now, now + TimeDelta::seconds(AGAIN_SECONDS));
        let waking = futures_util::stream::iter(due).for_each_concurrent(WOKEN_TOGETHER, async |key| {
            match self.deliver(&key, Some(Message::Time)).await {
                // Another engine has taken it over, or it ended there.
                Ok(()) | Err(EngineError::Elsewhere | EngineError::ExecutionNotFound | EngineError::ShuttingDown) => {}
                Err(error) => tracing::warn!(execution_id = %key.id, %error, "not woken; it is tried again"),
            }
        });
        waking.await;
    }

    async fn until_next_wake(&self) {
        let due = async {
            match self.actors.asleep.next() {
                Some(at) => self.shared.outside.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = self.actors.asleep.changed() => {}
        }
    }
}
