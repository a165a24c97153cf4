//! A button that opens a short list of actions.

use icondata_core::IconData;
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::button::ButtonKind;
use super::icon::Icon;

/// A menu of `MenuItem`s below its button. It closes when one is chosen, on Escape, and when the
/// focus or the pointer goes elsewhere.
#[component]
pub fn Menu(
    /// What the button is called.
    #[prop(into)]
    label: Signal<String>,
    #[prop(default = icondata_lu::LuEllipsis)] icon: &'static IconData,
    /// Whether the list begins at the button's left side.
    #[prop(optional)]
    start: bool,
    /// A text on the button, besides its icon.
    #[prop(optional, into)]
    text: Option<String>,
    #[prop(default = ButtonKind::Ghost)] kind: ButtonKind,
    children: Children,
) -> impl IntoView {
    let element: NodeRef<html::Details> = NodeRef::new();
    let close = move || {
        if let Some(details) = element.get_untracked() {
            details.set_open(false);
        }
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && element.get_untracked().is_some_and(|details| details.open()) {
            event.stop_propagation();
            close();
            let summary = element.get_untracked().and_then(|details| details.query_selector("summary").ok().flatten());
            if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _focused = summary.focus();
            }
        }
    };
    let left = move |event: FocusEvent| {
        let inside = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok())
            .is_some_and(|target| element.get_untracked().is_some_and(|details| details.contains(Some(&target))));
        if !inside {
            close();
        }
    };
    let shape = match (kind, text.is_some()) {
        (ButtonKind::Primary, true) => "button primary",
        (ButtonKind::Ghost, true) => "button ghost",
        (_, true) => "button",
        (_, false) => "button ghost small square",
    };
    view! {
        <details
            node_ref=element
            class=if start { "menu start" } else { "menu" }
            on:keydown=keys
            on:focusout=left
        >
            <summary class=shape aria-label=move || label.get() title=move || label.get()>
                <Icon icon />
                {text}
            </summary>
            <ul class="items" on:click=move |_| close()>{children()}</ul>
        </details>
    }
}

/// One action of a menu.
#[component]
pub fn MenuItem(
    icon: &'static IconData,
    #[prop(into)] label: String,
    #[prop(optional)] danger: bool,
    #[prop(into)] on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <li>
            <button
                type="button"
                class=if danger { "item danger" } else { "item" }
                on:click=move |event| on_press.run(event)
            >
                <Icon icon />
                {label}
            </button>
        </li>
    }
}
