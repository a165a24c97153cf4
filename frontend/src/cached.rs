//! A cache of the server's last answer, for the whole app.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;

use crate::api::{ApiError, ApiResult};

/// How long after a failure a list that was never there is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// The server's last answer. A failed request keeps it; while there is none yet, the request is repeated
/// automatically.
pub struct Cached<T: 'static> {
    value: RwSignal<Option<T>>,
    load: Action<(), ApiResult<()>>,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Cached<T> {}

impl<T: Clone + Send + Sync + 'static> Cached<T> {
    /// Begins to ask.
    pub fn new<F>(ask: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = ApiResult<T>> + 'static,
    {
        let cached = Self::later(ask);
        cached.refetch();
        cached
    }

    /// Asks when it is first wanted: see [`Self::want`].
    pub fn later<F>(ask: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = ApiResult<T>> + 'static,
    {
        let value = RwSignal::new(None);
        let load = Action::new_unsync(move |&()| {
            let answer = ask();
            async move {
                value.set(Some(answer.await?));
                Ok(())
            }
        });
        let cached = Self { value, load };
        let is_missing = move || cached.error().is_some() && value.with(Option::is_none);
        Effect::new(move || {
            if is_missing() {
                set_timeout(move || cached.refetch(), ASK_AGAIN);
            }
        });
        let _stop = use_event_listener(window(), leptos::ev::online, move |_| {
            if untrack(is_missing) {
                cached.refetch();
            }
        });
        cached
    }

    /// Reads it, unless it is there or on its way.
    pub fn want(self) {
        let is_idle = self.load.value().with_untracked(Option::is_none) && !self.load.pending().get_untracked();
        if is_idle {
            self.refetch();
        }
    }

    /// Whether it has neither come nor failed. Tracks changes.
    pub fn is_awaited(self) -> bool {
        self.value.with(Option::is_none) && self.error().is_none()
    }

    /// Reads it again.
    pub fn refetch(self) {
        self.load.dispatch_local(());
    }

    /// The last answer.
    pub fn get(self) -> Option<T> {
        self.value.get()
    }

    /// Looks at what was answered last.
    pub fn with<U>(self, look: impl FnOnce(Option<&T>) -> U) -> U {
        self.value.with(|value| look(value.as_ref()))
    }

    /// The same, without following it.
    pub fn with_untracked<U>(self, look: impl FnOnce(Option<&T>) -> U) -> U {
        self.value.with_untracked(|value| look(value.as_ref()))
    }

    /// The last answer, without following it.
    pub fn get_untracked(self) -> Option<T> {
        self.value.get_untracked()
    }

    /// Follows what is answered, without looking at it.
    pub fn track(self) {
        self.value.track();
    }

    /// Changes what is known, as after a save whose answer is here already.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.value.update(|value| {
            if let Some(value) = value {
                change(value);
            }
        });
    }

    /// Why the last reading gave nothing.
    pub fn error(self) -> Option<ApiError> {
        self.load.value().get()?.err()
    }
}
