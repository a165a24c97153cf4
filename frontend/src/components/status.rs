//! Statuses, by shape, colour and word.

use icondata_core::IconData;
use leptos::prelude::*;
use sluice_types::{ExecutionStatus, StepRunStatus};

use super::icon::Icon;

/// What people call an execution's status.
pub const fn execution_word(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::Pending => "Starting",
        ExecutionStatus::Running => "Running",
        ExecutionStatus::Paused => "Paused",
        ExecutionStatus::Completed => "Completed",
        ExecutionStatus::Failed => "Failed",
        ExecutionStatus::Cancelled => "Cancelled",
    }
}

/// What people call a step run's status.
pub const fn step_word(status: StepRunStatus) -> &'static str {
    match status {
        StepRunStatus::Pending => "Not started",
        StepRunStatus::Running => "Running",
        StepRunStatus::Waiting => "Waiting for you",
        StepRunStatus::Completed => "Completed",
        StepRunStatus::Failed => "Failed",
        StepRunStatus::Skipped => "Skipped",
        StepRunStatus::Cancelled => "Cancelled",
        StepRunStatus::OutcomeUnknown => "Outcome unknown",
    }
}

const fn execution_look(status: ExecutionStatus) -> (&'static str, &'static IconData) {
    match status {
        ExecutionStatus::Pending => ("badge", icondata_lu::LuCircleDashed),
        ExecutionStatus::Running => ("badge info", icondata_lu::LuLoaderCircle),
        ExecutionStatus::Paused => ("badge warn", icondata_lu::LuCirclePause),
        ExecutionStatus::Completed => ("badge good", icondata_lu::LuCircleCheck),
        ExecutionStatus::Failed => ("badge bad", icondata_lu::LuCircleX),
        ExecutionStatus::Cancelled => ("badge", icondata_lu::LuCircleSlash),
    }
}

const fn step_icon(status: StepRunStatus) -> &'static IconData {
    match status {
        StepRunStatus::Pending => icondata_lu::LuCircle,
        StepRunStatus::Running => icondata_lu::LuLoaderCircle,
        StepRunStatus::Waiting => icondata_lu::LuCirclePause,
        StepRunStatus::Completed => icondata_lu::LuCircleCheck,
        StepRunStatus::Failed => icondata_lu::LuCircleX,
        StepRunStatus::Skipped => icondata_lu::LuCircleMinus,
        StepRunStatus::Cancelled => icondata_lu::LuCircleSlash,
        StepRunStatus::OutcomeUnknown => icondata_lu::LuCircleHelp,
    }
}

/// An execution's status as a badge.
#[component]
pub fn ExecutionBadge(#[prop(into)] status: Signal<ExecutionStatus>) -> impl IntoView {
    let icon = Signal::derive(move || execution_look(status.get()).1);
    view! {
        <span class=move || execution_look(status.get()).0>
            <Icon icon />
            {move || execution_word(status.get())}
        </span>
    }
}

/// A step run's status as a dot on the line that joins the steps.
#[component]
pub fn StepDot(#[prop(into)] status: Signal<StepRunStatus>) -> impl IntoView {
    let icon = Signal::derive(move || step_icon(status.get()));
    view! {
        <span class=move || ["dot ", status.get().as_str()].concat()>
            <Icon icon />
            <span class="visually-hidden">{move || step_word(status.get())}</span>
        </span>
    }
}
