//! Moving the focus, and telling the page's name.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Names the page in the window's title, for tabs and for screen readers.
pub fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move || document().set_title(&[title().as_str(), " · Sluice"].concat()));
}

/// Focuses the element with an id once what was just changed is drawn.
pub fn focus_soon(id: String) {
    request_animation_frame(move || {
        if let Some(element) = element(&id) {
            let _focused = element.focus();
        }
    });
}

/// Brings the element with an id into view, without moving the page more than needed.
pub fn scroll_into_view(id: &str) {
    if let Some(element) = element(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
