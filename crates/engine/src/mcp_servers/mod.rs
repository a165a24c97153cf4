//! The MCP servers of a tenant: stored with sealed secrets, connected by the pool of `sluice-tools`.

mod changes;
mod configured;
mod error;
mod listing;
mod native;
mod secrets;
mod service;
mod transport;

pub use configured::Configured;
pub use error::McpServerError;
pub use native::native_tools;
pub use service::McpServers;
