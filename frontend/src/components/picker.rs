//! Choosing a model: a field to search in, with the list of all models below it.
//!
//! It follows the combobox pattern: the focus stays in the field, and the arrow keys move through the list.
//! <https://www.w3.org/WAI/ARIA/apg/patterns/combobox/>

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
pub use sluice_web_state::model_list::ModelChoice;
use sluice_web_state::model_list::{PresentCall, about, groups, remembered, shown};
use wasm_bindgen::JsCast;

use super::field::fresh_id;
use super::model_by_hand::ByHand;
use super::model_options::{Entry, ModelOptions, Row};
use crate::browser::focus::scroll_into_view;
use crate::browser::storage;
use crate::session::Session;

/// Where the browser keeps the models that were chosen last.
const RECENT: &str = "sluice.recent-models";

fn recent() -> Vec<ModelChoice> {
    storage::get(RECENT).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn remember(chosen: &ModelChoice) {
    if let Ok(text) = serde_json::to_string(&remembered(&recent(), chosen)) {
        storage::set(RECENT, &text);
    }
}

/// The state of a picker. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct Picker {
    /// Whether the list is open.
    pub open: RwSignal<bool>,
    /// What was typed to narrow the list; `None` while the field shows the choice.
    typed: RwSignal<Option<String>>,
    /// The entry that Enter takes.
    pub active: RwSignal<usize>,
    /// The entries of the open list.
    pub rows: Memo<Vec<Row>>,
    /// The field.
    pub input: NodeRef<html::Input>,
    id: StoredValue<String>,
    by_hand: RwSignal<bool>,
    on_choose: Callback<ModelChoice>,
}

impl Picker {
    fn new(present: Signal<Option<PresentCall>>, on_choose: Callback<ModelChoice>) -> Self {
        let session = expect_context::<Session>();
        let (open, typed) = (RwSignal::new(false), RwSignal::new(None::<String>));
        let rows = Memo::new(move |_| {
            if !open.get() {
                return Vec::new();
            }
            let typed = typed.get().unwrap_or_default();
            let providers = session.providers.get().unwrap_or_default();
            let groups = groups(&providers, &recent(), &typed, present.get().as_ref());
            Row::all(groups, typed.trim().is_empty())
        });
        Self {
            open,
            typed,
            active: RwSignal::new(0),
            rows,
            input: NodeRef::new(),
            id: StoredValue::new(fresh_id("model")),
            by_hand: RwSignal::new(false),
            on_choose,
        }
    }

    /// The id of the field.
    fn id(self) -> String {
        self.id.get_value()
    }

    /// The id of the list.
    pub fn list_id(self) -> String {
        format!("{}-list", self.id())
    }

    /// The id of an entry.
    pub fn entry_id(self, at: usize) -> String {
        format!("{}-{at}", self.id())
    }

    /// Opens the list at the choice. What is typed next takes the place of the text.
    fn show(self, chosen: &ModelChoice) {
        if self.open.get_untracked() {
            return;
        }
        self.open.set(true);
        let is_chosen = |row: &Row| matches!(&row.entry, Entry::Model(option) if option.choice == *chosen);
        let at = self.rows.with_untracked(|rows| rows.iter().rposition(is_chosen)).unwrap_or_default();
        self.go_to(at);
        if let Some(input) = self.input.get_untracked() {
            input.select();
        }
    }

    /// Closes the list, and shows the choice again.
    pub fn close(self) {
        // A field that goes away while it has the focus is left, too.
        if self.open.try_get_untracked() == Some(true) {
            self.open.set(false);
        }
        if self.typed.try_with_untracked(Option::is_some) == Some(true) {
            self.typed.set(None);
        }
    }

    fn go_to(self, at: usize) {
        self.active.set(at);
        request_animation_frame(move || scroll_into_view(&self.entry_id(at)));
    }

    fn go_by(self, by: isize) {
        let count = self.rows.with_untracked(Vec::len);
        let at = self.active.get_untracked().checked_add_signed(by).unwrap_or(count.saturating_sub(1));
        self.go_to(if at < count { at } else { 0 });
    }

    fn type_in(self, text: String) {
        self.typed.set(Some(text));
        self.open.set(true);
        self.go_to(0);
    }

    /// Takes an entry.
    pub fn take(self, at: usize) {
        let Some(entry) = self.rows.with_untracked(|rows| rows.get(at).map(|row| row.entry.clone())) else { return };
        self.close();
        self.by_hand.set(entry == Entry::Another);
        match entry {
            Entry::Nothing => self.on_choose.run(ModelChoice::default()),
            Entry::Model(option) => {
                remember(&option.choice);
                self.on_choose.run(option.choice);
            }
            Entry::Another => {}
        }
    }

    fn key(self, event: &KeyboardEvent, chosen: &ModelChoice) {
        let open = self.open.get_untracked();
        match (event.key().as_str(), open) {
            ("ArrowDown" | "ArrowUp", false) => self.show(chosen),
            ("ArrowDown", true) => self.go_by(1),
            ("ArrowUp", true) => self.go_by(-1),
            ("Enter", true) => self.take(self.active.get_untracked()),
            ("Escape", true) => {
                // What is around it stays open.
                event.stop_propagation();
                self.close();
            }
            _ => return,
        }
        event.prevent_default();
    }
}

/// A field that searches the models: recent ones, then by provider, those that can be called now first. A model that is
/// not listed can be named by hand.
#[component]
pub fn ModelPicker(
    #[prop(into)] chosen: Signal<ModelChoice>,
    /// The first entry, which chooses nothing.
    #[prop(into, default = "The workflow's model".into())]
    none: Signal<String>,
    /// What the field shows while nothing is chosen; the first entry without it.
    #[prop(optional, into)]
    none_shown: MaybeProp<String>,
    #[prop(into, default = "Model".into())] label: Signal<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Whether the label is only told to screen readers, and the field looks like a field only when it is pointed at or
    /// when something is chosen.
    #[prop(optional)]
    compact: bool,
    /// Whether a model that is named by hand is chosen with each letter, and so kept as it is typed. Else it is
    /// when its field is left.
    #[prop(optional)]
    as_typed: bool,
    /// A call of the present model, which the others are compared with.
    #[prop(optional, into)]
    present: Signal<Option<PresentCall>>,
    #[prop(into)] on_choose: Callback<ModelChoice>,
) -> impl IntoView {
    let picker = Picker::new(present, on_choose);
    let session = expect_context::<Session>();
    let providers = move || session.providers.get().unwrap_or_default();
    let is_none = Memo::new(move |_| chosen.with(ModelChoice::is_none));
    let text = move || {
        let nothing = || none_shown.get().unwrap_or_else(|| none.get());
        picker.typed.get().or_else(|| shown(&chosen.get(), &providers())).unwrap_or_else(nothing)
    };
    let title = move || about(&chosen.get(), &providers()).unwrap_or_else(|| none.get());
    let left = move |event: FocusEvent| {
        let around = picker.input.get_untracked().and_then(|input| input.closest(".field").ok().flatten());
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !around.is_some_and(|around| to.is_some_and(|to| around.contains(Some(&to)))) {
            picker.close();
        }
    };
    let class = move || match (compact, is_none.get()) {
        (true, true) => "combo quiet",
        (true, false) | (false, _) => "combo",
    };
    view! {
        <div class="field" on:focusout=left>
            <label for=picker.id() class:visually-hidden=compact>
                {move || label.get()}
            </label>
            <div class=class>
                <input
                    id=picker.id()
                    node_ref=picker.input
                    class="input"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    autocapitalize="off"
                    disabled=move || disabled.get()
                    title=title
                    aria-expanded=move || if picker.open.get() { "true" } else { "false" }
                    aria-controls=picker.list_id()
                    aria-autocomplete="list"
                    aria-activedescendant=move || picker.open.get().then(|| picker.entry_id(picker.active.get()))
                    prop:value=text
                    on:click=move |_| picker.show(&chosen.get_untracked())
                    on:input:target=move |event| picker.type_in(event.target().value())
                    on:keydown=move |event| picker.key(&event, &chosen.get_untracked())
                />
                <Show when=move || picker.open.get()>
                    <ModelOptions picker none label chosen />
                </Show>
            </div>
            <Show when=move || picker.open.get() && session.providers.error().is_some()>
                <p class="small wrong">
                    "The providers could not be read. " <button type="button" class="link" on:click=move |_| session.providers.refetch()>
                        "Try again"
                    </button>
                </p>
            </Show>
            <Show when=move || picker.by_hand.get()>
                <ByHand chosen as_typed on_choose />
            </Show>
        </div>
    }
}
