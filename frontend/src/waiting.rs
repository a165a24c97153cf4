//! The gates that wait for a person, for the whole app: their number stands in the top bar and in the title of the tab.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::runs::Waiting;

use crate::api;
use crate::notices::GateNotices;

/// How often a page looks for gates. Browsers make it less often for pages that are not seen.
const LOOK: Duration = Duration::from_secs(10);

/// What waits, as it was read last.
#[derive(Clone, Copy)]
pub struct WaitingGates {
    /// `None` until the first answer.
    shown: RwSignal<Option<Waiting>>,
    notices: GateNotices,
    look: Action<(), ()>,
    /// Whether something changed while the gates were being read.
    is_due: StoredValue<bool>,
}

impl WaitingGates {
    /// Begins to look, for the whole app.
    pub fn provide() {
        let shown = RwSignal::new(None);
        let is_due = StoredValue::new(false);
        let look = Action::new_unsync(move |&()| async move {
            loop {
                is_due.set_value(false);
                // A look that failed is passed over: the next one comes soon.
                if let Ok(page) = api::executions::gates(Waiting::MOST).await {
                    let now = Waiting::from(page);
                    if shown.with_untracked(|before| before.as_ref() != Some(&now)) {
                        shown.set(Some(now));
                    }
                }
                if !is_due.get_value() {
                    break;
                }
            }
        });
        let gates = Self { shown, notices: expect_context(), look, is_due };
        gates.look();
        if let Ok(handle) = set_interval_with_handle(move || gates.look_if_wanted(), LOOK) {
            on_cleanup(move || handle.clear());
        }
        let _stop = use_event_listener(document(), leptos::ev::visibilitychange, move |_| gates.look_if_wanted());
        provide_context(gates);
    }

    /// A page that nobody sees looks only for notifications.
    fn look_if_wanted(self) {
        let is_wanted = !document().hidden() || self.notices.is_on();
        if is_wanted && window().navigator().on_line() {
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

    /// What is known; `None` until the first answer. Tracks changes.
    pub fn read(self) -> Option<Waiting> {
        self.shown.get()
    }

    /// Reads what is known. Tracks changes.
    pub fn with<T>(self, read: impl FnOnce(&Waiting) -> T) -> T {
        let none = Waiting::default();
        self.shown.with(|shown| read(shown.as_ref().unwrap_or(&none)))
    }
}
