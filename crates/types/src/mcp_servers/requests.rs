//! Requests that make and change MCP servers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::McpServerId;
use crate::{integer, patch};

/// How a server is to be reached, with its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SetMcpTransport {
    /// A program that the server starts, and speaks with through its standard input and output.
    Stdio(SetStdioTransport),
    /// An address that speaks streamable HTTP.
    Http(SetHttpTransport),
}

/// A program to start. Only an operator may configure one: see `--allow-stdio-mcp`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStdioTransport {
    /// The program: a path, or a name that is looked up in `PATH`. No shell is involved.
    pub command: String,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment variables to set for it. Their values are stored encrypted and never shown again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The variables whose stored values stay, besides those in `env`; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_names: Option<Vec<String>>,
    /// The folder in which it runs; the server's own when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
}

/// An address to call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetHttpTransport {
    /// The address.
    pub url: String,
    /// Headers to send, such as `authorization`. Their values are stored encrypted and never shown again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The headers whose stored values stay, besides those in `headers`; all when left out. Values stay with the origin
    /// that they were stored for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_names: Option<Vec<String>>,
}

/// An MCP server to create.
///
/// It accepts the response of `GET` too, when it has no secrets: the fields that the server sets are allowed and ignored.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMcpServer {
    /// Default: derived from the name. It cannot change later, as tools are named by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<McpServerId>,
    /// Display name.
    pub name: String,
    /// Purpose of the server.
    #[serde(default)]
    pub description: String,
    /// How it is reached.
    pub transport: SetMcpTransport,
    /// The names of the tools that steps and agents may call; all when empty.
    #[serde(default)]
    pub allowed_tools: Vec<String>,
    /// Whether what the server says about its tools' effects counts. Without it each tool counts as one that writes.
    #[serde(default)]
    pub trusted: bool,
    /// Seconds that a call of a tool may take when its step does not say. Default: 60.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub timeout: Option<u32>,
    /// Accepted and ignored: a new server has version 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// An MCP server that replaces the version in `If-Match`.
///
/// It accepts the response of `GET` too: stored values of secrets stay with their names, `id` and the times are allowed and
/// ignored, and `version` stands for a missing `If-Match`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMcpServer {
    /// Display name.
    pub name: String,
    /// Purpose of the server.
    #[serde(default)]
    pub description: String,
    /// How it is reached.
    pub transport: SetMcpTransport,
    /// The names of the tools that steps and agents may call; all when empty.
    #[serde(default)]
    pub allowed_tools: Vec<String>,
    /// Whether what the server says about its tools' effects counts. Without it each tool counts as one that writes.
    #[serde(default)]
    pub trusted: bool,
    /// Seconds that a call of a tool may take when its step does not say. Default: 60.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub timeout: Option<u32>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<McpServerId>,
    /// The version that was read: only this one is replaced. `If-Match` takes precedence.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// Changes of an MCP server, as a JSON merge patch (RFC 7396). Absent fields stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchMcpServer {
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = String)]
    pub name: Option<String>,
    /// Purpose of the server; `null` empties it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// How it is reached. It is replaced as a whole; stored secrets stay as in `update_mcp_server`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = SetMcpTransport)]
    pub transport: Option<SetMcpTransport>,
    /// The names of the tools that steps and agents may call; `null` allows all.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<Vec<String>>)]
    pub allowed_tools: Option<Option<Vec<String>>>,
    /// Whether what the server says about its tools' effects counts.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = bool)]
    pub trusted: Option<bool>,
    /// Seconds that a call of a tool may take when its step does not say; `null` for the default.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::some")]
    #[schema(value_type = Option<u32>)]
    pub timeout: Option<Option<u32>>,
}
