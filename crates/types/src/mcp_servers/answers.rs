//! What the API tells of MCP servers besides themselves: pages, checks, tools and logs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::McpServer;
use crate::definition::StepEffect;
use crate::status::status;

/// A page of MCP servers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpServerPage {
    /// The servers, by id.
    pub items: Vec<McpServer>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// The result of connecting to a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpCheck {
    /// Whether the server answered, and listed its tools.
    pub ok: bool,
    /// The name of the server's software; `null` when the check failed.
    pub name: Option<String>,
    /// The version of the server's software; `null` when the check failed.
    pub version: Option<String>,
    /// The version of the protocol that both speak, such as `2025-11-25`; `null` when the check failed.
    pub protocol: Option<String>,
    /// All tools of the server, those too that are not allowed.
    pub tools: Vec<McpTool>,
    /// Milliseconds from the start of the connection to the whole list of tools, or to the failure.
    pub latency_ms: i64,
    /// The fault and the remedy; `null` when the check succeeded.
    pub error: Option<String>,
}

/// A tool of an MCP server, as its configuration shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpTool {
    /// `server-id:name`.
    pub id: String,
    /// Its name on the server.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// JSON Schema of its structured result, if it says one.
    pub output_schema: Option<Value>,
    /// What the server says about its effect.
    pub annotations: ToolAnnotations,
    /// What calling it twice would do. The annotations count when the server is trusted.
    pub effect: StepEffect,
    /// Whether steps and agents may call it.
    pub allowed: bool,
}

/// What a server says about the effect of its tool; `null` where it says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolAnnotations {
    /// It changes nothing.
    pub read_only: Option<bool>,
    /// It may delete or overwrite.
    pub destructive: Option<bool>,
    /// A repetition with the same arguments changes nothing more.
    pub idempotent: Option<bool>,
    /// It reaches beyond its server, for example into the web.
    pub open_world: Option<bool>,
}

/// A page of the tools of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpToolPage {
    /// The tools of the last listing, by name, those too that are not allowed.
    pub items: Vec<McpTool>,
    /// The `cursor` of the next page; `null`, as all tools are on this page.
    pub next_cursor: Option<String>,
    /// When they were listed; `null` when no listing has succeeded.
    pub listed_at: Option<DateTime<Utc>>,
    /// How the newest listing failed; `null` when it did not.
    pub listing_error: Option<String>,
    /// When that listing failed.
    pub listing_failed_at: Option<DateTime<Utc>>,
}

status!(
    /// Where a line of a log comes from.
    LogSource {
        /// The standard error of the server's program.
        Stderr = "stderr",
        /// A line of its standard output that is no message of the protocol.
        Stdout = "stdout",
        /// A logging notification of the server.
        Notification = "notification",
        /// Sluice itself: starts, ends and faults of the connection.
        Connection = "connection",
    }
);

/// A line of a server's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// Its number in the log of its server, from 1. A gap means that lines were dropped.
    pub number: i64,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// Where it comes from.
    pub source: LogSource,
    /// The text, cut at a limit. Secrets of the configuration are replaced.
    pub text: String,
}

/// Lines of a server's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLinePage {
    /// The lines, oldest first.
    pub items: Vec<LogLine>,
    /// The `after` of the lines that follow; `null` when there are none yet.
    pub next_cursor: Option<String>,
}
