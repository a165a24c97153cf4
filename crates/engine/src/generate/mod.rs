//! Designs workflows from a sentence. `design` is the whole course: it tells a model what exists (`inventory`,
//! `conversation`), asks it (`ask`), reads its answer (`answer`), makes a workflow of it (`settle`, `report`), and sends
//! the findings back. `demo` designs offline, without a model.

mod agents;
mod answer;
mod approvals;
mod ask;
mod check_prompt;
mod conversation;
mod demo;
mod design;
mod designer;
mod error;
mod inventory;
#[cfg(test)]
mod prompt_tests;
mod report;
mod request;
mod schema;
mod settle;
mod words;

pub use check_prompt::check_prompt;
pub use error::DesignError;
pub use request::{Base, Design, DesignProgress, DesignRequest};
