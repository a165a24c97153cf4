//! What a run is expected to cost.

use leptos::prelude::*;
use sluice_types::Estimate;
use sluice_web_state::format::tokens;
use sluice_web_state::run_text::{estimated_total, expected_total};

/// The estimate in all, in a card.
#[component]
pub fn EstimateSummary(#[prop(into)] estimate: Signal<Option<Estimate>>) -> impl IntoView {
    let cost = move || {
        estimate.with(|estimate| match estimate {
            Some(estimate) => expected_total(estimate).unwrap_or_else(|| estimated_total(estimate)),
            None => "…".to_owned(),
        })
    };
    let range = move || {
        estimate.with(|estimate| {
            let estimate = estimate.as_ref()?;
            expected_total(estimate).map(|_| estimated_total(estimate))
        })
    };
    let amount = move || {
        if estimate.with(|estimate| estimate.as_ref().is_none_or(|estimate| estimate.steps.is_empty())) {
            return "No step calls a model yet.".to_owned();
        }
        let (low, high) = estimate.with(|estimate| {
            let steps = estimate.iter().flat_map(|estimate| &estimate.steps);
            steps.fold((0, 0), |(low, high), step| {
                (
                    low + step.input_tokens.low + step.output_tokens.low,
                    high + step.input_tokens.high + step.output_tokens.high,
                )
            })
        });
        format!("{} to {} tokens, without the input and retries.", tokens(low), tokens(high))
    };
    let unknown = move || {
        let labels = estimate.with(|it| it.as_ref().map(|it| it.unknown_prices.join(", ")).unwrap_or_default());
        (!labels.is_empty()).then(|| format!("No price is known for: {labels}."))
    };
    let date = move || estimate.with(|it| it.as_ref().map(|it| format!("Prices of {}.", it.prices_date)));
    view! {
        <section class="card padded stack tight" aria-labelledby="estimate">
            <h2 id="estimate">"A run costs"</h2>
            <p class="row wrap baseline">
                <span class="price numbers">{cost}</span>
                <span class="small muted numbers">{range}</span>
            </p>
            <p class="small muted">{amount} " " {date}</p>
            <p class="small muted">{unknown}</p>
        </section>
    }
}
