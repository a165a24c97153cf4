//! On or off: a button that says which.

use leptos::prelude::*;

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
