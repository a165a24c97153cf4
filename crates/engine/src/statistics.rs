//! Keeping the figures of workflows, and comparing their versions.

use std::time::Duration;

use sluice_store::{StoreError, VersionList};
use sluice_types::{WorkflowVersion, WorkflowVersionDifference, WorkflowVersionPage, version_difference};

use crate::blocking::off_thread;
use crate::engine::Engine;

/// Transactions of one sweep of ended executions.
const PIECES_OF_SWEEP: u32 = 10;
/// The pause between two sweeps while more executions wait to be counted, so that turns are written in between.
const PAUSE: Duration = Duration::from_millis(100);

impl Engine {
    /// Counts ended executions in the figures of their workflows, now and by a timer.
    pub(crate) fn keep_counting(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            let counting = async {
                loop {
                    let more = engine.shared.store.count_ended(PIECES_OF_SWEEP).await.unwrap_or_else(|error| {
                        tracing::warn!(%error, "ended executions could not be counted; retrying later");
                        false
                    });
                    tokio::time::sleep(if more { PAUSE } else { engine.shared.limits.lease / 3 }).await;
                }
            };
            engine.shared.stopped.run_until_cancelled(counting).await;
        });
    }

    /// The difference of two versions of a workflow, made on a thread of its own: both may be large.
    pub async fn compare_versions(&self, before: WorkflowVersion, after: WorkflowVersion) -> WorkflowVersionDifference {
        off_thread(move || version_difference(&before, &after)).await
    }

    /// A page of versions, each compared with the one before, on a thread of its own: all of them may be large.
    pub async fn version_page(&self, list: VersionList) -> Result<WorkflowVersionPage, StoreError> {
        off_thread(move || list.into_page()).await
    }
}
