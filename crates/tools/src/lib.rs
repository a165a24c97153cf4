//! Tool calls: MCP servers over stdio and streamable HTTP, and native tools. It knows nothing of workflows.
//!
//! A call of an MCP tool goes this way: [`Pool`] finds or starts the connection of a server, the arguments are checked
//! against the tool's schema, the request is sent, and the answer becomes a [`ToolOutput`]. Every failure is a
//! [`ToolError`], which tells whether the request may have arrived.

mod annotations;
mod config;
mod error;
mod logs;
pub mod mcp;
pub mod names;
pub mod native;
mod output;
mod redact;
pub mod schema;
mod text;

pub use annotations::{Annotations, ToolInfo};
pub use config::{ServerConfig, ServerKey, Transport};
pub use error::{Sent, ToolError, ToolErrorKind};
pub use logs::{LogLine, LogSource};
pub use mcp::{CallOptions, Check, Pool, PoolOptions, Progress, ProgressSink};
pub use output::{Content, ToolOutput};
pub use sluice_outgoing::NetworkPolicy;
