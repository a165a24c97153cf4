//! The page that starts runs of a workflow.

mod estimate;
mod fields;
mod form;
mod kept_input;
mod model;
mod page;

pub use page::StartPage;
