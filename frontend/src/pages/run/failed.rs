//! What went wrong with a step or a run, and what to do.

use leptos::prelude::*;
use sluice_types::{RunError, StepPath, StepRunStatus};

use super::store::RunStore;
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::components::{Button, Icon};
use crate::state::advice::advice;

/// An error by its title, its message and what helps.
#[component]
pub fn StepError(error: RunError, #[prop(optional)] with_advice: bool) -> impl IntoView {
    view! {
        <p>
            <span>{error.code.title()}". "</span>
            <span class="muted">{error.message}</span>
        </p>
        {with_advice.then(|| view! { <p>{advice(error.code)}</p> })}
    }
}

/// Why the run failed, with the way to the step that did.
#[component]
pub fn RunFailure(store: RunStore) -> impl IntoView {
    let failed = store.watch(|run| {
        let is_failed = run.status() == sluice_types::ExecutionStatus::Failed;
        let step = run.steps().iter().find(|step| step.run.status == StepRunStatus::Failed);
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
    let go = move |_| {
        let id = format!("step-{path}");
        scroll_into_view(&id);
        focus_soon(id);
    };
    view! {
        <Button small=true icon=icondata_lu::LuArrowDown on_press=go>
            {text}
        </Button>
    }
}
