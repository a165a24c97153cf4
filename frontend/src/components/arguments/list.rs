//! An argument that is a list: its items one by one, or a template that gives the list.

use leptos::prelude::*;
use serde_json::Value;
use sluice_web_state::arguments::{Field, Kind, Part, push_item, remove_item};

use super::form::FieldView;
use super::model::{ArgumentsModel, hint_of};
use super::text::text_control;
use crate::components::{Button, ButtonKind, CloseButton, fresh_id};

/// The items, each with a field of its own.
#[component]
pub fn ListArgument(model: ArgumentsModel, field: Field, path: Vec<Part>, item: Field) -> impl IntoView {
    let value = model.at(path.clone());
    let by_hand = RwSignal::new(false);
    let is_text = Memo::new(move |_| {
        model.references && (by_hand.get() || value.with(|value| matches!(value, Some(Value::String(_)))))
    });
    let (field, path, item) = (StoredValue::new(field), StoredValue::new(path), StoredValue::new(item));
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
                            "Write the items one by one"
                        </Button>
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! { <Items model field path item=item.get_value() value by_hand /> }.into_any()
        }
    }
}

#[component]
fn Items(
    model: ArgumentsModel,
    field: Field,
    path: Vec<Part>,
    item: Field,
    value: Memo<Option<Value>>,
    by_hand: RwSignal<bool>,
) -> impl IntoView {
    let count = Memo::new(move |_| value.with(|value| value.as_ref().and_then(Value::as_array).map_or(0, Vec::len)));
    // Items have no ids: each row has a key of its own, which goes with it.
    let keys = RwSignal::new(Vec::<String>::new());
    Effect::new(move || {
        let count = count.get();
        if keys.with_untracked(Vec::len) != count {
            keys.set((0..count).map(|_| fresh_id("item")).collect());
        }
    });
    let rows = move || keys.get().into_iter().enumerate().collect::<Vec<_>>();
    let (path, item) = (StoredValue::new(path), StoredValue::new(item));
    let add = move |_| {
        let added = path.with_value(|path| {
            item.with_value(|item| model.value.with_untracked(|arguments| push_item(arguments, path, item)))
        });
        keys.update(|keys| keys.push(fresh_id("item")));
        model.change(added);
    };
    let remove = move |position: usize| {
        // The rows behind it stand for other items now, and are drawn anew.
        keys.update(|keys| {
            keys.truncate(position);
            keys.extend((position.saturating_add(1)..count.get_untracked()).map(|_| fresh_id("item")));
        });
        let removed =
            path.with_value(|path| model.value.with_untracked(|arguments| remove_item(arguments, path, position)));
        model.change(removed);
    };
    let hint = hint_of(&field);
    let missing = model.missing(field.clone(), path.get_value());
    let is_group = item.with_value(|item| matches!(item.kind, Kind::Group(_)));
    let label = field.label.clone();
    let row = move |(position, _): (usize, String)| {
        let number = position.saturating_add(1);
        let name = format!("{label} {number}");
        let path: Vec<Part> = path.get_value().into_iter().chain([Part::Item(position)]).collect();
        let field = Field { label: name.clone(), ..item.get_value() };
        view! {
            <li class="argument-item" class:wide=is_group>
                <div class="grow">
                    <FieldView model field path />
                </div>
                <CloseButton label=format!("Remove {name}") on_press=move |_| remove(position) />
            </li>
        }
    };
    view! {
        <fieldset class="argument-group">
            <legend class="label">{field.label}</legend>
            {(!hint.is_empty()).then(|| view! { <p class="hint small muted">{hint}</p> })}
            <p class="wrong" hidden=move || missing.read().is_none()>{move || missing.get()}</p>
            <ol class="stack tight" hidden=move || count.get() == 0>
                <For each=rows key=|(_, key)| key.clone() children=row />
            </ol>
            <div class="row wrap">
                <Button small=true icon=icondata_lu::LuPlus on_press=add>
                    "Add an item"
                </Button>
                <Show when=move || model.references && count.get() == 0>
                    <Button kind=ButtonKind::Ghost small=true on_press=move |_| by_hand.set(true)>
                        "Take a list from a step"
                    </Button>
                </Show>
            </div>
        </fieldset>
    }
}
