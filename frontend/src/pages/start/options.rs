//! What a run may cost, and whether it asks.

use leptos::prelude::*;

use super::form::StartState;
use crate::browser::memo::memo;
use crate::components::{Field, Switch};
use crate::state::run_text::budget_of;

/// The budget and the YOLO switch.
#[component]
pub fn Options(state: StartState) -> impl IntoView {
    let wrong = memo(move || {
        let refused = state.error.with(|error| error.as_ref().and_then(|error| error.field("/budget_usd")));
        budget_of(&state.budget.read()).err().or(refused)
    });
    view! {
        <div class="two">
            <Field
                label="Budget in US dollars (optional)"
                hint="Before a call that would go beyond it, the run asks you."
                wrong=wrong
                let:ids
            >
                <input
                    class="input"
                    id=ids.input
                    inputmode="decimal"
                    placeholder="no limit"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    prop:value=move || state.budget.get()
                    on:input:target=move |event| state.budget.set(event.target().value())
                />
            </Field>
            <div class="field">
                <div>
                    <Switch label="YOLO" on=state.yolo on_change=move |on| state.yolo.set(on) />
                </div>
                <span class="hint">
                    {move || {
                        if state.yolo.get() {
                            "Reviews are skipped: the run goes on without asking."
                        } else {
                            "The run waits for your decision at each review."
                        }
                    }}
                </span>
            </div>
        </div>
    }
}
