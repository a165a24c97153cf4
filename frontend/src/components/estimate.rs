//! What a run is expected to cost.

use leptos::prelude::*;
use sluice_types::Estimate;
use sluice_web_state::format::tokens;
use sluice_web_state::run_text::expected_cost;

/// The estimate in all, in a card.
#[component]
pub fn EstimateSummary(#[prop(into)] estimate: Signal<Option<Estimate>>) -> impl IntoView {
    let cost = move || {
        estimate.with(|estimate| match estimate {
            Some(estimate) => expected_cost(estimate).0,
            None => "…".to_owned(),
        })
    };
    let range = move || estimate.with(|estimate| estimate.as_ref().and_then(|estimate| expected_cost(estimate).1));
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
        (!labels.is_empty()).then(|| format!("The price is not known for: {labels}."))
    };
    let date = move || estimate.with(|it| it.as_ref().map(|it| format!("Prices of {}.", it.prices_date)));
    view! {
        <section class="card padded stack tight" aria-labelledby="estimate">
            <h2 id="estimate">"A run costs"</h2>
            <p class="price numbers">{cost}</p>
            {move || range().map(|range| view! { <p class="small numbers">{range}</p> })}
            <p class="small muted">{amount} " " {date}</p>
            <p class="small muted">{unknown}</p>
        </section>
    }
}
