//! The page that starts runs of a workflow.

mod estimate;
mod fields;
mod form;
mod page;

pub use page::StartPage;
