//! Recovery after a crash: records running attempts as interrupted, then retries them or opens a gate.

use std::time::Duration;

use sluice_types::{AttemptStatus, ErrorCode, RunError, StepEffect, StepPath};

use super::attempt_ends::Ended;
use super::runs::{Activity, activity};
use super::{Env, Machine, Step};

/// Interruptions of an execution without a completed step before it waits for a person. Adopting it again would cost
/// money each time.
pub const MAX_INTERRUPTIONS: u32 = 3;

/// The error message of an interrupted attempt.
const INTERRUPTED: &str = "The server stopped while the attempt was under way.";

impl Machine {
    /// The turn of a new owner. Step runs between two attempts and at gates keep waiting.
    pub fn recover(&mut self, env: &Env<'_>) -> Step {
        self.begin_turn(env);
        let under_way: Vec<StepPath> = self
            .runs
            .running()
            .filter(|record| activity(record) == Activity::Attempt)
            .map(|record| record.run.path.clone())
            .collect();
        if under_way.is_empty() && self.is_idle() {
            // It only waited: it was not the cause of the stop, and nothing was lost.
            self.journal.state.interruptions = self.journal.state.interruptions.saturating_sub(1);
        }
        for path in under_way {
            self.recover_attempt(&path, env);
        }
        if self.is_interrupted_too_often() {
            // Nothing waits for its next attempt any more: a person decides when it goes on.
            let between = self.runs.running().filter(|record| record.run.waits_until.is_none());
            let waiting: Vec<StepPath> = between.map(|record| record.run.path.clone()).collect();
            for path in waiting {
                self.run_again(&path);
            }
        }
        self.complete_turn(env)
    }

    /// Whether an execution without attempts under way waits for a time that has not come.
    fn is_idle(&self) -> bool {
        let times = [self.runs.next_retry(), self.runs.next_expiry()];
        let mut times = times.into_iter().flatten().peekable();
        times.peek().is_some() && times.all(|at| at > self.turn.now)
    }

    /// Whether the execution was interrupted so often that a person must decide.
    pub(super) fn is_interrupted_too_often(&self) -> bool {
        self.journal.state.interruptions >= MAX_INTERRUPTIONS
    }

    fn recover_attempt(&mut self, path: &StepPath, env: &Env<'_>) {
        let content = self.runs.get(path).and_then(|run| run.content.clone());
        let error = RunError::new(ErrorCode::Interrupted, INTERRUPTED);
        let stopped = Ended::stopped(AttemptStatus::Interrupted, content, None);
        self.end_attempt(path, Ended { error: Some(error), ..stopped });
        let effect = self.effect_of(path);
        let Some(progress) = self.runs.record(path).map(|record| record.progress.clone()) else { return };
        match effect {
            StepEffect::Writes | StepEffect::Unknown(_) => self.open_outcome_gate(path, INTERRUPTED),
            StepEffect::Pure | StepEffect::Reads if self.is_interrupted_too_often() => {
                self.open_interrupted_gate(path);
                // Only one of them shows the gate; the others run again after its decision.
                if !self.runs.status(path).is_gate() {
                    self.run_again(path);
                }
            }
            StepEffect::Pure | StepEffect::Reads => {
                // Retry at once after the first interruption; the execution itself may cause further ones.
                let wait = match self.journal.state.interruptions {
                    0 | 1 => Duration::ZERO,
                    more => env.backoff.delay(more - 2, None, env.chance).unwrap_or_default(),
                };
                let message = format!("{INTERRUPTED} The step runs again.");
                self.retry_in(path, message, wait, progress.failures, progress.candidate);
            }
        }
    }
}
