//! The page as a whole: which runs its address names, and what differs between them.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use sluice_types::{ErrorCode, Execution, ExecutionId, WorkflowId};
use sluice_web_state::compare::{Asked, asked, input_rows, pairs, run_rows, steps_of};
use sluice_web_state::format::run_name;

use super::facts::{FactsTable, Texts};
use super::steps::Steps;
use crate::api::{self, ApiError, ApiResult};
use crate::browser::focus::use_title;
use crate::components::{Button, Empty, FailureNote, LinkButton, Note, NoteKind, Skeleton, Switch, When};

const TITLE: &str = "Compare two runs";

/// The page of two runs that the address names: `?a=ID&b=ID`.
#[component]
pub fn ComparePage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| asked(query.get_str("a"), query.get_str("b"))));
    let shows_all = RwSignal::new(false);
    use_title(|| TITLE.to_owned());
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <a href="/runs">"Runs"</a>
            <span aria-hidden="true">"/"</span>
            <span aria-current="page">{TITLE}</span>
        </nav>
        <header class="page-head broad">
            <h1>{TITLE}</h1>
            <Switch label="Show unchanged parts, too" on=shows_all on_change=move |on| shows_all.set(on) />
        </header>
        {move || match asked.get() {
            Asked::Two(a, b) => view! { <TwoRuns a b shows_all /> }.into_any(),
            Asked::Same(id) => {
                view! {
                    <Nothing title="Both are the same run" text="Choose another run to compare it with.">
                        <LinkButton href=format!("/runs/{id}")>"Open the run"</LinkButton>
                    </Nothing>
                }
                    .into_any()
            }
            Asked::Incomplete => {
                view! {
                    <Nothing title="Two runs are needed" text="The address does not name two runs. Choose two in the list of runs, then press Compare.">
                        <LinkButton href="/runs".to_owned()>"Go to the runs"</LinkButton>
                    </Nothing>
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn Nothing(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <Empty icon=icondata_lu::LuGitCompare title text>
            {children()}
        </Empty>
    }
}

/// Reads one run. A new reading keeps the last one on the page until it is there.
fn read(id: ExecutionId) -> LocalResource<ApiResult<Execution>> {
    LocalResource::new(move || {
        let id = id.clone();
        async move { api::executions::get(&id).await }
    })
}

#[component]
fn TwoRuns(a: ExecutionId, b: ExecutionId, shows_all: RwSignal<bool>) -> impl IntoView {
    let (first, second) = (read(a), read(b));
    let reload = Callback::new(move |()| {
        first.refetch();
        second.refetch();
    });
    move || match (first.get(), second.get()) {
        (Some(Ok(a)), Some(Ok(b))) => view! { <Comparison a b shows_all reload /> }.into_any(),
        (Some(Err(error)), _) => view! { <Unread which="first" error reload /> }.into_any(),
        (_, Some(Err(error))) => view! { <Unread which="second" error reload /> }.into_any(),
        _ => view! { <Skeleton lines=8 /> }.into_any(),
    }
}

/// Why one of the runs is not there.
#[component]
fn Unread(which: &'static str, error: ApiError, reload: Callback<()>) -> impl IntoView {
    if error.code() != Some(ErrorCode::ExecutionNotFound) {
        return view! { <FailureNote error on_retry=reload /> }.into_any();
    }
    view! {
        <Empty
            icon=icondata_lu::LuSearchX
            title=format!("The {which} run does not exist")
            text="It may have been deleted, or the address may be wrong."
        >
            <LinkButton href="/runs".to_owned()>"Go to the runs"</LinkButton>
        </Empty>
    }
    .into_any()
}

#[component]
fn Comparison(a: Execution, b: Execution, shows_all: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let goes_on = !a.status.is_terminal() || !b.status.is_terminal();
    let are_apart = a.workflow_id != b.workflow_id;
    let names = names_of(a.workflow_id.clone(), b.workflow_id.clone());
    let facts = run_rows(&a, &b);
    let input = input_rows(&a.input, &b.input);
    let steps = pairs(steps_of(&a), steps_of(&b));
    let ids = StoredValue::new((a.id.clone(), b.id.clone()));
    let same_input = !input.is_empty() && input.iter().all(|row| !row.differs());
    view! {
        <div class="stack loose compare">
            {are_apart
                .then(|| {
                    view! {
                        <Note kind=NoteKind::Info>
                            "The runs are of different workflows. Steps are matched by their ids."
                        </Note>
                    }
                })}
            {goes_on
                .then(|| {
                    view! {
                        <Note kind=NoteKind::Info>
                            <div class="row wrap between">
                                <span>"A run has not ended. This page shows it as it was when it was read."</span>
                                <Button small=true icon=icondata_lu::LuRefreshCw on_press=move |_| reload.run(())>
                                    "Refresh"
                                </Button>
                            </div>
                        </Note>
                    }
                })}
            <div class="compare-runs">
                <RunCard name="Run A" run=a workflow=Signal::derive(move || names.get().map(|(of_a, _)| of_a)) />
                <RunCard name="Run B" run=b workflow=Signal::derive(move || names.get().map(|(_, of_b)| of_b)) />
            </div>
            <section class="stack" aria-labelledby="compare-facts">
                <h2 id="compare-facts">"Runs"</h2>
                <FactsTable label="Facts of the runs" rows=facts shows_all />
            </section>
            <section class="stack" aria-labelledby="compare-input">
                <h2 id="compare-input">"Input"</h2>
                {input.is_empty().then(|| view! { <p class="muted">"Neither run has an input."</p> })}
                {same_input.then(|| view! { <p class="muted">"Unchanged"</p> })}
                <Texts rows=input shows_all />
            </section>
            <Steps ids pairs=steps shows_all />
        </div>
    }
}

/// Reads the names of the workflows of two runs, once where both are of one workflow.
fn names_of(of_a: WorkflowId, of_b: WorkflowId) -> LocalResource<(String, String)> {
    LocalResource::new(move || {
        let (of_a, of_b) = (of_a.clone(), of_b.clone());
        async move {
            let first = api::workflows::name_of(&of_a).await;
            let second = if of_a == of_b { first.clone() } else { api::workflows::name_of(&of_b).await };
            (first, second)
        }
    })
}

/// Which run it is, and the way to it.
#[component]
fn RunCard(
    name: &'static str,
    run: Execution,
    /// The name of its workflow, once it is read.
    workflow: Signal<Option<String>>,
) -> impl IntoView {
    let (id, number) = (run.id.to_string(), run.number);
    let called = move || workflow.get().map(|workflow| run_name(&workflow, number));
    view! {
        <div class="card padded stack tight">
            <a class="strong" href=format!("/runs/{id}")>
                {name}
            </a>
            <span class="small break" dir="auto">
                {called}
            </span>
            <span class="small muted">
                <When at=Signal::stored(run.created_at) />
            </span>
        </div>
    }
}
