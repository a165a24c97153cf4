//! The list of workflows.

mod empty;
mod filters;
mod import;
mod listing;
mod page;
mod position;
mod row;
mod row_menu;
mod rows;
mod search;

pub use page::WorkflowsPage;
