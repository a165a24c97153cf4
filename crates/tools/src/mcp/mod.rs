//! MCP servers: one connection for each, started when it is needed.

pub mod limits;
mod options;
mod pool;

pub use options::{CallOptions, Check, PoolOptions, Progress, ProgressSink};
pub use pool::Pool;
