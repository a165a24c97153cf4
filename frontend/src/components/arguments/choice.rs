//! An argument that is chosen: yes or no, or one of some values.

use leptos::prelude::*;
use serde_json::Value;
use sluice_web_state::arguments::{Field, Part, is_reference, placeholder, shown};

use super::model::{ArgumentsModel, field_name, hint_of};
use super::text::text_control;
use crate::components::{Button, ButtonKind, Field as FieldFrame};

/// The option that leads to a text.
const REFERENCE: &str = "\u{1}reference";

/// A list of the values. Where templates are taken, the value may come from one.
#[component]
pub fn ChoiceArgument(model: ArgumentsModel, field: Field, path: Vec<Part>, values: Vec<Value>) -> impl IntoView {
    let value = model.at(path.clone());
    let written =
        Memo::new(move |_| value.with(|value| matches!(value, Some(Value::String(text)) if is_reference(text))));
    let by_hand = RwSignal::new(false);
    let is_text = Memo::new(move |_| model.references && (written.get() || by_hand.get()));
    let (field, path, values) = (StoredValue::new(field), StoredValue::new(path), StoredValue::new(values));
    move || {
        let (field, path) = (field.get_value(), path.get_value());
        if is_text.get() {
            let spec = text_control(model, field, path.clone(), value);
            let back = move |_| {
                by_hand.set(false);
                model.put(&path, None);
            };
            view! {
                <div class="stack tight">
                    {model.draw(spec)}
                    <div>
                        <Button kind=ButtonKind::Ghost small=true on_press=back>
                            "Choose from the list"
                        </Button>
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! { <Choice model field path values=values.get_value() value by_hand /> }.into_any()
        }
    }
}

#[component]
fn Choice(
    model: ArgumentsModel,
    field: Field,
    path: Vec<Part>,
    values: Vec<Value>,
    value: Memo<Option<Value>>,
    by_hand: RwSignal<bool>,
) -> impl IntoView {
    let none = match (field.required, placeholder(&field)) {
        (true, _) => "Choose…".to_owned(),
        (false, default) if default.is_empty() => "Not set".to_owned(),
        (false, default) => format!("Not set: {}", word_of(&default)),
    };
    let word = |value: &Value| match value {
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        other => shown(Some(other)),
    };
    let known = values.clone();
    let options = move || {
        let chosen = value.get();
        let other = chosen.clone().filter(|chosen| !known.contains(chosen)).map(|other| {
            let text = shown(Some(&other));
            view! { <option value=text.clone() selected=true>{format!("{text} (not one of the choices)")}</option> }
        });
        let all = known.iter().map(|value| {
            let selected = chosen.as_ref() == Some(value);
            view! { <option value=shown(Some(value)) selected=selected>{word(value)}</option> }
        });
        (other, all.collect_view())
    };
    let missing = model.missing(field.clone(), path.clone());
    let choose = move |text: String| {
        if text == REFERENCE {
            by_hand.set(true);
        } else {
            model.put(&path, values.iter().find(|value| shown(Some(value)) == text).cloned());
        }
    };
    let id = field_name(&[Part::Name(field.name.clone())]);
    let hint = Some(hint_of(&field)).filter(|hint| !hint.is_empty());
    view! {
        <FieldFrame label=field.label hint=hint wrong=missing let:ids>
            <select
                id=ids.input
                class="select"
                data-argument=id
                aria-describedby=ids.described_by
                aria-required=field.required.then_some("true")
                aria-invalid=move || missing.read().is_some().then_some("true")
                prop:value=move || value.with(|value| shown(value.as_ref()))
                on:change:target=move |event| choose(event.target().value())
            >
                <option value="">{none}</option>
                {options}
                {model.references.then(|| view! { <option value=REFERENCE>"From a step or the input…"</option> })}
            </select>
        </FieldFrame>
    }
}

fn word_of(default: &str) -> &str {
    match default {
        "true" => "yes",
        "false" => "no",
        other => other,
    }
}
