//! When step runs worked and waited, as the events of the run tell it. A step run itself tells of its newest attempt only.

use std::collections::HashMap;
use std::iter::successors;

use chrono::{DateTime, Utc};
use sluice_types::{EventType, ExecutionEvent, ExecutionStatus, StepPath, StepRunStatus};

/// A stretch without work that is shorter, in milliseconds, is the pace of the server.
const SHORTEST_REST_MS: i64 = 1_000;

/// What a step run did in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// An attempt.
    Work,
    /// The wait between two attempts.
    Retry,
    /// The wait for a person.
    Gate,
    /// A container, from its beginning to its end.
    Around,
}

/// How a stretch of time ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanEnd {
    /// It goes on.
    Open,
    /// As it should.
    Done,
    /// The attempt failed, and another one follows.
    Retried,
    /// It failed.
    Failed,
    /// Somebody or something stopped it.
    Stopped,
}

/// A stretch of time of one step run. Times are in milliseconds since 1970, by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What the step run did.
    pub kind: SpanKind,
    /// When it began.
    pub from_ms: i64,
    /// When it ended; `None` while it goes on.
    pub to_ms: Option<i64>,
    /// How it ended.
    pub end: SpanEnd,
    attempt: i32,
}

/// How long something worked, and how long it only waited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Time in which at least one attempt was under way, in milliseconds.
    pub worked_ms: i64,
    /// Time without work in which it waited: for a person, for the next attempt, or on hold.
    pub waited_ms: i64,
}

/// Adds up work and waits. A wait beside work counts as work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    spent: Spent,
    working: u32,
    waiting: u32,
    at_ms: i64,
}

impl Tally {
    fn advance(&mut self, at_ms: i64) {
        let passed = at_ms.saturating_sub(self.at_ms).max(0);
        if self.working > 0 {
            self.spent.worked_ms += passed;
        } else if self.waiting > 0 {
            self.spent.waited_ms += passed;
        }
        self.at_ms = self.at_ms.max(at_ms);
    }

    fn begin(&mut self, kind: SpanKind, at_ms: i64) {
        self.advance(at_ms);
        match kind {
            SpanKind::Work => self.working += 1,
            SpanKind::Retry | SpanKind::Gate => self.waiting += 1,
            SpanKind::Around => {}
        }
    }

    fn end(&mut self, kind: SpanKind, at_ms: i64) {
        self.advance(at_ms);
        match kind {
            SpanKind::Work => self.working = self.working.saturating_sub(1),
            SpanKind::Retry | SpanKind::Gate => self.waiting = self.waiting.saturating_sub(1),
            SpanKind::Around => {}
        }
    }

    fn until(mut self, now_ms: i64) -> Spent {
        self.advance(now_ms);
        self.spent
    }
}

/// The times of one step run. Those of a container are the times of all steps inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Track {
    spans: Vec<Span>,
    tally: Tally,
}

/// The times of a run, added up event by event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    tracks: HashMap<StepPath, Track>,
    run: Tally,
    is_on_hold: bool,
    begun_ms: Option<i64>,
    newest_ms: i64,
    rests: Vec<(i64, i64)>,
    rests_since: Option<i64>,
}

impl Times {
    /// Takes in a stored event. Returns the step runs whose times changed: that of the event, and the containers around it.
    pub(super) fn take(&mut self, event: &ExecutionEvent) -> Vec<StepPath> {
        let at_ms = event.at.timestamp_millis();
        self.newest_ms = self.newest_ms.max(at_ms);
        if let Some(status) = event.status {
            self.take_status(status, at_ms);
        }
        let (Some(path), Some(status)) = (&event.path, event.step_status) else { return Vec::new() };
        let attempt = event.attempt.unwrap_or(0);
        let begins = begun(status, event.event_type, attempt);
        let open = self.tracks.get(path).and_then(|track| track.spans.last()).filter(|span| span.to_ms.is_none());
        let goes_on = |span: &Span| {
            let is_agent_inside = span.kind == SpanKind::Around && begins == Some(SpanKind::Work);
            span.attempt == attempt && (Some(span.kind) == begins || is_agent_inside)
        };
        if open.is_some_and(goes_on) {
            return Vec::new();
        }
        let was_open = open.copied();
        if was_open.is_none() && begins.is_none() {
            return Vec::new();
        }
        if let Some(span) = was_open {
            self.close(path, span.kind, at_ms, end_of(status, event.event_type, span.kind));
        }
        if let Some(kind) = begins {
            self.enter(path, at_ms);
            self.open(path, Span { kind, from_ms: at_ms, to_ms: None, end: SpanEnd::Open, attempt });
        }
        self.note_rest(at_ms);
        around(path).collect()
    }

    /// The attempt of an agent goes on while its turns and calls run: from the first of them on, these are what works and
    /// waits.
    fn enter(&mut self, path: &StepPath, at_ms: i64) {
        let Some(outer) = path.parent() else { return };
        let Some(span) = self.tracks.get_mut(&outer).and_then(|track| track.spans.last_mut()) else { return };
        if span.kind != SpanKind::Work || span.to_ms.is_some() {
            return;
        }
        span.kind = SpanKind::Around;
        for around in around(&outer) {
            self.tracks.entry(around).or_default().tally.end(SpanKind::Work, at_ms);
        }
        self.run.end(SpanKind::Work, at_ms);
    }

    fn open(&mut self, path: &StepPath, span: Span) {
        for around in around(path) {
            self.tracks.entry(around).or_default().tally.begin(span.kind, span.from_ms);
        }
        self.run.begin(span.kind, span.from_ms);
        self.begun_ms.get_or_insert(span.from_ms);
        self.tracks.entry(path.clone()).or_default().spans.push(span);
    }

    fn close(&mut self, path: &StepPath, kind: SpanKind, at_ms: i64, end: SpanEnd) {
        for around in around(path) {
            self.tracks.entry(around).or_default().tally.end(kind, at_ms);
        }
        self.run.end(kind, at_ms);
        if let Some(span) = self.tracks.get_mut(path).and_then(|track| track.spans.last_mut()) {
            span.to_ms = Some(at_ms);
            span.end = end;
        }
    }

    fn take_status(&mut self, status: ExecutionStatus, at_ms: i64) {
        let is_on_hold = status == ExecutionStatus::Paused;
        if is_on_hold != self.is_on_hold {
            self.is_on_hold = is_on_hold;
            if is_on_hold {
                self.run.begin(SpanKind::Gate, at_ms);
            } else {
                self.run.end(SpanKind::Gate, at_ms);
            }
        }
        if status.is_terminal() {
            self.run.advance(at_ms);
            (self.run.working, self.run.waiting) = (0, 0);
            self.note_rest(at_ms);
        }
    }

    /// Notes when nothing works any more, and when something does again.
    fn note_rest(&mut self, at_ms: i64) {
        match (self.run.working, self.rests_since) {
            (0, None) => self.rests_since = Some(at_ms),
            (1.., Some(since)) => {
                self.rests_since = None;
                if at_ms - since >= SHORTEST_REST_MS {
                    self.rests.push((since, at_ms));
                }
            }
            (0, Some(_)) | (1.., None) => {}
        }
    }

    /// When the first step began.
    pub(super) const fn begun_ms(&self) -> Option<i64> {
        self.begun_ms
    }

    /// When the newest event happened.
    pub(super) const fn newest_ms(&self) -> i64 {
        self.newest_ms
    }

    /// The stretches in which nothing worked, each with its end; the last one may go on.
    pub(super) fn rests(&self) -> impl Iterator<Item = (i64, Option<i64>)> {
        let open = self.rests_since.map(|since| (since, None));
        self.rests.iter().map(|&(from, to)| (from, Some(to))).chain(open)
    }

    /// The stretches of a step run, oldest first.
    pub(super) fn spans(&self, path: &StepPath) -> &[Span] {
        self.tracks.get(path).map(|track| track.spans.as_slice()).unwrap_or_default()
    }

    /// The work and the waits of a step run, or of all steps inside a container.
    pub(super) fn spent(&self, path: &StepPath, now: DateTime<Utc>) -> Option<Spent> {
        self.tracks.get(path).map(|track| track.tally.until(now.timestamp_millis()))
    }

    /// The work and the waits of the run.
    pub(super) fn run_spent(&self, now: DateTime<Utc>) -> Spent {
        self.run.until(now.timestamp_millis())
    }
}

/// The stretch that begins as a step run takes on a status.
const fn begun(status: StepRunStatus, event_type: EventType, attempt: i32) -> Option<SpanKind> {
    match status {
        StepRunStatus::Running if matches!(event_type, EventType::Retry) => Some(SpanKind::Retry),
        // A container has no attempts.
        StepRunStatus::Running if attempt == 0 => Some(SpanKind::Around),
        StepRunStatus::Running => Some(SpanKind::Work),
        StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown => Some(SpanKind::Gate),
        StepRunStatus::Pending
        | StepRunStatus::Completed
        | StepRunStatus::Failed
        | StepRunStatus::Skipped
        | StepRunStatus::Cancelled
        | StepRunStatus::Unknown => None,
    }
}

const fn end_of(status: StepRunStatus, event_type: EventType, kind: SpanKind) -> SpanEnd {
    match (status, kind) {
        (StepRunStatus::Failed, _) => SpanEnd::Failed,
        (StepRunStatus::Cancelled, _) => SpanEnd::Stopped,
        (_, SpanKind::Work) if matches!(event_type, EventType::Retry) => SpanEnd::Retried,
        _ => SpanEnd::Done,
    }
}

/// A step run and the containers around it, from the inside out.
fn around(path: &StepPath) -> impl Iterator<Item = StepPath> + use<> {
    successors(Some(path.clone()), StepPath::parent)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};

    use super::*;

    fn times(events: &[Value]) -> Times {
        let mut times = Times::default();
        for event in events {
            let second = event["second"].as_i64().unwrap();
            let mut whole = json!({"seq": 1, "type": "progress", "at": DateTime::from_timestamp(second, 0).unwrap(),
                "execution_id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11"});
            for (key, value) in event.as_object().unwrap() {
                whole[key] = value.clone();
            }
            times.take(&serde_json::from_value(whole).unwrap());
        }
        times
    }

    fn event(second: i64, path: &str, status: &str, attempt: i32) -> Value {
        json!({"second": second, "path": path, "step_status": status, "attempt": (attempt > 0).then_some(attempt)})
    }

    fn spent(times: &Times, path: &str, second: i64) -> (i64, i64) {
        let spent = times.spent(&StepPath::new(path).unwrap(), DateTime::from_timestamp(second, 0).unwrap()).unwrap();
        (spent.worked_ms / 1_000, spent.waited_ms / 1_000)
    }

    fn run_spent(times: &Times, second: i64) -> (i64, i64) {
        let spent = times.run_spent(DateTime::from_timestamp(second, 0).unwrap());
        (spent.worked_ms / 1_000, spent.waited_ms / 1_000)
    }

    #[test]
    fn the_wait_between_attempts_is_no_work() {
        let mut retry = event(3, "a", "running", 1);
        retry["type"] = json!("retry");
        let times =
            times(&[event(1, "a", "running", 1), retry, event(8, "a", "running", 2), event(10, "a", "completed", 2)]);
        assert_eq!(spent(&times, "a", 99), (4, 5));
        assert_eq!(run_spent(&times, 99), (4, 5));
        let path = StepPath::new("a").unwrap();
        let ends: Vec<_> = times.spans(&path).iter().map(|span| (span.kind, span.end)).collect();
        assert_eq!(
            ends,
            [(SpanKind::Work, SpanEnd::Retried), (SpanKind::Retry, SpanEnd::Done), (SpanKind::Work, SpanEnd::Done)]
        );
    }

    #[test]
    fn work_beside_a_gate_counts_once_and_as_work() {
        let times = times(&[
            event(0, "fan", "running", 0),
            event(0, "fan.a.ask", "running", 1),
            event(1, "fan.b.check", "waiting", 0),
            event(2, "fan.a.more", "running", 1),
            event(4, "fan.a.ask", "completed", 1),
            event(5, "fan.a.more", "completed", 1),
            event(9, "fan.b.check", "completed", 0),
            event(9, "fan", "completed", 0),
        ]);
        assert_eq!(spent(&times, "fan", 99), (5, 4));
        assert_eq!(spent(&times, "fan.b.check", 99), (0, 8));
        assert_eq!(run_spent(&times, 99), (5, 4));
        assert_eq!(times.rests().next(), Some((5_000, None)));
    }

    #[test]
    fn a_step_under_way_and_a_run_on_hold_count_until_now() {
        let running = times(&[event(1, "a", "running", 1)]);
        assert_eq!(spent(&running, "a", 4), (3, 0));
        let held = times(&[
            event(1, "a", "running", 1),
            json!({"second": 2, "status": "paused"}),
            event(3, "a", "completed", 1),
        ]);
        assert_eq!(run_spent(&held, 7), (2, 4));
        let gone_on = json!({"second": 9, "status": "completed"});
        let ended = times(&[
            event(1, "a", "running", 1),
            json!({"second": 2, "status": "paused"}),
            event(3, "a", "completed", 1),
            gone_on,
        ]);
        assert_eq!(run_spent(&ended, 99), (2, 6));
    }

    #[test]
    fn a_gate_that_is_opened_anew_is_one_wait() {
        let times = times(&[event(1, "a", "waiting", 0), event(3, "a", "waiting", 0), event(5, "a", "failed", 0)]);
        let spans = times.spans(&StepPath::new("a").unwrap());
        assert_eq!(spans.len(), 1);
        assert_eq!((spans[0].kind, spans[0].end, spans[0].to_ms), (SpanKind::Gate, SpanEnd::Failed, Some(5_000)));
    }

    #[test]
    fn an_agent_works_and_waits_as_its_turns_and_calls_do() {
        let events = [
            event(0, "scout", "running", 1),
            event(1, "scout.1", "running", 1),
            event(3, "scout.1", "completed", 1),
            event(3, "scout.1.0", "waiting", 0),
            event(13, "scout.1.0", "running", 1),
            event(14, "scout.1.0", "completed", 1),
            event(14, "scout", "running", 1),
            event(14, "scout.2", "running", 1),
            event(16, "scout.2", "completed", 1),
            event(16, "scout", "completed", 1),
        ];
        let times = times(&events);
        assert_eq!((spent(&times, "scout", 20), run_spent(&times, 20)), ((6, 10), (6, 10)));
        let spans = times.spans(&StepPath::new("scout").unwrap());
        assert_eq!(spans.iter().map(|span| span.kind).collect::<Vec<_>>(), [SpanKind::Around]);
    }
}
