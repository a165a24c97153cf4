//! The menu of a run: less frequent actions.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::ExecutionId;
use sluice_web_state::actions::run_actions;

use super::budget::BudgetDialog;
use super::commands::tell;
use super::notice_offer::NoticeItem;
use super::print::print;
use super::store::RunStore;
use super::unsent::{budget, forget, hand_over_input};
use super::whole::WholeRun;
use crate::api;
use crate::browser::clipboard;
use crate::browser::files::download;
use crate::components::{Confirm, Menu, MenuItem, Toasts};

/// The menu of a run.
#[component]
pub fn RunMenu(store: RunStore) -> impl IntoView {
    let may = store.watch(run_actions);
    let asks_delete = RwSignal::new(false);
    let asks_budget = RwSignal::new(may.get_untracked().edit_budget && budget(&store.id()).is_some());
    let toasts = expect_context::<Toasts>();
    let whole = expect_context::<WholeRun>();
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
                    navigate(&format!("/workflows/{workflow}/run"), NavigateOptions::default());
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
            <MenuItem icon=icondata_lu::LuPrinter label="Print" on_press=move |_| print(store, whole, toasts) />
            <MenuItem icon=icondata_lu::LuDownload label="Export JSON" on_press=move |_| export(store.id(), toasts) />
            <Show when=move || may.get().edit_budget>
                <MenuItem icon=icondata_lu::LuCoins label="Change budget" on_press=move |_| asks_budget.set(true) />
            </Show>
            <NoticeItem />
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
    spawn_local(copy_text(window().location().href().unwrap_or_default(), toasts));
}

/// Copies a link, and says whether that was possible.
pub async fn copy_text(link: String, toasts: Toasts) {
    if clipboard::copy(&link).await {
        toasts.done("The link is copied.");
    } else {
        toasts.failed("The browser did not allow copying. Take the link from the address bar.");
    }
}

/// Gives the run to the person as a file. A message about it outlives the page, so it holds nothing of the page.
fn export(id: ExecutionId, toasts: Toasts) {
    spawn_local(async move {
        match api::executions::whole(&id).await {
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

/// Leads to the page that starts runs, with this run's input filled in.
pub fn run_again(store: RunStore) -> impl Fn(MouseEvent) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |_| {
        let (workflow, input) =
            store.peek(|run| (run.execution().workflow_id.to_string(), run.execution().input.clone()));
        hand_over_input(&workflow, &input);
        navigate(&format!("/workflows/{workflow}/run"), NavigateOptions::default());
    }
}
