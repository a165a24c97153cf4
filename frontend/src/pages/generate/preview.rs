//! A design as a tree: each step with what it reuses, what it costs and what is wrong with it.

use leptos::prelude::*;
use sluice_types::{LintFinding, Severity, StepChangeKind};
use sluice_web_state::generation::{PreviewLane, PreviewStep};
use sluice_web_state::message::sentence;
use sluice_web_state::run_text::estimated_cost;

use super::report::ReuseLine;
use crate::components::{Icon, Message, step_look};

/// The steps of a list, and the lists inside them.
#[component]
pub fn PreviewTree(steps: Vec<PreviewStep>, #[prop(into)] label: String) -> impl IntoView {
    if steps.is_empty() {
        return view! { <p class="muted">"No steps."</p> }.into_any();
    }
    view! {
        <ol class="preview-list" aria-label=label>
            {steps.into_iter().map(row).collect_view()}
        </ol>
    }
    .into_any()
}

fn row(preview: PreviewStep) -> AnyView {
    let PreviewStep { number, step, summary, reuse, findings, cost, change, lanes } = preview;
    let look = step_look(&step);
    let label = step.label.clone();
    let change = change.and_then(|kind| match kind {
        StepChangeKind::Added => Some(("badge good", "New")),
        StepChangeKind::Changed => Some(("badge info", "Changed")),
        StepChangeKind::Moved => Some(("badge info", "Moved")),
        StepChangeKind::Removed | StepChangeKind::Unknown => None,
    });
    view! {
        <li class="card preview-step">
            <div class="preview-head">
                <span class="small muted numbers">{number}</span>
                <Icon icon=look.icon />
                <strong class="break" dir="auto">
                    {label.clone()}
                </strong>
                <span class="small muted">{look.word}</span>
                {change.map(|(class, word)| view! { <span class=class>{word}</span> })}
                <span class="small muted numbers cost">{cost.map(estimated_cost)}</span>
            </div>
            <p class="small muted excerpt" dir="auto">
                {summary}
            </p>
            {(!reuse.is_empty())
                .then(|| {
                    view! {
                        <ul class="reuse" aria-label=format!("What {label} uses")>
                            {reuse.into_iter().map(|item| view! { <ReuseLine item /> }).collect_view()}
                        </ul>
                    }
                })}
            {(!findings.is_empty())
                .then(|| {
                    view! { <ul class="findings">{findings.iter().map(finding_line).collect_view()}</ul> }
                })}
            {lanes.into_iter().map(lane).collect_view()}
        </li>
    }
    .into_any()
}

fn lane(lane: PreviewLane) -> impl IntoView {
    let PreviewLane { name, condition, steps } = lane;
    let label = name.clone();
    view! {
        <div class="preview-lane">
            <p class="row wrap">
                <strong class="small" dir="auto">
                    {name}
                </strong>
                {condition.map(|condition| view! { <code class="small break">{condition}</code> })}
            </p>
            <PreviewTree steps label />
        </div>
    }
}

/// One finding of the check.
pub fn finding_line(finding: &LintFinding) -> impl IntoView + use<> {
    let (class, icon, word) = match finding.severity {
        Severity::Error => ("finding error", icondata_lu::LuCircleAlert, "Problem: "),
        Severity::Warning => ("finding warning", icondata_lu::LuTriangleAlert, "Warning: "),
        Severity::Info | Severity::Unknown => ("finding", icondata_lu::LuInfo, ""),
    };
    view! {
        <li class=class>
            <Icon icon />
            <span>
                <span class="visually-hidden">{word}</span>
                <Message text=sentence(&finding.message) />
            </span>
        </li>
    }
}
