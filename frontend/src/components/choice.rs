//! Choosing: on or off, one of a few, a tag.

use leptos::prelude::*;

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
    let choice = move |(value, text): (T, &'static str)| {
        view! {
            <label>
                <input
                    type="radio"
                    name=name.clone()
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| on_choose.run(value)
                />
                {text}
            </label>
        }
    };
    view! {
        <div class="segments" role="radiogroup" aria-label=label>
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
