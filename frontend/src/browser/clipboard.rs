//! Putting a text on the clipboard.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Copies a text; `false` when the browser does not allow it.
///
/// `navigator.clipboard` is there in secure contexts only. Over plain http on a network address, the older command
/// copies what is selected in a field.
pub async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined());
    if has_clipboard {
        return JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok();
    }
    copy_from_field(text).unwrap_or(false)
}

fn copy_from_field(text: &str) -> Option<bool> {
    let field: HtmlTextAreaElement = document().create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    field.set_class_name("visually-hidden");
    let focused = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    // Inside an open dialog, what lies outside of it cannot be selected.
    let place = focused.as_ref().and_then(|element| element.closest("dialog").ok().flatten());
    place.unwrap_or_else(|| leptos::tachys::dom::body().into()).append_child(&field).ok()?;
    field.select();
    let copied = document().unchecked_into::<HtmlDocument>().exec_command("copy").unwrap_or(false);
    field.remove();
    if let Some(focused) = focused {
        let _focused = focused.focus();
    }
    Some(copied)
}
