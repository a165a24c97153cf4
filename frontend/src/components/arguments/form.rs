//! The fields of the form.

use leptos::prelude::*;
use serde_json::Value;
use sluice_web_state::arguments::{Field, Kind, Part, unknown_names};

use super::choice::ChoiceArgument;
use super::json::JsonArgument;
use super::list::ListArgument;
use super::model::{ArgumentsModel, hint_of};
use super::text::TextArgument;
use crate::components::{Button, ButtonKind};

/// Optional fields that are shown at once; of more, those without a value are folded away.
const SHOWN_AT_ONCE: usize = 4;

/// All arguments.
#[component]
pub fn ArgumentsForm(model: ArgumentsModel, fields: Vec<Field>) -> impl IntoView {
    if fields.is_empty() {
        let none = view! { <p class="muted small">"This tool takes no arguments."</p> };
        return view! { {none} <Unknown model fields /> }.into_any();
    }
    view! { <Fields model fields=fields.clone() path=Vec::new() /> <Unknown model fields /> }.into_any()
}

/// The fields of an object: what is needed, then what may be left out.
#[component]
pub fn Fields(model: ArgumentsModel, fields: Vec<Field>, path: Vec<Part>) -> AnyView {
    let (needed, optional): (Vec<Field>, Vec<Field>) = fields.into_iter().partition(|field| field.required);
    let is_set = |field: &Field| {
        let place = inside(&path, &field.name);
        model.value.with_untracked(|arguments| sluice_web_state::arguments::value_at(arguments, &place).is_some())
    };
    let is_folded = optional.len() > SHOWN_AT_ONCE;
    let begun = optional.iter().any(is_set);
    let count = optional.len();
    let draw = move |field: Field| {
        let place = inside(&path, &field.name);
        view! { <FieldView model field path=place /> }
    };
    let needed = needed.into_iter().map(draw.clone()).collect_view();
    if !is_folded {
        let optional = optional.into_iter().map(draw).collect_view();
        return view! { {needed} {optional} }.into_any();
    }
    let open = RwSignal::new(begun);
    let optional = StoredValue::new(optional);
    view! {
        {needed}
        <details class="more" open=begun on:toggle:target=move |event| open.set(event.target().open())>
            <summary>{format!("{count} optional arguments")}</summary>
            // A schema may have hundreds: they are drawn when they are looked at.
            <Show when=move || open.get()>
                <div class="inside">{optional.get_value().into_iter().map(draw.clone()).collect_view()}</div>
            </Show>
        </details>
    }
    .into_any()
}

fn inside(path: &[Part], name: &str) -> Vec<Part> {
    path.iter().cloned().chain([Part::Name(name.to_owned())]).collect()
}

/// One field.
#[component]
pub fn FieldView(model: ArgumentsModel, field: Field, path: Vec<Part>) -> AnyView {
    match field.kind.clone() {
        Kind::Text | Kind::Number { .. } => view! { <TextArgument model field path /> }.into_any(),
        Kind::Boolean => {
            let values = vec![Value::Bool(true), Value::Bool(false)];
            view! { <ChoiceArgument model field path values /> }.into_any()
        }
        Kind::Choice(values) => view! { <ChoiceArgument model field path values /> }.into_any(),
        Kind::List(item) => view! { <ListArgument model field path item=*item /> }.into_any(),
        Kind::Group(fields) => {
            let hint = hint_of(&field);
            view! {
                <fieldset class="argument-group">
                    <legend class="label">{field.label}</legend>
                    {(!hint.is_empty()).then(|| view! { <p class="hint small muted">{hint}</p> })}
                    <Fields model fields path />
                </fieldset>
            }
            .into_any()
        }
        Kind::Json => view! { <JsonArgument model field path /> }.into_any(),
    }
}

/// Arguments that the schema does not name: kept, shown as JSON, and to be removed.
#[component]
fn Unknown(model: ArgumentsModel, fields: Vec<Field>) -> impl IntoView {
    let names = Memo::new(move |_| model.value.with(|arguments| unknown_names(&fields, arguments)));
    let field = |name: &str| Field {
        name: name.to_owned(),
        label: name.to_owned(),
        description: "The tool does not name this argument.".to_owned(),
        required: true,
        kind: Kind::Json,
        default: None,
    };
    view! {
        <For each=move || names.get() key=Clone::clone let:name>
            {
                let path = vec![Part::Name(name.clone())];
                let remove = path.clone();
                view! {
                    <JsonArgument model field=field(&name) path />
                    <div>
                        <Button kind=ButtonKind::Ghost small=true on_press=move |_| model.put(&remove, None)>
                            {format!("Remove {name}")}
                        </Button>
                    </div>
                }
            }
        </For>
    }
}
