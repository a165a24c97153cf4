//! Parses a model's answer: text, or JSON that fits the step's schema. Checking and applying an untrusted schema are
//! bounded in time, memory and stack.
//!
//! `json_in_text` finds the value in the answer; `graph` and `work` reject a schema with unbounded work on one value; `metered` aborts a validation with too much
//! work on a whole answer; `stack` provides a sufficient stack for both.

mod answer;
mod bounded_text;
mod graph;
mod json_in_text;
mod metered;
mod schema;
mod schema_error;
mod stack;
#[cfg(test)]
mod tests;
mod work;

pub use answer::output_of;
pub use schema::check_schema;
