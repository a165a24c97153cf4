//! The steps of two runs, one below the other. What is in one is drawn when it is opened.

use leptos::prelude::*;
use sluice_types::ExecutionId;
use sluice_web_state::compare::{Pair, Presence};
use sluice_web_state::format::plural;

use super::facts::{FactsTable, Texts};
use super::inside::Inside;
use crate::components::step_word;

/// The two runs.
pub type Ids = StoredValue<(ExecutionId, ExecutionId)>;

/// All steps, and how many of them differ.
#[component]
pub fn Steps(ids: Ids, pairs: Vec<Pair>, shows_all: RwSignal<bool>) -> impl IntoView {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let differing = pairs.iter().filter(|pair| pair.presence() != Presence::Same).count();
    let all = plural(count(pairs.len()), "step", "steps");
    view! {
        <section class="stack" aria-labelledby="compare-steps">
            <h2 id="compare-steps">"Steps"</h2>
            <p class="muted numbers">{format!("{differing} of {all} differ in state, model, prompt or output.")}</p>
            <StepList ids pairs shows_all />
        </section>
    }
}

/// Steps of one list. Without `shows_all`, only those that differ, and containers, as steps inside may differ.
#[component]
pub fn StepList(ids: Ids, pairs: Vec<Pair>, shows_all: RwSignal<bool>) -> impl IntoView {
    let items = pairs
        .into_iter()
        .map(|pair| {
            let is_shown = pair.presence() != Presence::Same || pair.is_container();
            let pair = StoredValue::new(pair);
            view! {
                <Show when=move || is_shown || shows_all.get()>
                    <StepPair ids pair=pair.get_value() shows_all />
                </Show>
            }
        })
        .collect_view();
    view! { <ul class="compare-steps">{items}</ul> }
}

const fn presence_word(presence: Presence) -> (&'static str, &'static str) {
    match presence {
        Presence::OnlyA => ("badge bad", "Only in A"),
        Presence::OnlyB => ("badge good", "Only in B"),
        Presence::Differs => ("badge warn", "Differs"),
        Presence::Same => ("badge", "Unchanged"),
    }
}

#[component]
fn StepPair(ids: Ids, pair: Pair, shows_all: RwSignal<bool>) -> impl IntoView {
    let open = RwSignal::new(false);
    let (class, word) = presence_word(pair.presence());
    let label = pair.label().to_owned();
    let pair = StoredValue::new(pair);
    view! {
        <li>
            <details
                class="card compare-step"
                on:toggle:target=move |event| open.set(event.target().open())
            >
                <summary>
                    <h3 class="break" dir="auto">
                        {label}
                    </h3>
                    <span class=class>{word}</span>
                </summary>
                <Show when=move || open.get()>
                    {move || {
                        let pair = pair.get_value();
                        view! {
                            <div class="stack compare-body">
                                <FactsTable
                                    label=format!("Facts of {}", pair.label())
                                    rows=pair.facts(step_word)
                                    shows_all
                                />
                                <Texts rows=pair.texts() shows_all />
                                {pair.is_container().then(|| view! { <Inside ids pair shows_all /> })}
                            </div>
                        }
                    }}
                </Show>
            </details>
        </li>
    }
}
