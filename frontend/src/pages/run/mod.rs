//! The page of a run: what it does, as it does it, and all that can be done about it.

mod agent;
mod auto_scroll;
mod budget;
mod change;
mod commands;
mod container;
mod edit;
mod ending;
mod failure;
mod follow;
mod gate;
mod head;
mod history;
mod ids;
mod inside;
mod menu;
mod output;
mod page;
mod prompt;
mod result;
mod retry;
mod running;
mod step;
mod store;
mod text_box;
pub mod unsent;

pub use page::RunPage;
