//! Ends of lists and containers.

use sluice_store::AttemptProgress;
use sluice_types::amounts::plural;
use sluice_types::limits::{MAX_GATHERED_BYTES, MAX_GATHERED_DEPTH};
use sluice_types::{
    AttemptStatus, ErrorCode, EventType, ExecutionEvent, LoopEnd, RunError, StepKind, StepPath, StepRun, StepRunStatus,
    StepType, TokenUsage,
};

use super::gather;
use super::list::{ListPath, around};
use super::size::size_of;
use crate::machine::attempt_ends::{Charge, Ended};
use crate::machine::outcome::Effect;
use crate::machine::{Env, Machine};

impl Machine {
    /// A list of a container has failed: the container fails too, or goes on without it.
    pub(in crate::machine) fn list_failed(&mut self, list: &ListPath, step: &StepPath, env: &Env<'_>) {
        let Some(container) = list.container() else { return };
        let goes_on = self.place(&container).is_some_and(
            |place| matches!(&place.step.kind, StepKind::Parallel(parallel) if parallel.continues_on_error()),
        );
        if goes_on {
            self.runs.frontier_mut().close(&container, list, true);
            return;
        }
        let error = self.runs.get(step).and_then(|run| run.error.clone());
        let error = error.unwrap_or_else(|| RunError::new(ErrorCode::Internal, "A step in it failed."));
        let path = Some(error.path.clone().unwrap_or_else(|| step.clone()));
        self.fail_container(&container, RunError { path, ..error }, env);
    }

    /// Fails a container. What is under way inside is stopped, and keeps its text and cost.
    pub(in crate::machine) fn fail_container(&mut self, path: &StepPath, error: RunError, env: &Env<'_>) {
        self.stop_below(Some(path), env);
        self.runs.frontier_mut().leave(path);
        self.add_up(path);
        self.fail_step(path, error);
    }

    /// Stops the step runs that are under way or wait inside a container, or in the whole execution.
    pub(in crate::machine) fn stop_below(&mut self, container: Option<&StepPath>, env: &Env<'_>) {
        let active = self.runs.running().map(|record| &record.run).chain(self.runs.at_gates());
        // The innermost containers come last in the order of paths, and end first.
        let all = active.chain(self.runs.containers().rev());
        let stopped: Vec<StepPath> =
            all.map(|run| &run.path).filter(|path| is_below(path, container)).cloned().collect();
        for path in stopped {
            self.stop(&path, env);
        }
    }

    /// Stops a step run.
    pub(in crate::machine) fn stop(&mut self, path: &StepPath, env: &Env<'_>) {
        self.stop_attempt(path, env);
        self.runs.frontier_mut().leave(path);
        let now = self.turn.now;
        self.change(path, |record| {
            record.run.status = StepRunStatus::Cancelled;
            record.run.gate = None;
            record.run.waits_until = None;
            record.run.completed_at = Some(now);
            record.progress = AttemptProgress::default();
        });
        let event = self.event_of(EventType::Progress, path);
        self.emit(event);
    }

    /// Ends the attempt of a step run, if one is under way; keeps its text and cost.
    pub(in crate::machine) fn stop_attempt(&mut self, path: &StepPath, env: &Env<'_>) {
        if !self.is_attempt_under_way(path) {
            return;
        }
        let attempt = self.runs.get(path).map_or(0, |run| run.attempt);
        let [text, thinking] = [env.text_of, env.thinking_of]
            .map(|streamed| Some(streamed(path, attempt)).filter(|text| !text.is_empty()));
        let charge = if self.is_queued(path, env) { Charge::Nothing } else { Charge::Estimated };
        self.end_attempt(path, Ended { charge, ..Ended::stopped(AttemptStatus::Cancelled, text, thinking) });
        self.turn.effects.push(Effect::Abort(path.clone()));
    }

    /// Completes a container whose lists have all ended.
    pub(in crate::machine) fn gather(&mut self, path: &StepPath) {
        let (Some(place), Some(run)) = (self.place(path), self.runs.get(path)) else { return };
        let mut choice = run.choice.clone().unwrap_or_default();
        let failed = self.runs.frontier().lanes(path).map_or(0, |lanes| lanes.failed);
        if matches!(place.step.kind, StepKind::Parallel(_)) {
            choice.failed = Some(failed);
        }
        let output = gather::output(&self.index, &self.runs, place, path, &choice);
        let size = size_of(&output);
        self.runs.frontier_mut().leave(path);
        self.skip_leftovers(path);
        self.add_up(path);
        if size.bytes > MAX_GATHERED_BYTES || size.depth > MAX_GATHERED_DEPTH {
            let message = format!(
                "The outputs inside have more than {MAX_GATHERED_BYTES} bytes together, or nest deeper than \
                 {MAX_GATHERED_DEPTH} levels: let each end with a shorter output."
            );
            return self.fail_step(path, RunError::new(ErrorCode::OutputTooLong, message));
        }
        let message = match (choice.finished, choice.iterations) {
            (Some(LoopEnd::MaxIterations), Some(rounds)) => Some(format!(
                "The loop ended after {}, the most that it may have: its `until` was not true.",
                plural(rounds.into(), "round", "rounds")
            )),
            _ if failed > 0 => Some(format!("{failed} of {} failed.", choice.count.unwrap_or(0))),
            _ => None,
        };
        let now = self.turn.now;
        self.change(path, |record| {
            let run = &mut record.run;
            run.status = StepRunStatus::Completed;
            run.content = output.as_str().map(str::to_owned);
            run.output = Some(output);
            run.choice = Some(choice);
            run.error = None;
            run.completed_at = Some(now);
            run.duration_ms = run.started_at.map(|from| (now - from).num_milliseconds());
        });
        let event = self.event_with_figures(path);
        self.emit(ExecutionEvent { message, ..event });
    }

    /// Takes the output of a completed container from its lists once more, one of which has changed. An output that a person
    /// has set stays.
    pub(in crate::machine) fn gather_again(&mut self, path: &StepPath) {
        let (Some(place), Some(run)) = (self.place(path), self.runs.get(path)) else { return };
        let Some(choice) = run.choice.clone().filter(|_| !run.overridden) else { return };
        let output = gather::output(&self.index, &self.runs, place, path, &choice);
        self.change(path, |record| {
            record.run.content = output.as_str().map(str::to_owned);
            record.run.output = Some(output);
        });
    }

    /// Skips the step runs of an earlier choice: of another case, or of items and rounds that are no more.
    fn skip_leftovers(&mut self, path: &StepPath) {
        let pending = |run: &&StepRun| run.status == StepRunStatus::Pending;
        let left: Vec<StepPath> = self.runs.below(path).filter(pending).map(|run| run.path.clone()).collect();
        for path in left {
            // A step after one that failed, while the others went on, was not reached.
            let list = ListPath::of(&path);
            if gather::error_of(&self.index, &self.runs, &list).is_none() {
                self.skip(&path, crate::machine::plan::SkipReason::NotTaken);
            }
        }
    }

    /// Puts the tokens and the cost of the steps inside into the step run of a container.
    pub(in crate::machine) fn add_up(&mut self, path: &StepPath) {
        let (mut token_usage, mut cost_usd, mut unpriced_calls) = (TokenUsage::default(), 0.0, 0);
        // Containers and agents inside have those of their own step runs.
        let is_own = |run: &&StepRun| !run.step_type.is_container() && run.step_type != StepType::Agent;
        for run in self.runs.below(path).filter(is_own) {
            token_usage += run.token_usage;
            cost_usd += run.cost_usd;
            unpriced_calls += run.unpriced_calls;
        }
        self.change(path, |record| {
            record.run.token_usage = token_usage;
            record.run.cost_usd = cost_usd;
            record.run.unpriced_calls = unpriced_calls;
        });
    }

    /// Fails the containers around a step run that failed, without going on anywhere.
    pub(in crate::machine) fn fail_around(&mut self, path: &StepPath, error: &RunError) {
        let agent = path.in_agent().map(|inside| inside.agent);
        let containers: Vec<StepPath> = agent.into_iter().chain(around(path).map(|(container, _)| container)).collect();
        for container in containers {
            self.fail_step(&container, RunError { path: Some(path.clone()), ..error.clone() });
        }
    }
}

/// Whether a path lies inside a container; every path lies in the execution.
fn is_below(path: &StepPath, container: Option<&StepPath>) -> bool {
    container.is_none_or(|container| {
        path.as_str().strip_prefix(container.as_str()).is_some_and(|rest| rest.starts_with('.'))
    })
}
