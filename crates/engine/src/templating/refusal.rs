//! The error of an operation that is not allowed.

use minijinja::{Error, ErrorKind};

/// Refuses an operation of a template.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}
