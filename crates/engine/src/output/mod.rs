//! What a model's answer is taken for: text, or JSON that fits the step's schema. Whoever wrote the
//! schema, checking it and validating against it are bounded in time, memory and stack.
//!
//! `graph` and `work` refuse a schema whose work on one value is not bounded; `metered` stops a
//! validation whose work on a whole answer grows too large; `stack` gives both a stack that suffices.

mod answer;
mod bounded_text;
mod graph;
mod metered;
mod schema;
mod schema_error;
mod stack;
#[cfg(test)]
mod tests;
mod work;

pub use answer::output_of;
pub use schema::check_schema;
