//! The budget does not cover the next call: raise it, or stop and keep what there is.

use leptos::prelude::*;
use sluice_types::{ReviewDecision, ReviewRequest};

use super::Desk;
use crate::browser::memo::memo;
use crate::components::{Button, ButtonKind, FailureNote, Field, Shown};
use crate::pages::run::store::RunStore;
use crate::state::run_text::{budget_of, dollars, suggested_budget};

/// An amount to raise the budget to, and the other ways out.
#[component]
pub fn BudgetGate(desk: Desk, store: RunStore) -> impl IntoView {
    let spent = store.peek(|run| run.totals().cost_usd);
    let needed = desk.gate.with_untracked(|gate| gate.as_ref().and_then(|gate| gate.needed_usd));
    let suggested = needed.map(|needed| dollars(suggested_budget(spent, needed))).unwrap_or_default();
    let typed = memo(move || desk.typed.read().text.clone().unwrap_or_else(|| suggested.clone()));
    let wrong = memo(move || match budget_of(&typed.read()) {
        Ok(Some(_)) => None,
        Ok(None) => Some("Write an amount, as 0.50.".to_owned()),
        Err(message) => Some(message),
    });
    let decide = move |decision, budget_usd| {
        desk.decide(ReviewRequest { decision, comment: None, content: None, budget_usd, opened_seq: None });
    };
    let raise = move |_| {
        if let Ok(Some(budget)) = budget_of(&typed.read_untracked()) {
            decide(ReviewDecision::RaiseBudget, Some(budget));
        }
    };
    let hint = match needed {
        Some(needed) => format!("Spent so far: ${}. The next call may cost ${}.", dollars(spent), dollars(needed)),
        None => "What the next call costs is not known: no budget covers it. Switch to a model with a known price."
            .to_owned(),
    };
    view! {
        <Shown is=move || desk.may(ReviewDecision::RaiseBudget) && needed.is_some() otherwise={
            let hint = hint.clone();
            move || view! { <p>{hint.clone()}</p> }
        }>
            <Field label="New budget in US dollars" hint=hint.clone() wrong=wrong let:ids>
                <input
                    class="input amount"
                    readonly=move || desk.busy.get()
                    id=ids.input
                    inputmode="decimal"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    prop:value=move || typed.get()
                    on:input:target=move |event| desk.write(event.target().value())
                />
            </Field>
        </Shown>
        {move || desk.error.get().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap">
            <Shown is=move || desk.may(ReviewDecision::RaiseBudget) && needed.is_some()>
                <Button
                    kind=ButtonKind::Primary
                    busy=desk.busy
                    disabled=Signal::derive(move || wrong.read().is_some())
                    on_press=raise
                >
                    "Raise the budget and go on"
                </Button>
            </Shown>
            <Shown is=move || desk.may(ReviewDecision::Repeat)>
                <Button busy=desk.busy on_press=move |_| decide(ReviewDecision::Repeat, None)>
                    "Try with the changed model"
                </Button>
            </Shown>
            <Shown is=move || desk.may(ReviewDecision::Stop)>
                <Button busy=desk.busy on_press=move |_| decide(ReviewDecision::Stop, None)>
                    "Stop and keep the results"
                </Button>
            </Shown>
        </div>
    }
}
