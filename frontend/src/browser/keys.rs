//! Keys that act on a page as a whole.

use leptos::ev::KeyboardEvent;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// What takes keys itself: fields, choices, and surfaces that are moved by keys.
const TAKES_KEYS: &str =
    "input:not([type='checkbox'], [type='radio']), textarea, select, [contenteditable], [role='application']";

/// Whether a key is meant for the page: nobody types, no dialog is open, and it is pressed without Ctrl, Alt or Meta.
pub fn is_for_page(event: &KeyboardEvent) -> bool {
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_taken = target.is_some_and(|target| target.closest(TAKES_KEYS).ok().flatten().is_some());
    let in_dialog = document().query_selector("dialog[open]").ok().flatten().is_some();
    !(has_modifier || is_taken || in_dialog || event.is_composing() || event.default_prevented())
}
