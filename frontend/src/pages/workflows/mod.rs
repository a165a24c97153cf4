//! The list of workflows.

mod empty;
mod filters;
mod import;
mod listing;
mod page;
mod position;
mod row_menu;
mod rows;

pub use page::WorkflowsPage;
