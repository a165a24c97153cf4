//! Calls to the server, one file a resource. Nothing else in the app speaks HTTP.

pub mod agents;
mod error;
pub mod executions;
pub mod generations;
mod http;
pub mod mcp_servers;
pub mod parting;
pub mod personas;
pub mod providers;
pub mod resources;
pub mod templates;
pub mod workflows;

pub use error::{ApiError, ApiResult};
pub use http::in_flight;
