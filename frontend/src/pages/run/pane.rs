//! The chosen step, beside the tree.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus, StepType};
use sluice_web_state::run::{name_of_run, turn_words};

use super::ids::step_heading;
use super::step::{Meta, StepDetails};
use super::step_menu::StepMenu;
use super::store::RunStore;
use crate::components::StepDot;

/// The step that the tree has chosen.
#[component]
pub fn ChosenStep(store: RunStore) -> impl IntoView {
    move || {
        let path = store.shown.get()?;
        store.peek(|run| run.step(&path).is_some()).then(|| view! { <StepPane store path /> })
    }
}

#[component]
fn StepPane(store: RunStore, path: StepPath) -> impl IntoView {
    let status = store.step_status(&path);
    let stale = store.watch_step(&path, |step| step.run.stale);
    let (label, kind) = store
        .peek_step(&path, |step| (name_of_run(&step.run), step.run.step_type))
        .unwrap_or((String::new(), StepType::Llm));
    let around = around(store, &path);
    let id = step_heading(&path);
    let labelled_by = id.clone();
    // A reader keeps the step when the next one begins.
    let stay = move || {
        if matches!(status.get_untracked(), StepRunStatus::Running | StepRunStatus::Completed)
            && store.follows.get_untracked()
        {
            store.follows.set(false);
        }
    };
    view! {
        <article class="card run-pane" aria-labelledby=labelled_by>
            <header class="stack tight">
                {(!around.is_empty()).then(|| view! { <p class="small muted break">{around}</p> })}
                <div class="row">
                    <StepDot status stale />
                    <h3 id=id tabindex="-1" class="grow break">
                        {label.clone()}
                    </h3>
                    <StepMenu store path=path.clone() label=label.clone() />
                </div>
                <Meta store path=path.clone() status kind />
            </header>
            <div on:pointerdown=move |_| stay() on:focusin=move |_| stay()>
                <StepDetails store path status label />
            </div>
        </article>
    }
}

/// Where the step lies: the containers around it with their branches, items and rounds, or its agent and its turn.
fn around(store: RunStore, path: &StepPath) -> String {
    let mut names = Vec::new();
    let mut inner = path.clone();
    if let Some(at) = path.in_agent() {
        names.extend(at.call.map(|_| turn_words(at.turn)));
        names.extend(store.peek_step(&at.agent, |step| step.run.label.clone()));
        inner = at.agent;
    }
    while let Some(container) = inner.parent() {
        let lane = inner.as_str().strip_prefix(container.as_str()).unwrap_or_default();
        let key = lane.trim_start_matches('.').split('.').next().unwrap_or_default().to_owned();
        let known = store.peek_step(&container, |step| (step.run.label.clone(), step.run.step_type));
        let (label, kind) = known.unwrap_or((container.to_string(), StepType::Unknown));
        names.push(sluice_web_state::run::Lane { key, steps: Vec::new() }.heading(kind));
        names.push(label);
        inner = container;
    }
    names.reverse();
    names.join(" › ")
}
