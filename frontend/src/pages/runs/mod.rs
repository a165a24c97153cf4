//! All runs of all workflows: what waits for a person, a list to search in, and commands to many.

mod bulk;
mod filters;
mod keys;
mod listing;
mod names;
mod page;
mod table;
mod waiting;

pub use page::RunsPage;
