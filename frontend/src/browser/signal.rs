//! Values that change.

use std::marker::PhantomData;
use std::ops::Deref;

use leptos::prelude::{
    IsDisposed, MaybeProp, Notify, Read, ReadUntracked, RwSignal as AnySignal, Set, Signal, Track, UpdateUntracked,
    Write,
};
use leptos::reactive::signal::guards::{Plain, ReadGuard};

use super::any::{AnyBox, inside, inside_mut};

/// A value that tells of its changes.
///
/// It is what `RwSignal` is in Leptos, of which it has one below, for values of any type. That one is compiled for
/// each type, with all that tells of changes, which makes a noticeable part of what is sent to the browser.
pub struct RwSignal<T> {
    value: AnySignal<AnyBox>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T> PartialEq for RwSignal<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// A signal with this value.
    pub fn new(value: T) -> Self {
        Self { value: AnySignal::new(Box::new(value)), of: PhantomData }
    }

    /// The value. Whoever runs this is told of changes.
    pub fn read(self) -> Looked<T> {
        Looked { value: self.value.read(), of: PhantomData }
    }

    /// The value, without being told of changes.
    pub fn read_untracked(self) -> Looked<T> {
        Looked { value: self.value.read_untracked(), of: PhantomData }
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
        self.value.try_read_untracked().map(|value| look(inside(&value)))
    }

    /// Lets whoever runs this be told of changes.
    pub fn track(self) {
        self.value.track();
    }

    /// Tells of a change.
    pub fn notify(self) {
        self.value.notify();
    }

    /// Puts another value in its place, unless who made it is gone.
    pub fn set(self, value: T) {
        self.try_set(value);
    }

    /// The same; tells whether it was set.
    pub fn try_set(self, value: T) -> bool {
        self.value.try_set(Box::new(value)).is_none()
    }

    /// Whether who made it is gone.
    pub fn is_disposed(self) -> bool {
        self.value.is_disposed()
    }

    /// Changes the value, unless who made it is gone.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    /// The same; gives what `change` gives.
    pub fn try_update<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.value.try_write().map(|mut value| change(inside_mut(&mut value)))
    }

    /// Changes the value, and tells nobody.
    pub fn update_untracked(self, change: impl FnOnce(&mut T)) {
        self.value.update_untracked(|value| change(inside_mut(value)));
    }
}

impl<T: Clone + Send + Sync + 'static> RwSignal<T> {
    /// A copy of the value. Whoever runs this is told of changes.
    pub fn get(self) -> T {
        T::clone(&self.read())
    }

    /// A copy of the value, without being told of changes.
    pub fn get_untracked(self) -> T {
        T::clone(&self.read_untracked())
    }

    /// The same, unless who made it is gone.
    pub fn try_get_untracked(self) -> Option<T> {
        self.try_with_untracked(Clone::clone)
    }
}

impl<T: Clone + Send + Sync + 'static> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::derive(move || signal.get())
    }
}

impl<T: Clone + Send + Sync + 'static> From<RwSignal<Option<T>>> for MaybeProp<T> {
    fn from(signal: RwSignal<Option<T>>) -> Self {
        Self::derive(move || signal.get())
    }
}

/// A signal's value, which does not change while this is there.
pub struct Looked<T> {
    value: ReadGuard<AnyBox, Plain<AnyBox>>,
    of: PhantomData<fn() -> T>,
}

impl<T: 'static> Deref for Looked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        inside(&self.value)
    }
}
