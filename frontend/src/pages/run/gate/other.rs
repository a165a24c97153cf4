//! Gates that ask for no text: a budget that does not cover the next call, an outcome that nobody knows, and a step at
//! which the server stopped too often.

use leptos::prelude::*;
use sluice_types::{DecideGate, ReviewDecision};
use sluice_web_state::run_text::{budget_of, dollars, suggested_budget};

use super::form::{GateForm, TextEditor};
use crate::components::{Button, ButtonKind, FailureNote, Field};
use crate::pages::run::history::folded;
use crate::pages::run::store::RunStore;

/// An amount to raise the budget to, and the other ways out.
#[component]
pub fn BudgetGate(form: GateForm, store: RunStore) -> impl IntoView {
    let spent = store.peek(|run| run.totals().cost_usd);
    let needed = form.gate.with_untracked(|gate| gate.as_ref().and_then(|gate| gate.needed_usd));
    let suggested = needed.map(|needed| dollars(suggested_budget(spent, needed))).unwrap_or_default();
    let typed = Memo::new(move |_| form.typed.read().text.clone().unwrap_or_else(|| suggested.clone()));
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
    let hint = match needed {
        Some(needed) => format!("Spent so far: ${}. The next call may cost ${}.", dollars(spent), dollars(needed)),
        None => "What the next call costs is not known: no budget covers it. Switch to a model with a known price."
            .to_owned(),
    };
    view! {
        <Show when=move || form.may(ReviewDecision::RaiseBudget) && needed.is_some() fallback={
            let hint = hint.clone();
            move || view! { <p>{hint.clone()}</p> }
        }>
            <Field label="New budget in US dollars" hint=hint.clone() wrong=wrong let:ids>
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
        <div class="row wrap">
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
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::Repeat, None)>
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

/// The ways to go on, and the text that came before it stopped. None of them is put forward: only the
/// person who looked knows which is right.
#[component]
pub fn UnknownGate(form: GateForm) -> impl IntoView {
    let text = Signal::derive(move || form.typed.read().text.clone().unwrap_or_else(|| form.content()));
    let decide = move |decision| {
        let content = Some(text.get_untracked()).filter(|_| decision == ReviewDecision::AssumeDone);
        form.decide(DecideGate { decision, comment: None, content, budget_usd: None, opened_seq: None });
    };
    view! {
        <Show when=move || form.may(ReviewDecision::AssumeDone)>
            <div class="stack tight">
                <h4>"Its text, as later steps are to read it"</h4>
                <TextEditor form label="Text of the step" class="textarea grows" text />
            </div>
        </Show>
        {move || form.error().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap">
            <Show when=move || form.may(ReviewDecision::AssumeDone)>
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::AssumeDone)>
                    "It was done: go on with this text"
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Repeat)>
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::Repeat)>
                    "Run it again"
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Fail)>
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::Fail)>
                    "It failed"
                </Button>
            </Show>
        </div>
    }
}

/// The text that came before the last interruption; run the step again, or stop.
#[component]
pub fn InterruptedGate(form: GateForm) -> impl IntoView {
    let decide = move |decision| {
        form.decide(DecideGate { decision, comment: None, content: None, budget_usd: None, opened_seq: None });
    };
    view! {
        {move || folded("Text so far", "Text so far", Some(form.content()))}
        {move || form.error().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap">
            <Show when=move || form.may(ReviewDecision::Repeat)>
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::Repeat)>
                    "Run it again"
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Stop)>
                <Button busy=form.busy() on_press=move |_| decide(ReviewDecision::Stop)>
                    "Stop and keep the results"
                </Button>
            </Show>
        </div>
    }
}
