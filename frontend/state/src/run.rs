//! State of a run's page: the run as last read, updated by its events.
//!
//! Events do not contain all changes (the prompt as sent, the output, a gate's subject). So each change also says
//! whether to refetch the run, and the page does that once for a burst of events: [`RunState::begin_fetch`], GET,
//! [`RunState::resync`]. An answer contains the number of its newest event: changes of later events stay.

mod changed;
mod follow;
mod input_view;
mod order;
mod progress;
mod rounds;
mod search;
mod step;
#[cfg(test)]
pub(crate) mod tests;
mod timeline;
mod times;
mod transcript;
mod tree;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sluice_types::limits::MAX_UNDER_WAY;
use sluice_types::{
    EventType, Execution, ExecutionEvent, ExecutionStatus, RunError, StepPath, StepRun, StepRunStatus, TokenUsage,
};

pub use changed::{Changed, TextChange};
pub use follow::followed;
pub use input_view::{InputPart, first_part, input_parts, input_preview};
pub use order::{OutlineLine, StepsRead, begun_containers, in_order, outline, stale_steps};
pub use progress::CallProgress;
pub use rounds::{Round, rounds};
pub use search::{Excerpt, Found, Hit, MOST_HITS, search};
pub use step::{Retry, StepView};
pub use timeline::{Axis, Piece, PieceKind, bar, end_ms, marks, spent_briefly, spent_text, told};
pub use times::{Span, SpanEnd, SpanKind, Spent, Times};
pub use transcript::{
    Turn, call_words, cut_words, first_line, name_of_run, progress_words, result_size, result_text, turn_words, turns,
};
pub use tree::{ItemFilter, Lane, fact_of, lane_status, lanes, reason_of};

use step::Added;

/// The events of a run that has ended are read for its times, when there are at most this many.
const MOST_EVENTS_READ_AGAIN: i64 = 5_000;

/// A run and its step runs, as far as they are known.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// Without its step runs, which are in `steps`, and their results.
    execution: Execution,
    steps: Vec<StepView>,
    index: HashMap<StepPath, usize>,
    last_seq: i64,
    /// The number of the event that last changed the execution's own status.
    changed_seq: i64,
    /// Events up to this number are part of the last answer.
    known_seq: i64,
    refetch_due: bool,
    times: Times,
    /// The number of the newest request, and of the newest one whose answer was applied.
    asked: u64,
    answered: u64,
}

/// A request that was sent, to be handed back with its answer: answers may overtake each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the answer is taken in with it"]
pub struct Fetch(u64);

/// Totals of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Cost so far, in US dollars, as far as prices are known.
    pub cost_usd: f64,
    /// Calls whose price is not known.
    pub unpriced_calls: u32,
    /// Tokens of all attempts.
    pub tokens: TokenUsage,
    /// Step runs that completed.
    pub executed: usize,
    /// All step runs.
    pub total: usize,
}

impl RunState {
    /// The state as it was read, before any event.
    #[must_use]
    pub fn new(mut execution: Execution) -> Self {
        let known_seq = execution.last_seq;
        let runs = std::mem::take(&mut execution.steps).into_iter();
        let steps: Vec<StepView> = runs.map(|run| StepView::as_of(run, known_seq)).collect();
        execution.step_results = None;
        Self {
            index: index_of(&steps),
            execution,
            steps,
            last_seq: 0,
            changed_seq: 0,
            known_seq,
            refetch_due: false,
            times: Times::default(),
            asked: 0,
            answered: 0,
        }
    }

    /// The run itself. Its step runs are in [`Self::steps`]; `steps` and `step_results` are empty.
    #[must_use]
    pub const fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Status of the run.
    #[must_use]
    pub const fn status(&self) -> ExecutionStatus {
        self.execution.status
    }

    /// All step runs that are known: those of the workflow's own list in their order, then those inside containers.
    #[must_use]
    pub fn steps(&self) -> &[StepView] {
        &self.steps
    }

    /// The step runs of the workflow's own list, in the order of the steps.
    pub fn top(&self) -> impl DoubleEndedIterator<Item = &StepView> {
        self.steps.iter().filter(|step| step.container.is_none())
    }

    /// One step run.
    #[must_use]
    pub fn step(&self, path: &StepPath) -> Option<&StepView> {
        self.index.get(path).and_then(|&at| self.steps.get(at))
    }

    /// The number of the last event, for resuming the stream.
    #[must_use]
    pub const fn last_seq(&self) -> i64 {
        self.last_seq
    }

    /// The number of the newest event that lists inside containers hold, when they are asked for now.
    #[must_use]
    pub fn listed_seq(&self) -> i64 {
        self.last_seq.max(self.known_seq)
    }

    /// Whether the stream has events to send. A run that has ended sends those of its course, once; then none until a
    /// retry.
    #[must_use]
    pub const fn wants_stream(&self) -> bool {
        let has_course = self.last_seq < self.known_seq && self.known_seq <= MOST_EVENTS_READ_AGAIN;
        !self.execution.status.is_terminal() || has_course
    }

    /// Whether the events have told the times of the whole run.
    #[must_use]
    pub const fn is_timed(&self) -> bool {
        self.last_seq > 0 && self.last_seq >= self.known_seq
    }

    /// When step runs worked and waited, as far as events told it.
    #[must_use]
    pub const fn times(&self) -> &Times {
        &self.times
    }

    /// How long the run worked and waited until now.
    #[must_use]
    pub fn spent(&self, now: DateTime<Utc>) -> Spent {
        self.times.run_spent(now)
    }

    /// The same of a step run, or of all steps inside a container; `None` when no event told of it.
    #[must_use]
    pub fn spent_at(&self, path: &StepPath, now: DateTime<Utc>) -> Option<Spent> {
        self.times.spent(path, now).filter(|_| self.is_timed())
    }

    /// Whether the run must be refetched. It stays true until [`Self::begin_fetch`].
    #[must_use]
    pub const fn refetch_due(&self) -> bool {
        self.refetch_due
    }

    /// The step run that made the output of the run, once it has ended.
    #[must_use]
    pub fn output(&self) -> Option<&StepView> {
        self.step(self.execution.output_from.as_ref()?)
    }

    /// The first step run that waits for a person.
    #[must_use]
    pub fn gate(&self) -> Option<&StepView> {
        self.gates().next()
    }

    /// The step runs that wait for a person.
    pub fn gates(&self) -> impl Iterator<Item = &StepView> {
        self.steps.iter().filter(|step| step.run.status.is_gate() && !step.is_over)
    }

    /// The step run that failed, or the one that has the run's error: the innermost one, where containers failed with it.
    #[must_use]
    pub fn failed_step(&self) -> Option<&StepView> {
        let named = self.execution.error.as_ref().and_then(|error| self.step(error.path.as_ref()?));
        let failed = || self.steps.iter().filter(|step| step.run.status == StepRunStatus::Failed);
        named.or_else(|| failed().find(|step| !step.is_container())).or_else(|| failed().next())
    }

    /// Totals of the run so far. Step runs report their cost before the run does, and the run reports failed attempts
    /// before they do: both only grow, so the greater value is the newer.
    #[must_use]
    pub fn totals(&self) -> Totals {
        // A container has the figures of the steps inside, once it has ended.
        let spent: f64 = self.top().map(|step| step.run.cost_usd).sum();
        let unpriced: u32 = self.top().map(|step| step.run.unpriced_calls).sum();
        let used: TokenUsage = self.top().map(|step| step.run.token_usage).sum();
        let told = self.execution.token_usage;
        Totals {
            cost_usd: spent.max(self.execution.cost_usd),
            unpriced_calls: unpriced.max(self.execution.unpriced_calls),
            tokens: TokenUsage {
                input_tokens: used.input_tokens.max(told.input_tokens),
                output_tokens: used.output_tokens.max(told.output_tokens),
                cached_input_tokens: used.cached_input_tokens.max(told.cached_input_tokens),
                cache_write_tokens: used.cache_write_tokens.max(told.cache_write_tokens),
                reasoning_tokens: used.reasoning_tokens.max(told.reasoning_tokens),
            },
            executed: self.top().filter(|step| step.run.status == StepRunStatus::Completed).count(),
            total: self.top().count(),
        }
    }

    /// Progress of the run from 0 to 1: the share of settled step runs.
    #[must_use]
    pub fn progress(&self) -> f64 {
        if self.execution.status == ExecutionStatus::Completed {
            return 1.0;
        }
        let settled = self.top().filter(|step| step.is_settled()).count();
        let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let total = self.top().count();
        if total == 0 { 0.0 } else { count(settled) / count(total) }
    }

    /// From the run's start to its end, or to `now` while it is running.
    #[must_use]
    pub fn duration_ms(&self, now: DateTime<Utc>) -> Option<i64> {
        let run = &self.execution;
        let until = run.completed_at.unwrap_or(now);
        run.duration_ms.or_else(|| run.started_at.map(|from| (until - from).num_milliseconds().max(0)))
    }

    /// Applies an event and returns the changes. Repeated events change nothing.
    pub fn apply(&mut self, event: &ExecutionEvent) -> Changed {
        if event.execution_id != self.execution.id {
            return Changed::default();
        }
        match event.seq {
            Some(seq) if seq <= self.last_seq => Changed::default(),
            Some(seq) => self.apply_stored(seq, event),
            None if matches!(event.event_type, EventType::Text | EventType::Thinking) => self.apply_text(event),
            None if event.event_type == EventType::ToolProgress => self.apply_progress(event),
            None => Changed::default(),
        }
    }

    fn apply_stored(&mut self, seq: i64, event: &ExecutionEvent) -> Changed {
        // The last answer includes it: do not go back to an older state.
        let known = seq <= self.known_seq;
        let gap = seq > self.last_seq + 1;
        self.last_seq = seq;
        let timed = self.times.take(event);
        let mut changed = Changed { refetch: gap && !known, timed, ..Changed::default() };
        if let Some(status) = event.status.filter(|_| !known) {
            self.take_status(status, seq, event);
            changed.execution = true;
            changed.refetch = true;
        }
        if let (Some(status), Some(path)) = (event.step_status, &event.path) {
            match self.index.get(path).and_then(|&at| self.steps.get_mut(at)) {
                Some(step) if step.knows(seq) => {
                    if step.take_note(event) {
                        changed.steps.push(path.clone());
                    }
                }
                Some(step) => {
                    step.take_event(seq, status, event);
                    changed.steps.push(path.clone());
                    changed.refetch |= !known;
                    changed.inside.extend(step.container.clone());
                }
                None if known => {}
                None => {
                    changed.refetch = true;
                    changed.inside.extend(path.parent());
                }
            }
        }
        self.refetch_due |= changed.refetch;
        changed
    }

    fn take_status(&mut self, status: ExecutionStatus, seq: i64, event: &ExecutionEvent) {
        self.changed_seq = seq;
        let run = &mut self.execution;
        let is_other = run.status != status;
        run.status = status;
        run.token_usage = event.token_usage.unwrap_or(run.token_usage);
        run.cost_usd = event.cost_estimate.unwrap_or(run.cost_usd);
        run.unpriced_calls = event.unpriced_calls.unwrap_or(run.unpriced_calls);
        run.error.clone_from(&event.error);
        run.duration_ms = event.duration_ms;
        run.completed_at = status.is_terminal().then_some(event.at);
        if is_other {
            // Without a gate, only a person's pause leads here. With one, the refetch decides.
            run.on_hold = match status {
                ExecutionStatus::Paused => run.on_hold || event.path.is_none(),
                ExecutionStatus::Pending
                | ExecutionStatus::Running
                | ExecutionStatus::Completed
                | ExecutionStatus::Failed
                | ExecutionStatus::Cancelled
                | ExecutionStatus::Unknown => false,
            };
        }
        if !status.is_terminal() {
            run.output_from = None;
            run.started_at.get_or_insert(event.at);
        }
    }

    /// Adds a piece of an answer's text or of its thinking.
    fn apply_text(&mut self, event: &ExecutionEvent) -> Changed {
        let (Some(path), Some(attempt), Some(text)) = (&event.path, event.attempt, &event.text) else {
            return Changed::default();
        };
        let Ok(offset) = usize::try_from(event.offset.unwrap_or(0)) else { return Changed::default() };
        let mut changed = Changed::default();
        let added = self.index.get(path).and_then(|&at| self.steps.get_mut(at));
        let is_thinking = event.event_type == EventType::Thinking;
        let add = |step: &mut StepView| {
            if is_thinking {
                step.add_thinking(attempt, offset, text, event.at)
            } else {
                step.add_text(attempt, offset, text, event.at)
            }
        };
        match added.map(add) {
            None => changed.refetch = true,
            Some(Added::Nothing) => {}
            Some(Added::From(_)) if is_thinking => changed.thinking.push(path.clone()),
            Some(Added::From(from)) => changed.texts.push(TextChange { path: path.clone(), from }),
            Some(Added::NewAttempt) => {
                changed.steps.push(path.clone());
                changed.texts.push(TextChange { path: path.clone(), from: 0 });
                changed.refetch = true;
            }
            Some(Added::Gap) => changed.reconnect = true,
        }
        self.refetch_due |= changed.refetch;
        changed
    }

    /// Notes that the run is being read now, by a GET or by a command that answers with the run.
    pub const fn begin_fetch(&mut self) -> Fetch {
        self.refetch_due = false;
        self.asked += 1;
        Fetch(self.asked)
    }

    /// Records a failed fetch: the run must still be refetched.
    pub const fn fetch_failed(&mut self, _fetch: Fetch) {
        self.refetch_due = true;
    }

    /// Applies an answer and returns the changes. Changes of later events are kept, and the run is refetched.
    pub fn resync(&mut self, Fetch(number): Fetch, mut execution: Execution) -> Changed {
        let seq = execution.last_seq;
        if execution.id != self.execution.id || number < self.answered || seq < self.known_seq {
            // A later answer was applied already. Only a further one shows which is newer.
            self.refetch_due = true;
            return Changed { refetch: true, ..Changed::default() };
        }
        self.answered = number;
        self.known_seq = seq;
        let mut changed = Changed::default();
        let told_since = self.changed_seq > seq;
        self.refetch_due |= self.take_runs(seq, std::mem::take(&mut execution.steps), &mut changed) || told_since;
        execution.step_results = None;
        if !told_since && self.execution != execution {
            self.execution = execution;
            changed.execution = true;
        }
        changed.refetch = self.refetch_due;
        changed
    }

    /// Applies the step runs of an answer; returns whether some were kept, because the stream has newer data
    /// of them.
    fn take_runs(&mut self, seq: i64, runs: Vec<StepRun>, changed: &mut Changed) -> bool {
        let mut kept = false;
        let inside = runs.iter().filter(|run| run.path.parent().is_some()).count();
        let mut before: Vec<Option<StepView>> = std::mem::take(&mut self.steps).into_iter().map(Some).collect();
        for run in runs {
            let known = self.index.get(&run.path).and_then(|&at| before.get_mut(at)).and_then(Option::take);
            let Some(mut step) = known else {
                changed.steps.push(run.path.clone());
                self.steps.push(StepView::as_of(run, seq));
                continue;
            };
            if step.is_newer_than(seq, &run) {
                kept = true;
            } else {
                let path = run.path.clone();
                let (run_changed, text_from) = step.take_run(run, seq);
                changed.texts.extend(text_from.map(|from| TextChange { path: path.clone(), from }));
                changed.steps.extend(run_changed.then_some(path));
            }
            self.steps.push(step);
        }
        self.keep_inside(before.into_iter().flatten(), seq, inside < MAX_UNDER_WAY, changed);
        kept
    }

    /// Keeps the step runs inside containers that an answer left out: it holds only those under way, `all` of them or as
    /// many as it may.
    fn keep_inside(&mut self, others: impl Iterator<Item = StepView>, seq: i64, all: bool, changed: &mut Changed) {
        let (mut kept, inside): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.steps).into_iter().partition(|step| step.container.is_none());
        kept.extend(inside);
        for mut step in others {
            let Some(container) = &step.container else { continue };
            if !step.is_settled() && step.changed_before(seq) {
                changed.inside.push(container.clone());
                if all && !step.is_over {
                    step.is_over = true;
                    changed.steps.push(step.run.path.clone());
                }
            }
            kept.push(step);
        }
        self.steps = kept;
        self.index = index_of(&self.steps);
    }

    /// Takes in step runs inside a container, as a list of them answered. Events after `seq`, the newest one before the
    /// list was asked for, may be newer. A complete list takes the place of what was known.
    pub fn take_inside(&mut self, container: &StepPath, seq: i64, runs: Vec<StepRun>, is_complete: bool) -> Changed {
        let mut changed = Changed::default();
        let listed: HashSet<StepPath> = runs.iter().map(|run| run.path.clone()).collect();
        for run in runs {
            let path = run.path.clone();
            match self.index.get(&path).and_then(|&at| self.steps.get_mut(at)) {
                Some(step) if step.is_newer_than(seq, &run) => changed.inside.push(container.clone()),
                Some(step) => {
                    let (run_changed, text_from) = step.take_run(run, seq);
                    changed.texts.extend(text_from.map(|from| TextChange { path: path.clone(), from }));
                    changed.steps.extend(run_changed.then_some(path));
                }
                None => {
                    self.index.insert(path.clone(), self.steps.len());
                    self.steps.push(StepView::as_of(run, seq));
                    changed.steps.push(path);
                }
            }
        }
        if is_complete {
            let is_gone = |step: &StepView| {
                step.container.as_ref() == Some(container)
                    && !listed.contains(&step.run.path)
                    && step.changed_before(seq)
            };
            self.steps.retain(|step| !is_gone(step));
            self.index = index_of(&self.steps);
        }
        changed
    }

    /// The error of the run, or of its failed step run, as soon as either is known.
    #[must_use]
    pub fn error(&self) -> Option<&RunError> {
        self.execution.error.as_ref().or_else(|| self.failed_step().and_then(|step| step.run.error.as_ref()))
    }
}

fn index_of(steps: &[StepView]) -> HashMap<StepPath, usize> {
    steps.iter().enumerate().map(|(at, step)| (step.run.path.clone(), at)).collect()
}
