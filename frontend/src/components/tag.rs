//! A tag that can be pressed: to filter by it, or to take the filter away.

use leptos::prelude::*;

use super::icon::Icon;

/// A tag as a button.
#[component]
pub fn Tag(
    #[prop(into)] text: String,
    /// What pressing it does, for screen readers and the tooltip.
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
