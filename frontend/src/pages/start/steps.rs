//! What will run, in a few lines.

use leptos::prelude::*;
use sluice_types::StepType;

use super::form::StartState;
use crate::components::Icon;

/// The steps by their labels, in order.
#[component]
pub fn Steps(state: StartState) -> impl IntoView {
    let steps = state.definition.with_value(|definition| {
        definition.steps.iter().map(|step| (step.label.clone(), step.step_type(), step.enabled)).collect::<Vec<_>>()
    });
    let item = move |(label, kind, enabled): (String, StepType, bool)| {
        let skips = move || !enabled || (kind == StepType::Review && state.yolo.get());
        let icon = match kind {
            StepType::Llm => icondata_lu::LuSparkles,
            StepType::Review => icondata_lu::LuUserCheck,
        };
        view! {
            <li class="tag" class:off=skips>
                <Icon icon />
                {label}
                {move || skips().then_some(" (skipped)")}
            </li>
        }
    };
    view! {
        <section class="stack" aria-labelledby="what-runs">
            <h2 id="what-runs">"What will run"</h2>
            <ol class="what-runs">{steps.into_iter().map(item).collect_view()}</ol>
        </section>
    }
}
