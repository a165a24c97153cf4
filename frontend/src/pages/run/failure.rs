//! Failures of a step and of the run, with the actions that help.

use leptos::prelude::*;
use sluice_types::{ErrorCode, ExecutionStatus, RunError, StepPath, StepRunStatus};
use sluice_web_state::actions::step_actions;
use sluice_web_state::advice::{advice, another_model_may_help};

use super::address::Chooser;
use super::ids::step_heading;
use super::store::RunStore;
use crate::components::{Button, ButtonKind, Icon, Message};

/// The failure of a step, with the actions that help.
#[component]
pub fn StepFailure(store: RunStore, path: StepPath) -> impl IntoView {
    let error =
        store.watch_step(&path, |step| step.run.error.clone().filter(|_| step.run.status == StepRunStatus::Failed));
    let can_retry = may_retry(store, &path);
    view! {
        {move || {
            let path = path.clone();
            error
                .get()
                .map(|error| {
                    let switch = another_model_may_help(error.code);
                    view! {
                        <div class="note bad">
                            <Icon icon=icondata_lu::LuCircleX />
                            <div class="grow stack tight">
                                <StepError error with_advice=true />
                                <Show when=move || can_retry.get()>
                                    <div class="row wrap">
                                        <Button
                                            kind=ButtonKind::Primary
                                            small=true
                                            icon=icondata_lu::LuRefreshCw
                                            on_press={
                                                let path = path.clone();
                                                move |_| store.retrying.set(Some(path.clone()))
                                            }
                                        >
                                            {if switch { "Switch model and retry" } else { "Retry" }}
                                        </Button>
                                    </div>
                                </Show>
                            </div>
                        </div>
                    }
                })
        }}
    }
}

/// Whether a step can be run again.
pub fn may_retry(store: RunStore, path: &StepPath) -> Memo<bool> {
    let path = path.clone();
    store.watch(move |run| run.step(&path).is_some_and(|step| step_actions(step, run).retry))
}

/// An error by its title, its message and what helps. The message of a cut answer begins with its title.
#[component]
pub fn StepError(error: RunError, #[prop(optional)] with_advice: bool) -> impl IntoView {
    let title = (error.code != ErrorCode::AnswerTruncated).then(|| error.code.title());
    let class = if title.is_some() { "muted" } else { "" };
    let advice = advice(error.code).filter(|_| with_advice);
    view! {
        <p>
            {title.map(|title| view! { <span>{title}". "</span> })}
            <span class=class><Message text=error.message /></span>
        </p>
        {advice.map(|advice| view! { <p>{advice}</p> })}
    }
}

/// Why the run failed, with the way to the step that did.
#[component]
pub fn RunFailure(store: RunStore) -> impl IntoView {
    let failed = store.watch(|run| {
        let is_failed = run.status() == ExecutionStatus::Failed;
        let step = run.failed_step();
        is_failed.then(|| (run.error().cloned(), step.map(|step| (step.run.path.clone(), step.run.label.clone()))))
    });
    view! {
        <div class="run-failure-place" role="status">
            {move || {
                failed
                    .get()
                    .map(|(error, step)| {
                        view! {
                            <div class="note bad run-failure">
                                <Icon icon=icondata_lu::LuCircleX />
                                <div class="grow">
                                    <strong>
                                        {match &step {
                                            Some((_, label)) => format!("The run failed at “{label}”."),
                                            None => "The run failed.".to_owned(),
                                        }}
                                    </strong>
                                    {error.map(|error| view! { <p>{error.code.title()}"."</p> })}
                                </div>
                                {step.map(|(path, _)| view! { <GoTo path text="Go to the failed step" /> })}
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// Brings a step into view and the focus to it.
#[component]
pub fn GoTo(path: StepPath, text: &'static str) -> impl IntoView {
    let chooser = expect_context::<Chooser>();
    let go = move |_| {
        chooser.stop_following();
        chooser.lead_to(&path, step_heading(&path));
    };
    view! {
        <Button small=true icon=icondata_lu::LuArrowDown on_press=go>
            {text}
        </Button>
    }
}
