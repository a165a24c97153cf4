//! The newest designs, so that one that was left is found again.

use leptos::prelude::*;
use sluice_types::{GenerationStatus, GenerationSummary};

use super::page::address;
use crate::api;
use crate::components::When;

/// How many are shown.
const NEWEST: u32 = 5;
/// Characters of a prompt that are shown.
const MOST: usize = 160;

/// The newest designs. Nothing is drawn while there are none, or when they do not come: they are an extra.
#[component]
pub fn Recent() -> impl IntoView {
    let newest = LocalResource::new(|| async { api::generations::newest(NEWEST).await.map(|page| page.items) });
    move || {
        let items = newest.get().and_then(Result::ok).filter(|items| !items.is_empty())?;
        Some(view! {
            <section class="stack" aria-labelledby="recent">
                <h2 id="recent">"Your last designs"</h2>
                <ul class="card recent">{items.iter().map(item).collect_view()}</ul>
            </section>
        })
    }
}

fn item(it: &GenerationSummary) -> impl IntoView + use<> {
    let (class, word) = match it.status {
        GenerationStatus::Running => ("badge info", "Running"),
        GenerationStatus::Completed if it.applied_workflow_id.is_some() => ("badge good", "Created"),
        GenerationStatus::Completed => ("badge", "Designed"),
        GenerationStatus::Failed => ("badge bad", "Failed"),
        GenerationStatus::Cancelled => ("badge", "Cancelled"),
        GenerationStatus::Unknown => ("badge", "Unknown"),
    };
    let (href, created_at) = (address(&it.id), it.created_at);
    let prompt: String = it.prompt.chars().take(MOST).collect();
    view! {
        <li>
            <a href=href class="grow break" dir="auto">
                {prompt}
            </a>
            <span class=class>{word}</span>
            <span class="small muted nowrap">
                <When at=Signal::stored(created_at) />
            </span>
        </li>
    }
}
