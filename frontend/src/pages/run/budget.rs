//! The budget of a run, changed while it runs.

use leptos::prelude::*;
use sluice_types::PatchExecution;
use sluice_web_state::format::cost;
use sluice_web_state::run_text::{budget_of, dollars};

use super::store::RunStore;
use super::unsent::{budget, keep_budget};
use crate::api::{self, ApiResult};
use crate::components::{Button, ButtonKind, Dialog, FailureNote, Field};

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
                hint=format!("Before a call that would go beyond it, the run asks. Spent so far: {}. Empty: no limit.", cost(spent))
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
            <Button on_press=move |_| open.set(false)>"Cancel"</Button>
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
