//! An argument that is typed: a text, or a number.

use leptos::prelude::*;
use serde_json::Value;
use sluice_web_state::arguments::{Field, Kind, Part, as_typed, fault, placeholder, typed};

use super::model::{ArgumentsModel, TextSpec, field_name, hint_of};

/// A field for a text or a number.
#[component]
pub fn TextArgument(model: ArgumentsModel, field: Field, path: Vec<Part>) -> impl IntoView {
    let value = model.at(path.clone());
    let control = text_control(model, field, path, value);
    model.draw(control)
}

/// A field for the text of a value, which may be a template.
pub fn text_control(model: ArgumentsModel, field: Field, path: Vec<Part>, value: Memo<Option<Value>>) -> TextSpec {
    let kind = StoredValue::new(field.kind.clone());
    let last = RwSignal::new(String::new());
    let text = Memo::new(move |_| {
        kind.with_value(|kind| last.with(|last| value.with(|value| as_typed(kind, last, value.as_ref()))))
    });
    let judged = field.clone();
    let missing = model.missing(field.clone(), path.clone());
    let wrong = Memo::new(move |_| {
        let wrong = value.with(|value| value.as_ref().and_then(|value| fault(&judged, Some(value))));
        // In the builder the lint says so at the field.
        wrong.or_else(|| missing.get().filter(|_| !model.references))
    });
    let name = field_name(&path);
    let on_change = move |text: String| {
        let value = kind.with_value(|kind| typed(kind, &text));
        last.set(text);
        model.put(&path, value);
    };
    TextSpec {
        field: name,
        hint: hint_of(&field),
        placeholder: placeholder(&field),
        is_short: field.kind != Kind::Text || is_short(&field.name),
        is_required: field.required,
        label: field.label,
        text: text.into(),
        wrong: wrong.into(),
        on_change: Callback::new(on_change),
    }
}

/// Whether a text of this name is one line as a rule.
fn is_short(name: &str) -> bool {
    !["content", "text", "body", "message", "query", "prompt", "code"]
        .iter()
        .any(|long| name.to_lowercase().ends_with(long))
}
