//! The page as a whole.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{ErrorCode, Execution, ExecutionId};

use super::connection_note::ConnectionNote;
use super::failed::RunFailure;
use super::head::RunHead;
use super::history::RunHistory;
use super::output::OutputCard;
use super::pipeline::Pipeline;
use super::retry::RetryDialog;
use super::store::RunStore;
use crate::api;
use crate::browser::fetched::Fetched;
use crate::browser::focus::use_title;
use crate::browser::signal::RwSignal;
use crate::components::{Shown, execution_word};
use crate::pages::coming::{RunComing, RunNotCome};
use crate::pages::gone::{Gone, NotFound};
use crate::state::run::RunState;

/// The page of the run that the address names.
#[component]
pub fn RunPage(id: String) -> impl IntoView {
    match ExecutionId::new(id) {
        Ok(id) => view! { <LoadedRun id /> }.into_any(),
        Err(_) => view! { <NotFound /> }.into_any(),
    }
}

/// One run: on its way, failed to come, or there. It is read once here; then it is followed.
#[component]
fn LoadedRun(id: ExecutionId) -> impl IntoView {
    let run = Fetched::new(move || {
        let id = id.clone();
        async move { api::executions::get(&id).await }
    });
    move || match run.get() {
        None => view! { <RunComing lines=8 /> }.into_any(),
        Some(Err(error)) if error.code() == Some(ErrorCode::ExecutionNotFound) => {
            view! { <Gone heading="No such run" what="run" /> }.into_any()
        }
        Some(Err(error)) => view! { <RunNotCome error on_retry=move |()| run.refetch() /> }.into_any(),
        Some(Ok(execution)) => view! { <Run execution /> }.into_any(),
    }
}

/// A run that is there.
#[component]
fn Run(execution: Execution) -> impl IntoView {
    let workflow_id = execution.workflow_id.clone();
    let store = RunStore::new(execution);
    let name = RwSignal::new(None::<String>);
    load_workflow(store, name);
    store.follow();
    let status = store.watch(RunState::status);
    let title = Signal::derive(move || name.get().unwrap_or_else(|| "Run".to_owned()));
    let waits = store.watch(|run| run.gate().is_some());
    use_title(move || {
        let word = if waits.get() { "Waiting for you" } else { execution_word(status.get()) };
        [word, " · ", &title.get()].concat()
    });
    let id = store.id();
    view! {
        <Shown is=move || !store.gone.get() otherwise=|| view! { <Gone heading="No such run" what="run" /> }>
            <ConnectionNote store />
            <RunHead store name=title />
            <div class="run-columns">
                <div>
                    <RunFailure store />
                    <Pipeline store />
                    <OutputCard store />
                </div>
                <aside aria-label="Runs of this workflow">
                    <RunHistory workflow=workflow_id.clone() current=Some(id.clone()) status />
                </aside>
            </div>
            <RetryDialog store />
        </Shown>
    }
}

/// Reads what the run runs, and what its workflow is called; without an answer its id has to do.
fn load_workflow(store: RunStore, name: RwSignal<Option<String>>) {
    let (id, workflow) = store.peek(|run| (run.execution().id.clone(), run.execution().workflow_id.clone()));
    spawn_local(store.read_definition(id));
    spawn_local(async move {
        let called = api::workflows::get(&workflow).await.map(|workflow| workflow.name);
        name.try_set(Some(called.unwrap_or_else(|_| workflow.to_string())));
    });
}
