//! Typed secrets, such as API keys: kept in memory, never in storage.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;

/// Texts that are held in memory until the tab is closed. Whoever leaves the app with any of them is asked first.
#[derive(Clone, Copy)]
pub struct Secrets(StoredValue<BTreeMap<String, String>>);

impl Secrets {
    /// Makes the place for them, for the whole app.
    pub fn provide() {
        let secrets = Self(StoredValue::new(BTreeMap::new()));
        let _stop = use_event_listener(window(), leptos::ev::beforeunload, move |event| {
            if secrets.0.with_value(|held| !held.is_empty()) {
                event.prevent_default();
            }
        });
        provide_context(secrets);
    }

    /// The secret under a name, or an empty text.
    pub fn get(self, name: &str) -> String {
        self.0.with_value(|held| held.get(name).cloned().unwrap_or_default())
    }

    /// Holds a text; an empty one is let go of.
    pub fn set(self, name: &str, text: String) {
        self.0.update_value(|held| {
            if text.is_empty() {
                held.remove(name);
            } else {
                held.insert(name.to_owned(), text);
            }
        });
    }
}
