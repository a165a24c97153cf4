//! The page of a run: what it does, as it does it, and all that can be done about it.

mod actions_bar;
mod attempts;
mod body;
mod budget;
mod change;
mod commands;
mod connection_note;
mod edit;
mod failed;
mod follow;
mod gate;
mod head;
pub mod history;
pub mod kept;
mod output;
mod page;
mod pipeline;
mod prompt;
mod result;
mod retry;
mod running;
mod step;
mod store;
mod stream;

pub use page::RunPage;
