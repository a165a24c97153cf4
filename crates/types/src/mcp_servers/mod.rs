//! MCP servers: programs and addresses that offer tools by the Model Context Protocol.

mod answers;
mod requests;
mod schema;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::McpServerId;
pub use answers::{LogLine, LogLinePage, LogSource, McpCheck, McpServerPage, McpTool, McpToolPage, ToolAnnotations};
pub use requests::{
    CreateMcpServer, PatchMcpServer, SetHttpTransport, SetMcpTransport, SetStdioTransport, UpdateMcpServer,
};

/// A configured server of the Model Context Protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpServer {
    /// Unique in the tenant. Tools are named by it: `files:read_file`.
    pub id: McpServerId,
    /// Display name.
    pub name: String,
    /// Purpose of the server.
    pub description: String,
    /// How it is reached.
    pub transport: McpTransport,
    /// The names of the tools that steps and agents may call; all when empty.
    pub allowed_tools: Vec<String>,
    /// Whether what the server says about its tools' effects counts. Without it each tool counts as one that writes.
    pub trusted: bool,
    /// Seconds that a call of a tool may take when its step does not say.
    pub timeout: Option<u32>,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// How a server is reached. Secrets are written and never read: answers hold their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum McpTransport {
    /// A program that the server starts, and speaks with through its standard input and output.
    Stdio(StdioTransport),
    /// An address that speaks streamable HTTP.
    Http(HttpTransport),
}

/// A program that the server starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StdioTransport {
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The names of the environment variables that are set for it. Their values are stored encrypted and never shown.
    pub env_names: Vec<String>,
    /// The folder in which it runs; the server's own when left out.
    pub cwd: Option<String>,
}

/// An address that speaks streamable HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HttpTransport {
    /// The address.
    pub url: String,
    /// The names of the headers that are sent. Their values are stored encrypted and never shown.
    pub header_names: Vec<String>,
}
