//! The statistics of a workflow's runs.

use leptos::prelude::*;
use sluice_types::limits::{DEFAULT_STATS_DAYS, MAX_STATS_DAYS};
use sluice_types::{Definition, Index, Workflow, WorkflowDayStats, WorkflowStats};
use sluice_web_state::statistics::{
    StepLine, day_lines, day_row, figures, has_runs, is_empty, model_bars, run_bars, step_lines,
};

use super::charts::{DurationChart, ModelChart, RunChart};
use super::head::{ReportHead, about_workflow};
use crate::api;
use crate::components::{Empty, Loaded, Segments};

/// The statistics of the workflow that the address names.
#[component]
pub fn StatisticsPage() -> impl IntoView {
    about_workflow("Statistics", |workflow, _| view! { <Statistics workflow /> }.into_any())
}

#[component]
fn Statistics(workflow: Workflow) -> impl IntoView {
    let days = RwSignal::new(DEFAULT_STATS_DAYS);
    let (id, definition) = (workflow.id.clone(), StoredValue::new(workflow.definition.clone()));
    let run = format!("/workflows/{}/run", workflow.id);
    let stats = LocalResource::new(move || {
        let (id, days) = (id.clone(), days.get());
        async move { api::workflows::stats(&id, days).await }
    });
    let choices = vec![(7, "7 days"), (DEFAULT_STATS_DAYS, "30 days"), (90, "90 days"), (MAX_STATS_DAYS, "A year")];
    // Outside of what is loaded: the focus stays on the chosen time.
    let has_runs = Memo::new(move |_| stats.get().is_some_and(|answer| answer.is_ok_and(|found| !is_empty(&found))));
    view! {
        <ReportHead edit=format!("/workflows/{}", workflow.id) name=workflow.name title="Statistics" />
        <div class="stack loose">
            <div class="row wrap between" hidden=move || !has_runs.get()>
                <Segments label="Time" choices chosen=days on_choose=move |chosen| days.set(chosen) />
                <span class="muted small">"Days are in UTC. A run counts on the day on which it ended."</span>
            </div>
            <Loaded resource=stats lines=8 let:found>
                {if is_empty(&found) {
                    view! { <NoRuns run=run.clone() /> }.into_any()
                } else {
                    definition.with_value(|definition| parts(&found, definition)).into_any()
                }}
            </Loaded>
        </div>
    }
}

#[component]
fn NoRuns(run: String) -> impl IntoView {
    view! {
        <div class="card">
            <Empty
                icon=icondata_lu::LuChartColumn
                title="No runs yet"
                text="How long runs take, what they cost and which steps fail is shown here once the workflow has run."
            >
                <a class="button primary" href=run>
                    "Run it"
                </a>
            </Empty>
        </div>
    }
}

fn parts(stats: &WorkflowStats, definition: &Definition) -> impl IntoView + use<> {
    let days = StoredValue::new(stats.days.clone());
    let figures = figures(stats).into_iter().map(|figure| {
        view! {
            <div class="card padded figure">
                <dt class="muted small">{figure.name}</dt>
                <dd>{figure.value}</dd>
            </div>
        }
    });
    let bars = run_bars(&stats.days);
    let lines = day_lines(&stats.days);
    let models = model_bars(&stats.models);
    let steps = step_lines(&stats.steps, &Index::of(definition));
    view! {
        <dl class="figures">{figures.collect_view()}</dl>
        <section class="card padded stack" aria-labelledby="runs-by-day">
            <h2 id="runs-by-day">"Runs by day"</h2>
            <RunChart bars days />
            <DayTable days />
        </section>
        {lines
            .map(|lines| {
                view! {
                    <section class="card padded stack" aria-labelledby="time-by-day">
                        <h2 id="time-by-day">"Time that completed runs took"</h2>
                        <DurationChart lines days />
                        <p class="muted small">"Times may be off by up to 9 %."</p>
                    </section>
                }
            })}
        {(!models.is_empty())
            .then(|| {
                view! {
                    <section class="card padded stack" aria-labelledby="cost-by-model">
                        <h2 id="cost-by-model">"Cost by model"</h2>
                        <ModelChart bars=models />
                    </section>
                }
            })}
        {(!steps.is_empty()).then(|| view! { <StepTable steps /> })}
    }
}

/// The table behind the charts: the days on which runs ended.
#[component]
fn DayTable(days: StoredValue<Vec<WorkflowDayStats>>) -> impl IntoView {
    let heads = ["Day", "Completed", "Failed", "Cancelled", "Half took at most", "95 % took at most", "Cost"];
    let rows = move || {
        days.with_value(|days| {
            let row = |day: &WorkflowDayStats| {
                let [first, rest @ ..] = day_row(day);
                view! {
                    <tr>
                        <th scope="row">{first}</th>
                        {rest.map(|cell| view! { <td>{cell}</td> })}
                    </tr>
                }
            };
            days.iter().rev().filter(|day| has_runs(day)).map(row).collect_view()
        })
    };
    view! {
        <details class="disclosure">
            <summary>"Table by day"</summary>
            <div class="table-box" tabindex="0" role="region" aria-label="Table by day">
                <table class="figures-table">
                    <thead>
                        <tr>{heads.map(|head| view! { <th scope="col">{head}</th> })}</tr>
                    </thead>
                    <tbody>{rows()}</tbody>
                </table>
            </div>
        </details>
    }
}

#[component]
fn StepTable(steps: Vec<StepLine>) -> impl IntoView {
    let heads = ["Step", "Runs", "Failed", "Mean time", "95 % took at most", "Cost"];
    let row = |step: StepLine| {
        view! {
            <tr>
                <th scope="row" class="break" dir="auto">
                    {step.label}
                    {step.is_gone.then(|| view! { <span class="muted small">" (removed)"</span> })}
                </th>
                <td>{step.runs}</td>
                <td class:bad=step.has_failures>{step.failures}</td>
                <td>{step.mean}</td>
                <td>{step.p95}</td>
                <td>{step.cost}</td>
            </tr>
        }
    };
    view! {
        <section class="card padded stack" aria-labelledby="by-step">
            <h2 id="by-step">"Steps"</h2>
            <div class="table-box" tabindex="0" role="region" aria-label="Table by step">
                <table class="figures-table">
                    <thead>
                        <tr>{heads.map(|head| view! { <th scope="col">{head}</th> })}</tr>
                    </thead>
                    <tbody>{steps.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
