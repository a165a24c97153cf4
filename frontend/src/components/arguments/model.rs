//! What the fields of the form share: the arguments, and how a text is edited.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::{Map, Value};
use sluice_web_state::arguments::{Field, Part, missing, pointer, put, value_at};
use sluice_web_state::message::sentence;

/// A text of the form, for who draws its field.
pub struct TextSpec {
    /// The place of the argument, as `arguments/edits/0/oldText`.
    pub field: String,
    /// Its label.
    pub label: String,
    /// Its help text; may be empty.
    pub hint: String,
    /// What an empty text means.
    pub placeholder: String,
    /// Whether one line is enough as a rule.
    pub is_short: bool,
    /// Whether the tool cannot do without it.
    pub is_required: bool,
    /// The text.
    pub text: Signal<String>,
    /// Why it does not fit.
    pub wrong: Signal<Option<String>>,
    /// Takes what is typed.
    pub on_change: Callback<String>,
}

/// Draws the field of a text: in the builder with completions, at a gate as plain text.
pub type TextControl = Arc<dyn Fn(TextSpec) -> AnyView + Send + Sync>;

/// The arguments and how they are edited. A copy is a handle to the same ones.
#[derive(Clone, Copy)]
pub struct ArgumentsModel {
    /// The arguments.
    pub value: Signal<Map<String, Value>>,
    /// Takes other ones.
    pub set: Callback<Map<String, Value>>,
    /// The JSON that is typed for a place and cannot be read yet.
    pub pending: Callback<String, Option<String>>,
    /// Keeps it, or lets go of it.
    pub set_pending: Callback<(String, Option<String>)>,
    /// Whether a text may stand for a value of another kind, as a template does.
    pub references: bool,
    /// Draws the field of a text.
    pub control: StoredValue<TextControl>,
}

impl ArgumentsModel {
    /// The value at a place. Tracks changes.
    pub fn at(self, path: Vec<Part>) -> Memo<Option<Value>> {
        Memo::new(move |_| self.value.with(|arguments| value_at(arguments, &path).cloned()))
    }

    /// Why the field at a place is marked that has no value. Tracks changes.
    pub fn missing(self, field: Field, path: Vec<Part>) -> Memo<Option<String>> {
        Memo::new(move |_| self.value.with(|arguments| missing(&field, arguments, &path)))
    }

    /// Puts a value at a place.
    pub fn put(self, path: &[Part], value: Option<Value>) {
        let changed = self.value.with_untracked(|arguments| put(arguments, path, value));
        self.change(changed);
    }

    /// Takes other arguments.
    pub fn change(self, arguments: Map<String, Value>) {
        if self.value.with_untracked(|known| *known != arguments) {
            self.set.run(arguments);
        }
    }

    /// Draws the field of a text.
    pub fn draw(self, spec: TextSpec) -> AnyView {
        self.control.with_value(|control| control(spec))
    }
}

/// The name of a place, as findings have it.
pub fn field_name(path: &[Part]) -> String {
    ["arguments", &pointer(path)].concat()
}

/// Help text that says what is left out.
pub fn hint_of(field: &Field) -> String {
    let about = if field.description.is_empty() { String::new() } else { sentence(&field.description) };
    let needed = if field.required { "" } else { "Optional." };
    [about.as_str(), needed].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}
