//! One step run on the page of a run, and its text as it streams in.

use chrono::{DateTime, TimeDelta, Utc};
use sluice_types::{EventType, ExecutionEvent, StepPath, StepRun, StepRunStatus};

use super::CallProgress;

/// A step run, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    /// The step run. Its `content` is in `text`, so that a piece of text is appended in place.
    pub run: StepRun,
    /// The text of the newest attempt so far; for a completed step, the text of its output.
    pub text: String,
    /// What the model of the newest attempt thought, as far as this page heard it.
    pub thinking: String,
    /// The scheduled attempt, while the step waits for it.
    pub retry: Option<Retry>,
    /// The message of the newest event: the reason for a skip, the subject of a gate.
    pub note: Option<String>,
    /// How far its call of a tool is, while that is under way and its server tells.
    pub progress: Option<CallProgress>,
    /// The container around it; `None` in the workflow's own list.
    pub container: Option<StepPath>,
    /// Whether an answer no longer had it among those under way: it has ended, and the list of its container tells how.
    pub(super) is_over: bool,
    /// The number of the event that last changed it.
    changed_seq: i64,
    /// Events up to this number are part of the last answer that had it.
    known_seq: i64,
    /// Whether a gap in the text was reported; one report is enough until it is filled.
    has_gap: bool,
}

/// A scheduled attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// Duration of the whole wait.
    pub in_ms: i64,
    /// When it is over, by the server's clock.
    pub due_at: DateTime<Utc>,
}

/// Effect of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It was known, or belongs to an attempt that is over.
    Nothing,
    /// The text is new from this byte on.
    From(usize),
    /// It is the first of an attempt that was not known.
    NewAttempt,
    /// Something before it is missing.
    Gap,
}

impl StepView {
    /// The view of a step run as it was read.
    #[must_use]
    pub fn new(mut run: StepRun) -> Self {
        let text = take_text(&mut run);
        Self {
            container: run.path.parent(),
            run,
            text,
            thinking: String::new(),
            retry: None,
            note: None,
            progress: None,
            is_over: false,
            changed_seq: 0,
            known_seq: 0,
            has_gap: false,
        }
    }

    /// The same, of an answer whose newest event has this number.
    pub(super) fn as_of(run: StepRun, seq: i64) -> Self {
        Self { known_seq: seq, ..Self::new(run) }
    }

    /// Whether the last answer that had it includes an event.
    pub(super) const fn knows(&self, seq: i64) -> bool {
        seq <= self.known_seq
    }

    /// Whether an attempt has ended and the next one is scheduled.
    #[must_use]
    pub fn is_between_attempts(&self) -> bool {
        self.run.status == StepRunStatus::Running && self.run.completed_at.is_some()
    }

    /// Whether it stays as it is until a person acts.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        match self.run.status {
            StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Skipped | StepRunStatus::Cancelled => {
                true
            }
            StepRunStatus::Pending
            | StepRunStatus::Running
            | StepRunStatus::Waiting
            | StepRunStatus::OutcomeUnknown
            | StepRunStatus::Unknown => false,
        }
    }

    /// Whether it is a container.
    #[must_use]
    pub const fn is_container(&self) -> bool {
        self.run.step_type.is_container()
    }

    /// From the start of the newest attempt to its end, or to `now` while it is running.
    #[must_use]
    pub fn duration_ms(&self, now: DateTime<Utc>) -> Option<i64> {
        let until = self.run.completed_at.unwrap_or(now);
        self.run.duration_ms.or_else(|| self.run.started_at.map(|from| (until - from).num_milliseconds().max(0)))
    }

    /// Applies an event.
    pub(super) fn take_event(&mut self, seq: i64, status: StepRunStatus, event: &ExecutionEvent) {
        self.changed_seq = seq;
        self.is_over = false;
        let retries = event.event_type == EventType::Retry;
        let attempt = event.attempt.unwrap_or(self.run.attempt);
        if attempt > self.run.attempt {
            self.begin_attempt(attempt, event.at);
        }
        let run = &mut self.run;
        run.status = status;
        run.attempt = attempt;
        run.token_usage = event.token_usage.unwrap_or(run.token_usage);
        run.cost_usd = event.cost_estimate.unwrap_or(run.cost_usd);
        run.unpriced_calls = event.unpriced_calls.unwrap_or(run.unpriced_calls);
        run.finish_reason = event.finish_reason;
        run.finish_word.clone_from(&event.finish_word);
        match status {
            StepRunStatus::Running if retries => {
                run.completed_at = Some(event.at);
                run.error.clone_from(&event.error);
            }
            StepRunStatus::Pending | StepRunStatus::Running | StepRunStatus::Skipped | StepRunStatus::Unknown => {}
            // The event does not contain the gate's subject.
            StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown => run.gate = None,
            StepRunStatus::Completed => {
                run.completed_at = Some(event.at);
                run.duration_ms = event.duration_ms.or(run.duration_ms);
                run.error = None;
            }
            StepRunStatus::Failed | StepRunStatus::Cancelled => {
                run.completed_at = Some(event.at);
                run.gate = None;
                run.error = event.error.clone().or_else(|| run.error.take());
            }
        }
        self.retry = None;
        self.note = None;
        self.progress = None;
        self.take_note(event);
    }

    /// Takes in how far its call is; returns whether that is new. An attempt that is over has none.
    pub(super) fn take_progress(&mut self, event: &ExecutionEvent) -> bool {
        let is_under_way = self.run.status == StepRunStatus::Running && event.attempt == Some(self.run.attempt);
        let told = CallProgress::of_event(event).filter(|_| is_under_way);
        let is_new = told.is_some() && self.progress != told;
        if is_new {
            self.progress = told;
        }
        is_new
    }

    /// Applies only the parts that no answer contains: the event's message, and the time of the next attempt.
    pub(super) fn take_note(&mut self, event: &ExecutionEvent) -> bool {
        let attempt = event.attempt.unwrap_or(self.run.attempt);
        if event.step_status != Some(self.run.status) || attempt != self.run.attempt {
            return false;
        }
        let retry = event
            .retry_in_ms
            .filter(|_| self.is_between_attempts())
            .map(|in_ms| Retry { in_ms, due_at: event.at + TimeDelta::try_milliseconds(in_ms).unwrap_or_default() });
        let changed = self.note != event.message || self.retry != retry;
        self.note.clone_from(&event.message);
        self.retry = retry;
        changed
    }

    fn begin_attempt(&mut self, attempt: i32, at: DateTime<Utc>) {
        let run = &mut self.run;
        run.status = StepRunStatus::Running;
        run.attempt = attempt;
        run.output = None;
        run.finish_reason = None;
        run.finish_word = None;
        run.gate = None;
        run.overridden = false;
        run.stale = false;
        run.started_at = Some(at);
        run.completed_at = None;
        run.duration_ms = None;
        self.retry = None;
        self.note = None;
        self.progress = None;
        self.has_gap = false;
        self.text.clear();
        self.thinking.clear();
    }

    /// Adds a piece of text at a byte offset of an attempt's text. Pieces may repeat, overlap, or start again with the
    /// whole text: known text is not added again.
    pub(super) fn add_text(&mut self, attempt: i32, offset: usize, piece: &str, at: DateTime<Utc>) -> Added {
        self.add(|step| &mut step.text, attempt, offset, piece, at)
    }

    /// The same for what the model thinks.
    pub(super) fn add_thinking(&mut self, attempt: i32, offset: usize, piece: &str, at: DateTime<Utc>) -> Added {
        self.add(|step| &mut step.thinking, attempt, offset, piece, at)
    }

    fn add(
        &mut self,
        text: fn(&mut Self) -> &mut String,
        attempt: i32,
        offset: usize,
        piece: &str,
        at: DateTime<Utc>,
    ) -> Added {
        if attempt > self.run.attempt {
            if offset > 0 {
                return self.missing();
            }
            self.begin_attempt(attempt, at);
            text(self).push_str(piece);
            return Added::NewAttempt;
        }
        if attempt < self.run.attempt || self.run.status != StepRunStatus::Running {
            return Added::Nothing;
        }
        let added = splice(text(self), offset, piece);
        self.reported(added)
    }

    fn reported(&mut self, added: Added) -> Added {
        match added {
            Added::From(from) => self.grown(from),
            Added::Gap => self.missing(),
            Added::Nothing | Added::NewAttempt => added,
        }
    }

    fn grown(&mut self, from: usize) -> Added {
        self.has_gap = false;
        Added::From(from)
    }

    fn missing(&mut self) -> Added {
        if std::mem::replace(&mut self.has_gap, true) { Added::Nothing } else { Added::Gap }
    }

    /// Whether the stream has newer data than an answer whose newest event is `seq`.
    pub(super) const fn is_newer_than(&self, seq: i64, run: &StepRun) -> bool {
        self.changed_seq > seq || self.run.attempt > run.attempt
    }

    /// Whether no event after this number has changed it.
    pub(super) const fn changed_before(&self, seq: i64) -> bool {
        self.changed_seq <= seq
    }

    /// Applies an answer; returns whether anything but the text changed, and the byte from which the text changed.
    pub(super) fn take_run(&mut self, mut run: StepRun, seq: i64) -> (bool, Option<usize>) {
        self.known_seq = self.known_seq.max(seq);
        let was_over = std::mem::replace(&mut self.is_over, false);
        let text = take_text(&mut run);
        // For a running attempt, the database is slightly behind the stream.
        let streamed = run.status == StepRunStatus::Running
            && run.attempt == self.run.attempt
            && self.text.starts_with(text.as_str());
        let changed = self.run != run || was_over;
        if self.run.status != run.status || self.run.attempt != run.attempt {
            self.retry = None;
            self.note = None;
            self.progress = None;
        }
        if self.run.attempt != run.attempt {
            self.thinking.clear();
        }
        self.run = run;
        if streamed || self.text == text {
            return (changed, None);
        }
        let from = if text.starts_with(self.text.as_str()) { self.text.len() } else { 0 };
        self.text = text;
        self.grown(from);
        // The result of a call comes with the answer alone, after the event that it has ended.
        (changed || self.run.status != StepRunStatus::Running, Some(from))
    }
}

/// Takes the text out of a step run; where an output holds it, the output keeps it too.
fn take_text(run: &mut StepRun) -> String {
    run.content.take().unwrap_or_else(|| run.text().unwrap_or_default().into_owned())
}

/// Adds a piece of a text that begins at a byte offset; known text is not added again.
fn splice(text: &mut String, offset: usize, piece: &str) -> Added {
    let known = text.len();
    if offset == 0 && !piece.starts_with(text.as_str()) && !text.starts_with(piece) {
        // The piece is the whole text, and differs from the known text.
        piece.clone_into(text);
        return Added::From(0);
    }
    let Some(overlap) = known.checked_sub(offset) else { return Added::Gap };
    match piece.get(overlap..) {
        Some("") => Added::Nothing,
        Some(tail) => {
            text.push_str(tail);
            Added::From(known)
        }
        None if piece.len() <= overlap => Added::Nothing,
        // The known text ends inside a character of the piece: they belong to different texts.
        None => Added::Gap,
    }
}
