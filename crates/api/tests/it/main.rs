//! The real server, as a process, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod agent_runs;
mod answers;
mod bad_input;
mod bad_trees;
mod canvas;
mod command_line;
mod correlation;
mod crashes;
mod data_folder;
mod documents;
mod edit_parity;
mod events;
mod examples;
mod executions;
mod finding;
mod gates;
mod generation_applications;
mod generations;
mod guard;
mod idempotency;
mod interrupts;
mod lean;
mod mcp_servers;
mod metadata;
mod methods;
mod operation;
mod own_changes;
mod patches;
mod readme;
mod resources;
mod revalidation;
mod round_trips;
mod schemas;
mod server;
mod statistics;
mod step_lists;
mod steps;
mod terminal;
mod tool_progress;
mod tries;
mod two_servers;
mod upgrade;
mod versions;
mod waiting;
mod web_app;
mod workflows;
