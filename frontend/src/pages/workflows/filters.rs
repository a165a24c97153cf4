//! Search, filters and order of the list.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_web_state::list::Sort;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::listing::Listing;
use crate::components::{Icon, Tag};

/// How long nothing is typed before the list follows.
const PAUSE_MS: f64 = 200.0;
/// Characters that a search may have.
const MOST: &str = "200";

/// Search, tag and order.
#[component]
pub fn Filters(listing: Listing) -> impl IntoView {
    let tag = move || {
        let tag = listing.state.with(|state| state.tag.clone())?;
        let clear = move |()| listing.change(|state| state.tag = None);
        Some(
            view! { <Tag text=tag.clone() label=format!("Remove the filter by tag {tag}") removable=true on_press=clear /> },
        )
    };
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
            {tag}
            <select
                class="select"
                aria-label="Order"
                prop:value=move || listing.state.with(|state| state.sort.as_str())
                on:change:target=move |event| order(event.target().value())
            >
                {options.collect_view()}
            </select>
        </div>
    }
}

#[component]
fn Search(listing: Listing) -> impl IntoView {
    let field: NodeRef<html::Input> = NodeRef::new();
    let typed = RwSignal::new(listing.state.with_untracked(|state| state.search.clone()));
    let sent = StoredValue::new(typed.get_untracked());
    let send = move || {
        let search = typed.get_untracked().trim().to_owned();
        sent.set_value(search.clone());
        listing.change(|state| state.search = search);
    };
    // A search that comes due on another page would lead back to this one.
    let _stop = watch_debounced(
        move || typed.track(),
        move |(), _, _| {
            if !typed.is_disposed() {
                send();
            }
        },
        PAUSE_MS,
    );
    // The address may change without typing: a link, one step back, "Clear search".
    Effect::new(move || {
        let search = listing.state.with(|state| state.search.clone());
        if sent.with_value(|sent| *sent != search) {
            sent.set_value(search.clone());
            typed.set(search);
        }
    });
    let _stop = use_event_listener(window(), leptos::ev::keydown, move |event: KeyboardEvent| {
        if is_shortcut(&event) {
            event.prevent_default();
            if let Some(field) = field.get_untracked() {
                let _focused = field.focus();
                field.select();
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    view! {
        <form role="search" class="search grow" on:submit=submit>
            <Icon icon=icondata_lu::LuSearch />
            <input
                node_ref=field
                id="search"
                class="input"
                type="search"
                aria-label="Search workflows"
                aria-keyshortcuts="/"
                placeholder="Search by name or description"
                autocomplete="off"
                maxlength=MOST
                prop:value=move || typed.get()
                on:input:target=move |event| typed.set(event.target().value())
            />
            <kbd class="key" aria-hidden="true">
                "/"
            </kbd>
        </form>
    }
}

/// Whether a `/` is meant for the page: not for a field, not with another key, not below a dialog.
fn is_shortcut(event: &KeyboardEvent) -> bool {
    let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
        element.closest("input, textarea, select, dialog, [contenteditable]").ok().flatten().is_some()
    });
    event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !typing
}
