//! Statuses, by shape, colour and word.

use icondata_core::IconData;
use leptos::prelude::*;
use sluice_types::StepRunStatus;
use sluice_web_state::run_status::RunStanding;

use super::icon::Icon;

/// The display name of a step run's status.
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
        StepRunStatus::Unknown => "Unknown to this page",
    }
}

const fn run_look(standing: RunStanding) -> (&'static str, &'static IconData) {
    match standing {
        RunStanding::Starting => ("badge", icondata_lu::LuCircleDashed),
        RunStanding::Running => ("badge info", icondata_lu::LuLoaderCircle),
        RunStanding::Pausing | RunStanding::Paused => ("badge", icondata_lu::LuCirclePause),
        RunStanding::WaitingForYou => ("badge warn", icondata_lu::LuUserCheck),
        RunStanding::Completed => ("badge good", icondata_lu::LuCircleCheck),
        RunStanding::Rejected => ("badge", icondata_lu::LuCircleX),
        RunStanding::Failed => ("badge bad", icondata_lu::LuCircleX),
        RunStanding::Cancelled => ("badge", icondata_lu::LuCircleSlash),
        RunStanding::Unknown => ("badge", icondata_lu::LuCircleHelp),
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
        StepRunStatus::OutcomeUnknown | StepRunStatus::Unknown => icondata_lu::LuCircleHelp,
    }
}

/// How a run stands, as a badge.
#[component]
pub fn RunBadge(#[prop(into)] standing: Signal<RunStanding>) -> impl IntoView {
    let icon = Signal::derive(move || run_look(standing.get()).1);
    view! {
        <span class=move || run_look(standing.get()).0>
            <Icon icon />
            {move || standing.get().word()}
        </span>
    }
}

/// A step run's status as a dot on the line that joins the steps.
#[component]
pub fn StepDot(
    #[prop(into)] status: Signal<StepRunStatus>,
    /// Whether it was made from a text that was replaced since.
    #[prop(into)]
    stale: Signal<bool>,
) -> impl IntoView {
    let icon = Signal::derive(move || if stale.get() { icondata_lu::LuHistory } else { step_icon(status.get()) });
    view! {
        <span class=move || ["dot ", status.get().as_str()].concat()>
            <Icon icon />
            <span class="visually-hidden">{move || step_word(status.get())}</span>
        </span>
    }
}
