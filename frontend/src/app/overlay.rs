//! What lies over every page: the command menu and the list of keys. Their code is loaded when it is first wanted, or
//! some time after the page.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::modules;
use crate::components::Toasts;

/// When the code is loaded at the latest: the menu works also when the server is away by then.
const LOAD_AFTER: Duration = Duration::from_secs(4);

/// A dialog over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The command menu.
    Commands,
    /// The list of keys.
    Keys,
}

/// The dialog that is shown.
#[derive(Clone, Copy)]
pub struct Overlays(RwSignal<Option<Overlay>>);

impl Overlays {
    /// Makes the place for dialogs, for the whole app.
    pub fn provide() {
        provide_context(Self(RwSignal::new(None)));
    }

    /// Whether this dialog is shown. Tracks changes.
    pub fn shows(self, overlay: Overlay) -> bool {
        self.0.get() == Some(overlay)
    }

    /// Whether one is shown, without following it.
    pub fn is_open(self) -> bool {
        self.0.with_untracked(Option::is_some)
    }

    /// Shows a dialog.
    pub fn open(self, overlay: Overlay) {
        self.0.set(Some(overlay));
    }

    /// Closes what is shown.
    pub fn close(self) {
        if self.is_open() {
            self.0.set(None);
        }
    }
}

/// Draws the dialogs, once one of them was opened.
#[component]
pub fn LazyOverlays() -> impl IntoView {
    let overlays: Overlays = expect_context();
    let wanted = RwSignal::new(false);
    Effect::new(move || {
        if overlays.0.with(Option::is_some) && !wanted.get_untracked() {
            wanted.set(true);
        }
    });
    set_timeout(|| spawn_local(async { drop(modules::overlays().await) }), LOAD_AFTER);
    let toasts: Toasts = expect_context();
    let module = move || {
        let module = LocalResource::new(modules::overlays);
        Effect::new(move || {
            if let Some(Err(_)) = module.get() {
                toasts.failed("The menu could not be loaded. Try again when the server can be reached.");
                overlays.close();
                wanted.set(false);
            }
        });
        move || module.get().and_then(Result::ok).map(|draw| draw(overlays))
    };
    view! { <Show when=move || wanted.get()>{module()}</Show> }
}
