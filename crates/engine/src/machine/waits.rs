//! `native:wait`: a wait that is written down. No attempt runs meanwhile, and a restart does not end it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sluice_store::AttemptProgress;
use sluice_types::limits::MAX_TOOL_WAIT_SECONDS;
use sluice_types::{AttemptStatus, ErrorCode, EventType, RunError, StepPath, StepRunStatus, ToolSource};

use super::Machine;
use super::attempt_ends::{Charge, Ended};
use super::tool_work::note_tool;
use crate::work::ToolWork;

/// The name of the native tool that waits.
const WAIT: &str = "wait";
/// Its argument: how long, in seconds.
const SECONDS: &str = "seconds";

/// Whether a call is a wait, which the machine carries out itself.
pub(super) fn is_wait(work: &ToolWork) -> bool {
    work.tool.source == ToolSource::Native && work.tool.name == WAIT
}

impl Machine {
    /// Lets a step run wait. Arguments that do not fit fail it.
    pub(super) fn begin_wait(&mut self, path: &StepPath, work: &ToolWork) {
        let now = self.turn.now;
        let effect = self.effect_of(path);
        self.change(path, |record| note_tool(&mut record.run, work, effect));
        let until = match end_of(now, work) {
            Ok(until) => until,
            Err(error) => return self.fail_step(path, error),
        };
        self.change(path, |record| {
            let run = &mut record.run;
            run.status = StepRunStatus::Running;
            run.waits_until = Some(until);
            run.content = None;
            run.output = None;
            run.error = None;
            run.gate = None;
            run.stale = false;
            run.started_at = Some(now);
            run.completed_at = None;
            run.duration_ms = None;
            record.progress = AttemptProgress { retry_at: Some(until), ..AttemptProgress::default() };
        });
        self.journal.state.started_at.get_or_insert(now);
        let event = self.event_of(EventType::Progress, path);
        self.emit(event);
    }

    /// Completes a wait that is over; false when the step run does not wait.
    pub(super) fn end_wait(&mut self, path: &StepPath) -> bool {
        let Some(run) = self.runs.get(path) else { return false };
        let (Some(until), Some(from)) = (run.waits_until, run.started_at) else { return false };
        self.change(path, |record| {
            record.run.attempt += 1;
            record.run.waits_until = None;
            record.progress.retry_at = None;
        });
        let ended = Ended::stopped(AttemptStatus::Completed, None, None);
        self.end_attempt(path, Ended { charge: Charge::Nothing, checkpointed: false, ..ended });
        let waited = (until - from).num_milliseconds();
        let output = if waited % 1_000 == 0 { json!(waited / 1_000) } else { json!(seconds(waited)) };
        self.complete_step(path, json!({ SECONDS: output }), None);
        true
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "milliseconds of 30 days are exact")]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}

/// When a wait ends.
fn end_of(now: DateTime<Utc>, work: &ToolWork) -> Result<DateTime<Utc>, RunError> {
    let asked = work.arguments.get(SECONDS).and_then(Value::as_f64);
    let other = work.arguments.keys().find(|name| *name != SECONDS);
    let wait = asked.filter(|seconds| (0.0..=f64::from(MAX_TOOL_WAIT_SECONDS)).contains(seconds));
    let wait = wait.and_then(|seconds| TimeDelta::from_std(Duration::from_secs_f64(seconds)).ok());
    // Columns hold microseconds, and a millisecond is enough.
    let wait = wait.and_then(|wait| TimeDelta::try_milliseconds(wait.num_milliseconds()));
    match (wait.and_then(|wait| now.checked_add_signed(wait)), other) {
        (Some(until), None) => Ok(until),
        (_, Some(other)) => {
            let message = format!("`native:wait` takes no `{other}`: give it `{SECONDS}` alone.");
            Err(RunError::new(ErrorCode::ToolArgumentsInvalid, message))
        }
        (None, None) => {
            let message =
                format!("`native:wait` needs `{SECONDS}`, a number from 0 to {MAX_TOOL_WAIT_SECONDS} (30 days).");
            Err(RunError::new(ErrorCode::ToolArgumentsInvalid, message))
        }
    }
}
