//! More about a word, shown when it is pointed at or focused.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::field::fresh_id;
use crate::browser::signal::RwSignal;

/// A short text with a longer one that shows on hover and on focus, and that screen readers read as
/// its description. Escape or a press puts it away, the next visit shows it again.
#[component]
pub fn Tooltip(
    /// What is said; line breaks are kept.
    #[prop(into)]
    more: String,
    children: Children,
) -> impl IntoView {
    let id = fresh_id("tip");
    let away = RwSignal::new(false);
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            away.set(true);
        }
    };
    view! {
        <span
            class="tip"
            class:away=move || away.get()
            on:mouseleave=move |_| away.set(false)
            on:focusout=move |_| away.set(false)
            on:keydown=keys
        >
            <button
                type="button"
                class="tip-word"
                aria-describedby=id.clone()
                on:click=move |_| away.update(|away| *away = !*away)
            >
                {children()}
            </button>
            <span class="tip-box" role="tooltip" id=id>
                {more}
            </span>
        </span>
    }
}
