//! The list of workflows: the page that the app opens with.

mod copying;
mod drop;
mod empty;
mod filters;
mod import;
mod last_run;
mod listing;
mod more;
mod page;
mod position;
mod row;
mod row_menu;
mod rows;
mod skeleton;

pub use page::WorkflowsPage;
