//! A button that opens a short list of actions.

use icondata_core::IconData;
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use wasm_bindgen::JsCast;

use super::icon::Icon;

/// A menu of `MenuItem`s below its button, or above it where the window ends. It closes when one is chosen, on Escape, and when the
/// focus or the pointer goes elsewhere.
#[component]
pub fn Menu(
    /// The accessible name of the button.
    #[prop(into)]
    label: Signal<String>,
    /// The text on the button of a menu of things to add; three dots without it.
    #[prop(optional)]
    text: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let (class, menu_class) =
        if text.is_some() { ("button small", "menu from-left") } else { ("button ghost small square", "menu") };
    let icon = if text.is_some() { icondata_lu::LuPlus } else { icondata_lu::LuEllipsis };
    let element: NodeRef<html::Details> = NodeRef::new();
    let holds = move |node: &web_sys::Node| element.get_untracked().is_some_and(|details| details.contains(Some(node)));
    let is_up = RwSignal::new(false);
    let place = move |_| {
        if let Some(details) = element.get_untracked() {
            is_up.set(details.open() && fits_above_only(&details));
        }
    };
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
        // Without a target the focus went nowhere: Safari does not focus a button that is pressed. The press on the
        // page closes the menu then.
        let target = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if target.is_some_and(|target| !holds(&target)) {
            close();
        }
    };
    let _stop = use_event_listener(document(), leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if target.is_none_or(|target| !holds(&target)) {
            close();
        }
    });
    view! {
        <details
            node_ref=element
            class=menu_class
            class:up=is_up
            on:keydown=keys
            on:focusout=left
            on:toggle=place
        >
            <summary class=class aria-label=move || label.get() title=move || label.get()>
                <Icon icon />
                {text}
            </summary>
            <ul class="items" on:click=move |_| close()>{children()}</ul>
        </details>
    }
}

/// Whether the list of an open menu goes below the window, and has room above its button.
fn fits_above_only(details: &web_sys::HtmlDetailsElement) -> bool {
    let Some(items) = details.query_selector(".items").ok().flatten() else { return false };
    let height = items.get_bounding_client_rect().height();
    let button = details.get_bounding_client_rect();
    let window = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::INFINITY);
    button.bottom() + height > window && button.top() > height
}

/// A heading between the actions of a menu.
#[component]
pub fn MenuHeading(text: &'static str) -> impl IntoView {
    view! { <li class="heading">{text}</li> }
}

/// One action of a menu.
#[component]
pub fn MenuItem(
    icon: &'static IconData,
    #[prop(into)] label: Signal<String>,
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
                {move || label.get()}
            </button>
        </li>
    }
}
