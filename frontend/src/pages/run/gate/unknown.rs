//! The server stopped while the step was writing: a person says what happened.

use leptos::prelude::*;
use sluice_types::{ReviewDecision, ReviewRequest};

use super::{Desk, TextEditor};
use crate::components::{Button, FailureNote, Shown};

/// The ways to go on, and the text that came before it stopped. None of them is put forward: only the
/// person who looked knows which is right.
#[component]
pub fn UnknownGate(desk: Desk) -> impl IntoView {
    let text = Signal::derive(move || desk.typed.read().text.clone().unwrap_or_else(|| desk.content()));
    let decide = move |decision| {
        let content = Some(text.get_untracked()).filter(|_| decision == ReviewDecision::AssumeDone);
        desk.decide(ReviewRequest { decision, comment: None, content, budget_usd: None, opened_seq: None });
    };
    view! {
        <Shown is=move || desk.may(ReviewDecision::AssumeDone)>
            <div class="stack tight">
                <h4>"Its text, as later steps are to read it"</h4>
                <TextEditor desk label="Text of the step" class="textarea grows" text />
            </div>
        </Shown>
        {move || desk.error.get().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap">
            <Shown is=move || desk.may(ReviewDecision::AssumeDone)>
                <Button busy=desk.busy on_press=move |_| decide(ReviewDecision::AssumeDone)>
                    "It was done: go on with this text"
                </Button>
            </Shown>
            <Shown is=move || desk.may(ReviewDecision::Repeat)>
                <Button busy=desk.busy on_press=move |_| decide(ReviewDecision::Repeat)>
                    "Run it again"
                </Button>
            </Shown>
            <Shown is=move || desk.may(ReviewDecision::Fail)>
                <Button busy=desk.busy on_press=move |_| decide(ReviewDecision::Fail)>
                    "It failed"
                </Button>
            </Shown>
        </div>
    }
}
