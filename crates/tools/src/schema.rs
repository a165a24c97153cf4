//! Checks of arguments against the schema of a tool, bounded in time, memory and stack.
#![allow(clippy::todo, unused_variables, reason = "the interface comes first")]

use serde_json::Value;

/// A fault of arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentFault {
    /// JSON pointer in the arguments; empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// Checks that a tool's schema can be used for checks of arguments. `Err` says where and why not: for example, it refers
/// to another document. Calls of such a tool are not checked before they are sent.
///
/// Takes up to a few milliseconds of computation: call it off the async threads.
pub fn check_schema(schema: &Value) -> Result<(), ArgumentFault> {
    todo!()
}

/// Checks arguments against the schema of their tool. Returns the faults, at most `MAX_FAULTS`; none when they fit, or
/// when the schema cannot be used for checks. Call it off the async threads.
#[must_use]
pub fn faults(schema: &Value, arguments: &Value) -> Vec<ArgumentFault> {
    todo!()
}
