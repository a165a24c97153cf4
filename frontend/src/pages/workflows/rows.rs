//! The rows, or what stands in their place.

use leptos::prelude::*;
use sluice_types::WorkflowSummary;

use super::empty::{NoMatch, NoWorkflows};
use super::listing::Listing;
use super::more::More;
use super::row::Row;
use super::skeleton::RowsSkeleton;
use crate::browser::memo::{Memo, memo};
use crate::components::{Each, FailureNote};
use crate::state::format::plural;
use crate::state::list::{ListState, Pages};

/// What stands in the rows' place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Skeleton,
    Failure,
    NoMatch,
    NoWorkflows,
    Rows,
}

/// The list, page after page.
#[component]
pub fn Rows(listing: Listing) -> impl IntoView {
    let rows = memo(move || listing.shown());
    let shown = memo(move || {
        let none = rows.with(Vec::is_empty);
        let filtered = listing.state.with(ListState::is_filtered);
        listing.pages.with(|pages| {
            if !none {
                Shown::Rows
            } else if pages.has_failed() {
                Shown::Failure
            } else if pages.is_loading() || pages.has_more() || is_unread(pages) {
                Shown::Skeleton
            } else if filtered {
                Shown::NoMatch
            } else {
                Shown::NoWorkflows
            }
        })
    });
    view! {
        <p class="visually-hidden" role="status">
            {move || said(listing, rows)}
        </p>
        {move || match shown.get() {
            Shown::Skeleton => {
                view! {
                    <RowsSkeleton />
                    <More listing />
                }
                    .into_any()
            }
            Shown::Failure => view! { <Failure listing /> }.into_any(),
            Shown::NoMatch => view! { <NoMatch listing /> }.into_any(),
            Shown::NoWorkflows => view! { <NoWorkflows /> }.into_any(),
            Shown::Rows => {
                view! {
                    <ul class="card workflow-list" aria-label="Workflows">
                        // A version counts the saves: a workflow that was saved is drawn anew.
                        <Each each=move || rows.get() key=|row| format!("{} {}", row.id, row.version) let:row>
                            <Row workflow=row listing />
                        </Each>
                    </ul>
                    <Failure listing />
                    <More listing />
                }
                    .into_any()
            }
        }}
    }
}

/// Whether nothing was asked for yet: a list that was read is empty, or holds what is hidden.
fn is_unread(pages: &Pages<WorkflowSummary>) -> bool {
    pages.items().is_empty() && !pages.is_empty()
}

/// What screen readers hear when a search has come to its end.
fn said(listing: Listing, rows: Memo<Vec<WorkflowSummary>>) -> Option<String> {
    let done = listing.pages.with(|pages| !pages.is_loading() && !pages.has_failed());
    let filtered = listing.state.with(ListState::is_filtered);
    let count = u64::try_from(rows.with(Vec::len)).unwrap_or(0);
    let more = if listing.pages.with(Pages::has_more) { "More than " } else { "" };
    (done && filtered).then(|| format!("{more}{} found", plural(count, "workflow", "workflows")))
}

#[component]
fn Failure(listing: Listing) -> impl IntoView {
    move || {
        listing.error.get().map(|error| {
            view! { <FailureNote error on_retry=move |()| listing.retry() /> }
        })
    }
}
