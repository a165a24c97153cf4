//! Why a schema is refused.

/// Why a schema is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// JSON pointer in the schema; empty for the whole.
    pub pointer: String,
    /// What is wrong there, and what to do about it.
    pub message: String,
}

impl SchemaError {
    pub fn new(pointer: &str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.into() }
    }
}
