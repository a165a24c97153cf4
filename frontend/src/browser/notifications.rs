//! Notifications of the browser.

use js_sys::Reflect;
use leptos::prelude::window;
use sluice_web_state::runs::{Notice, Permission};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// What the browser allows this page. Over plain http on a network address it has no notifications.
pub fn permission() -> Permission {
    let is_there = Reflect::has(&window(), &JsValue::from_str("Notification")).unwrap_or(false);
    if !(is_there && window().is_secure_context()) {
        return Permission::Absent;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Denied => Permission::Refused,
        _ => Permission::NotAsked,
    }
}

/// Lets the browser ask the person, if it has not done so.
pub async fn ask() -> Permission {
    if let Ok(asked) = Notification::request_permission() {
        let _answer = JsFuture::from(asked).await;
    }
    permission()
}

/// Shows a notification. Of several tabs that show the same one, the last takes its place.
pub fn show(notice: &Notice, on_click: impl FnOnce() + 'static) {
    let options = NotificationOptions::new();
    options.set_body(&notice.text);
    options.set_tag(&notice.tag);
    // Chromium on Android has the constructor, and refuses it.
    if let Ok(shown) = Notification::new_with_options(&notice.title, &options) {
        let pressed = Closure::once_into_js(move || {
            let _focused = window().focus();
            on_click();
        });
        shown.set_onclick(Some(pressed.unchecked_ref()));
    }
}
