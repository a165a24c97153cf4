//! The task of a generation: it has a workflow designed, writes how far it is, and writes its end.

use std::sync::Arc;
use std::time::Duration;

use sluice_store::GenerationProgress;
use sluice_types::{ErrorCode, Generation, GenerationStatus, RunError, TenantId};
use tokio_util::task::AbortOnDropHandle;

use super::live::LiveGeneration;
use crate::engine::Engine;
use crate::generate::{Design, DesignError, DesignRequest};

/// Interval in which progress is written.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);
/// Intervals after which it is written although nothing changed: a cancellation at another server shows there.
const UNCHANGED_INTERVALS: u32 = 4;
/// Wait before a write that failed is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// What is said of a generation that ended because its server stopped.
pub fn interrupted() -> RunError {
    RunError::new(
        ErrorCode::Interrupted,
        "The server stopped while the workflow was being designed. What was spent is counted. Try again.",
    )
}

impl Engine {
    /// Carries out a generation that is written.
    pub(super) async fn run_generation(
        &self,
        tenant: TenantId,
        generation: Generation,
        design: DesignRequest,
        live: Arc<LiveGeneration>,
    ) {
        let id = generation.id.clone();
        let carried_out = async {
            // A task of its own, so that a panic ends the generation and nothing else.
            let (engine, of, told) = (self.clone(), tenant.clone(), live.clone());
            let designing = tokio::spawn(async move {
                let cancelled = told.cancelled.clone();
                engine.design(&of, design, &|progress| told.tell(progress), cancelled).await
            });
            let designing = AbortOnDropHandle::new(designing);
            let designed = tokio::select! {
                designed = designing => designed.unwrap_or_else(|error| Err(lost(&error))),
                () = self.keep_progress(&tenant, &generation, &live) => return,
            };
            let ended = self.ended(generation, designed, &live);
            self.write_end(&tenant, ended).await;
        };
        self.shared.stopped.run_until_cancelled(carried_out).await;
        self.shared.generations.end(&tenant, &id);
    }

    /// Writes progress for as long as the generation runs.
    async fn keep_progress(&self, tenant: &TenantId, generation: &Generation, live: &LiveGeneration) {
        let mut written = GenerationProgress::default();
        let mut unchanged = 0;
        loop {
            tokio::time::sleep(PROGRESS_EVERY).await;
            let progress = live.progress();
            unchanged += 1;
            if progress == written && unchanged < UNCHANGED_INTERVALS {
                continue;
            }
            match self.store().progress_generation(tenant, &generation.id, progress).await {
                Ok(true) => (written, unchanged) = (progress, 0),
                // Its end is written already: there is no more to spend for.
                Ok(false) => live.cancelled.cancel(),
                Err(error) => tracing::warn!(generation_id = %generation.id, %error, "progress was not written"),
            }
        }
    }

    /// The generation with its workflow, or with its error, and with its cost.
    fn ended(&self, before: Generation, designed: Result<Design, DesignError>, live: &LiveGeneration) -> Generation {
        let GenerationProgress { calls, cost_usd, token_usage } = live.progress();
        let completed_at = Some(self.shared.outside.clock.now());
        let ended = Generation { calls, cost_usd, token_usage, completed_at, ..before };
        match designed {
            Ok(design) => with_design(ended, design),
            Err(_) if live.is_interrupted() => {
                Generation { status: GenerationStatus::Failed, error: Some(interrupted()), ..ended }
            }
            Err(_) if live.cancelled.is_cancelled() => Generation { status: GenerationStatus::Cancelled, ..ended },
            Err(DesignError::Cancelled) => Generation { status: GenerationStatus::Cancelled, ..ended },
            Err(DesignError::Failed(error)) => {
                Generation { status: GenerationStatus::Failed, error: Some(error), ..ended }
            }
        }
    }

    /// Writes the end, as often as it takes: what was spent must not be lost with the database for a while.
    async fn write_end(&self, tenant: &TenantId, ended: Generation) {
        while let Err(error) = self.store().end_generation(tenant, ended.clone()).await {
            tracing::warn!(generation_id = %ended.id, %error, "the end of a generation was not written");
            if !error.is_transient() {
                return;
            }
            tokio::time::sleep(WRITE_AGAIN).await;
        }
    }
}

fn lost(error: &tokio::task::JoinError) -> DesignError {
    tracing::error!(%error, "a generation ended by a mistake of the server");
    let message = "The server made a mistake. Its log says more.";
    DesignError::Failed(RunError::new(ErrorCode::Internal, message))
}

fn with_design(ended: Generation, design: Design) -> Generation {
    Generation {
        status: GenerationStatus::Completed,
        workflow: Some(design.workflow),
        agents_to_create: design.agents_to_create,
        existing_agents_used: design.existing_agents_used,
        mcps_suggested: design.mcps_suggested,
        existing_mcps_used: design.existing_mcps_used,
        explanation: design.explanation,
        reuse: design.reuse,
        changes: design.changes,
        field_changes: design.field_changes,
        findings: design.findings,
        estimate: Some(design.estimate),
        ..ended
    }
}
