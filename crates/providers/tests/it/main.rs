//! Model calls: answers as bytes in each protocol, requests as they arrive, and servers that others wrote.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy allows these in tests, but does not see that a test's helper is one"
)]

mod answers;
mod client;
mod cuts;
mod peers;
mod wire;
