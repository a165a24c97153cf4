//! The statistics of a workflow as charts and tables.
//!
//! Charts are drawn in a box of [`WIDTH`] by [`HEIGHT`] that is stretched to its place. Everything that they show is in tables, too.

use std::collections::HashMap;

use sluice_types::{Index, StepId, WorkflowDayStats, WorkflowModelStats, WorkflowStats, WorkflowStepStats};

use crate::format::{cost, duration, known_cost, number, plural};

/// The width of a chart.
pub const WIDTH: f64 = 1_000.0;
/// The height of a chart.
pub const HEIGHT: f64 = 100.0;

/// A figure at the head of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// The part of a bar that one state has.
#[derive(Debug, Clone, PartialEq)]
pub struct BarPart {
    /// The class of the style sheet: the state.
    pub state: &'static str,
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
}

/// The runs of each day as stacked bars.
#[derive(Debug, Clone, PartialEq)]
pub struct RunBars {
    /// The parts of all bars.
    pub parts: Vec<BarPart>,
    /// What the chart shows, in words.
    pub summary: String,
    /// The highest number of runs on one day.
    pub most: i64,
}

/// A line through the days: the path of an SVG, with a flat piece for each day that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLines {
    /// The median.
    pub p50: String,
    /// The 95th percentile.
    pub p95: String,
    /// What the chart shows, in words.
    pub summary: String,
    /// The longest duration.
    pub most_ms: i64,
}

/// A model with its share of the cost.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelBar {
    /// Provider and model.
    pub name: String,
    /// Its cost.
    pub cost: String,
    /// Calls and tokens.
    pub calls: String,
    /// The width of its bar.
    pub width: f64,
}

/// A row of the table of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    /// Its label; the id of a step that is gone.
    pub label: String,
    /// Whether it is gone from the workflow.
    pub is_gone: bool,
    /// Number of runs.
    pub runs: String,
    /// Number and share of failures.
    pub failures: String,
    /// Whether some failed.
    pub has_failures: bool,
    /// Mean duration.
    pub mean: String,
    /// 95th percentile.
    pub p95: String,
    /// Cost.
    pub cost: String,
}

/// The place of a value that is not known.
const NONE: &str = "–";

/// Whether there is nothing to show.
#[must_use]
pub fn is_empty(stats: &WorkflowStats) -> bool {
    stats.executions == 0
}

/// The figures of the requested days.
#[must_use]
pub fn figures(stats: &WorkflowStats) -> Vec<Figure> {
    let sum = |count: fn(&WorkflowDayStats) -> i64| stats.days.iter().map(count).sum::<i64>();
    let (completed, failed, cancelled) = (sum(|day| day.completed), sum(|day| day.failed), sum(|day| day.cancelled));
    let cost_usd: f64 = stats.days.iter().map(|day| day.cost_usd).sum();
    let unpriced: i64 = stats.models.iter().map(|model| model.unpriced_calls).sum();
    vec![
        Figure { name: "Runs that ended", value: number(unsigned(completed + failed + cancelled)) },
        Figure { name: "Failed", value: share(failed, completed + failed) },
        Figure { name: "Half took at most", value: shown_ms(stats.p50_duration_ms) },
        Figure { name: "95 % took at most", value: shown_ms(stats.p95_duration_ms) },
        Figure { name: "Cost", value: known_cost(cost_usd, u32::try_from(unpriced).unwrap_or(u32::MAX)) },
    ]
}

/// The runs of each day as bars.
#[must_use]
pub fn run_bars(days: &[WorkflowDayStats]) -> RunBars {
    let most = days.iter().map(|day| day.completed + day.failed + day.cancelled).max().unwrap_or(0);
    let mut parts = Vec::new();
    for (at, day) in days.iter().enumerate() {
        let (x, width) = place(at, days.len());
        let mut y = HEIGHT;
        for (state, count) in [("completed", day.completed), ("failed", day.failed), ("cancelled", day.cancelled)] {
            if count > 0 {
                let height = scaled(count, most);
                y -= height;
                parts.push(BarPart { state, x: x + width * 0.1, y, width: width * 0.8, height });
            }
        }
    }
    let sum = |count: fn(&WorkflowDayStats) -> i64| days.iter().map(count).sum::<i64>();
    let summary = format!(
        "{} completed, {} failed and {} cancelled in {}. At most {} on one day.",
        number(unsigned(sum(|day| day.completed))),
        number(unsigned(sum(|day| day.failed))),
        number(unsigned(sum(|day| day.cancelled))),
        plural(u64::try_from(days.len()).unwrap_or(0), "day", "days"),
        number(unsigned(most)),
    );
    RunBars { parts, summary, most }
}

/// The durations of each day as lines; `None` when no run completed.
#[must_use]
pub fn day_lines(days: &[WorkflowDayStats]) -> Option<DayLines> {
    let most_ms = days.iter().filter_map(|day| day.p95_duration_ms).max()?;
    let path = |value: fn(&WorkflowDayStats) -> Option<i64>| {
        let mut path = String::new();
        let mut continues = false;
        for (at, day) in days.iter().enumerate() {
            let Some(ms) = value(day) else {
                continues = false;
                continue;
            };
            let (x, width) = place(at, days.len());
            let y = HEIGHT - scaled(ms, most_ms);
            let begin = if continues { format!("V{y:.1}") } else { format!("M{x:.1} {y:.1}") };
            path.extend([begin, format!("H{:.1}", x + width)]);
            continues = true;
        }
        path
    };
    let summary = format!("The longest day: 95 % of its runs took at most {}.", duration(most_ms));
    Some(DayLines { p50: path(|day| day.p50_duration_ms), p95: path(|day| day.p95_duration_ms), summary, most_ms })
}

/// The models with bars of their cost; of their calls when nothing has a cost.
#[must_use]
pub fn model_bars(models: &[WorkflowModelStats]) -> Vec<ModelBar> {
    let most_usd = models.iter().map(|model| model.cost_usd).fold(0.0, f64::max);
    let most_calls = models.iter().map(|model| model.calls).max().unwrap_or(0);
    let bar = |model: &WorkflowModelStats| {
        let width = if most_usd > 0.0 {
            WIDTH * model.cost_usd / most_usd
        } else {
            WIDTH / HEIGHT * scaled(model.calls, most_calls)
        };
        let usage = &model.token_usage;
        ModelBar {
            name: format!("{} · {}", model.provider, model.model),
            cost: known_cost(model.cost_usd, u32::try_from(model.unpriced_calls).unwrap_or(u32::MAX)),
            calls: format!(
                "{}, {}",
                plural(unsigned(model.calls), "call", "calls"),
                plural(usage.input_tokens + usage.output_tokens, "token", "tokens")
            ),
            width,
        }
    };
    models.iter().map(bar).collect()
}

/// The steps in the order of the workflow, then those that are gone.
#[must_use]
pub fn step_lines(steps: &[WorkflowStepStats], index: &Index) -> Vec<StepLine> {
    let of: HashMap<&StepId, &WorkflowStepStats> = steps.iter().map(|step| (&step.step_id, step)).collect();
    let present = index
        .places()
        .iter()
        .filter_map(|place| of.get(&place.step.id).map(|stats| line(place.step.label.clone(), false, stats)));
    let gone = steps.iter().filter(|step| index.place(&step.step_id).is_none());
    present.chain(gone.map(|stats| line(stats.step_id.to_string(), true, stats))).collect()
}

fn line(label: String, is_gone: bool, stats: &WorkflowStepStats) -> StepLine {
    StepLine {
        label,
        is_gone,
        runs: number(unsigned(stats.runs)),
        failures: share(stats.failures, stats.runs),
        has_failures: stats.failures > 0,
        mean: shown_ms(stats.mean_duration_ms),
        p95: shown_ms(stats.p95_duration_ms),
        cost: cost(stats.cost_usd),
    }
}

/// A row of the table behind the charts: day, completed, failed, cancelled, median, 95th percentile, cost.
#[must_use]
pub fn day_row(day: &WorkflowDayStats) -> [String; 7] {
    [
        day.day.to_string(),
        number(unsigned(day.completed)),
        number(unsigned(day.failed)),
        number(unsigned(day.cancelled)),
        shown_ms(day.p50_duration_ms),
        shown_ms(day.p95_duration_ms),
        cost(day.cost_usd),
    ]
}

/// Whether something happened on a day.
#[must_use]
pub const fn has_runs(day: &WorkflowDayStats) -> bool {
    day.completed + day.failed + day.cancelled > 0
}

fn shown_ms(ms: Option<i64>) -> String {
    ms.map_or_else(|| NONE.to_owned(), duration)
}

/// A number with its share: `3 (25 %)`.
fn share(part: i64, whole: i64) -> String {
    match (part * 100 + whole / 2).checked_div(whole) {
        None | Some(_) if part == 0 => "0".to_owned(),
        None => number(unsigned(part)),
        Some(0) => format!("{} (<1 %)", number(unsigned(part))),
        Some(percent) => format!("{} ({percent} %)", number(unsigned(part))),
    }
}

/// The left edge and the width of a day.
fn place(at: usize, days: usize) -> (f64, f64) {
    let width = WIDTH / f64::from(u32::try_from(days.max(1)).unwrap_or(u32::MAX));
    (f64::from(u32::try_from(at).unwrap_or(u32::MAX)) * width, width)
}

/// The height of a value, where the greatest one has all of it.
fn scaled(value: i64, most: i64) -> f64 {
    // In thousandths: durations are whole milliseconds, and a pixel is enough.
    let thousandths = (i128::from(value) * 1_000).checked_div(i128::from(most)).unwrap_or(0);
    HEIGHT * f64::from(i32::try_from(thousandths).unwrap_or(1_000)) / 1_000.0
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sluice_types::Definition;

    use super::*;

    fn day(at: u32, completed: i64, failed: i64, p95: Option<i64>) -> WorkflowDayStats {
        let value: Value = json!({"day": format!("2026-11-{at:02}"), "completed": completed, "failed": failed,
            "cancelled": 0, "cost_usd": 0.5, "p50_duration_ms": p95.map(|ms| ms / 2), "p95_duration_ms": p95});
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn bars_are_stacked_and_stay_in_the_chart() {
        let bars = run_bars(&[day(1, 3, 1, None), day(2, 0, 0, None), day(3, 2, 0, None)]);
        let drawn: Vec<_> = bars.parts.iter().map(|part| (part.state, part.y, part.height)).collect();
        assert_eq!(drawn, [("completed", 25.0, 75.0), ("failed", 0.0, 25.0), ("completed", 50.0, 50.0)]);
        assert!(bars.parts.iter().all(|part| part.x >= 0.0 && part.x + part.width <= WIDTH));
        assert_eq!(bars.summary, "5 completed, 1 failed and 0 cancelled in 3 days. At most 4 on one day.");
        assert_eq!(run_bars(&[]).parts, []);
        assert_eq!(run_bars(&[day(1, 0, 0, None)]).most, 0);
    }

    #[test]
    fn lines_have_gaps_where_nothing_completed() {
        let lines =
            day_lines(&[day(1, 1, 0, Some(100)), day(2, 1, 0, Some(50)), day(3, 0, 0, None), day(4, 1, 0, Some(25))]);
        let lines = lines.unwrap();
        assert_eq!(lines.p95, "M0.0 0.0H250.0V50.0H500.0M750.0 75.0H1000.0");
        assert_eq!(lines.p50, "M0.0 50.0H250.0V75.0H500.0M750.0 88.0H1000.0");
        assert_eq!(day_lines(&[day(1, 0, 3, None)]), None);
        // All took no time.
        assert_eq!(day_lines(&[day(1, 1, 0, Some(0))]).unwrap().p95, "M0.0 100.0H1000.0");
    }

    #[test]
    fn models_are_compared_by_cost_or_by_calls() {
        let model = |cost_usd: f64, calls: i64| -> WorkflowModelStats {
            let usage = json!({"input_tokens": 1200, "output_tokens": 1, "cached_input_tokens": 0});
            let value = json!({"provider": "p", "model": "m", "calls": calls, "token_usage": usage, "cost_usd": cost_usd,
                "unpriced_calls": 0});
            serde_json::from_value(value).unwrap()
        };
        let bars = model_bars(&[model(2.0, 1), model(0.5, 4)]);
        assert_eq!(bars.iter().map(|bar| bar.width).collect::<Vec<_>>(), [1_000.0, 250.0]);
        assert_eq!((bars[0].cost.as_str(), bars[0].calls.as_str()), ("$2.00", "1 call, 1,201 tokens"));
        let free = model_bars(&[model(0.0, 1), model(0.0, 4)]);
        assert_eq!(free.iter().map(|bar| bar.width).collect::<Vec<_>>(), [250.0, 1_000.0]);
    }

    #[test]
    fn steps_are_in_the_order_of_the_workflow() {
        let stats = |id: &str, runs: i64, failures: i64| -> WorkflowStepStats {
            let value = json!({"step_id": id, "runs": runs, "failures": failures, "mean_duration_ms": 1500,
                "p95_duration_ms": null, "cost_usd": 0.0});
            serde_json::from_value(value).unwrap()
        };
        let step = |id: &str| json!({"id": id, "label": id.to_uppercase(), "type": "llm", "prompt": "x"});
        let definition: Definition =
            serde_json::from_value(json!({"steps": [step("b"), step("a"), step("c")]})).unwrap();
        let lines = step_lines(&[stats("a", 300, 1), stats("b", 4, 1), stats("gone", 2, 0)], &Index::of(&definition));
        let told: Vec<_> = lines.iter().map(|of| (of.label.as_str(), of.is_gone, of.failures.as_str())).collect();
        assert_eq!(told, [("B", false, "1 (25 %)"), ("A", false, "1 (<1 %)"), ("gone", true, "0")]);
        assert_eq!((lines[0].mean.as_str(), lines[0].p95.as_str()), ("1.5 s", NONE));
        assert_eq!(share(0, 0), "0");
    }
}
