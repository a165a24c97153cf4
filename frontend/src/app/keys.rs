//! The keys that work on every page.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::keys::Chord;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::overlay::{Overlay, Overlays};
use crate::browser::clock::now_ms;
use crate::browser::view::is_mac;

/// Where letters are typed or choose something.
const TYPED_INTO: &str = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/// Listens for the keys.
#[component]
pub fn GlobalKeys() -> impl IntoView {
    let overlays: Overlays = expect_context();
    let navigate = use_navigate();
    let chord = StoredValue::new(Chord::default());
    let _stop = use_event_listener(window(), keydown, move |event: KeyboardEvent| {
        if event.default_prevented() {
            return;
        }
        if opens_commands(&event) {
            // Elsewhere it is the browser's key for a search.
            event.prevent_default();
            if overlays.is_open() {
                overlays.close();
            } else if !has_dialog() {
                overlays.open(Overlay::Commands);
            }
            return;
        }
        if has_modifier(&event) || is_typing(&event) || has_dialog() {
            return;
        }
        let key = event.key();
        if key == "?" {
            event.prevent_default();
            overlays.open(Overlay::Keys);
            return;
        }
        let address = chord.try_update_value(|chord| chord.press(&key, now_ms())).flatten();
        if let Some(address) = address {
            event.prevent_default();
            navigate(address, NavigateOptions::default());
        }
    });
}

/// Ctrl K, and Command K: with Ctrl, a Mac deletes to the end of the line.
fn opens_commands(event: &KeyboardEvent) -> bool {
    let command = event.meta_key() || (event.ctrl_key() && !is_mac());
    command && !event.shift_key() && !event.alt_key() && event.key().eq_ignore_ascii_case("k")
}

fn has_modifier(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() || event.repeat()
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.matches(TYPED_INTO).unwrap_or(false))
}

fn has_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}
