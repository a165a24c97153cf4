//! What narrows and orders the list, and how many workflows that leaves.

use leptos::prelude::*;
use sluice_web_state::format::counted_of;
use sluice_web_state::list::tokens::Token;
use sluice_web_state::list::{ListState, Sort};

use super::listing::Listing;
use super::search::Search;
use crate::browser::storage;
use crate::components::{Button, ButtonKind, Icon, Tag};

/// Whether the browser keeps that rows are compact.
const COMPACT: &str = "sluice.workflows.compact";

/// Search, order and height of the rows; below them the filters that are set.
#[component]
pub fn Filters(listing: Listing) -> impl IntoView {
    let order = move |value: String| {
        let sort = Sort::parse(&value).unwrap_or_default();
        listing.change(|state| state.sort = sort);
    };
    let options = Sort::ALL.map(|sort| {
        let chosen = move || listing.state.with(|state| state.sort) == sort;
        view! { <option value=sort.as_str() selected=chosen>{sort.label()}</option> }
    });
    view! {
        <div class="filters" hidden=move || listing.is_bare()>
            <Search listing />
            <select
                class="select"
                aria-label="Order"
                prop:value=move || listing.state.with(|state| state.sort.as_str())
                on:change:target=move |event| order(event.target().value())
            >
                {options.collect_view()}
            </select>
            <CompactSwitch listing />
        </div>
        <div class="tokens" hidden=move || listing.is_bare()>
            <Tokens listing />
            <p class="list-count small muted numbers">{move || count(listing)}</p>
        </div>
    }
}

/// "18 of 199 workflows", once it is known.
fn count(listing: Listing) -> Option<String> {
    let counts = listing.counts.get();
    let is_filtered = listing.state.with(ListState::is_filtered);
    Some(counted_of(counts.found?, counts.all.filter(|_| is_filtered), "workflow", "workflows"))
}

#[component]
fn Tokens(listing: Listing) -> impl IntoView {
    let tokens = Memo::new(move |_| listing.state.with(ListState::tokens));
    let is_several = Memo::new(move |_| tokens.with(Vec::len) > 1);
    view! {
        <For each=move || tokens.get() key=Clone::clone let:token>
            <TokenTag token listing />
        </For>
        <Show when=move || is_several.get()>
            <Button kind=ButtonKind::Ghost small=true on_press=move |_| listing.change(ListState::clear)>
                "Clear filters"
            </Button>
        </Show>
    }
}

/// A filter that is set; pressing it takes it away.
#[component]
pub fn TokenTag(token: Token, listing: Listing) -> impl IntoView {
    let key = token.key().as_str();
    let label = format!("Remove the filter by {key} {}", token.value());
    let text = format!("{key}: {}", token.value());
    let remove = move |()| listing.change(|state| state.remove(&token));
    view! { <Tag text label removable=true on_press=remove /> }
}

/// Rows of one line or of two. The browser keeps it.
#[component]
fn CompactSwitch(listing: Listing) -> impl IntoView {
    let compact = listing.compact;
    let press = move |_| {
        compact.update(|compact| *compact = !*compact);
        storage::keep(COMPACT, compact.get_untracked().then_some("1"));
    };
    view! {
        <button
            type="button"
            class="button ghost square compact-switch"
            title="Compact rows"
            aria-label="Compact rows"
            aria-pressed=move || if compact.get() { "true" } else { "false" }
            on:click=press
        >
            <Icon icon=icondata_lu::LuRows3 />
        </button>
    }
}

/// Whether rows were compact the last time.
pub fn kept_compact() -> bool {
    storage::get(COMPACT).is_some()
}
