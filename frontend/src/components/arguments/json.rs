//! Arguments as JSON: one that a form cannot show, or all of them.

use leptos::prelude::*;
use sluice_web_state::arguments::{Field, Part, as_typed, is_reference, parse_arguments, typed};

use super::model::{ArgumentsModel, field_name, hint_of};
use crate::components::Field as FieldFrame;

/// One argument as JSON. What cannot be read stays typed, and the value stays as it was.
#[component]
pub fn JsonArgument(model: ArgumentsModel, field: Field, path: Vec<Part>) -> impl IntoView {
    let value = model.at(path.clone());
    let name = StoredValue::new(field_name(&path));
    let pending = move || model.pending.run(name.get_value());
    let kind = StoredValue::new(field.kind.clone());
    let last = RwSignal::new(String::new());
    let written =
        move || kind.with_value(|kind| last.with(|last| value.with(|value| as_typed(kind, last, value.as_ref()))));
    let text = move || pending().unwrap_or_else(written);
    let can_read = move |text: &str| {
        let is_empty = text.trim().is_empty();
        is_empty || (model.references && is_reference(text)) || sluice_types::json::parse(text).is_ok()
    };
    let missing = model.missing(field.clone(), path.clone());
    let wrong = Signal::derive(move || match pending() {
        Some(text) => (!can_read(&text)).then(|| "This is not JSON yet. It is not taken until it is.".to_owned()),
        None => missing.get(),
    });
    let take = move |text: String| {
        if can_read(&text) {
            model.put(&path, kind.with_value(|kind| typed(kind, &text)));
            last.set(text.clone());
        }
        model.set_pending.run((name.get_value(), Some(text)));
    };
    let leave = move |_| {
        if wrong.get_untracked().is_none() {
            model.set_pending.run((name.get_value(), None));
        }
    };
    let hint = [hint_of(&field).as_str(), "As JSON."].join(" ").trim().to_owned();
    view! {
        <FieldFrame label=field.label hint=hint wrong let:ids>
            <textarea
                id=ids.input
                class="textarea mono grows short"
                rows="2"
                spellcheck="false"
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.get().is_some().then_some("true")
                prop:value=text
                on:input:target=move |event| take(event.target().value())
                on:blur=leave
            ></textarea>
        </FieldFrame>
    }
}

/// All arguments as one JSON object.
#[component]
pub fn ArgumentsJson(
    model: ArgumentsModel,
    /// The id of the field.
    id: String,
) -> impl IntoView {
    let pending = move || model.pending.run("arguments".to_owned());
    // The text stays as it was typed as long as it means the value: written anew, it would move what is about to be
    // pressed.
    let last = RwSignal::new(String::new());
    let written = move || {
        model.value.with(|value| {
            let is_same = last.with(|last| parse_arguments(last).is_ok_and(|last| last == *value));
            if is_same && !last.with(String::is_empty) {
                last.get()
            } else {
                serde_json::to_string_pretty(value).unwrap_or_default()
            }
        })
    };
    let wrong = Signal::derive(move || parse_arguments(&pending()?).err());
    let take = move |text: String| {
        if let Ok(arguments) = parse_arguments(&text) {
            model.change(arguments);
            last.set(text.clone());
        }
        model.set_pending.run(("arguments".to_owned(), Some(text)));
    };
    let leave = move |_| {
        if wrong.get_untracked().is_none() {
            model.set_pending.run(("arguments".to_owned(), None));
        }
    };
    let hint = if model.references {
        "Texts in it are templates, as \"{{input.path}}\". A text that is one template keeps the type of its value."
    } else {
        "One object with all arguments."
    };
    view! {
        <FieldFrame id label="Arguments as JSON" hint wrong let:ids>
            <textarea
                id=ids.input
                class="textarea mono grows"
                rows="6"
                spellcheck="false"
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.get().is_some().then_some("true")
                prop:value=move || pending().unwrap_or_else(written)
                on:input:target=move |event| take(event.target().value())
                on:blur=leave
            ></textarea>
        </FieldFrame>
    }
}
