//! The newest runs of a workflow as small bars: how long each took, and how it ended.

use sluice_types::{ExecutionId, RecentExecution};

use crate::format::{duration, known_cost, relative_time, run_number};
use crate::run_status::RunStanding;

/// The height of the lowest bar, in percent: it can still be seen and pressed.
const LEAST_PERCENT: i64 = 16;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The run.
    pub id: ExecutionId,
    /// Its height, in percent of the longest run's.
    pub percent: i64,
    /// How it looks: a class of the style sheet, which has a shape and a colour for each.
    pub look: &'static str,
    /// How it stands, when it began, how long it took and what it cost.
    pub says: String,
}

/// The bars, the oldest run first. `runs` has the newest first, as the API answers them.
#[must_use]
pub fn bars(runs: &[RecentExecution], now_ms: i64) -> Vec<Bar> {
    let longest = runs.iter().filter_map(|run| run.duration_ms).max().unwrap_or(0).max(1);
    let bar = |run: &RecentExecution| {
        // A run without an end may become the longest: its bar is in the middle, and is marked as open.
        let share = run.duration_ms.map_or(50, |took| took.clamp(0, longest).saturating_mul(100) / longest);
        Bar { id: run.id.clone(), percent: share.max(LEAST_PERCENT), look: look(run), says: says(run, now_ms) }
    };
    runs.iter().rev().map(bar).collect()
}

fn look(run: &RecentExecution) -> &'static str {
    match RunStanding::of_recent(run) {
        RunStanding::Completed => "good",
        RunStanding::Failed | RunStanding::Rejected => "bad",
        RunStanding::WaitingForYou => "warn",
        RunStanding::Starting | RunStanding::Running | RunStanding::Pausing => "live",
        RunStanding::Paused | RunStanding::Cancelled | RunStanding::Unknown => "off",
    }
}

fn says(run: &RecentExecution, now_ms: i64) -> String {
    let parts = [
        run.number.map(run_number),
        Some(RunStanding::of_recent(run).word().to_owned()),
        Some(relative_time(run.created_at.timestamp_millis(), now_ms)),
        run.duration_ms.map(duration),
        Some(known_cost(run.cost_usd, run.unpriced_calls)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use sluice_types::ExecutionStatus;

    use super::*;

    fn run(number: u32, status: ExecutionStatus, duration_ms: Option<i64>) -> RecentExecution {
        RecentExecution {
            id: ExecutionId::new(format!("execution-0199e0f4-7b1c-7cc0-8a4e-{number:012x}")).unwrap(),
            number: Some(i64::from(number)),
            status,
            on_hold: false,
            duration_ms,
            cost_usd: 0.02,
            unpriced_calls: 0,
            created_at: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_oldest_run_comes_first_and_the_longest_is_the_highest() {
        let runs = [
            run(4, ExecutionStatus::Running, None),
            run(3, ExecutionStatus::Failed, Some(0)),
            run(2, ExecutionStatus::Completed, Some(2_000)),
            run(1, ExecutionStatus::Completed, Some(1_000)),
        ];
        let bars = bars(&runs, 60_000);
        let drawn: Vec<_> = bars.iter().map(|bar| (bar.percent, bar.look)).collect();
        assert_eq!(drawn, [(50, "good"), (100, "good"), (LEAST_PERCENT, "bad"), (50, "live")]);
        assert_eq!(bars[0].id, runs[3].id);
        assert!(
            bars[1].says.starts_with("#2 · Completed · ") && bars[1].says.ends_with(" · $0.02"),
            "{}",
            bars[1].says
        );
        assert!(bars[3].says.starts_with("#4 · Running"));
    }

    #[test]
    fn odd_figures_draw_bars_too() {
        // Clocks that were set back, and a run of years.
        let runs =
            [run(2, ExecutionStatus::Completed, Some(-5)), run(1, ExecutionStatus::Cancelled, Some(i64::MAX / 2))];
        let drawn: Vec<_> = bars(&runs, -1).iter().map(|bar| bar.percent).collect();
        assert!(drawn.iter().all(|percent| (LEAST_PERCENT..=100).contains(percent)), "{drawn:?}");
        assert_eq!(bars(&[], 0), []);
        let waiting = run(1, ExecutionStatus::Paused, None);
        assert_eq!(bars(&[RecentExecution { on_hold: true, ..waiting.clone() }], 0)[0].look, "off");
        assert_eq!(bars(&[waiting], 0)[0].look, "warn");
    }
}
