//! The head of the page: which run it is, how it stands, and what can be done about it.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use sluice_types::{ExecutionId, PatchExecution};
use sluice_web_state::actions::run_actions;
use sluice_web_state::format::{cost, duration, number};
use sluice_web_state::run::RunState;
use sluice_web_state::run_status::RunStanding;
use sluice_web_state::run_text::{budget_of, dollars};

use super::commands::tell;
use super::draft_storage::{budget, forget, keep_again, keep_budget};
use super::gate::GATE_HEADING;
use super::store::RunStore;
use crate::api::executions::Command;
use crate::api::{self, ApiResult};
use crate::browser::clipboard;
use crate::browser::files::download;
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::components::{
    Button, ButtonKind, Confirm, Dialog, FailureNote, Field, Menu, MenuItem, RunBadge, Switch, Toasts, When,
};

/// The name, the status and the totals, kept up to date.
#[component]
pub fn RunHead(store: RunStore, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let standing = store.watch(RunStanding::of_run);
    let workflow = store.peek(|run| run.execution().workflow_id.to_string());
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <a href="/">"Workflows"</a>
            <span aria-hidden="true">"/"</span>
            <a href=format!("/workflows/{workflow}")>{move || name.get()}</a>
            <span aria-hidden="true">"/"</span>
            <span aria-current="page">"Run"</span>
        </nav>
        <header class="page-head run-head">
            <div class="row wrap">
                <h1 class="break">{move || name.get()}</h1>
                <span role="status">
                    <RunBadge standing />
                </span>
            </div>
            <ActionsBar store />
        </header>
        <RunFacts store />
    }
}

/// What the run has come to: when, how long, how far, for how much.
#[component]
fn RunFacts(store: RunStore) -> impl IntoView {
    let started = store.watch(|run| run.execution().started_at.unwrap_or(run.execution().created_at));
    let took = move || store.head(|run| run.duration_ms(store.now_utc())).map(duration);
    let ended = store.watch(|run| run.status().is_terminal());
    // Time moves only while something happens.
    let took =
        Memo::new(
            move |_| if ended.get() { store.head(|run| run.execution().duration_ms).map(duration) } else { took() },
        );
    let totals = store.watch(RunState::totals);
    let progress = store.watch(RunState::progress);
    let budget = store.watch(|run| run.execution().budget_usd);
    let failed = store.watch(|run| run.status() == sluice_types::ExecutionStatus::Failed);
    view! {
        <dl class="run-facts numbers">
            <div>
                <dt>"Started"</dt>
                <dd>
                    <When at=started />
                </dd>
            </div>
            <div>
                <dt>"Duration"</dt>
                <dd>{move || took.get().unwrap_or_else(|| "–".to_owned())}</dd>
            </div>
            <div>
                <dt>"Steps"</dt>
                <dd>{move || totals.with(|totals| format!("{} of {}", totals.executed, totals.total))}</dd>
            </div>
            <div>
                <dt>"Cost"</dt>
                <dd>{move || cost(totals.get().cost_usd)}</dd>
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

/// The buttons that fit the run's state, the YOLO switch, and the rest in a menu.
#[component]
pub fn ActionsBar(store: RunStore) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let may = store.watch(run_actions);
    let asks_cancel = RwSignal::new(false);
    let yolo = store.watch(|run| run.execution().yolo);
    let ended = store.watch(|run| run.status().is_terminal());
    let command = Action::new_unsync(move |&(command, doing): &(Command, &'static str)| {
        let id = store.id();
        async move { tell(toasts, doing, store.send(api::executions::command(&id, command)).await) }
    });
    let busy = command.pending();
    let send = move |doing, what| _ = command.dispatch_local((what, doing));
    let switch_yolo = Action::new_unsync(move |&on: &bool| {
        let (id, patch) = (store.id(), PatchExecution { yolo: Some(on), ..PatchExecution::default() });
        async move { tell(toasts, "YOLO was not switched", store.send(api::executions::update(&id, &patch)).await) }
    });
    view! {
        <div class="run-actions">
            <Decide store />
            <Show when=move || may.get().yolo_switch>
                <Switch
                    label="YOLO"
                    title="Skip reviews: the run goes on without asking"
                    on=yolo
                    disabled=switch_yolo.pending()
                    on_change=move |on| _ = switch_yolo.dispatch_local(on)
                />
            </Show>
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
            on_confirm=move |()| send("The run was not cancelled", Command::Cancel)
        >
            <p>
                "Steps under way stop at once. The text that has come so far is kept, and the run can be taken up again from any step."
            </p>
        </Confirm>
    }
}

/// The way to what the run waits for, however far down the page it is.
#[component]
fn Decide(store: RunStore) -> impl IntoView {
    let waits = store.watch(|run| run.gate().map(|step| step.run.path.clone()));
    let go = move |_| {
        let Some(path) = waits.get_untracked() else { return };
        // A person may have closed it.
        store.choices.update(|choices| {
            choices.insert(path.to_string(), true);
        });
        request_animation_frame(move || {
            scroll_into_view(GATE_HEADING);
            focus_soon(GATE_HEADING.to_owned());
        });
    };
    view! {
        <Show when=move || waits.read().is_some()>
            <Button kind=ButtonKind::Primary icon=icondata_lu::LuArrowDown on_press=go>
                "Decide"
            </Button>
        </Show>
    }
}

/// Leads to the page that starts runs, with this run's input filled in.
fn run_again(store: RunStore) -> impl Fn(MouseEvent) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |_| {
        let (workflow, input) =
            store.peek(|run| (run.execution().workflow_id.to_string(), run.execution().input.clone()));
        keep_again(&workflow, &input);
        navigate(&format!("/workflows/{workflow}/run"), leptos_router::NavigateOptions::default());
    }
}

/// What is needed less often.
#[component]
fn RunMenu(store: RunStore) -> impl IntoView {
    let may = store.watch(run_actions);
    let asks_delete = RwSignal::new(false);
    let asks_budget = RwSignal::new(may.get_untracked().edit_budget && budget(&store.id()).is_some());
    let toasts = expect_context::<Toasts>();
    let navigate = use_navigate();
    let again = run_again(store);
    let delete = Action::new_unsync(move |&(): &()| {
        let navigate = navigate.clone();
        let (id, workflow) = store.peek(|run| (run.execution().id.clone(), run.execution().workflow_id.clone()));
        async move {
            match api::executions::delete(&id).await {
                Ok(()) => {
                    forget(&id);
                    toasts.done("The run is deleted.");
                    navigate(&format!("/workflows/{workflow}/run"), leptos_router::NavigateOptions::default());
                }
                Err(error) => tell(toasts, "The run was not deleted", Err(error)),
            }
        }
    });
    view! {
        <Menu label="More about this run">
            <Show when=move || !may.get().delete>
                <MenuItem icon=icondata_lu::LuRotateCcw label="Run again" on_press=again.clone() />
            </Show>
            <MenuItem icon=icondata_lu::LuLink label="Copy link" on_press=move |_| copy_link(toasts) />
            <MenuItem icon=icondata_lu::LuDownload label="Export JSON" on_press=move |_| export(store.id(), toasts) />
            <Show when=move || may.get().edit_budget>
                <MenuItem icon=icondata_lu::LuCoins label="Change budget" on_press=move |_| asks_budget.set(true) />
            </Show>
            <Show when=move || may.get().delete>
                <MenuItem
                    icon=icondata_lu::LuTrash2
                    label="Delete"
                    danger=true
                    on_press=move |_| asks_delete.set(true)
                />
            </Show>
        </Menu>
        <BudgetDialog store open=asks_budget />
        <Confirm open=asks_delete title="Delete this run?" verb="Delete" on_confirm=move |()| _ = delete.dispatch_local(())>
            <p>"Its steps, texts and decisions are removed. This cannot be undone."</p>
        </Confirm>
    }
}

fn copy_link(toasts: Toasts) {
    spawn_local(async move {
        if clipboard::copy(&window().location().href().unwrap_or_default()).await {
            toasts.done("The link is copied.");
        } else {
            toasts.failed("The browser did not allow copying. Take the link from the address bar.");
        }
    });
}

/// Gives the run to the person as a file. A message about it outlives the page, so it holds nothing of the page.
fn export(id: ExecutionId, toasts: Toasts) {
    spawn_local(async move {
        match api::executions::get(&id).await {
            Ok(execution) => {
                let text = serde_json::to_string_pretty(&execution).unwrap_or_default();
                if download(&format!("{id}.json"), "application/json", &text).is_err() {
                    toasts.failed("The browser did not allow the download.");
                }
            }
            Err(error) => toasts.retry("The run was not exported", &error, move || export(id.clone(), toasts)),
        }
    });
}

/// Changes the budget, or takes it away.
#[component]
pub fn BudgetDialog(store: RunStore, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open on_close=move |()| open.set(false) title="Budget of this run">
            <BudgetForm store open />
        </Dialog>
    }
}

#[component]
fn BudgetForm(store: RunStore, open: RwSignal<bool>) -> impl IntoView {
    let (given, spent) = store.peek(|run| (run.execution().budget_usd, run.totals().cost_usd));
    let given = given.map(dollars).unwrap_or_default();
    let typed = RwSignal::new(budget(&store.id()).unwrap_or_else(|| given.clone()));
    Effect::new(move || {
        typed.with(|typed| keep_budget(&store.id(), (*typed != given).then_some(typed)));
    });
    // Closed by a person, not left: what was typed is done with.
    on_cleanup(move || {
        if open.try_get_untracked() == Some(false) {
            keep_budget(&store.id(), None);
        }
    });
    let wrong = Memo::new(move |_| budget_of(&typed.read()).err());
    let save = Action::new_unsync(move |&budget: &Option<f64>| {
        let (id, patch) = (store.id(), PatchExecution { budget_usd: Some(budget), ..PatchExecution::default() });
        async move {
            store.send(api::executions::update(&id, &patch)).await?;
            open.set(false);
            ApiResult::Ok(())
        }
    });
    let error = move || save.value().get().and_then(Result::err);
    let press = move |_| {
        if let Ok(budget) = budget_of(&typed.read_untracked()) {
            save.dispatch_local(budget);
        }
    };
    view! {
        <div class="body stack">
            <Field
                label="Budget in US dollars"
                hint=format!("Before a call that would go beyond it, the run asks. Spent so far: ${}. Empty: no limit.", dollars(spent))
                wrong=wrong
                let:ids
            >
                <input
                    class="input"
                    id=ids.input
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    inputmode="decimal"
                    prop:value=move || typed.get()
                    on:input:target=move |event| typed.set(event.target().value())
                />
            </Field>
            {move || error().map(|error| view! { <FailureNote error /> })}
        </div>
        <footer>
            <Button on_press=move |_| open.set(false)>"Keep"</Button>
            <Button
                kind=ButtonKind::Primary
                busy=save.pending()
                disabled=Signal::derive(move || wrong.get().is_some())
                on_press=press
            >
                "Save"
            </Button>
        </footer>
    }
}
