//! How a workflow's newest run stands.

use leptos::prelude::*;
use sluice_types::{ExecutionSummary, WorkflowId};

use super::listing::Listing;
use crate::browser::memo::memo;
use crate::components::{ExecutionBadge, When};
use crate::state::format::cost;

/// Its status, when it began and what it cost, as a link to it.
#[component]
pub fn LastRun(workflow: WorkflowId, listing: Listing) -> impl IntoView {
    let run = memo(move || listing.runs.with(|runs| runs.get(&workflow).cloned()));
    let link = move |first: ExecutionSummary| {
        // What changes while it runs is followed; a new run has another id and another link.
        let of = move |run: Option<ExecutionSummary>| run.unwrap_or_else(|| first.clone());
        let current = Signal::derive(move || of(run.get()));
        view! {
            <a class="last-run" href=move || format!("/runs/{}", current.get().id)>
                <span class="visually-hidden">"Last run: "</span>
                <ExecutionBadge status=Signal::derive(move || current.get().status) />
                <span class="muted small numbers">
                    <When at=Signal::derive(move || current.get().created_at) now=listing.now />
                    " · "
                    {move || cost(current.get().cost_usd)}
                </span>
            </a>
        }
    };
    let any = memo(move || run.with(Option::is_some));
    move || match run.get_untracked().filter(|_| any.get()) {
        Some(first) => link(first).into_any(),
        None => view! { <span class="last-run muted small">"Never run"</span> }.into_any(),
    }
}
