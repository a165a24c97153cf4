//! The timeline of a run: bars by step run on one axis of time. Only numbers are made here; the page draws them.
//!
//! A run may wait for a person for hours, and work for seconds. So the axis cuts a long stretch in which nothing works:
//! it takes a part of the width at the most.

use chrono::{DateTime, Utc};
use sluice_types::{StepPath, StepRunStatus, StepType};

use super::times::{Span, SpanEnd, SpanKind, Spent};
use super::{RunState, StepView};
use crate::format::{duration, known_cost, plural};

/// A wait is drawn as this part of the time of work at the most.
const PART_OF_WORK: i64 = 2;
/// The least width of a cut wait, in milliseconds of the axis.
const LEAST_CUT_MS: i64 = 1_000;
/// Marks on the axis at the most.
const MOST_MARKS: i64 = 6;
/// Marks closer to the end, as a part of the axis, would stand over its edge.
const LAST_MARK: i64 = 94;

/// The axis of time. Places on it are in milliseconds, with long waits cut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Axis {
    from_ms: i64,
    cuts: Vec<Cut>,
}

/// A long wait on the axis, with its times and its length there in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    from: i64,
    /// `None` while it goes on.
    to: Option<i64>,
    shown: i64,
}

impl Axis {
    /// The axis of a run. It stays the same while time passes, so that bars need no new layout.
    #[must_use]
    pub fn of(run: &RunState, now: DateTime<Utc>) -> Self {
        let execution = run.execution();
        let told = execution.started_at.unwrap_or(execution.created_at).timestamp_millis();
        if !run.is_timed() {
            return Self { from_ms: told, cuts: Vec::new() };
        }
        let from_ms = run.times().begun_ms().unwrap_or(told);
        // By powers of two, so that the bars are laid out anew a few times in all while the work goes on.
        let shown_ms = power_of_two(run.spent(now).worked_ms / PART_OF_WORK).max(LEAST_CUT_MS);
        let end = end_ms(run, now);
        let is_long = |from: i64, to: Option<i64>| to.unwrap_or(end) - from > shown_ms;
        let rests = run.times().rests().filter(|&(from, to)| from >= from_ms && is_long(from, to));
        Self { from_ms, cuts: rests.map(|(from, to)| Cut { from, to, shown: shown_ms }).collect() }
    }

    /// The place of a time.
    #[must_use]
    pub fn at(&self, ms: i64) -> i64 {
        let before = self.cuts.iter().filter(|cut| ms > cut.from).map(|cut| {
            let passed = cut.to.map_or(ms, |to| to.min(ms)) - cut.from;
            (passed - cut.shown).max(0)
        });
        (ms - self.from_ms - before.sum::<i64>()).max(0)
    }

    /// The places and the lengths of the waits that were cut, in milliseconds.
    pub fn cuts(&self, end_ms: i64) -> impl Iterator<Item = (i64, i64)> {
        self.cuts.iter().map(move |cut| {
            let middle = self.at(cut.from).saturating_add(cut.shown / 2);
            (middle, cut.to.unwrap_or(end_ms) - cut.from)
        })
    }
}

/// The end of the axis: now, or the end of a run that has ended.
#[must_use]
pub fn end_ms(run: &RunState, now: DateTime<Utc>) -> i64 {
    let newest = run.times().newest_ms();
    let ended = run.execution().completed_at.map(|at| at.timestamp_millis());
    match ended.filter(|_| run.status().is_terminal()) {
        Some(ended) => ended.max(newest),
        None => now.timestamp_millis().max(newest),
    }
}

/// The places of the marks on an axis of a length.
#[must_use]
pub fn marks(length_ms: i64) -> Vec<i64> {
    const NICE: [i64; 10] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
    let fits = |step: i64| length_ms / step <= MOST_MARKS;
    let milliseconds = [10, 20, 50, 100, 200, 500].into_iter();
    let steps =
        milliseconds.chain(NICE.map(|seconds| seconds * 1_000)).chain(NICE.map(|minutes| minutes * 60_000 * 30));
    let step = steps.into_iter().find(|step| fits(*step)).unwrap_or((length_ms / MOST_MARKS).max(1));
    (0..=MOST_MARKS).map(|count| count * step).take_while(|at| at * 100 <= length_ms * LAST_MARK).collect()
}

fn power_of_two(ms: i64) -> i64 {
    if ms <= 0 { 0 } else { 1 << ms.ilog2() }
}

/// The look of a part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// An attempt, under way or completed.
    Work,
    /// An attempt that failed, and was followed by another one.
    Retried,
    /// What failed for good.
    Failed,
    /// What was stopped.
    Stopped,
    /// The wait between two attempts.
    Retry,
    /// The wait for a person.
    Gate,
    /// A container, from its beginning to its end.
    Around,
}

impl PieceKind {
    /// The name for style sheets.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Retried => "retried",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Retry => "retry",
            Self::Gate => "gate",
            Self::Around => "around",
        }
    }
}

/// A part of a bar, by its places on the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its look.
    pub kind: PieceKind,
    /// The place where it begins.
    pub from: i64,
    /// The place where it ends; `None`: it grows with the axis.
    pub to: Option<i64>,
}

/// The bar of a step run.
#[must_use]
pub fn bar(run: &RunState, path: &StepPath, axis: &Axis) -> Vec<Piece> {
    let piece =
        |span: &Span| Piece { kind: look(span), from: axis.at(span.from_ms), to: span.to_ms.map(|to| axis.at(to)) };
    if run.is_timed() {
        return run.times().spans(path).iter().map(piece).collect();
    }
    run.step(path).and_then(|step| newest_attempt(step, axis)).into_iter().collect()
}

const fn look(span: &Span) -> PieceKind {
    match (span.kind, span.end) {
        (SpanKind::Retry, _) => PieceKind::Retry,
        (_, SpanEnd::Failed) => PieceKind::Failed,
        (_, SpanEnd::Stopped) => PieceKind::Stopped,
        (_, SpanEnd::Retried) => PieceKind::Retried,
        (SpanKind::Work, SpanEnd::Open | SpanEnd::Done) => PieceKind::Work,
        (SpanKind::Gate, SpanEnd::Open | SpanEnd::Done) => PieceKind::Gate,
        (SpanKind::Around, SpanEnd::Open | SpanEnd::Done) => PieceKind::Around,
    }
}

/// The bar of a step run without the events that tell of it: its newest attempt.
fn newest_attempt(step: &StepView, axis: &Axis) -> Option<Piece> {
    let from = step.run.started_at?.timestamp_millis();
    let kind = match (step.run.status, step.run.step_type) {
        (StepRunStatus::Failed, _) => PieceKind::Failed,
        (StepRunStatus::Cancelled, _) => PieceKind::Stopped,
        (_, StepType::Review) => PieceKind::Gate,
        (_, kind) if kind.is_container() => PieceKind::Around,
        _ => PieceKind::Work,
    };
    let to = step.run.completed_at.map(|to| axis.at(to.timestamp_millis()));
    Some(Piece { kind, from: axis.at(from), to })
}

/// Work and waits, as `3.1 s` or `1.2 s, waited 2 min`.
#[must_use]
pub fn spent_text(spent: Spent) -> String {
    let Spent { worked_ms, waited_ms } = spent;
    match (worked_ms, waited_ms) {
        (worked, 0) => duration(worked),
        (0, waited) => format!("waited {}", duration(waited)),
        (worked, waited) => format!("{}, waited {}", duration(worked), duration(waited)),
    }
}

/// Work, or the waits of what only waited.
#[must_use]
pub fn spent_briefly(spent: Spent) -> String {
    let Spent { worked_ms, waited_ms } = spent;
    if worked_ms == 0 && waited_ms > 0 { format!("waited {}", duration(waited_ms)) } else { duration(worked_ms) }
}

/// The figures of a step run in words.
#[must_use]
pub fn told(run: &RunState, step: &StepView, now: DateTime<Utc>) -> String {
    let mut parts = Vec::new();
    if let Some(spent) = run.spent_at(&step.run.path, now) {
        if spent.worked_ms > 0 || spent.waited_ms == 0 {
            parts.push(format!("Worked {}", duration(spent.worked_ms)));
        }
        if spent.waited_ms > 0 {
            let waited = if parts.is_empty() { "Waited" } else { "waited" };
            parts.push(format!("{waited} {}", duration(spent.waited_ms)));
        }
    } else if let Some(took) = step.duration_ms(now).filter(|_| step.run.started_at.is_some()) {
        parts.push(format!("Took {}", duration(took)));
    }
    if step.run.attempt > 1 {
        parts.push(plural(u64::from(step.run.attempt.unsigned_abs()), "attempt", "attempts"));
    }
    if step.run.cost_usd > 0.0 || step.run.unpriced_calls > 0 {
        parts.push(known_cost(step.run.cost_usd, step.run.unpriced_calls));
    }
    let begun = run.times().spans(&step.run.path).first().map(|span| span.from_ms);
    let begun = begun.or_else(|| step.run.started_at.map(|at| at.timestamp_millis()));
    let origin = run.times().begun_ms().or_else(|| run.execution().started_at.map(|at| at.timestamp_millis()));
    if let (Some(begun), Some(origin)) = (begun, origin) {
        parts.push(format!("began at {}", duration(begun - origin)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};
    use sluice_types::Execution;

    use super::*;

    const ID: &str = "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn run(last_seq: i64) -> RunState {
        let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
        let step = json!({"path": "a", "step_id": "a", "label": "A", "type": "llm", "status": "completed", "attempt": 3,
            "provider": null, "model": null, "token_usage": usage, "cost_usd": 0.5, "duration_ms": 2000, "error": null,
            "gate": null, "overridden": false, "started_at": at(103), "completed_at": at(105)});
        let run: Execution = serde_json::from_value(json!({
            "id": ID, "workflow_id": "w", "workflow_version": 1, "temporal_workflow_id": null, "status": "running",
            "input": {}, "error": null, "token_usage": usage, "cost_usd": 0.0, "budget_usd": null, "yolo": false,
            "triggered_by": "api", "created_at": at(90), "started_at": at(100), "duration_ms": null, "on_hold": false,
            "steps": [step], "steps_executed": [], "last_seq": last_seq,
        }))
        .unwrap();
        RunState::new(run)
    }

    /// Events about one path, numbered from 1.
    fn told_by(state: &mut RunState, events: &[(i64, &str, &str, i32)]) {
        for (seq, &(second, path, status, attempt)) in events.iter().enumerate() {
            let (status, event_type) = if status == "retry" { ("running", "retry") } else { (status, "progress") };
            let attempt: Value = if attempt > 0 { attempt.into() } else { Value::Null };
            let event = json!({"seq": seq + 1, "type": event_type, "execution_id": ID, "at": at(second), "path": path,
                "step_status": status, "attempt": attempt});
            state.apply(&serde_json::from_value(event).unwrap());
        }
    }

    #[test]
    fn a_bar_shows_each_attempt_and_what_is_between_them() {
        let mut state = run(0);
        told_by(
            &mut state,
            &[(100, "a", "running", 1), (101, "a", "retry", 1), (103, "a", "running", 2), (105, "b", "waiting", 0)],
        );
        let axis = Axis::of(&state, at(110));
        let pieces = bar(&state, &StepPath::new("a").unwrap(), &axis);
        let expected = [
            Piece { kind: PieceKind::Retried, from: 0, to: Some(1_000) },
            Piece { kind: PieceKind::Retry, from: 1_000, to: Some(3_000) },
            Piece { kind: PieceKind::Work, from: 3_000, to: None },
        ];
        assert_eq!(pieces, expected);
        let gate = bar(&state, &StepPath::new("b").unwrap(), &axis);
        assert_eq!(gate, [Piece { kind: PieceKind::Gate, from: 5_000, to: None }]);
        assert_eq!(axis.at(end_ms(&state, at(110))), 10_000);
    }

    #[test]
    fn a_long_wait_is_cut_and_does_not_move_what_came_before() {
        let mut state = run(0);
        let hours = 100 + 7_200;
        told_by(
            &mut state,
            &[
                (100, "a", "running", 1),
                (120, "a", "completed", 1),
                (120, "b", "waiting", 0),
                (hours, "b", "completed", 0),
                (hours, "c", "running", 1),
            ],
        );
        let axis = Axis::of(&state, at(hours + 4));
        let bars = ["a", "b", "c"].map(|path| bar(&state, &StepPath::new(path).unwrap(), &axis));
        assert_eq!(bars[0], [Piece { kind: PieceKind::Work, from: 0, to: Some(20_000) }]);
        assert_eq!(bars[1], [Piece { kind: PieceKind::Gate, from: 20_000, to: Some(28_192) }]);
        assert_eq!(bars[2], [Piece { kind: PieceKind::Work, from: 28_192, to: None }]);
        assert_eq!(axis.cuts(0).collect::<Vec<_>>(), [(24_096, 7_180_000)]);
        // Bars need no new layout while the last one grows.
        assert_eq!(Axis::of(&state, at(hours + 4)), Axis::of(&state, at(hours + 3)));
    }

    #[test]
    fn a_wait_that_goes_on_takes_no_more_width() {
        let mut state = run(0);
        told_by(&mut state, &[(100, "a", "running", 1), (112, "a", "completed", 1), (112, "b", "waiting", 0)]);
        let [early, late] = [200, 90_000].map(|second| Axis::of(&state, at(second)));
        assert_eq!(early, late);
        assert_eq!(early.at(at(200).timestamp_millis()), early.at(at(90_000).timestamp_millis()));
    }

    #[test]
    fn without_events_the_newest_attempt_is_shown() {
        let state = run(9);
        assert!(!state.is_timed());
        let axis = Axis::of(&state, at(110));
        let pieces = bar(&state, &StepPath::new("a").unwrap(), &axis);
        assert_eq!(pieces, [Piece { kind: PieceKind::Work, from: 3_000, to: Some(5_000) }]);
        let step = state.step(&StepPath::new("a").unwrap()).unwrap();
        assert_eq!(told(&state, step, at(110)), "Took 2.0 s, 3 attempts, $0.50, began at 3.0 s");
    }

    #[test]
    fn marks_are_few_and_do_not_stand_over_the_edge() {
        assert_eq!(marks(10_000), [0, 2_000, 4_000, 6_000, 8_000]);
        assert_eq!(marks(59_000), [0, 10_000, 20_000, 30_000, 40_000, 50_000]);
        assert_eq!(marks(0), [0]);
        for length in [1, 37, 999, 61_000, 3_600_000, 400_000_000, i64::from(u32::MAX) * 1_000] {
            let marks = marks(length);
            assert!((1..=7).contains(&marks.len()), "{length}: {marks:?}");
            assert!(marks.iter().all(|mark| mark * 100 <= length * LAST_MARK), "{length}: {marks:?}");
        }
    }

    #[test]
    fn work_and_waits_are_told_apart() {
        let text = |worked_ms, waited_ms| spent_text(Spent { worked_ms, waited_ms });
        assert_eq!(text(3_100, 0), "3.1 s");
        assert_eq!(text(0, 120_000), "waited 2 min");
        assert_eq!(text(1_000, 5_000), "1.0 s, waited 5.0 s");
        let brief = |worked_ms, waited_ms| spent_briefly(Spent { worked_ms, waited_ms });
        assert_eq!([brief(1_000, 5_000), brief(0, 5_000), brief(0, 0)], ["1.0 s", "waited 5.0 s", "0 ms"]);
    }
}
