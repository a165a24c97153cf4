//! What the page of a run offers in the command menu.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus};
use sluice_web_state::actions::{run_actions, step_actions};
use sluice_web_state::run::RunState;

use super::address::Chooser;
use super::ids::gate_heading;
use super::menu::{copy_link, export, hand_over};
use super::store::RunStore;
use crate::api::executions::Command;
use crate::commands::{PageCommand, offer_commands};
use crate::components::Toasts;

/// Offers what can be done with the run. `send` sends a command, with the words for its failure.
pub fn offer(
    store: RunStore,
    send: impl Fn(&'static str, Command) + Copy + Send + Sync + 'static,
    asks_cancel: RwSignal<bool>,
) {
    let toasts: Toasts = expect_context();
    let chooser: Chooser = expect_context();
    let workflow = store.peek(|run| run.execution().workflow_id.to_string());
    let may = store.watch(run_actions);
    let gates = store.watch(|run| run.gates().map(|step| step.run.path.clone()).collect::<Vec<_>>());
    let retried = store.watch(to_retry);
    offer_commands(move || {
        let may = may.get();
        let mut commands = Vec::new();
        if let Some(path) = gates.get().into_iter().next() {
            commands.push(PageCommand::new("Decide", icondata_lu::LuArrowDown, move || {
                chooser.lead_to(&path, gate_heading(&path));
            }));
        }
        if may.pause {
            let pause = move || send("The run was not paused", Command::Pause);
            commands.push(PageCommand::new("Pause", icondata_lu::LuPause, pause));
        }
        if may.resume {
            let resume = move || send("The run was not resumed", Command::Resume);
            commands.push(PageCommand::new("Resume", icondata_lu::LuPlay, resume));
        }
        if may.cancel {
            commands.push(PageCommand::new("Cancel", icondata_lu::LuSquare, move || asks_cancel.set(true)));
        }
        if let Some(path) = retried.get() {
            let retry = move || store.retrying.set(Some(path.clone()));
            commands.push(PageCommand::new("Retry from the step that failed", icondata_lu::LuRotateCw, retry));
        }
        // The input is handed over first, so that the page shows it.
        let again = format!("/workflows/{workflow}/run");
        commands.push(PageCommand::after("Run again", icondata_lu::LuRotateCcw, again, move || drop(hand_over(store))));
        commands.push(PageCommand::new("Copy link", icondata_lu::LuLink, move || copy_link(toasts)));
        commands.push(PageCommand::new("Export JSON", icondata_lu::LuDownload, move || export(store.id(), toasts)));
        let workflow = format!("/workflows/{workflow}");
        commands.push(PageCommand::link("Statistics", icondata_lu::LuChartColumn, format!("{workflow}/stats")));
        commands.push(PageCommand::link("Open the workflow in the builder", icondata_lu::LuPencil, workflow));
        commands
    });
}

/// The first step that failed and may run again.
fn to_retry(run: &RunState) -> Option<StepPath> {
    let failed = run.steps().iter().filter(|step| step.run.status == StepRunStatus::Failed);
    let mut retried = failed.filter(|step| step_actions(step, run).retry);
    retried.next().map(|step| step.run.path.clone())
}
