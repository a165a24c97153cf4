//! One of a few, side by side: radio buttons.

use leptos::prelude::*;

use super::field::fresh_id;

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
