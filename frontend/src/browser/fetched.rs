//! What is read from the server, and read again when that which it depends on changes.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::effect::effect;

type Coming<T> = Pin<Box<dyn Future<Output = T>>>;

/// An answer of the server: not there yet, or the newest one.
///
/// It does what `LocalResource` does without `Suspense`, but is compiled once for each type of answer
/// instead of once for each place, and with much less below it.
pub struct Fetched<T: 'static> {
    answer: RwSignal<Option<T>>,
    asked_again: RwSignal<usize>,
}

impl<T> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Fetched<T> {}

impl<T: Send + Sync + 'static> Fetched<T> {
    /// Asks as soon as what is under way has ended, and again when a signal changes that `ask` read
    /// before it gave its future.
    pub fn new<F>(ask: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = T> + 'static,
    {
        Self::boxed(Box::new(move || Box::pin(ask())))
    }

    fn boxed(ask: Box<dyn Fn() -> Coming<T>>) -> Self {
        let fetched = Self { answer: RwSignal::new(None), asked_again: RwSignal::new(0) };
        let newest = StoredValue::new(0_usize);
        effect(move || {
            fetched.asked_again.track();
            let question = newest.try_update_value(|newest| {
                *newest += 1;
                *newest
            });
            let coming = ask();
            spawn_local(async move {
                let answer = coming.await;
                // A later question is on its way, or who asked is gone.
                if newest.try_get_value() == question {
                    fetched.answer.try_set(Some(answer));
                }
            });
        });
        fetched
    }

    /// Asks once more. The answer that is here stays until the new one has come.
    pub fn refetch(self) {
        self.asked_again.update(|times| *times += 1);
    }

    /// Lets whoever runs this be told of new answers.
    pub fn track(self) {
        self.answer.track();
    }

    /// Looks at the answer.
    pub fn with<U>(self, look: impl FnOnce(&Option<T>) -> U) -> U {
        self.answer.with(look)
    }
}

impl<T: Clone + Send + Sync + 'static> Fetched<T> {
    /// The answer, if it is here.
    pub fn get(self) -> Option<T> {
        self.answer.get()
    }

    /// The same, without being told of later ones.
    pub fn get_untracked(self) -> Option<T> {
        self.answer.get_untracked()
    }
}
