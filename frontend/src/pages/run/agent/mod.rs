//! The run of an agent: a transcript of its turns.

mod call;
mod result;
mod transcript;
mod turn;

pub use result::{Attachments, ToolArguments, Waiting};
pub use transcript::AgentView;
