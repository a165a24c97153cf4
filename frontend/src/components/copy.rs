//! Copying a text.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::button::{Button, ButtonKind};
use super::toasts::Toasts;
use crate::browser::signal::RwSignal;

/// How long the tick is shown after a text was copied.
const SHOWN: Duration = Duration::from_millis(1_600);

/// Puts a text on the clipboard, and shows that it did. `label` says what is copied.
#[component]
pub fn CopyButton(
    #[prop(into)] label: String,
    /// Called when the button is pressed, so that a long text is not held twice.
    #[prop(into)]
    text: Callback<(), String>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let toasts = Toasts::from_context();
    let press = move |_| {
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            if JsFuture::from(clipboard.write_text(&text.run(()))).await.is_err() {
                toasts.failed("The browser did not allow copying. Select the text and copy it yourself.");
                return;
            }
            copied.set(true);
            set_timeout(
                move || {
                    let _gone_already = copied.try_set(false);
                },
                SHOWN,
            );
        });
    };
    let icon = Signal::derive(move || if copied.get() { icondata_lu::LuCheck } else { icondata_lu::LuCopy });
    let said = Signal::derive(move || if copied.get() { "Copied".to_owned() } else { label.clone() });
    view! { <Button kind=ButtonKind::Ghost small=true icon label=said on_press=press /> }
}
