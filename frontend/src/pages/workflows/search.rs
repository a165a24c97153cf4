//! The search field: words, and tokens that become filters as they are typed.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use_event_listener::use_event_listener;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_types::WorkflowFacets;
use sluice_types::limits::MAX_TAG_FILTERS;
use sluice_web_state::list::ListState;
use sluice_web_state::list::tokens::{Suggestion, Token, Typed, parse, suggestions};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::listing::Listing;
use crate::api;
use crate::components::Icon;

/// How long nothing is typed before the list follows.
const PAUSE_MS: f64 = 200.0;
/// The list of suggestions.
const OFFERED: &str = "search-suggestions";

/// What is in the field, and what it is read as.
#[derive(Clone, Copy)]
struct SearchBox {
    listing: Listing,
    text: RwSignal<String>,
    read: Memo<Typed>,
    /// The words that the address has from this field.
    sent: StoredValue<String>,
    /// Whether more tags were asked for than a list can have.
    is_full: RwSignal<bool>,
    facets: RwSignal<Option<WorkflowFacets>>,
    offered: Memo<Vec<Suggestion>>,
    /// The suggestion that Enter takes.
    active: RwSignal<Option<usize>>,
    /// Whether the suggestions were closed with Escape.
    is_closed: RwSignal<bool>,
}

impl SearchBox {
    fn new(listing: Listing) -> Self {
        let text = RwSignal::new(listing.state.with_untracked(|state| state.search.clone()));
        let read = Memo::new(move |_| text.with(|text| parse(text, false)));
        let facets = RwSignal::new(None::<WorkflowFacets>);
        let is_closed = RwSignal::new(false);
        let offered = Memo::new(move |_| {
            let chosen = listing.state.with(ListState::tokens);
            let open = read.with(|read| read.open.clone()).filter(|_| !is_closed.get());
            let none = WorkflowFacets::default();
            open.map(|open| facets.with(|facets| suggestions(&open, facets.as_ref().unwrap_or(&none), &chosen)))
                .unwrap_or_default()
        });
        let sent = StoredValue::new(text.get_untracked());
        let field = Self {
            listing,
            text,
            read,
            sent,
            is_full: RwSignal::new(false),
            facets,
            offered,
            active: RwSignal::new(None),
            is_closed,
        };
        Effect::new(move || {
            if read.with(|read| read.open.is_some()) && facets.with_untracked(Option::is_none) {
                field.load_facets();
            }
        });
        field
    }

    fn load_facets(self) {
        spawn_local(async move {
            if let Ok(known) = api::workflows::facets().await {
                self.facets.try_set(Some(known));
            }
        });
    }

    /// Takes what is in the field now.
    fn typed(self, text: String) {
        self.text.set(text);
        self.active.set(None);
        self.is_closed.set(false);
        self.is_full.set(false);
        if self.read.with_untracked(|read| !read.tokens.is_empty()) {
            self.take(self.read.get_untracked());
        }
    }

    /// Makes filters of the tokens, and leaves the rest in the field.
    fn take(self, typed: Typed) {
        let Typed { tokens, words, rest, wrong, .. } = typed;
        self.text.set(rest);
        let search = if wrong.is_some() { self.sent.get_value() } else { words };
        self.sent.set_value(search.clone());
        let added = !tokens.is_empty();
        let change = |state: &mut ListState| {
            state.search = search;
            for token in tokens {
                if !state.add(token) {
                    self.is_full.set(true);
                }
            }
        };
        if added { self.listing.change(change) } else { self.listing.follow_typing(change) }
    }

    /// Searches for the words so far.
    fn send(self) {
        let typed = self.read.get_untracked();
        if typed.wrong.is_none() {
            self.sent.set_value(typed.words.clone());
            self.listing.follow_typing(|state| state.search = typed.words);
        }
    }

    /// Takes the suggestion that is marked, or what is typed as it is.
    fn submit(self) {
        let marked = self.active.get_untracked().and_then(|at| self.offered.with_untracked(|all| all.get(at).cloned()));
        match marked {
            Some(suggestion) => self.choose(suggestion.token),
            None => self.take(self.text.with_untracked(|text| parse(text, true))),
        }
    }

    /// Makes a filter of a suggestion, in place of the token that is being typed.
    fn choose(self, token: Token) {
        let words = self.read.with_untracked(|read| read.words.clone());
        self.active.set(None);
        self.take(Typed { tokens: vec![token], words: words.clone(), rest: words, ..Typed::default() });
    }

    /// What the keys of a list of suggestions do; `true` when the key was for it.
    fn press(self, key: &str) -> bool {
        let count = self.offered.with_untracked(Vec::len);
        match key {
            "ArrowDown" if count > 0 => {
                self.active.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" if count > 0 => {
                self.active.update(|at| *at = Some(at.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Escape" if count > 0 => self.is_closed.set(true),
            // The last filter goes, as the last letter would.
            "Backspace" if self.text.with_untracked(String::is_empty) => {
                let last = self.listing.state.with_untracked(|state| state.tokens().pop());
                let Some(last) = last else { return false };
                self.listing.change(|state| state.remove(&last));
            }
            _ => return false,
        }
        true
    }

    /// Searches when nothing is typed for a while, and shows what the address says.
    fn follow(self) {
        // A search that comes due on another page would lead back to this one.
        let _stop = watch_debounced(
            move || self.text.track(),
            move |(), _, _| {
                if !self.text.is_disposed() {
                    self.send();
                }
            },
            PAUSE_MS,
        );
        // The address may change without typing: a link, one step back, "Clear search".
        Effect::new(move || {
            let search = self.listing.state.with(|state| state.search.clone());
            if self.sent.with_value(|sent| *sent != search) {
                self.sent.set_value(search.clone());
                self.text.set(search);
            }
        });
    }

    /// What is wrong with what is typed. Tracks changes.
    fn wrong(self) -> Option<String> {
        if self.is_full.get() {
            return Some(format!("A list is filtered by at most {MAX_TAG_FILTERS} tags."));
        }
        self.read.with(|read| read.wrong.as_ref().map(sluice_web_state::list::tokens::Wrong::message))
    }
}

/// The field. `/` leads to it.
#[component]
pub fn Search(listing: Listing) -> impl IntoView {
    let field = SearchBox::new(listing);
    let element: NodeRef<html::Input> = NodeRef::new();
    field.follow();
    follow_slash(element);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        field.submit();
    };
    let input = move |element: web_sys::HtmlInputElement| {
        field.typed(element.value());
        // What was rendered last may be the rest already: then nothing is rendered anew.
        let rest = field.text.get_untracked();
        if element.value() != rest {
            element.set_value(&rest);
        }
    };
    let keydown = move |event: KeyboardEvent| {
        if !event.is_composing() && field.press(&event.key()) {
            event.prevent_default();
        }
    };
    let is_wrong = Memo::new(move |_| field.wrong().is_some());
    let marked = move || field.active.get().map(|at| format!("{OFFERED}-{at}"));
    view! {
        <form role="search" class="search grow" on:submit=submit>
            <Icon icon=icondata_lu::LuSearch />
            <input
                node_ref=element
                id="search"
                class="input"
                type="search"
                dir="auto"
                aria-label="Search workflows"
                aria-keyshortcuts="/"
                aria-autocomplete="list"
                aria-controls=OFFERED
                aria-activedescendant=marked
                aria-describedby="search-wrong"
                aria-invalid=move || is_wrong.get().then_some("true")
                placeholder="Search, or tag: state: category:"
                autocomplete="off"
                prop:value=move || field.text.get()
                on:input:target=move |event| input(event.target())
                on:keydown=keydown
                on:blur=move |_| field.is_closed.set(true)
            />
            <kbd class="key" aria-hidden="true">
                "/"
            </kbd>
            <Suggestions field />
            <p id="search-wrong" class="search-wrong small" role="status">
                {move || field.wrong()}
            </p>
        </form>
    }
}

/// What may complete the token that is being typed.
#[component]
fn Suggestions(field: SearchBox) -> impl IntoView {
    let option = move |(at, suggestion): (usize, Suggestion)| {
        let Suggestion { token, count } = suggestion;
        let text = token.value().to_owned();
        // Before the field loses the focus.
        let choose = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            field.choose(token.clone());
        };
        view! {
            <li
                id=format!("{OFFERED}-{at}")
                role="option"
                aria-selected=move || if field.active.get() == Some(at) { "true" } else { "false" }
                on:mousedown=choose
            >
                <span class="tag-text" dir="auto">
                    {text}
                </span>
                {count.map(|count| view! { <span class="muted numbers">{count}</span> })}
            </li>
        }
    };
    view! {
        <ul
            id=OFFERED
            class="suggestions"
            role="listbox"
            aria-label="Suggestions"
            hidden=move || field.offered.with(Vec::is_empty)
        >
            {move || field.offered.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
    }
}

/// Leads to the field with `/`.
fn follow_slash(element: NodeRef<html::Input>) {
    let _stop = use_event_listener(window(), leptos::ev::keydown, move |event: KeyboardEvent| {
        if is_shortcut(&event) {
            event.prevent_default();
            if let Some(element) = element.get_untracked() {
                let _focused = element.focus();
                element.select();
            }
        }
    });
}

/// Whether a `/` is meant for the page: not for a field, not with another key, not below a dialog.
fn is_shortcut(event: &KeyboardEvent) -> bool {
    let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
        element.closest("input, textarea, select, dialog, [contenteditable]").ok().flatten().is_some()
    });
    event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !typing
}
