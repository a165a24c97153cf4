//! Values that are kept as long as the part of the page that made them.

use std::marker::PhantomData;

use leptos::prelude::{ReadValue, SetValue, StoredValue as AnyStored, WriteValue};

use super::any::{AnyBox, inside, inside_mut};

/// A value that tells nobody of its changes.
///
/// It is what `StoredValue` is in Leptos, of which it has one below, for values of any type. That one is compiled
/// for each type, which makes a noticeable part of what is sent to the browser.
pub struct StoredValue<T> {
    value: AnyStored<AnyBox>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for StoredValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoredValue<T> {}

impl<T: Send + Sync + 'static> StoredValue<T> {
    /// Keeps a value.
    pub fn new(value: T) -> Self {
        Self { value: AnyStored::new(Box::new(value)), of: PhantomData }
    }

    /// Looks at the value.
    pub fn with_value<U>(self, look: impl FnOnce(&T) -> U) -> U {
        look(inside(&self.value.read_value()))
    }

    /// The same, unless who made it is gone.
    pub fn try_with_value<U>(self, look: impl FnOnce(&T) -> U) -> Option<U> {
        self.value.try_read_value().map(|value| look(inside(&value)))
    }

    /// Puts another value in its place, unless who made it is gone.
    pub fn set_value(self, value: T) {
        self.try_set_value(value);
    }

    /// The same; tells whether it was set.
    pub fn try_set_value(self, value: T) -> bool {
        self.value.try_set_value(Box::new(value)).is_none()
    }

    /// Changes the value, unless who made it is gone.
    pub fn update_value(self, change: impl FnOnce(&mut T)) {
        self.try_update_value(change);
    }

    /// The same; gives what `change` gives.
    pub fn try_update_value<U>(self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        self.value.try_write_value().map(|mut value| change(inside_mut(&mut value)))
    }
}

impl<T: Clone + Send + Sync + 'static> StoredValue<T> {
    /// A copy of the value.
    pub fn get_value(self) -> T {
        self.with_value(T::clone)
    }

    /// The same, unless who made it is gone.
    pub fn try_get_value(self) -> Option<T> {
        self.try_with_value(T::clone)
    }
}
