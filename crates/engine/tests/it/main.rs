//! The engine on real databases, and against servers that it did not write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy allows these in tests, but does not see that a test's helper is one"
)]

mod answers;
mod call_limits;
mod commands;
mod containers;
mod credentials;
mod cut_off;
mod faults;
mod generate;
mod idempotency;
mod mcp;
mod poisoned;
mod prices;
mod protocols;
mod reviews;
mod stalls;
mod support;
mod tenants;
mod tools;
mod waits;
