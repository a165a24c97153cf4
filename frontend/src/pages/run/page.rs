//! The page as a whole: the steps joined by a line, and what the run came to.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params;
use leptos_router::params::Params;
use sluice_types::{ErrorCode, Execution, ExecutionId, StepPath, StepRunStatus};
use sluice_web_state::actions::step_actions;
use sluice_web_state::format::{plural, run_name};
use sluice_web_state::run::{RunState, stale_steps};
use sluice_web_state::run_status::RunStanding;

use super::address::{Chooser, RunView, view_of_address};
use super::auto_scroll::AutoScroll;
use super::canvas::RunCanvas;
use super::failure::RunFailure;
use super::follow::ConnectionNote;
use super::head::RunHead;
use super::input::RunInput;
use super::keys::RunKeys;
use super::notice_offer::NoticeOffer;
use super::outline::RunOutline;
use super::output::OutputCard;
use super::pane::ChosenStep;
use super::print::PrintedRun;
use super::retry::RetryDialog;
use super::search::RunSearch;
use super::step::StepItem;
use super::store::RunStore;
use super::tree::RunTree;
use super::whole::WholeRun;
use crate::api;
use crate::browser::focus::use_title;
use crate::browser::view::is_as_wide;
use crate::components::{Button, FailureNote, Icon, Note, NoteKind, RunHistory};
use crate::pages::loading::{RunLoading, RunUnavailable};
use crate::pages::not_found::{Missing, NotFound};
use crate::waiting::WaitingGates;

/// The width of a window, in CSS pixels, from which on the chosen step stands beside the tree.
const PANES_FROM_PX: f64 = 1_280.0;

/// How the steps are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Timeline,
    Canvas,
    Panes,
    List,
}

/// The page of the run that the address names.
#[component]
pub fn RunPage() -> impl IntoView {
    let params = use_params::<RunParams>();
    move || match params.get() {
        Ok(RunParams { id }) => view! { <LoadedRun id /> }.into_any(),
        Err(_) => view! { <NotFound /> }.into_any(),
    }
}

/// The parameters of the address.
#[derive(Debug, Clone, PartialEq, Params)]
struct RunParams {
    id: ExecutionId,
}

/// One run: on its way, failed to come, or there. It is read once here; then it is followed.
#[component]
fn LoadedRun(id: ExecutionId) -> impl IntoView {
    let run = LocalResource::new(move || {
        let id = id.clone();
        async move { api::executions::get(&id).await }
    });
    move || match run.get() {
        None => view! { <RunLoading lines=8 /> }.into_any(),
        Some(Err(error)) if error.code() == Some(ErrorCode::ExecutionNotFound) => {
            view! { <Missing heading="No such run" what="run" /> }.into_any()
        }
        Some(Err(error)) => view! { <RunUnavailable error on_retry=move |()| run.refetch() /> }.into_any(),
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
    let gates: WaitingGates = expect_context();
    let open = store.watch(|run| run.gates().count());
    Effect::new(move |before: Option<usize>| {
        let open = open.get();
        if before.is_some_and(|before| before != open) {
            gates.look();
        }
        open
    });
    let standing = store.watch(RunStanding::of_run);
    // Another name would be seen for a moment: the heading stays empty until the name is there.
    let title = Signal::derive(move || name.get().unwrap_or_default());
    let number = store.peek(|run| run.execution().number);
    use_title(move || {
        let name = name.get().map_or_else(|| "Run".to_owned(), |name| run_name(&name, number));
        format!("{} · {name}", standing.get().word())
    });
    let id = store.id();
    let view = view_of_address();
    Chooser::provide(store, view);
    WholeRun::provide();
    let is_wide = is_as_wide(PANES_FROM_PX);
    let layout = Memo::new(move |_| match (view.get(), is_wide.get()) {
        (RunView::Timeline, _) => Layout::Timeline,
        (RunView::Canvas, _) => Layout::Canvas,
        (RunView::Steps, true) => Layout::Panes,
        (RunView::Steps, false) => Layout::List,
    });
    let history = move || {
        view! {
            <aside aria-label="Runs of this workflow">
                <RunHistory workflow=workflow_id.clone() current=Some(id.clone()) standing />
            </aside>
        }
    };
    let columns = move || match layout.get() {
        Layout::Timeline => view! { <StepsSection store><RunTree store is_timeline=true /></StepsSection> }.into_any(),
        Layout::Canvas => view! { <RunCanvas store /> }.into_any(),
        Layout::Panes => view! {
            <div class="run-panes">
                <div class="pane-left">
                    <StepsSection store><RunTree store is_timeline=false /></StepsSection>
                    {history()}
                </div>
                <div class="stack">
                    <ChosenStep store />
                    <OutputCard store />
                </div>
            </div>
        }
        .into_any(),
        Layout::List => view! {
            <div class="run-columns">
                <div>
                    <StepsSection store><Pipeline store /></StepsSection>
                    <OutputCard store />
                </div>
                <div class="run-side">
                    <RunOutline store />
                    {history()}
                </div>
            </div>
        }
        .into_any(),
    };
    let columns = StoredValue::new(ViewFn::from(columns));
    view! {
        <Show when=move || !store.gone.get() fallback=|| view! { <Missing heading="No such run" what="run" /> }>
            <ConnectionNote store />
            <RunHead store name=title view />
            <RunSearch store />
            <NoticeOffer store />
            <RunInput store />
            <RunFailure store />
            <StaleSteps store />
            <NoSuchStep store />
            {move || columns.with_value(ViewFn::run)}
            <RetryDialog store />
            <AutoScroll store />
            <RunKeys store />
            <PrintedRun store name=title />
        </Show>
    }
}

/// Says that the step of the address could not be read.
#[component]
fn NoSuchStep(store: RunStore) -> impl IntoView {
    move || {
        let (path, error) = store.missing.get()?;
        let shown = if error.code() == Some(ErrorCode::StepRunNotFound) {
            view! { <Note kind=NoteKind::Warn>{format!("This run has no step at the address “{path}”.")}</Note> }
                .into_any()
        } else {
            view! { <FailureNote error /> }.into_any()
        };
        Some(view! { <div class="stale-note">{shown}</div> })
    }
}

/// Says that steps were made from a text that a person has replaced since, and offers to make them anew.
#[component]
fn StaleSteps(store: RunStore) -> impl IntoView {
    let stale = store.watch(stale_steps);
    let may = store.watch(|run| {
        stale_steps(run).first().and_then(|path| run.step(path)).is_some_and(|step| step_actions(step, run).retry)
    });
    let verb = move || if stale.with(Vec::len) == 1 { "Run it again" } else { "Run them again" };
    let text = move || {
        let count = stale.with(Vec::len);
        let steps = plural(u64::try_from(count).unwrap_or(u64::MAX), "step was", "steps were");
        format!("{steps} made from an older text.")
    };
    view! {
        <Show when=move || !stale.with(Vec::is_empty)>
            <div class="note warn stale-note">
                <Icon icon=icondata_lu::LuHistory />
                <span class="grow">{text}</span>
                <Show when=move || may.get()>
                    <Button small=true on_press=move |_| store.retrying.set(stale.get_untracked().into_iter().next())>
                        {verb}
                    </Button>
                </Show>
            </div>
        </Show>
    }
}

/// Reads what the run runs, and what its workflow is called; without an answer its id has to do.
fn load_workflow(store: RunStore, name: RwSignal<Option<String>>) {
    let (id, workflow) = store.peek(|run| (run.execution().id.clone(), run.execution().workflow_id.clone()));
    spawn_local(store.read_definition(id));
    spawn_local(async move {
        name.try_set(Some(api::workflows::name_of(&workflow).await));
    });
}

/// The steps in one of their views, and what screen readers are told of gates.
#[component]
fn StepsSection(store: RunStore, children: Children) -> impl IntoView {
    let waits = Memo::new(move |_| {
        store.head(|run| {
            let labels: Vec<&str> = run.gates().map(|step| step.run.label.as_str()).collect();
            match labels.as_slice() {
                [] => None,
                [label] => Some(format!("{label} waits for your decision.")),
                several => Some(format!("{} wait for your decision.", several.join(", "))),
            }
        })
    });
    view! {
        <section aria-labelledby="steps-heading">
            <h2 id="steps-heading" class="visually-hidden">
                "Steps"
            </h2>
            <div class="visually-hidden" role="status">
                {move || waits.get()}
            </div>
            {children()}
        </section>
    }
}

/// The steps as a list. The line between them is coloured as far as the run has come.
#[component]
fn Pipeline(store: RunStore) -> impl IntoView {
    let latest = Memo::new(move |_| store.head(latest_completed));
    view! {
        <ol>
            <For each=move || store.paths() key=Clone::clone let:path>
                <StepItem store path latest />
            </For>
        </ol>
    }
}

/// The step that completed last: it stays open until the next one completes, so that nobody loses the
/// line while reading. A gate shows its text itself, and a failure
/// is what one came to see.
fn latest_completed(run: &RunState) -> Option<StepPath> {
    let failed = run.steps().iter().any(|step| step.run.status == StepRunStatus::Failed);
    if run.gate().is_some() || failed {
        return None;
    }
    let completed = run.top().filter(|step| step.run.status == StepRunStatus::Completed);
    completed.max_by_key(|step| step.run.completed_at).map(|step| step.run.path.clone())
}
