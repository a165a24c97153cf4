//! Files that are dropped anywhere on the page.

use leptos::ev::DragEvent;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::import::Importer;
use crate::browser::listen::on_window;
use crate::browser::signal::RwSignal;
use crate::components::{Icon, Shown};

/// Takes dropped files, and shows where they will go while they are held over the page.
#[component]
pub fn DropAnywhere(importer: Importer) -> impl IntoView {
    let over = RwSignal::new(false);
    on_window(leptos::ev::dragover, move |event: DragEvent| {
        if holds_files(&event) {
            // Without this the browser would open the file instead of the app.
            event.prevent_default();
            if !over.get_untracked() {
                over.set(true);
            }
        }
    });
    on_window(leptos::ev::dragleave, move |event: DragEvent| {
        // Between two elements of the page there is one; at the window's edge there is none.
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    on_window(leptos::ev::drop, move |event: DragEvent| {
        over.set(false);
        if holds_files(&event) {
            event.prevent_default();
            importer.import(event.data_transfer().and_then(|held| held.files()));
        }
    });
    view! {
        <Shown is=move || over.get()>
            <div class="drop-anywhere" aria-hidden="true">
                <div class="drop-place">
                    <Icon icon=icondata_lu::LuUpload />
                    "Drop the files to import their workflows"
                </div>
            </div>
        </Shown>
    }
}

fn holds_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|held| held.types().includes(&JsValue::from_str("Files"), 0))
}
