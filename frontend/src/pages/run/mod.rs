//! The page of a run: what it does, as it does it, and all that can be done about it.

mod auto_scroll;
mod change;
mod commands;
pub mod draft_storage;
mod edit;
mod follow;
mod gate;
mod head;
mod page;
mod result;
mod retry;
mod running;
mod step;
mod store;

pub use page::RunPage;
