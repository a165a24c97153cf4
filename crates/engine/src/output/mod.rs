//! Parses a model's answer: text, or JSON that fits the step's schema. Checking and applying an untrusted schema are
//! bounded in time, memory and stack.
//!
//! `json_in_text` finds the value in the answer; `sluice_schema` validates it.

mod answer;
mod json_in_text;
#[cfg(test)]
mod tests;

pub use answer::output_of;
pub use json_in_text::json_in;
pub use sluice_schema::check_schema;
