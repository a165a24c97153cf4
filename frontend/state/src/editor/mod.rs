//! The workflow that a person edits, and every change they can make to it, as values.

mod analysis;
mod apply;
mod draft;
mod edit;
mod error;
mod field;
mod findings;
mod names;
mod parse;

pub use analysis::{Analysis, count, known};
pub use apply::Applied;
pub use draft::Draft;
pub use edit::Edit;
pub use error::EditError;
pub use field::StepField;
pub use findings::{FieldFindings, GroupedFindings, step_and_field, step_findings};
pub use names::label_problem;
pub use parse::{
    SchemaError, parse_expires_in, parse_max_tokens, parse_retries, parse_schema, parse_temperature, parse_timeout,
};

#[cfg(test)]
mod tests;
