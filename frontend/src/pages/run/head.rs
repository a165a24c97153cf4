//! The head of the page: which run it is, how it stands, what it has come to.

use leptos::prelude::*;
use sluice_types::fraction::fixed;

use super::actions_bar::ActionsBar;
use super::store::RunStore;
use crate::browser::memo::memo;
use crate::components::{ExecutionBadge, When};
use crate::state::format::{cost, duration, number};
use crate::state::run::RunState;

/// The name, the status and the totals, kept up to date.
#[component]
pub fn RunHead(store: RunStore, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let status = store.watch(RunState::status);
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
                    <ExecutionBadge status />
                </span>
            </div>
            <ActionsBar store />
        </header>
        <Facts store />
    }
}

/// What the run has come to: when, how long, how far, for how much.
#[component]
fn Facts(store: RunStore) -> impl IntoView {
    let started = store.watch(|run| run.execution().started_at.unwrap_or(run.execution().created_at));
    let took = move || store.head(|run| run.duration_ms(store.now_utc())).map(duration);
    let ended = store.watch(|run| run.status().is_terminal());
    // Time moves only while something happens.
    let took =
        memo(move || if ended.get() { store.head(|run| run.execution().duration_ms).map(duration) } else { took() });
    let totals = store.watch(RunState::totals);
    let progress = store.watch(RunState::progress);
    let budget = store.watch(|run| run.execution().budget_usd);
    let failed = store.watch(|run| run.status() == sluice_types::ExecutionStatus::Failed);
    view! {
        <dl class="run-facts numbers">
            <div>
                <dt>"Started"</dt>
                <dd>
                    <When at=started now=store.now />
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
            <span style:width=move || format!("{}%", fixed(progress.get() * 100.0, 2))></span>
        </div>
    }
}
