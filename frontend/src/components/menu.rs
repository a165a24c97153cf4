//! A button that opens a short list of actions.

use icondata_core::IconData;
use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use wasm_bindgen::JsCast;

use super::icon::Icon;

/// A menu of `MenuItem`s below its button, or above it where there is more room. It closes when one is chosen, on Escape,
/// and when the focus or the pointer goes elsewhere.
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
    let place = RwSignal::new(Place::default());
    let measure = move |_| {
        if let Some(details) = element.get_untracked().filter(web_sys::HtmlDetailsElement::open) {
            place.set(Place::of(&details));
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
            class:up=move || place.get().is_up
            on:keydown=keys
            on:focusout=left
            on:toggle=measure
        >
            <summary class=class aria-label=move || label.get() title=move || label.get()>
                <Icon icon />
                {text}
            </summary>
            <ul class="items" style:max-height=move || place.get().most_height() on:click=move |_| close()>
                {children()}
            </ul>
        </details>
    }
}

/// The side on which the list of a menu opens, and the room that it has there, in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Place {
    is_up: bool,
    room: Option<f64>,
}

/// The gaps between the button, a list and the border of the window together, in pixels.
const MARGIN_PX: f64 = 12.0;

impl Place {
    /// Below the button, unless the list does not fit there and has more room above.
    fn of(details: &web_sys::HtmlDetailsElement) -> Self {
        let items = details.query_selector(".items").ok().flatten();
        let window = window().inner_height().ok().and_then(|height| height.as_f64());
        let Some((items, window)) = items.zip(window) else { return Self::default() };
        let button = details.get_bounding_client_rect();
        let (above, below) = (button.top() - MARGIN_PX, window - button.bottom() - MARGIN_PX);
        let is_up = f64::from(items.scroll_height()) > below && above > below;
        Self { is_up, room: Some(if is_up { above } else { below }) }
    }

    /// A longer list is scrolled.
    fn most_height(self) -> Option<String> {
        self.room.map(|room| format!("{room}px"))
    }
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
