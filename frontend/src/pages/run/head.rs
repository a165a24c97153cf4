//! The head of the page: which run it is, how it stands, and what can be done about it.

use leptos::prelude::*;
use sluice_types::{ExecutionStatus, PatchExecution};
use sluice_web_state::actions::run_actions;
use sluice_web_state::format::{cost, duration, known_cost, number, run_number};
use sluice_web_state::run::RunState;
use sluice_web_state::run_status::RunStanding;

use super::address::{Chooser, RunView, ViewChoice};
use super::commands::tell;
use super::ids::gate_heading;
use super::menu::{RunMenu, run_again};
use super::search::SearchButton;
use super::store::RunStore;
use crate::api;
use crate::api::executions::Command;
use crate::components::{Button, ButtonKind, Confirm, RunBadge, Switch, Toasts, When};
use crate::pages::run::offered;

/// A shorter wait, in milliseconds, is not worth a figure at the head.
const LEAST_WAIT_MS: i64 = 1_000;

/// The name, the status and the totals, kept up to date.
#[component]
pub fn RunHead(store: RunStore, #[prop(into)] name: Signal<String>, view: Memo<RunView>) -> impl IntoView {
    let standing = store.watch(RunStanding::of_run);
    let (workflow, number) = store.peek(|run| (run.execution().workflow_id.to_string(), run.execution().number));
    let number = number.map(run_number);
    view! {
        <div class="run-top">
            <nav class="crumbs" aria-label="Breadcrumbs">
                <a href="/">"Workflows"</a>
                <span aria-hidden="true">"/"</span>
                <a href=format!("/workflows/{workflow}")>{move || name.get()}</a>
                <span aria-hidden="true">"/"</span>
                <span aria-current="page">{number.clone().unwrap_or_else(|| "Run".to_owned())}</span>
            </nav>
            <RunOrigin store />
        </div>
        <header class="page-head run-head">
            <div class="row wrap">
                <h1 class="break">
                    {move || name.get()}
                    {number.map(|number| view! { <span class="muted numbers">" " {number}</span> })}
                </h1>
                <span role="status">
                    <RunBadge standing />
                </span>
            </div>
            <div class="row">
                <ViewChoice view />
                <SearchButton />
            </div>
            <ActionsBar store />
        </header>
        <RunFacts store />
        <RunMetadata store />
    }
}

/// The version that the run runs, and who started it.
#[component]
fn RunOrigin(store: RunStore) -> impl IntoView {
    let (workflow, version, starter) = store.peek(|run| {
        let run = run.execution();
        (run.workflow_id.to_string(), run.workflow_version, run.triggered_by.clone())
    });
    view! {
        <p class="small muted break run-origin">
            <a href=format!("/workflows/{workflow}/versions")>{format!("Version {version}")}</a>
            {format!(" · started by {starter}")}
        </p>
    }
}

/// The texts that a client has put to the run, when there are any. They never change.
#[component]
fn RunMetadata(store: RunStore) -> impl IntoView {
    let metadata = store.peek(|run| run.execution().metadata.clone());
    (!metadata.is_empty()).then(|| {
        let entry = |(key, value)| {
            view! {
                <div>
                    <dt>{key}</dt>
                    <dd class="break">{value}</dd>
                </div>
            }
        };
        view! {
            <dl class="run-metadata" aria-label="Metadata">
                {metadata.into_iter().map(entry).collect_view()}
            </dl>
        }
    })
}

/// The totals of the run: start, duration, progress, cost.
#[component]
fn RunFacts(store: RunStore) -> impl IntoView {
    let started = store.watch(|run| run.execution().started_at.unwrap_or(run.execution().created_at));
    let ended = store.watch(|run| run.status().is_terminal());
    // Time moves only while something happens.
    let now = move || if ended.get() { chrono::DateTime::default() } else { store.now_utc() };
    let spent = Memo::new(move |_| {
        let now = now();
        store.head(|run| run.is_timed().then(|| run.spent(now)))
    });
    // The events of a large run that has ended are not read: work and waits are not told apart.
    let whole = store.watch(|run| {
        let is_told = run.is_timed() || run.wants_stream();
        run.execution().duration_ms.filter(|_| !is_told).map(duration)
    });
    let waited = move || spent.get().map(|spent| spent.waited_ms).filter(|ms| *ms >= LEAST_WAIT_MS).map(duration);
    let totals = store.watch(RunState::totals);
    let progress = store.watch(RunState::progress);
    let budget = store.watch(|run| run.execution().budget_usd);
    let failed = store.watch(|run| run.status() == ExecutionStatus::Failed);
    view! {
        // On a phone it is scrolled sideways, also by keys.
        <dl class="run-facts numbers" tabindex="0">
            <div>
                <dt>"Started"</dt>
                <dd>
                    <When at=started />
                </dd>
            </div>
            <div>
                <dt>{move || if whole.read().is_some() { "Duration" } else { "Worked" }}</dt>
                <dd>
                    {move || {
                        let worked = spent.get().map(|spent| duration(spent.worked_ms));
                        whole.get().or(worked).unwrap_or_else(|| "–".to_owned())
                    }}
                </dd>
            </div>
            <Show when=move || waited().is_some()>
                <div>
                    <dt>"Waited"</dt>
                    <dd title="For a person, between attempts, or on hold">{waited}</dd>
                </div>
            </Show>
            <div>
                <dt>"Steps"</dt>
                <dd>{move || totals.with(|totals| format!("{} of {}", totals.executed, totals.total))}</dd>
            </div>
            <div>
                <dt>"Cost"</dt>
                <dd>{move || totals.with(|totals| known_cost(totals.cost_usd, totals.unpriced_calls))}</dd>
            </div>
            <div>
                <dt>"Budget"</dt>
                <dd>{move || budget.get().map_or_else(|| "none".to_owned(), cost)}</dd>
            </div>
            <div>
                <dt>"Tokens"</dt>
                <dd>
                    <span title="read by the models">{move || number(totals.get().tokens.input_tokens)} " in"</span>
                    ", "
                    <span title="written by the models">{move || number(totals.get().tokens.output_tokens)} " out"</span>
                </dd>
            </div>
        </dl>
        <div class="run-progress" class:failed=move || failed.get() aria-hidden="true">
            <span style:width=move || format!("{:.2}%", progress.get() * 100.0)></span>
        </div>
    }
}

/// The buttons that fit the run's state, the switch that skips reviews, and the rest in a menu.
#[component]
pub fn ActionsBar(store: RunStore) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let may = store.watch(run_actions);
    let asks_cancel = RwSignal::new(false);
    let ended = store.watch(|run| run.status().is_terminal());
    let command = Action::new_unsync(move |&(command, doing): &(Command, &'static str)| {
        let id = store.id();
        async move { tell(toasts, doing, store.send(api::executions::command(&id, command)).await) }
    });
    let busy = command.pending();
    let send = move |doing, what| _ = command.dispatch_local((what, doing));
    offered::offer(store, send, asks_cancel);
    view! {
        <div class="run-actions">
            <Decide store />
            <SkipReviews store />
            <Show when=move || may.get().pause>
                <Button
                    icon=icondata_lu::LuPause
                    busy
                    on_press=move |_| send("The run was not paused", Command::Pause)
                >
                    "Pause"
                </Button>
            </Show>
            <Show when=move || may.get().resume>
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuPlay
                    busy
                    on_press=move |_| send("The run was not resumed", Command::Resume)
                >
                    "Resume"
                </Button>
            </Show>
            <Show when=move || may.get().cancel>
                <Button icon=icondata_lu::LuSquare busy on_press=move |_| asks_cancel.set(true)>
                    "Cancel"
                </Button>
            </Show>
            <Show when=move || ended.get()>
                <Button icon=icondata_lu::LuRotateCcw on_press=run_again(store)>
                    "Run again"
                </Button>
            </Show>
            <RunMenu store />
        </div>
        <Confirm
            open=asks_cancel
            title="Cancel this run?"
            verb="Cancel the run"
            keep="Keep running"
            on_confirm=move |()| send("The run was not cancelled", Command::Cancel)
        >
            <p>
                "Steps under way stop at once. The text that has come so far is kept, and the run can continue from any step."
            </p>
        </Confirm>
    }
}

/// The switch that skips the reviews to come.
#[component]
fn SkipReviews(store: RunStore) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let may = store.watch(|run| run_actions(run).yolo_switch);
    let on = store.watch(|run| run.execution().yolo);
    let switch = Action::new_unsync(move |&on: &bool| {
        let (id, patch) = (store.id(), PatchExecution { yolo: Some(on), ..PatchExecution::default() });
        let failed = "The reviews were not switched";
        async move { tell(toasts, failed, store.send(api::executions::update(&id, &patch)).await) }
    });
    view! {
        <Show when=move || may.get()>
            <Switch
                label="Skip reviews"
                title="YOLO: the run goes on without asking"
                on
                disabled=switch.pending()
                on_change=move |on| _ = switch.dispatch_local(on)
            />
        </Show>
    }
}

/// The way to what the run waits for, however far down the page it is. Of several gates, each press leads to the next.
#[component]
fn Decide(store: RunStore) -> impl IntoView {
    let chooser = expect_context::<Chooser>();
    let waits = store.watch(|run| run.gates().map(|step| step.run.path.clone()).collect::<Vec<_>>());
    let next = StoredValue::new(0_usize);
    let go = move |_| {
        let paths = waits.get_untracked();
        let turn = next.try_update_value(|next| std::mem::replace(next, next.wrapping_add(1))).unwrap_or_default();
        let Some(path) = paths.get(turn.checked_rem(paths.len()).unwrap_or_default()).cloned() else { return };
        chooser.lead_to(&path, gate_heading(&path));
    };
    let text = move || match waits.read().len() {
        0 | 1 => "Decide".to_owned(),
        several => format!("Decide ({several})"),
    };
    view! {
        <Show when=move || !waits.read().is_empty()>
            <Button kind=ButtonKind::Primary icon=icondata_lu::LuArrowDown on_press=go>
                {text}
            </Button>
        </Show>
    }
}
