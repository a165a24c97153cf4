//! The gates that wait for a person, for the whole app: their number stands in the top bar and in the title of the tab.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::runs::Waiting;

use crate::api;

/// How often a page that is seen looks for gates.
const LOOK: Duration = Duration::from_secs(10);

/// What waits, as it was read last. It is nothing until the first answer.
#[derive(Clone, Copy)]
pub struct WaitingGates {
    shown: RwSignal<Waiting>,
    look: Action<(), ()>,
    /// Whether something changed while the gates were being read.
    is_due: StoredValue<bool>,
}

impl WaitingGates {
    /// Begins to look, for the whole app.
    pub fn provide() {
        let shown = RwSignal::new(Waiting::default());
        let is_due = StoredValue::new(false);
        let look = Action::new_unsync(move |&()| async move {
            loop {
                is_due.set_value(false);
                // A look that failed is passed over: the next one comes soon.
                if let Ok(page) = api::executions::gates(Waiting::MOST).await {
                    let now = Waiting::from(page);
                    if shown.with_untracked(|before| *before != now) {
                        shown.set(now);
                    }
                }
                if !is_due.get_value() {
                    break;
                }
            }
        });
        let gates = Self { shown, look, is_due };
        gates.look();
        if let Ok(handle) = set_interval_with_handle(move || gates.look_if_seen(), LOOK) {
            on_cleanup(move || handle.clear());
        }
        let _stop = use_event_listener(document(), leptos::ev::visibilitychange, move |_| gates.look_if_seen());
        provide_context(gates);
    }

    fn look_if_seen(self) {
        if !document().hidden() && window().navigator().on_line() {
            self.look();
        }
    }

    /// Reads the gates now: something has changed.
    pub fn look(self) {
        self.is_due.set_value(true);
        if !self.look.pending().get_untracked() {
            self.look.dispatch_local(());
        }
    }

    /// Reads what is known. Tracks changes.
    pub fn with<T>(self, read: impl FnOnce(&Waiting) -> T) -> T {
        self.shown.with(read)
    }
}
