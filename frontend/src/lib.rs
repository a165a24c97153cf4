//! Sluice in the browser: a Leptos app that is rendered there and speaks to the API of the server
//! that sent it.
//!
//! What decides stands in `sluice_web_state` as plain structs and functions, without a signal or a browser, and is
//! tested natively. This crate draws and calls, and compiles for wasm32 only.

// A view is closures in closures; the compiler counts how deep they lie in each other.
#![recursion_limit = "512"]

mod api;
mod app;
mod browser;
mod cached;
mod components;
mod pages;
mod session;

/// What the page's script calls: draws the app in the place of the shell that the server sent.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    browser::crash::show_on_panic();
    browser::crash::remove_boot_shell();
    leptos::mount::mount_to(browser::crash::place_of_the_app(), app::App).forget();
}
