//! The estimated cost of the run, updated as the input is typed.

use leptos::prelude::*;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_types::{Estimate, EstimateWorkflow};
use sluice_web_state::run_text::{estimated_cost, expected_cost};

use super::model::StartState;
use crate::api::{self, ApiResult};
use crate::components::{FailureNote, Note, NoteKind, Skeleton};

/// How long nothing is typed before the estimate is asked for.
const PAUSE_MS: f64 = 450.0;

/// The estimate in all and by step.
#[component]
pub fn EstimatePanel(state: StartState) -> impl IntoView {
    let ask = Action::new_unsync(move |&()| {
        let input = state.value.get_untracked();
        let (id, request) = (state.id.get_value(), EstimateWorkflow { definition: None, input: input.ok() });
        async move {
            let estimate = api::workflows::estimate(&id, &request).await?;
            state.estimate.set(Some(estimate));
            ApiResult::Ok(())
        }
    });
    ask.dispatch_local(());
    let _stop = watch_debounced(
        move || state.value.track(),
        move |(), _, _| {
            if !state.estimate.is_disposed() {
                ask.dispatch_local(());
            }
        },
        PAUSE_MS,
    );
    // An action keeps the answer to the newest question alone.
    let error = move || ask.value().get().and_then(Result::err);
    view! {
        <section class="card padded stack estimate" aria-labelledby="estimate-heading">
            <h2 id="estimate-heading">"Estimate"</h2>
            {move || match (state.estimate.get(), error()) {
                (_, Some(error)) if error.problem().is_some_and(|problem| problem.status == 422) => {
                    view! { <p class="muted small">"There is no estimate until the workflow can run."</p> }.into_any()
                }
                (_, Some(error)) => {
                    view! { <FailureNote error on_retry=move |()| _ = ask.dispatch_local(()) /> }.into_any()
                }
                (Some(estimate), None) => view! { <EstimateView estimate /> }.into_any(),
                (None, None) => view! { <Skeleton lines=5 /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn EstimateView(estimate: Estimate) -> impl IntoView {
    let (total, range) = expected_cost(&estimate);
    let rows = estimate.steps.iter().map(|step| {
        let price = estimated_cost(step.cost_usd);
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
        {range.map(|range| view! { <p class="small numbers">{range}</p> })}
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
            {if from_history { "Answers as long as in earlier runs, where there were any." } else { "No earlier run tells what is usual yet." }}
            " Retries are not counted."
        </p>
    }
}
