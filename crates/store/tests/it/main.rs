//! Tests of the store on real databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod answers;
mod canvas;
mod credentials;
mod deletion;
mod finding;
mod generations;
mod group_commit;
mod idempotency;
mod numbers;
mod reads;
mod resources;
mod scale;
mod schema;
mod statistics;
mod step_runs;
mod support;
mod tls;
mod turns;
mod workflow_lists;
mod workflows;
