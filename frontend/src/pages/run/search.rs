//! Searching the run: names and outputs of its steps.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_web_state::format::plural;
use sluice_web_state::keys::run::moved;
use sluice_web_state::run::{Found, Hit, MOST_HITS, begun_containers, in_order, search};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::address::{Chooser, address_of};
use super::store::RunStore;
use super::whole::WholeRun;
use crate::api::ApiResult;
use crate::browser::focus::focus_soon;
use crate::components::{Button, CloseButton, FailureNote, Icon};

/// How long typing must pause before the texts are searched, in milliseconds.
const PAUSE_MS: f64 = 150.0;
/// The field.
pub const SEARCH_FIELD: &str = "run-search-field";
/// What the focus goes back to when the search is closed.
const BUTTON: &str = "run-search-button";

/// The button that opens the search.
#[component]
pub fn SearchButton() -> impl IntoView {
    let searching = expect_context::<WholeRun>().searching;
    view! {
        <span id=BUTTON>
            <Button
                icon=icondata_lu::LuSearch
                label="Search in this run (/)"
                on_press=move |_| searching.update(|open| *open = !*open)
            />
        </span>
    }
}

/// The search, while it is open.
#[component]
pub fn RunSearch(store: RunStore) -> impl IntoView {
    let searching = expect_context::<WholeRun>().searching;
    view! {
        <Show when=move || searching.get()>
            <OpenSearch store />
        </Show>
    }
}

#[component]
fn OpenSearch(store: RunStore) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let wanted = RwSignal::new(String::new());
    let _stop = watch_debounced(move || typed.get(), move |typed, _, _| wanted.set(typed.clone()), PAUSE_MS);
    let whole = expect_context::<WholeRun>();
    let read = Action::new_unsync(move |&(): &()| whole.read(store));
    if store.peek(|run| !begun_containers(run.top()).is_empty()) {
        read.dispatch_local(());
    }
    let found = Memo::new(move |_| {
        let wanted = wanted.read();
        whole.inside.with(|read| store.head(|run| search(&in_order(run, read), &wanted)))
    });
    let hits = move || found.read().as_ref().map(|found| found.hits.clone()).unwrap_or_default();
    focus_soon(SEARCH_FIELD.to_owned());
    let chooser = expect_context::<Chooser>();
    let panel: NodeRef<html::Section> = NodeRef::new();
    let first = move || found.with_untracked(|found| found.as_ref()?.hits.first().map(|hit| hit.path.clone()));
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            event.prevent_default();
            close(whole.searching);
        }
        "ArrowDown" | "ArrowUp" => move_focus(&event, panel),
        "Enter" if is_field(&event) => {
            event.prevent_default();
            // What was typed last may not have been searched for yet.
            wanted.set(typed.get_untracked());
            if let Some(path) = first() {
                chooser.open(&path);
            }
        }
        _ => {}
    };
    view! {
        <section
            node_ref=panel
            class="card run-search"
            role="search"
            aria-label="Search in this run"
            on:keydown=keys
        >
            <div class="row">
                <Icon icon=icondata_lu::LuSearch />
                <input
                    id=SEARCH_FIELD
                    class="input grow"
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label="Search names and outputs"
                    placeholder="Search names and outputs"
                    prop:value=move || typed.get()
                    on:input:target=move |event| typed.set(event.target().value())
                />
                <CloseButton label="Close the search" on_press=move |_| close(whole.searching) />
            </div>
            <p class="small muted" role="status">
                {move || found.with(|found| found.as_ref().map(|found| told(found, read.pending().get())))}
                <Show when=move || whole.inside.read().is_cut>" Of a run this large, not all steps inside containers are read."</Show>
            </p>
            {move || {
                let failed = read.value().get().and_then(ApiResult::err);
                failed.map(|error| view! { <FailureNote error on_retry=move |()| _ = read.dispatch_local(()) /> })
            }}
            <ol>
                <For each=hits key=|hit| (hit.path.clone(), hit.excerpt.clone(), hit.count) let:hit>
                    <HitItem store hit />
                </For>
            </ol>
        </section>
    }
}

fn close(searching: RwSignal<bool>) {
    searching.set(false);
    let button = document().query_selector(&format!("#{BUTTON} button")).ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        let _focused = button.focus();
    }
}

fn is_field(event: &KeyboardEvent) -> bool {
    event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>())
}

/// Moves the focus from the field to the steps that were found, and among them.
fn move_focus(event: &KeyboardEvent, panel: NodeRef<html::Section>) {
    let Some(found) = panel.get_untracked().and_then(|panel| panel.query_selector_all("input, ol a").ok()) else {
        return;
    };
    let places: Vec<HtmlElement> =
        (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let active = document().active_element();
    let from = places.iter().position(|place| active.as_ref() == Some(place.as_ref()));
    let to = moved(from, places.len(), event.key() == "ArrowDown");
    if let Some(place) = to.and_then(|to| places.get(to)) {
        event.prevent_default();
        let _focused = place.focus();
    }
}

/// What was searched, and what was found.
fn told(found: &Found, is_reading: bool) -> String {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let searched = plural(count(found.searched), "step", "steps");
    let matching = match found.matching {
        0 => "no match".to_owned(),
        matching => plural(count(matching), "match", "matches"),
    };
    let listed = if found.matching > MOST_HITS { format!(", the first {MOST_HITS} are listed") } else { String::new() };
    let more = if is_reading { " The steps inside containers are being read." } else { "" };
    format!("Names and outputs of {searched}: {matching}{listed}.{more}")
}

/// A step that was found, with the first match in its output.
#[component]
fn HitItem(store: RunStore, hit: Hit) -> impl IntoView {
    let Hit { path, name, excerpt, count } = hit;
    let chooser = expect_context::<Chooser>();
    let href = address_of(store, &path);
    let go = move |event: MouseEvent| {
        if event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            chooser.open(&path);
        }
    };
    let more = count.checked_sub(1).filter(|more| *more > 0).map(|more| format!("+{more} more in it"));
    view! {
        <li>
            <a href=href on:click=go>
                <span class="row between">
                    <strong class="break">{name}</strong>
                    <span class="small muted nowrap">{more}</span>
                </span>
                {excerpt
                    .map(|excerpt| {
                        view! {
                            <span class="small muted break" dir="auto">
                                {excerpt.before}
                                <mark>{excerpt.found}</mark>
                                {excerpt.after}
                            </span>
                        }
                    })}
            </a>
        </li>
    }
}
