//! What the run is expected to cost, as the input is typed.

use std::mem;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{Estimate, EstimateRequest};

use super::form::StartState;
use crate::api::{self, ApiError};
use crate::components::{FailureNote, Note, NoteKind, Skeleton};
use sluice_web_state::format::cost_range;
use sluice_web_state::run_text::estimated_total;

/// How long nothing is typed before the estimate is asked for.
const PAUSE: Duration = Duration::from_millis(450);

#[derive(Clone, Copy)]
struct Asked {
    number: StoredValue<u32>,
    error: RwSignal<Option<ApiError>>,
}

impl Asked {
    /// Asks once nothing was typed for a moment. Only the answer to the newest question is shown.
    fn soon(self, state: StartState, at_once: bool) {
        let number = self.number.try_update_value(|number| {
            *number = number.wrapping_add(1);
            *number
        });
        set_timeout(
            move || {
                if self.number.try_get_value() == number {
                    self.ask(state, number);
                }
            },
            if at_once { Duration::ZERO } else { PAUSE },
        );
    }

    fn ask(self, state: StartState, number: Option<u32>) {
        let Some(input) = state.value.try_with_untracked(Clone::clone) else { return };
        let request = EstimateRequest { definition: None, input: input.ok() };
        let id = state.id.get_value();
        spawn_local(async move {
            let answer = api::workflows::estimate(&id, &request).await;
            if self.number.try_get_value() != number {
                return;
            }
            match answer {
                Ok(estimate) => {
                    state.estimate.try_set(Some(estimate));
                    self.error.try_set(None);
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }
}

/// The estimate in all and by step.
#[component]
pub fn EstimatePanel(state: StartState) -> impl IntoView {
    let asked = Asked { number: StoredValue::new(0), error: RwSignal::new(None) };
    let mut at_once = true;
    Effect::new(move || {
        state.value.track();
        asked.soon(state, mem::take(&mut at_once));
    });
    view! {
        <section class="card padded stack estimate" aria-labelledby="estimate-heading">
            <h2 id="estimate-heading">"Estimate"</h2>
            {move || match (state.estimate.get(), asked.error.get()) {
                (_, Some(error)) if error.problem().is_some_and(|problem| problem.status == 422) => {
                    view! { <p class="muted small">"There is no estimate until the workflow can run."</p> }.into_any()
                }
                (_, Some(error)) => {
                    view! { <FailureNote error on_retry=move |()| asked.soon(state, true) /> }.into_any()
                }
                (Some(estimate), None) => view! { <EstimateView estimate /> }.into_any(),
                (None, None) => view! { <Skeleton lines=5 /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn EstimateView(estimate: Estimate) -> impl IntoView {
    let total = estimated_total(&estimate);
    let rows = estimate.steps.iter().map(|step| {
        let price = step.cost_usd.map_or_else(|| "unknown".to_owned(), cost_range);
        let model = step.model.clone().unwrap_or_default();
        view! {
            <li>
                <span class="grow break">{step.label.clone()} <span class="mono muted model">{model}</span></span>
                <span class="numbers">{price}</span>
            </li>
        }
    });
    let from_history = estimate.steps.iter().any(|step| step.from_history);
    view! {
        <p class="total numbers">{total}</p>
        {(!estimate.unknown_prices.is_empty())
            .then(|| {
                view! {
                    <Note kind=NoteKind::Warn>
                        {format!("The price is not known for: {}. A budget cannot cover it.", estimate.unknown_prices.join(", "))}
                    </Note>
                }
            })}
        <details class="disclosure">
            <summary>"By step"</summary>
            <ul class="plan small">{rows.collect_view()}</ul>
        </details>
        <p class="small muted">
            {format!("Prices of {}. ", estimate.prices_date)}
            {if from_history { "Answers as long as in earlier runs." } else { "No earlier run to go by yet." }}
            " Retries are not counted."
        </p>
    }
}
