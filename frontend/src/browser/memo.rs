//! Values that follow from signals.

use std::marker::PhantomData;

use leptos::prelude::{Get, GetUntracked, MaybeProp, Memo as AnyMemo, Signal, Track};

use super::any::{AnyValue, Held, any, value_of};

/// A value that is told again only when it changes.
///
/// It is what `Memo` is in Leptos, of which it has one below, for values of any type. That one is compiled for each
/// type and each closure, with all that tells of changes, which makes a noticeable part of what is sent to the browser.
pub struct Memo<T> {
    value: AnyMemo<AnyValue>,
    of: PhantomData<fn() -> T>,
}

/// A value that is told again only when it changes.
pub fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo { value: of_any(Box::new(move || any(value())), differs::<T>), of: PhantomData }
}

type Changed = fn(Option<&AnyValue>, Option<&AnyValue>) -> bool;

fn of_any(value: Box<dyn Fn() -> AnyValue + Send + Sync>, changed: Changed) -> AnyMemo<AnyValue> {
    AnyMemo::new_with_compare(move |_| value(), changed)
}

fn differs<T: PartialEq + 'static>(before: Option<&AnyValue>, now: Option<&AnyValue>) -> bool {
    before.and_then(|value| value.downcast_ref::<T>()) != now.and_then(|value| value.downcast_ref())
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

impl<T: Send + Sync + 'static> Memo<T> {
    /// The value. Whoever runs this is told of changes.
    pub fn read(self) -> Held<T> {
        value_of(self.value.get())
    }

    /// The value, without being told of changes.
    pub fn read_untracked(self) -> Held<T> {
        value_of(self.value.get_untracked())
    }

    /// Looks at the value.
    pub fn with<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look(&self.read())
    }

    /// Looks at the value, without being told of changes.
    pub fn with_untracked<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look(&self.read_untracked())
    }

    /// The same, unless who made it is gone.
    pub fn try_with_untracked<U>(self, look: impl FnOnce(&T) -> U) -> Option<U> {
        self.value.try_get_untracked().map(|value| look(&value_of(value)))
    }

    /// Lets whoever runs this be told of changes.
    pub fn track(self) {
        self.value.track();
    }
}

impl<T: Clone + Send + Sync + 'static> Memo<T> {
    /// A copy of the value. Whoever runs this is told of changes.
    pub fn get(self) -> T {
        T::clone(&self.read())
    }

    /// A copy of the value, without being told of changes.
    pub fn get_untracked(self) -> T {
        T::clone(&self.read_untracked())
    }
}

impl<T: Clone + Send + Sync + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}

impl<T: Clone + Send + Sync + 'static> From<Memo<Option<T>>> for MaybeProp<T> {
    fn from(memo: Memo<Option<T>>) -> Self {
        Self::derive(move || memo.get())
    }
}
