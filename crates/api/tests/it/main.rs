//! The real server, as a process, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod answers;
mod bad_input;
mod command_line;
mod correlation;
mod crashes;
mod data_folder;
mod documents;
mod events;
mod executions;
mod finding;
mod gates;
mod guard;
mod interrupts;
mod metadata;
mod methods;
mod operation;
mod readme;
mod resources;
mod server;
mod step_lists;
mod terminal;
mod two_servers;
mod upgrade;
mod waiting;
mod web_app;
mod workflows;
