//! What the run may cost before it asks.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::PatchExecution;

use super::kept::{budget, keep_budget};
use super::store::RunStore;
use crate::api::{self, ApiError};
use crate::browser::effect::effect;
use crate::browser::memo::memo;
use crate::browser::signal::RwSignal;
use crate::components::{Button, ButtonKind, Dialog, FailureNote, Field};
use crate::state::run_text::{budget_of, dollars};

/// Changes the budget, or takes it away.
#[component]
pub fn BudgetDialog(store: RunStore, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="Budget of this run">
            <BudgetForm store open />
        </Dialog>
    }
}

#[component]
fn BudgetForm(store: RunStore, open: RwSignal<bool>) -> impl IntoView {
    let (given, spent) = store.peek(|run| (run.execution().budget_usd, run.totals().cost_usd));
    let given = given.map(dollars).unwrap_or_default();
    let typed = RwSignal::new(budget(&store.id()).unwrap_or_else(|| given.clone()));
    effect(move || {
        typed.with(|typed| keep_budget(&store.id(), (*typed != given).then_some(typed)));
    });
    // Closed by a person, not left: what was typed is done with.
    on_cleanup(move || {
        if open.try_get_untracked() == Some(false) {
            keep_budget(&store.id(), None);
        }
    });
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let wrong = memo(move || budget_of(&typed.read()).err());
    let save = move |_| {
        let Ok(budget) = budget_of(&typed.read_untracked()) else { return };
        let patch = PatchExecution { budget_usd: Some(budget), ..PatchExecution::default() };
        spawn_local(async move {
            let sent = store.send(busy, api::executions::update(&store.id(), &patch)).await;
            if sent.is_ok() {
                open.try_set(false);
            }
            error.try_set(sent.err());
        });
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
            {move || error.get().map(|error| view! { <FailureNote error /> })}
        </div>
        <footer>
            <Button on_press=move |_| open.set(false)>"Keep"</Button>
            <Button kind=ButtonKind::Primary busy disabled=Signal::derive(move || wrong.get().is_some()) on_press=save>
                "Save"
            </Button>
        </footer>
    }
}
