//! Every change of a definition as a value, and the resulting definition. The builder and the API change definitions
//! only by [`apply()`].

mod apply;
mod change;
mod error;
mod field;
mod fix;
mod labels;
mod rename;

pub use apply::{Applied, apply};
pub use change::Edit;
pub use error::EditError;
pub use field::{LlmField, ReviewField, StepField};
pub use labels::label_problem;
pub use rename::rename_references;

#[cfg(test)]
mod tests;
