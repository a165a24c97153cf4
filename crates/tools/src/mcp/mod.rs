//! MCP servers: one connection for each, started when it is needed.
//!
//! `pool` is the interface. An `entry` is one server: it makes its `connection` (`connect`, over `stdio` or `http`),
//! counts its failures and closes it when it is idle. `handler` receives what a server sends unasked; `convert` and
//! `failure` turn the protocol's types into those of this crate.

mod backoff;
mod connect;
mod connection;
mod convert;
mod entry;
mod failure;
mod fault;
mod handler;
mod http;
pub mod limits;
mod options;
mod pool;
mod shared;
mod sse_limit;
mod stdio;

pub use options::{CallOptions, Check, PoolOptions, Progress, ProgressSink};
pub use pool::Pool;
