//! Values whose type is known to those that ask for them.
//!
//! What keeps them, and tells of their changes, need not be compiled for each type.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

/// A value of any type that may be changed.
pub type AnyBox = Box<dyn Any + Send + Sync>;

/// A value of any type that stays as it is.
pub type AnyValue = Arc<dyn Any + Send + Sync>;

/// What is in a box.
///
/// # Panics
/// When it is of another type.
#[expect(clippy::expect_used, reason = "who asks has put it there")]
pub fn inside<T: 'static>(value: &AnyBox) -> &T {
    value.downcast_ref().expect("the type is the one that was put there")
}

/// The same, to be changed.
///
/// # Panics
/// When it is of another type.
#[expect(clippy::expect_used, reason = "who asks has put it there")]
pub fn inside_mut<T: 'static>(value: &mut AnyBox) -> &mut T {
    value.downcast_mut().expect("the type is the one that was put there")
}

/// Hides the type of a value.
pub fn any<T: Send + Sync + 'static>(value: T) -> AnyValue {
    Arc::new(value)
}

/// The value as what it is.
///
/// # Panics
/// When it is of another type.
#[expect(clippy::expect_used, reason = "who asks has put it there")]
#[expect(clippy::ok_expect, reason = "the error is the value, of which nothing is known")]
pub fn value_of<T: Send + Sync + 'static>(value: AnyValue) -> Held<T> {
    Held(value.downcast().ok().expect("the type is the one that was put there"))
}

/// A value that stays as it is while it is looked at.
pub struct Held<T>(Arc<T>);

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
