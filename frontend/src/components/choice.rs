//! Choosing: on or off, one of a few, a tag.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::field::fresh_id;
use super::icon::Icon;

/// A switch with its label inside, so that the whole of it can be pressed.
#[component]
pub fn Switch(
    #[prop(into)] label: String,
    #[prop(optional, into)] title: MaybeProp<String>,
    #[prop(into)] on: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> impl IntoView {
    let press = move |_| {
        if !disabled.get_untracked() {
            on_change.run(!on.get_untracked());
        }
    };
    view! {
        <button
            type="button"
            role="switch"
            class="switch"
            title=move || title.get()
            aria-checked=move || if on.get() { "true" } else { "false" }
            aria-disabled=move || disabled.get().then_some("true")
            on:click=press
        >
            {label}
        </button>
    }
}

/// A row of choices. `label` says what is chosen.
#[component]
pub fn Segments<T>(
    #[prop(into)] label: String,
    choices: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Signal<T>,
    #[prop(into)] on_choose: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let name = fresh_id("segments");
    let group: NodeRef<html::Div> = NodeRef::new();
    let values: Vec<T> = choices.iter().map(|(value, _)| *value).collect();
    // The browser has checked what was pressed. When that was refused, what is chosen is checked again.
    let check_chosen = move || {
        let Some(inputs) = group.get_untracked().map(|group| group.get_elements_by_tag_name("input")) else { return };
        for (at, value) in (0..).zip(&values) {
            let input = inputs.item(at).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input.filter(|_| *value == chosen.get_untracked()) {
                input.set_checked(true);
            }
        }
    };
    let check_chosen = StoredValue::new(check_chosen);
    let choose = move |value: T| {
        on_choose.run(value);
        if chosen.try_get_untracked().is_some_and(|chosen| chosen != value) {
            check_chosen.with_value(|check| check());
        }
    };
    let choice = move |(value, text): (T, &'static str)| {
        view! {
            <label>
                <input
                    type="radio"
                    name=name.clone()
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| choose(value)
                />
                {text}
            </label>
        }
    };
    view! {
        <div node_ref=group class="segments" role="radiogroup" aria-label=label>
            {choices.into_iter().map(choice).collect_view()}
        </div>
    }
}

/// A tag as a button.
#[component]
pub fn Tag(
    #[prop(into)] text: String,
    /// The accessible name, also shown as a tooltip.
    #[prop(into)]
    label: String,
    /// Whether pressing it takes something away: it shows a cross.
    #[prop(optional)]
    removable: bool,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="tag" title=label.clone() aria-label=label on:click=move |_| on_press.run(())>
            <span class="tag-text" dir="auto">
                {text}
            </span>
            {removable.then(|| view! { <Icon icon=icondata_lu::LuX /> })}
        </button>
    }
}
