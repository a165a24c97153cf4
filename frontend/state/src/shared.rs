//! A value that is compared by address, not by content.

use std::ops::Deref;
use std::sync::Arc;

/// A shared value. Two are equal when they have the same address, so that a view can check quickly whether the value
/// changed.
#[derive(Debug)]
pub struct Shared<T>(pub Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_elsewhere_is_another_one() {
        let one = Shared(Arc::new(1));
        assert_eq!(one, one.clone());
        assert_ne!(one, Shared(Arc::new(1)));
    }
}
