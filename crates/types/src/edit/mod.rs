//! Every change of a definition as a value, and the resulting definition. The builder and the API change definitions
//! only by [`apply()`].

mod agent_field;
mod apply;
mod branches;
mod change;
mod container_field;
mod copy;
mod error;
mod field;
mod fix;
mod forget;
mod inputs;
mod jumps;
mod kind;
mod labels;
mod named;
mod order;
mod rename;
mod unique;
mod wrap;

pub use agent_field::{AgentField, ToolField};
pub use apply::{Applied, apply};
pub use branches::BranchChange;
pub use change::Edit;
pub use container_field::{CaseField, LoopField, ParallelField};
pub use error::EditError;
pub use field::{LlmField, ReviewField, StepField};
pub use inputs::{InputChange, InputPart, input_name_problem};
pub use labels::label_problem;
pub use order::Port;
pub use rename::rename_references;
pub use unique::make_names_unique;
pub use wrap::Wrapper;

#[cfg(test)]
mod container_tests;
#[cfg(test)]
mod named_tests;
#[cfg(test)]
mod tests;
