//! Tool calls: MCP servers from npm, servers that misbehave, native tools.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy allows these in tests, but does not see that a test's helper is one"
)]

mod everything;
mod http;
mod native;
mod pool;
mod stdio;
mod support;
