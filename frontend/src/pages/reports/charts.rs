//! Charts as SVG. Screen readers get the tables behind them, and a sentence.

use leptos::prelude::*;
use sluice_types::WorkflowDayStats;
use sluice_web_state::format::{duration, number};
use sluice_web_state::statistics::{DayLines, HEIGHT, ModelBar, RunBars, WIDTH};

fn view_box() -> String {
    format!("0 0 {WIDTH} {HEIGHT}")
}

/// The first and the last day below a chart.
#[component]
fn Days(days: StoredValue<Vec<WorkflowDayStats>>) -> impl IntoView {
    let day = move |at: Option<usize>| {
        days.with_value(|days| at.and_then(|at| days.get(at)).or(days.last()).map(|day| day.day.to_string()))
    };
    view! {
        <div class="chart-days row between muted small" aria-hidden="true">
            <span>{day(Some(0))}</span>
            <span>{day(None)}</span>
        </div>
    }
}

/// The runs of each day, stacked by state.
#[component]
pub fn RunChart(bars: RunBars, days: StoredValue<Vec<WorkflowDayStats>>) -> impl IntoView {
    let most = number(u64::try_from(bars.most).unwrap_or(0));
    view! {
        <p class="row wrap small chart-legend" aria-hidden="true">
            <span class="key completed">"Completed"</span>
            <span class="key failed">"Failed"</span>
            <span class="key cancelled">"Cancelled"</span>
        </p>
        <div class="chart">
            <span class="chart-most muted small" aria-hidden="true">{most}</span>
            <svg viewBox=view_box() preserveAspectRatio="none" role="img" aria-label=bars.summary>
                {bars
                    .parts
                    .into_iter()
                    .map(|part| view! { <rect class=part.state x=part.x y=part.y width=part.width height=part.height /> })
                    .collect_view()}
            </svg>
        </div>
        <Days days />
    }
}

/// The median and the 95th percentile of each day.
#[component]
pub fn DurationChart(lines: DayLines, days: StoredValue<Vec<WorkflowDayStats>>) -> impl IntoView {
    view! {
        <p class="row wrap small chart-legend" aria-hidden="true">
            <span class="key p50">"Half of the runs"</span>
            <span class="key p95">"95 % of the runs"</span>
        </p>
        <div class="chart">
            <span class="chart-most muted small" aria-hidden="true">
                {duration(lines.most_ms)}
            </span>
            <svg viewBox=view_box() preserveAspectRatio="none" role="img" aria-label=lines.summary>
                <path class="p95" d=lines.p95 />
                <path class="p50" d=lines.p50 />
            </svg>
        </div>
        <Days days />
    }
}

/// The models, each with a bar of its cost.
#[component]
pub fn ModelChart(bars: Vec<ModelBar>) -> impl IntoView {
    let row = |bar: ModelBar| {
        view! {
            <li>
                <div class="row wrap between">
                    <span class="break">{bar.name}</span>
                    <span>{bar.cost}</span>
                </div>
                <svg viewBox=view_box() preserveAspectRatio="none" aria-hidden="true">
                    <rect class="track" x="0" y="0" width=WIDTH height=HEIGHT />
                    <rect class="cost" x="0" y="0" width=bar.width height=HEIGHT />
                </svg>
                <span class="muted small">{bar.calls}</span>
            </li>
        }
    };
    view! { <ul class="model-bars">{bars.into_iter().map(row).collect_view()}</ul> }
}
