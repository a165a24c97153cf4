//! What is typed and must not be written down, as keys: it is held in memory, and whoever leaves the
//! app with any of it is asked first.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::prelude::window_event_listener;

thread_local! {
    static HELD: RefCell<BTreeMap<String, String>> = {
        let _listens = window_event_listener(leptos::ev::beforeunload, |event| {
            if HELD.with_borrow(|held| !held.is_empty()) {
                event.prevent_default();
            }
        });
        RefCell::new(BTreeMap::new())
    };
}

/// What is held under a name; empty when nothing is.
pub fn held(name: &str) -> String {
    HELD.with_borrow(|held| held.get(name).cloned().unwrap_or_default())
}

/// Holds a text until the tab is closed; an empty one is let go of.
pub fn hold(name: &str, text: String) {
    HELD.with_borrow_mut(|held| {
        if text.is_empty() {
            held.remove(name);
        } else {
            held.insert(name.to_owned(), text);
        }
    });
}
