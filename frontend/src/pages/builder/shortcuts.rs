//! Keys of the whole page: save, undo, redo.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::model::Builder;
use super::save::Saver;
use crate::browser::listen::on_window;

/// Listens for the keys. In a text field, undo and redo are the browser's own.
#[component]
pub fn Shortcuts(builder: Builder, saver: Saver) -> impl IntoView {
    let pressed = move |event: KeyboardEvent| {
        if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
            return;
        }
        match (event.key().to_ascii_lowercase().as_str(), event.shift_key()) {
            ("s", false) => {
                take_what_is_typed();
                saver.save(false);
            }
            ("z", false) if !in_text_field(&event) => builder.undo(),
            ("z", true) | ("y", false) if !in_text_field(&event) => builder.redo(),
            _ => return,
        }
        event.prevent_default();
    };
    on_window(keydown, pressed);
}

/// A field that is taken when it is left is taken now.
fn take_what_is_typed() {
    if let Some(field) = document().active_element().and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _left_and_back = field.blur().and_then(|()| field.focus());
    }
}

fn in_text_field(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element
        .is_some_and(|element| element.matches("input:not([type=checkbox], [type=radio]), textarea").unwrap_or(false))
}
