//! The page of a run: what it does, as it does it, and all that can be done about it.

mod address;
mod agent;
mod agent_rows;
mod auto_scroll;
mod bar;
mod budget;
mod canvas;
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
mod lead;
mod menu;
mod output;
mod page;
mod pane;
mod progress;
mod prompt;
mod result;
mod retry;
mod running;
mod spent;
mod step;
mod store;
mod text_box;
mod tree;
pub mod unsent;

pub use page::RunPage;
