//! The command menu: a text field above a list, in a dialog.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::limits::MAX_SEARCH_CHARS;
use sluice_web_state::commands::{Entry, Query, Recent, Section, Target, neighbour, places, sections};
use sluice_web_state::runs::Waiting;
use wasm_bindgen::JsCast;

use super::found::Found;
use super::list::{EntryList, LIST, option_id};
use crate::api::ApiError;
use crate::app::overlay::{Overlay, Overlays};
use crate::browser::clock::{now_ms, whole_ms};
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::browser::storage;
use crate::commands::{Act, PageCommand, PageCommands};
use crate::components::{CloseButton, Icon};
use crate::waiting::WaitingGates;

/// The id of the text field.
const FIELD: &str = "command-field";

/// The menu in its dialog.
#[component]
pub fn CommandMenu(overlays: Overlays) -> impl IntoView {
    let element: NodeRef<html::Dialog> = NodeRef::new();
    let is_open = Memo::new(move |_| overlays.shows(Overlay::Commands));
    Effect::new(move || {
        let Some(dialog) = element.get() else { return };
        if is_open.get() && !dialog.open() {
            // It fails only where the dialog is shown already.
            let _shown_already = dialog.show_modal();
            focus_soon(FIELD.to_owned());
        } else if !is_open.get() && dialog.open() {
            dialog.close();
        }
    });
    // What is inside fills the dialog: a press on the dialog itself is one beside it.
    let pressed = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if target.is_some() {
            overlays.close();
        }
    };
    view! {
        <dialog
            node_ref=element
            class="dialog command-menu"
            aria-label="Go anywhere, do anything"
            on:close=move |_| if is_open.get_untracked() { overlays.close() }
            on:click=pressed
        >
            <Show when=move || is_open.get()>
                <Contents overlays />
            </Show>
        </dialog>
    }
}

/// What the menu knows while it is open.
#[derive(Clone, Copy)]
struct Menu {
    overlays: Overlays,
    commands: Memo<Commands>,
    recent: StoredValue<Recent>,
    sections: Memo<Vec<Section>>,
    /// The entry that Enter chooses; the first one without it.
    active: RwSignal<Option<String>>,
}

/// The commands of the page. Two lists of the same names are alike.
#[derive(Clone)]
struct Commands(Vec<PageCommand>);

impl PartialEq for Commands {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|it| (&it.name, it.keys)).eq(other.0.iter().map(|it| (&it.name, it.keys)))
    }
}

impl Menu {
    fn new(overlays: Overlays, query: Memo<Query>, found: Found) -> Self {
        let page: PageCommands = expect_context();
        let gates: WaitingGates = expect_context();
        let commands = Memo::new(move |_| Commands(page.all()));
        let recent = StoredValue::new(Recent::from_json(storage::get(Recent::KEY).as_deref()));
        let entries = move |query: &Query| {
            let now = whole_ms(now_ms());
            let mut entries = gates.with(|waiting: &Waiting| {
                waiting.gates.iter().map(|gate| Entry::waiting(gate, now)).collect::<Vec<_>>()
            });
            commands.with(|Commands(commands)| {
                let own = commands.iter().enumerate();
                entries.extend(own.map(|(at, command)| Entry::action(command.name.clone(), command.keys, at)));
            });
            entries.extend(places());
            entries.extend(found.entries(query));
            recent.with_value(|recent| entries.extend(recent.workflows()));
            entries
        };
        let sections = Memo::new(move |_| {
            let query = query.get();
            let entries = entries(&query);
            recent.with_value(|recent| sections(&query, entries, recent))
        });
        Self { overlays, commands, recent, sections, active: RwSignal::new(None) }
    }

    fn move_by(self, by: isize) {
        let next = self
            .sections
            .with_untracked(|sections| self.active.with_untracked(|active| neighbour(sections, active.as_deref(), by)));
        if let Some(next) = &next {
            scroll_into_view(&option_id(next));
        }
        self.active.set(next);
    }

    /// The entry that Enter chooses. Tracks changes.
    fn chosen(self) -> Option<Entry> {
        let active = self.active.get();
        self.sections.with(|sections| {
            let mut all = sections.iter().flat_map(|section| &section.entries);
            let named = active.and_then(|key| all.clone().find(|entry| entry.key() == key));
            named.or_else(|| all.next()).cloned()
        })
    }

    /// Closes the menu and does what an entry says; its second page when `second`.
    fn choose(self, entry: &Entry, second: bool, go: &impl Fn(&str)) {
        let mut recent = self.recent.get_value();
        recent.remember(entry);
        storage::keep(Recent::KEY, recent.to_json().as_deref());
        self.overlays.close();
        match (&entry.target, &entry.second) {
            (_, Some(address)) if second => go(address),
            (Target::Page(address), _) => go(address),
            (Target::Document(address), _) => _ = window().location().set_href(address),
            (Target::Action(at), _) => {
                let command = self.commands.with_untracked(|Commands(commands)| commands.get(*at).cloned());
                match command.map(|command| command.act) {
                    Some(Act::Go(address, first)) => {
                        first();
                        go(&address);
                    }
                    // The dialog gives the focus back when it closes; the command may lead it elsewhere after that.
                    Some(Act::Do(act)) => request_animation_frame(move || act()),
                    None => {}
                }
            }
        }
    }
}

#[component]
fn Contents(overlays: Overlays) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let query = Memo::new(move |_| typed.with(|typed| Query::new(typed)));
    let found = Found::follow(query);
    let menu = Menu::new(overlays, query, found);
    let navigate = use_navigate();
    let go = move |address: &str| navigate(address, NavigateOptions::default());
    let by_key = go.clone();
    let keys = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => menu.move_by(1),
            "ArrowUp" => menu.move_by(-1),
            "Enter" if !event.is_composing() => {
                if let Some(entry) = untrack(|| menu.chosen()) {
                    menu.choose(&entry, event.shift_key(), &by_key);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let active = Memo::new(move |_| menu.chosen().map(|entry| entry.key()));
    let has_some = Memo::new(move |_| menu.sections.with(|sections| !sections.is_empty()));
    let choose = move |(entry, second): (Entry, bool)| menu.choose(&entry, second, &go);
    view! {
        <div class="command-search">
            <Icon icon=icondata_lu::LuSearch />
            <input
                id=FIELD
                type="text"
                role="combobox"
                aria-label="Go anywhere, do anything"
                aria-autocomplete="list"
                aria-controls=LIST
                aria-expanded=move || has_some.get().to_string()
                aria-activedescendant=move || active.get().map(|key| option_id(&key))
                placeholder="Go anywhere, do anything"
                autocomplete="off"
                spellcheck="false"
                dir="auto"
                on:input:target=move |event| {
                    menu.active.set(None);
                    typed.set(event.target().value());
                }
                on:keydown=keys
            />
            <CloseButton label="Close" on_press=move |_| overlays.close() />
        </div>
        <EntryList
            sections=menu.sections
            commands=Signal::derive(move || menu.commands.get().0)
            active
            on_point=move |key: String| menu.active.set(Some(key))
            on_choose=choose
        />
        <Notes query found has_some />
    }
}

/// What is to be known about what is found, and how the menu is used.
#[component]
fn Notes(query: Memo<Query>, found: Found, has_some: Memo<bool>) -> impl IntoView {
    let note = move || {
        let mut lines = Vec::new();
        if !has_some.get() {
            lines.push("Nothing found.".to_owned());
        }
        if query.with(Query::is_cut) {
            lines.push(format!("Only the first {MAX_SEARCH_CHARS} characters are searched for."));
        }
        match found.error() {
            None => {}
            Some(ApiError::Unreachable) => {
                lines.push("The server cannot be reached. Pages and actions still work.".to_owned());
            }
            Some(error) => lines.push(format!("Workflows could not be searched: {}.", error.title())),
        }
        lines.join(" ")
    };
    view! {
        <p class="command-note small muted" role="status">
            {note}
        </p>
        <p class="command-foot small muted" aria-hidden="true">
            <span>
                <kbd>"↑"</kbd>
                <kbd>"↓"</kbd>
                " choose"
            </span>
            <span>
                <kbd>"Enter"</kbd>
                " open"
            </span>
            <span>
                <kbd>"Shift"</kbd>
                <kbd>"Enter"</kbd>
                " run a workflow"
            </span>
            <span>
                <kbd>"Esc"</kbd>
                " close"
            </span>
        </p>
    }
}
