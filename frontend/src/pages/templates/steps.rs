//! A template's steps, one below the other.

use leptos::prelude::*;
use sluice_types::{Step, StepType};

use crate::components::Icon;

/// Lines of a prompt that are shown.
const LINES: usize = 3;
/// Characters of one of these lines at the most; the page cuts them to what fits.
const MOST: usize = 300;

/// The steps in order, joined by a line: label, kind and how the prompt begins.
#[component]
pub fn TemplateSteps(steps: Vec<Step>) -> impl IntoView {
    view! { <ol class="template-steps">{steps.into_iter().map(step).collect_view()}</ol> }
}

fn step(step: Step) -> impl IntoView {
    let (icon, kind) = match step.step_type() {
        StepType::Llm => (icondata_lu::LuMessageSquare, "Model"),
        StepType::Review => (icondata_lu::LuUserCheck, "Review by a person"),
    };
    let text = step.templates().first().map(|(_, text)| beginning(text)).unwrap_or_default();
    view! {
        <li>
            <span class="mark">
                <Icon icon />
            </span>
            <div class="stack tight">
                <div class="row wrap">
                    <strong dir="auto">{step.label}</strong>
                    <span class="muted small">{kind}</span>
                </div>
                <p class="muted small excerpt" dir="auto">
                    {text}
                </p>
            </div>
        </li>
    }
}

/// How a prompt begins: its first lines that hold something.
fn beginning(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    lines.map(|line| line.chars().take(MOST).collect::<String>()).collect::<Vec<_>>().join("\n")
}
