//! Sluice in the browser: a Leptos app that is rendered there and speaks to the API of the server
//! that sent it.
//!
//! Decisions are plain structs and functions in `sluice_web_state`, without signals or a browser, tested natively.
//! This crate renders and calls the API, and compiles for wasm32 only.

// A view is closures in closures; the compiler counts how deep they lie in each other.
#![recursion_limit = "512"]

mod api;
mod app;
mod browser;
mod cached;
mod components;
mod notices;
mod pages;
mod session;
mod waiting;

/// The entry point: mounts the app in place of the shell that the server sent.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    browser::crash::show_on_panic();
    browser::crash::remove_boot_shell();
    leptos::mount::mount_to(browser::crash::place_of_the_app(), app::App).forget();
}
