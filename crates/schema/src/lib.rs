//! Validates JSON against JSON Schemas that strangers wrote. Checking and applying a schema are bounded in time, memory
//! and stack, and no other document is read.
//!
//! `graph` and `work` reject a schema with unbounded work on one value; `metered` aborts a validation with too much
//! work on a whole value; `stack` provides a sufficient stack for both.

mod bounded_text;
mod graph;
mod metered;
mod misfits;
mod schema;
mod schema_error;
mod stack;
mod work;

pub use bounded_text::bounded;
pub use misfits::{Misfit, misfits};
pub use schema::check_schema;
pub use schema_error::SchemaError;
