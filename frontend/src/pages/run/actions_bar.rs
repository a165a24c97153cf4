//! What can be done about the run as a whole.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use sluice_types::{PatchExecution, json};

use super::budget::BudgetDialog;
use super::commands::tell;
use super::gate::GATE_HEADING;
use super::kept::{budget, forget, keep_again};
use super::store::RunStore;
use crate::api::{self, executions::Command};
use crate::browser::files::download;
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::browser::signal::RwSignal;
use crate::components::{Button, ButtonKind, Confirm, Menu, MenuItem, Shown, Switch, Toasts};
use crate::state::actions::run_actions;

/// The buttons that fit the run's state, the YOLO switch, and the rest in a menu.
#[component]
pub fn ActionsBar(store: RunStore) -> impl IntoView {
    let may = store.watch(run_actions);
    let busy = RwSignal::new(false);
    let asks_cancel = RwSignal::new(false);
    let yolo = store.watch(|run| run.execution().yolo);
    let yolo_busy = RwSignal::new(false);
    let ended = store.watch(|run| run.status().is_terminal());
    let send = move |doing: &'static str, command: Command| {
        store.command(doing, busy, async move { api::executions::command(&store.id(), command).await });
    };
    let switch_yolo =
        move |on| {
            let patch = PatchExecution { yolo: Some(on), ..PatchExecution::default() };
            store.command("YOLO was not switched", yolo_busy, async move {
                api::executions::update(&store.id(), &patch).await
            });
        };
    view! {
        <div class="run-actions">
            <Decide store />
            <Shown is=move || may.get().yolo_switch>
                <Switch
                    label="YOLO"
                    title="Skip reviews: the run goes on without asking"
                    on=yolo
                    disabled=yolo_busy
                    on_change=switch_yolo
                />
            </Shown>
            <Shown is=move || may.get().pause>
                <Button
                    icon=icondata_lu::LuPause
                    busy
                    on_press=move |_| send("The run was not paused", Command::Pause)
                >
                    "Pause"
                </Button>
            </Shown>
            <Shown is=move || may.get().resume>
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuPlay
                    busy
                    on_press=move |_| send("The run was not resumed", Command::Resume)
                >
                    "Resume"
                </Button>
            </Shown>
            <Shown is=move || may.get().cancel>
                <Button icon=icondata_lu::LuSquare busy on_press=move |_| asks_cancel.set(true)>
                    "Cancel"
                </Button>
            </Shown>
            <Shown is=move || ended.get()>
                <Button icon=icondata_lu::LuRotateCcw on_press=run_again(store)>
                    "Run again"
                </Button>
            </Shown>
            <More store />
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
        <Shown is=move || waits.read().is_some()>
            <Button kind=ButtonKind::Primary icon=icondata_lu::LuArrowDown on_press=go>
                "Decide"
            </Button>
        </Shown>
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
fn More(store: RunStore) -> impl IntoView {
    let may = store.watch(run_actions);
    let asks_delete = RwSignal::new(false);
    let asks_budget = RwSignal::new(may.get_untracked().edit_budget && budget(&store.id()).is_some());
    let toasts = Toasts::from_context();
    let navigate = use_navigate();
    let again = run_again(store);
    let delete = move |()| {
        let navigate = navigate.clone();
        spawn_local(async move {
            let id = store.id();
            let workflow = store.peek(|run| run.execution().workflow_id.to_string());
            match api::executions::delete(&id).await {
                Ok(()) => {
                    forget(&id);
                    toasts.done("The run is deleted.");
                    navigate(&format!("/workflows/{workflow}/run"), leptos_router::NavigateOptions::default());
                }
                Err(error) => tell(toasts, "The run was not deleted", &error),
            }
        });
    };
    view! {
        <Menu label="More about this run">
            <Shown is=move || !may.get().delete>
                <MenuItem icon=icondata_lu::LuRotateCcw label="Run again" on_press=again.clone() />
            </Shown>
            <MenuItem icon=icondata_lu::LuLink label="Copy link" on_press=move |_| copy_link(toasts) />
            <MenuItem icon=icondata_lu::LuDownload label="Export JSON" on_press=move |_| export(store, toasts) />
            <Shown is=move || may.get().edit_budget>
                <MenuItem icon=icondata_lu::LuCoins label="Change budget" on_press=move |_| asks_budget.set(true) />
            </Shown>
            <Shown is=move || may.get().delete>
                <MenuItem
                    icon=icondata_lu::LuTrash2
                    label="Delete"
                    danger=true
                    on_press=move |_| asks_delete.set(true)
                />
            </Shown>
        </Menu>
        <BudgetDialog store open=asks_budget />
        <Confirm open=asks_delete title="Delete this run?" verb="Delete" on_confirm=delete>
            <p>"Its steps, texts and decisions are removed. This cannot be undone."</p>
        </Confirm>
    }
}

fn copy_link(toasts: Toasts) {
    spawn_local(async move {
        let address = window().location().href().unwrap_or_default();
        let copied = wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(&address)).await;
        match copied {
            Ok(_) => toasts.done("The link is copied."),
            Err(_) => toasts.failed("The browser did not allow copying. Take the link from the address bar."),
        }
    });
}

fn export(store: RunStore, toasts: Toasts) {
    spawn_local(async move {
        let id = store.id();
        match api::executions::get(&id).await {
            Ok(execution) => {
                let text = json::to_string_pretty(&execution).unwrap_or_default();
                if download(&format!("{id}.json"), "application/json", &text).is_err() {
                    toasts.failed("The browser did not allow the download.");
                }
            }
            Err(error) => toasts.retry("The run was not exported", &error, move || export(store, toasts)),
        }
    });
}
