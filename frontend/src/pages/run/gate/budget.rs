//! The budget does not cover the next call: raise it, change what is called, or stop.

use leptos::prelude::*;
use sluice_types::{DecideGate, PatchStep, ReviewDecision, StepPath};
use sluice_web_state::run_text::{budget_gate_hint, budget_of, dollars, suggested_budget};

use super::form::GateForm;
use crate::api;
use crate::components::{Button, ButtonKind, FailureNote, Field};
use crate::pages::run::store::RunStore;
use crate::pages::run::unsent::{asked_with, keep_asked_with};

/// An amount to raise the budget to, and the other ways out.
#[component]
pub fn BudgetGate(form: GateForm, store: RunStore, path: StepPath) -> impl IntoView {
    let spent = store.peek(|run| run.totals().cost_usd);
    let needed = form.gate.with_untracked(|gate| gate.as_ref().and_then(|gate| gate.needed_usd));
    let rest = estimate_of_rest(store, path.clone(), needed.is_some());
    let suggested =
        move || needed.map(|needed| dollars(suggested_budget(spent, needed, rest.get()))).unwrap_or_default();
    let typed = Memo::new(move |_| form.typed.read().text.clone().unwrap_or_else(suggested));
    let wrong = Memo::new(move |_| match budget_of(&typed.read()) {
        Ok(Some(_)) => None,
        Ok(None) => Some("Write an amount, as 0.50.".to_owned()),
        Err(message) => Some(message),
    });
    let decide = move |decision, budget_usd| {
        form.decide(DecideGate { decision, comment: None, content: None, budget_usd, opened_seq: None });
    };
    let raise = move |_| {
        if let Ok(Some(budget)) = budget_of(&typed.read_untracked()) {
            decide(ReviewDecision::RaiseBudget, Some(budget));
        }
    };
    let budget = store.watch(|run| run.execution().budget_usd);
    let hint = Signal::derive(move || budget_gate_hint(spent, budget.get(), needed.unwrap_or_default(), rest.get()));
    let changed = is_changed(form, store, path);
    view! {
        <Show when=move || form.may(ReviewDecision::RaiseBudget) && needed.is_some()>
            <Field label="New budget in US dollars" hint wrong=wrong let:ids>
                <input
                    class="input amount"
                    readonly=move || form.busy().get()
                    id=ids.input
                    inputmode="decimal"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    prop:value=move || typed.get()
                    on:input:target=move |event| form.write(event.target().value())
                />
            </Field>
        </Show>
        {move || form.error().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap gate-actions">
            <Show when=move || form.may(ReviewDecision::RaiseBudget) && needed.is_some()>
                <Button
                    kind=ButtonKind::Primary
                    busy=form.busy()
                    disabled=Signal::derive(move || wrong.read().is_some())
                    on_press=raise
                >
                    "Raise the budget and go on"
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Repeat)>
                <Button
                    busy=form.busy()
                    disabled=Signal::derive(move || !changed.get())
                    on_press=move |_| decide(ReviewDecision::Repeat, None)
                >
                    "Try with the changed model"
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Stop)>
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::Stop, None)>
                    "Stop and keep the results"
                </Button>
            </Show>
        </div>
    }
}

/// What the rest of the run may cost at the most, when it is known.
fn estimate_of_rest(store: RunStore, path: StepPath, is_wanted: bool) -> Memo<Option<f64>> {
    let plan = LocalResource::new(move || {
        let (id, path) = (store.id(), path.clone());
        async move {
            if !is_wanted {
                return None;
            }
            // The page goes without while it cannot be read: the next call alone is known.
            let plan = api::executions::plan_retry(&id, &path, &PatchStep::default()).await.ok()?;
            plan.cost_usd.map(|cost| cost.high)
        }
    });
    Memo::new(move |_| plan.get().flatten())
}

/// Whether the step or the budget was changed since the gate asked, as far as this browser saw it. The same call would be
/// refused again.
fn is_changed(form: GateForm, store: RunStore, path: StepPath) -> Memo<bool> {
    Memo::new(move |_| {
        let Some(asked) = form.gate.with(|gate| gate.as_ref().map(|gate| gate.opened_seq)) else { return false };
        // The definition may not be loaded yet.
        let Some(step) = store.step_at(&path) else { return false };
        let budget = store.head(|run| run.execution().budget_usd);
        let now = serde_json::to_string(&(&*step, budget)).unwrap_or_default();
        let before = asked_with(&store.id(), &path, asked);
        if before.is_none() {
            keep_asked_with(&store.id(), &path, asked, &now);
        }
        before.is_some_and(|before| before != now)
    })
}
