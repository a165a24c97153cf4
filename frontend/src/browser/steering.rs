//! A stream of events that is opened again when it breaks: the decisions of [`Connection`], carried out.

use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::connection::{Connection, Do, Happened};

use super::clock::now_ms;
use super::events::EventStream;

/// How a stream stands, and since when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// How it stands.
    pub connection: Connection,
    /// Since when, in milliseconds of the browser's clock.
    pub since_ms: f64,
}

/// Opens the stream; `None` when the browser refuses it.
type Open = Rc<dyn Fn() -> Option<EventStream>>;

/// A stream of a page. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct StreamHandle {
    /// How it stands.
    pub standing: RwSignal<Standing>,
    parts: StoredValue<Parts, LocalStorage>,
}

/// What a stream is made of.
#[derive(Default)]
struct Parts {
    open: Option<Open>,
    stream: Option<EventStream>,
    timer: Option<TimeoutHandle>,
}

impl StreamHandle {
    /// Nothing is opened yet.
    pub fn new() -> Self {
        Self {
            standing: RwSignal::new(Standing { connection: Connection::default(), since_ms: now_ms() }),
            parts: StoredValue::new_local(Parts::default()),
        }
    }

    /// Opens the stream in this way when it is wanted, until the component that calls this is gone.
    pub fn steer(self, open: impl Fn() -> Option<EventStream> + 'static) {
        self.parts.update_value(|parts| parts.open = Some(Rc::new(open)));
        let _stop = use_event_listener(window(), ev::online, move |_| self.happened(Happened::Online));
        let _stop = use_event_listener(window(), ev::offline, move |_| self.happened(Happened::Offline));
        on_cleanup(move || self.close());
    }

    /// Does what follows from this.
    pub fn happened(self, what: Happened) {
        let Some(before) = self.standing.try_get_untracked() else { return };
        let (connection, todo) = before.connection.next(what);
        if connection != before.connection {
            self.standing.try_set(Standing { connection, since_ms: now_ms() });
        }
        match todo {
            Do::Nothing => {}
            Do::Open => self.reopen(),
            Do::Wait { ms } => self.wait(ms),
            Do::Close => self.close(),
        }
    }

    /// The stream broke off or was refused: it is tried again after a while.
    pub fn failed(self) {
        self.happened(Happened::Failed { chance: js_sys::Math::random() });
    }

    /// Opens the stream anew.
    pub fn reopen(self) {
        self.close();
        let Some(open) = self.parts.try_with_value(|parts| parts.open.clone()).flatten() else { return };
        let stream = open();
        if stream.is_none() {
            self.failed();
        }
        self.parts.try_update_value(|parts| parts.stream = stream);
    }

    fn close(self) {
        // Dropped outside of the update: closing calls into the browser.
        let taken = self.parts.try_update_value(|parts| (parts.stream.take(), parts.timer.take()));
        if let Some((_, Some(timer))) = taken {
            timer.clear();
        }
    }

    fn wait(self, ms: u64) {
        self.close();
        let due = move || self.happened(Happened::Due);
        if let Ok(handle) = set_timeout_with_handle(due, Duration::from_millis(ms)) {
            self.parts.try_update_value(|parts| parts.timer = Some(handle));
        }
    }
}
