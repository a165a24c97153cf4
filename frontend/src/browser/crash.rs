//! The page's first and last frames: the shell before the app, the note after it broke.

use leptos::prelude::document;
use leptos::tachys::dom::body;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Shows the note that the server sent hidden, and says in the console where it happened.
pub fn show_on_panic() {
    std::panic::set_hook(Box::new(|info| {
        leptos::logging::error!("{info}");
        if let Some(note) = document().get_element_by_id("crash") {
            let _shown_already = note.remove_attribute("hidden");
        }
    }));
}

/// Where the app is drawn: before the notes of the page that the server sent.
pub fn place_of_the_app() -> HtmlElement {
    let place = document().get_element_by_id("app").and_then(|place| place.dyn_into().ok());
    place.unwrap_or_else(body)
}

/// Takes the shell away that stood in the app's place.
pub fn remove_boot_shell() {
    if let Some(shell) = document().get_element_by_id("boot") {
        shell.remove();
    }
}
