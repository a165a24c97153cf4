//! Gates of steps that were interrupted: an outcome that nobody knows, and a step at which the server stopped too often.

use leptos::prelude::*;
use sluice_types::{DecideGate, ReviewDecision};

use super::form::{GateForm, TextEditor};
use crate::components::{Button, FailureNote};
use crate::pages::run::history::folded;

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
                <h4>"Its text, as later steps will read it"</h4>
                <TextEditor form label="Text of the step" class="textarea grows" text />
            </div>
        </Show>
        {move || form.error().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap gate-actions">
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
        <div class="row wrap gate-actions">
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
