//! The rows, page after page, or what stands in their place.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos_use_intersection_observer::{UseIntersectionObserverOptions, use_intersection_observer_with_options};
use sluice_types::WorkflowSummary;
use sluice_web_state::format::plural;
use sluice_web_state::list::{ListState, Pages, repeated_names};

use super::empty::{NoMatch, NoWorkflows};
use super::listing::Listing;
use super::row::Row;
use crate::components::{Button, FailureNote};

/// The rows, or the state shown in their place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListView {
    Skeleton,
    Failure,
    NoMatch,
    NoWorkflows,
    Rows,
}

/// The list, page after page.
#[component]
pub fn Rows(listing: Listing) -> impl IntoView {
    let rows = Memo::new(move |_| listing.shown());
    let shown = Memo::new(move |_| {
        let none = rows.with(Vec::is_empty);
        let filtered = listing.state.with(ListState::is_filtered);
        listing.pages.with(|pages| {
            if !none {
                ListView::Rows
            } else if pages.has_failed() {
                ListView::Failure
            } else if pages.is_loading() || pages.has_more() || is_unread(pages) {
                ListView::Skeleton
            } else if filtered {
                ListView::NoMatch
            } else {
                ListView::NoWorkflows
            }
        })
    });
    let outdated = Memo::new(move |_| listing.error.with(Option::is_some) && listing.pages.with(Pages::is_outdated));
    view! {
        <p class="visually-hidden" role="status">
            {move || said(listing, rows)}
        </p>
        {move || match shown.get() {
            ListView::Skeleton => {
                view! {
                    <RowsSkeleton />
                    <LoadMore listing />
                }
                    .into_any()
            }
            ListView::Failure => view! { <ListFailure listing /> }.into_any(),
            ListView::NoMatch => view! { <NoMatch listing /> }.into_any(),
            ListView::NoWorkflows => view! { <NoWorkflows /> }.into_any(),
            ListView::Rows => {
                view! {
                    // An error stands where it is seen. Rows of another search are not taken for what was found.
                    <Show when=move || outdated.get()>
                        <ListFailure listing />
                    </Show>
                    <RowList rows outdated listing />
                    <Show when=move || !outdated.get()>
                        <ListFailure listing />
                    </Show>
                    <LoadMore listing />
                }
                    .into_any()
            }
        }}
    }
}

/// The rows that came.
#[component]
fn RowList(
    rows: Memo<Vec<Arc<WorkflowSummary>>>,
    /// Whether they are those of the search before.
    outdated: Memo<bool>,
    listing: Listing,
) -> impl IntoView {
    let by_id = Memo::new(move |_| {
        rows.with(|rows| rows.iter().map(|row| (row.id.clone(), Arc::clone(row))).collect::<HashMap<_, _>>())
    });
    let repeated = Memo::new(move |_| rows.with(|rows| repeated_names(rows.iter().map(|row| row.name.as_str()))));
    view! {
        <ul
            class="card workflow-list"
            class:compact=move || listing.compact.get()
            class:outdated=outdated
            aria-label="Workflows"
            aria-busy=move || outdated.get().then_some("true")
        >
            <For each=move || rows.get() key=|row| row.id.clone() let:first>
                {
                    let id = first.id.clone();
                    let found = move || by_id.with(|all| all.get(&id).cloned());
                    let workflow = Memo::new(move |_| found().unwrap_or_else(|| Arc::clone(&first)));
                    view! { <Row workflow repeated listing /> }
                }
            </For>
        </ul>
    }
}

/// Whether nothing was asked for yet: a list that was read is empty, or holds what is hidden.
fn is_unread(pages: &Pages<Arc<WorkflowSummary>>) -> bool {
    pages.items().is_empty() && !pages.is_empty()
}

/// The announcement for screen readers after a search.
fn said(listing: Listing, rows: Memo<Vec<Arc<WorkflowSummary>>>) -> Option<String> {
    let done = listing.pages.with(|pages| !pages.is_loading() && !pages.has_failed());
    let filtered = listing.state.with(ListState::is_filtered);
    let shown = u64::try_from(rows.with(Vec::len)).unwrap_or(0);
    let count = listing.counts.with(|counts| counts.found).unwrap_or(shown);
    (done && filtered).then(|| format!("{} found", plural(count, "workflow", "workflows")))
}

#[component]
fn ListFailure(listing: Listing) -> impl IntoView {
    move || {
        listing.error.get().map(|error| {
            view! { <FailureNote error on_retry=move |()| listing.retry() /> }
        })
    }
}

const ROWS: usize = 8;

/// Rows of the size of those that come.
#[component]
pub fn RowsSkeleton() -> impl IntoView {
    let row = |_| {
        view! {
            <div class="workflow-row bones">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
            </div>
        }
    };
    view! {
        <div class="card workflow-list" role="status">
            <span class="visually-hidden">"Loading workflows"</span>
            {(0..ROWS).map(row).collect_view()}
        </div>
    }
}

/// How far below the window the end may be for more to be loaded.
const NEAR: &str = "0px 0px 800px 0px";

/// A button for the next page, that presses itself when it comes near.
#[component]
pub fn LoadMore(listing: Listing) -> impl IntoView {
    let end: NodeRef<html::Div> = NodeRef::new();
    let near = RwSignal::new(false);
    let options = UseIntersectionObserverOptions::default().root_margin(NEAR);
    let _stops = use_intersection_observer_with_options(
        end,
        move |entries, _| {
            near.try_set(entries.iter().any(web_sys::IntersectionObserverEntry::is_intersecting));
        },
        options,
    );
    // Also when a page was so short that the end is still near; not after a failure, which would try for ever.
    Effect::new(move || {
        let ready = listing.pages.with(|pages| pages.has_more() && !pages.is_loading() && !pages.has_failed());
        if near.get() && ready {
            listing.load_more();
        }
    });
    let busy = Signal::derive(move || listing.pages.with(|pages| pages.is_loading() && !pages.items().is_empty()));
    let more = Signal::derive(move || listing.pages.with(|pages| pages.has_more() && !pages.has_failed()));
    view! {
        <div node_ref=end class="list-end">
            <Show when=move || more.get()>
                <Button busy=busy on_press=move |_| listing.load_more()>
                    "Load more"
                </Button>
            </Show>
        </div>
    }
}
