//! Earlier tries of a step, with what they cost: no list of runs has them.

use leptos::prelude::*;
use sluice_types::{ExecutionSummary, StepId, StepPath};
use sluice_web_state::format::{known_cost, plural};
use sluice_web_state::run_status::RunStanding;

use super::model::Tries;
use crate::api;
use crate::components::{RunBadge, When};

/// Tries that are looked at.
const NEWEST: u32 = 200;

/// The number of tries and their cost, and the tries below.
#[component]
pub fn Earlier(tries: Tries, id: StepId) -> impl IntoView {
    let found = LocalResource::new(move || {
        tries.news.track();
        let (workflow, id) = (tries.workflow(), id.clone());
        async move {
            let filter = [("workflow_id", workflow?.to_string()), ("tried", "true".to_owned())];
            let page = api::executions::list(&filter, NEWEST, None, true).await.ok()?;
            let of_step =
                |run: &ExecutionSummary| run.tried_step.as_ref().and_then(StepPath::step_id).as_ref() == Some(&id);
            Some(page.items.into_iter().filter(of_step).collect::<Vec<_>>())
        }
    });
    let shown = Memo::new(move |_| found.get().flatten().unwrap_or_default());
    let summary = move || {
        shown.with(|runs| {
            let cost = runs.iter().map(|run| run.cost_usd).sum();
            let unpriced = runs.iter().map(|run| run.unpriced_calls).sum();
            let count = plural(u64::try_from(runs.len()).unwrap_or(u64::MAX), "try", "tries");
            format!("{count} of this step: {}", known_cost(cost, unpriced))
        })
    };
    let row = |run: ExecutionSummary| {
        let standing = RunStanding::of_summary(&run);
        view! {
            <li class="row wrap">
                <a href=format!("/runs/{}", run.id)>
                    <When at=Signal::stored(run.created_at) />
                </a>
                <RunBadge standing=Signal::stored(standing) />
                <span class="small muted numbers">{known_cost(run.cost_usd, run.unpriced_calls)}</span>
            </li>
        }
    };
    view! {
        <Show when=move || shown.with(|runs| !runs.is_empty())>
            <details class="more">
                <summary>{summary}</summary>
                <ul class="inside stack tight">
                    {move || shown.get().into_iter().take(20).map(row).collect_view()}
                </ul>
            </details>
        </Show>
    }
}
