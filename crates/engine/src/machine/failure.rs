//! Failure handling of attempts: retry, switch to the next model, open a gate, or fail the step.

use std::time::Duration;

use sluice_store::AttemptProgress;
use sluice_types::{
    ErrorCode, EventType, ExecutionEvent, ExecutionStatus, RunError, StepEffect, StepPath, StepRunStatus, candidates,
};

use super::outcome::Outcome;
use super::{Env, Machine};
use crate::retry::{Failure, Sent};

impl Machine {
    /// Decides after a failed attempt.
    ///
    /// 1. A step that writes may have acted: open a gate for a person. Never repeat it automatically.
    /// 2. Retry the same model, when the failure is retryable and the step has retries left. Do not wait for a provider
    ///    that requests more than [`crate::retry::LONGEST_RETRY_AFTER`].
    /// 3. Call the next fallback.
    /// 4. Fail the step.
    pub(super) fn after_failure(&mut self, path: &StepPath, failure: &Failure, env: &Env<'_>) {
        let Some(place) = self.place(path) else { return };
        let (retries, effect) = (place.step.retries(), self.effect_of(path));
        // A call of a tool, and the listing of an agent's tools, have no other model to try.
        let calls_model = self.runs.get(path).is_some_and(|run| run.provider.is_some());
        let models = if calls_model { candidates(&self.journal.snapshot.definition, &place.step) } else { Vec::new() };
        if effect == StepEffect::Writes && failure.sent == Sent::Maybe {
            return self.open_outcome_gate(path, &failure.message);
        }
        let Some(progress) = self.runs.record(path).map(|record| record.progress.clone()) else { return };
        if failure.code == ErrorCode::ContextTooLong
            && let Some(at) = path.in_agent()
            && self.drop_results(&at)
        {
            let message = format!("{} The oldest results of tools are left out.", failure.message);
            return self.retry_in(path, message, Duration::ZERO, progress.failures, progress.candidate);
        }
        let failures = progress.failures + 1;
        let wait = env.backoff.delay(failures - 1, failure.retry_after, env.chance);
        let next = models.get(usize::try_from(progress.candidate + 1).unwrap_or(usize::MAX));
        match wait.filter(|_| failure.retryable && failures <= retries) {
            Some(wait) => self.retry_in(path, failure.message.clone(), wait, failures, progress.candidate),
            None => match next {
                Some(next) => {
                    let message = format!("{} Continuing with `{}`.", failure.message, next.model);
                    self.retry_in(path, message, Duration::ZERO, 0, progress.candidate + 1);
                }
                None => self.fail_step(path, RunError::new(failure.code, failure.message.clone())),
            },
        }
    }

    /// Lets a step run wait for its next attempt.
    pub(super) fn retry_in(&mut self, path: &StepPath, message: String, wait: Duration, failures: u32, candidate: u32) {
        let now = self.turn.now;
        self.change(path, |record| {
            record.progress.failures = failures;
            record.progress.candidate = candidate;
            record.progress.retry_at = Some(now + wait);
        });
        let event = ExecutionEvent {
            error: self.runs.get(path).and_then(|run| run.error.clone()),
            retry_in_ms: i64::try_from(wait.as_millis()).ok(),
            message: Some(message),
            ..self.event_of(EventType::Retry, path)
        };
        self.emit(event);
    }

    /// The turn that fails an execution whose last turn cannot be stored.
    pub fn give_up(&mut self, env: &Env<'_>) -> Outcome {
        self.begin_turn(env);
        let message = "The result of this step could not be stored; the server's log has the cause.";
        let running = self.runs.running().map(|record| &record.run);
        let open = running.chain(self.runs.at_gates()).next().map(|run| run.path.clone());
        if let Some(path) = open {
            let error = RunError::new(ErrorCode::Internal, message);
            self.fail_step(&path, error.clone());
            self.fail_around(&path, &error);
        }
        self.set_status(ExecutionStatus::Failed);
        self.journal.turn += 1;
        self.outcome(env.token)
    }

    /// Fails a step for good.
    pub(super) fn fail_step(&mut self, path: &StepPath, error: RunError) {
        let now = self.turn.now;
        self.change(path, |record| {
            record.progress = AttemptProgress::default();
            record.run.status = StepRunStatus::Failed;
            record.run.gate = None;
            record.run.completed_at = Some(now);
            record.run.error = Some(error.clone());
        });
        let event = self.event_of(EventType::Error, path);
        self.emit(ExecutionEvent { message: Some(error.message.clone()), error: Some(error), ..event });
    }
}
