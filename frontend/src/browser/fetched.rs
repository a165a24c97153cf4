//! What is read from the server, and read again when that which it depends on changes.

use std::marker::PhantomData;
use std::pin::Pin;

use leptos::task::spawn_local;

use super::any::{AnyValue, Held, any, value_of};
use super::effect::effect;
use super::signal::RwSignal;
use super::stored::StoredValue;

type Coming = Pin<Box<dyn Future<Output = AnyValue>>>;

/// An answer of the server: not there yet, or the newest one.
///
/// It does what `LocalResource` does without `Suspense`, but is compiled once instead of once for each place and
/// each type of answer, and with much less below it.
pub struct Fetched<T> {
    answer: RwSignal<Option<AnyValue>>,
    asked_again: RwSignal<usize>,
    of: PhantomData<fn() -> T>,
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
        let (answer, asked_again) = (RwSignal::new(None), RwSignal::new(0));
        let ask = move || -> Coming {
            let coming = ask();
            Box::pin(async move { any(coming.await) })
        };
        keep_asking(Box::new(ask), answer, asked_again);
        Self { answer, asked_again, of: PhantomData }
    }

    /// Asks once more. The answer that is here stays until the new one has come.
    pub fn refetch(self) {
        self.asked_again.update(|times| *times += 1);
    }

    /// Lets whoever runs this be told of new answers.
    pub fn track(self) {
        self.answer.track();
    }

    /// The answer, if it is here.
    pub fn read(self) -> Option<Held<T>> {
        self.answer.get().map(value_of)
    }

    /// Looks at the answer, if it is here.
    pub fn with<U>(self, look: impl FnOnce(Option<&T>) -> U) -> U {
        look(self.read().as_deref())
    }
}

impl<T: Clone + Send + Sync + 'static> Fetched<T> {
    /// A copy of the answer, if it is here.
    pub fn get(self) -> Option<T> {
        self.read().map(|answer| T::clone(&answer))
    }

    /// The same, without being told of later ones.
    pub fn get_untracked(self) -> Option<T> {
        self.answer.get_untracked().map(|answer| T::clone(&value_of::<T>(answer)))
    }
}

fn keep_asking(ask: Box<dyn Fn() -> Coming>, answer: RwSignal<Option<AnyValue>>, asked_again: RwSignal<usize>) {
    let newest = StoredValue::new(0_usize);
    effect(move || {
        asked_again.track();
        let question = newest.try_update_value(|newest| {
            *newest += 1;
            *newest
        });
        let coming = ask();
        spawn_local(async move {
            let came = coming.await;
            // A later question is on its way, or who asked is gone.
            if newest.try_get_value() == question {
                answer.try_set(Some(came));
            }
        });
    });
}
