//! Tests of the store on real databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod credentials;
mod group_commit;
mod schema;
mod turns;
mod workflows;
