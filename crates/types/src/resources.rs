//! What steps can name: agents, MCP servers and tools, as palettes and pickers list them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::definition::StepEffect;
use crate::ids::{AgentId, McpServerId};

/// An agent that steps can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentResource {
    /// Its id.
    pub id: AgentId,
    /// Display name.
    pub name: String,
    /// Purpose of the agent.
    pub description: String,
    /// Provider that it calls; `null` for the workflow's.
    pub provider: Option<String>,
    /// Model that it calls; `null` for the workflow's.
    pub model: Option<String>,
    /// The tools that it may call.
    pub tools: Vec<String>,
    /// How many workflows name it.
    pub used_by_count: i64,
}

/// A page of agents that steps can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentResourcePage {
    /// The agents, by id.
    pub items: Vec<AgentResource>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// An MCP server whose tools steps can name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpServerResource {
    /// Its id.
    pub id: McpServerId,
    /// Display name.
    pub name: String,
    /// Purpose of the server.
    pub description: String,
    /// Its tools by name, as they were last listed: the first 100 of those that may be called.
    pub tools: Vec<ToolSummary>,
    /// How many tools may be called.
    pub tool_count: i64,
    /// When its tools were last listed; `null` when they never were.
    pub listed_at: Option<DateTime<Utc>>,
    /// How the newest listing failed; `null` when it did not.
    pub listing_error: Option<String>,
    /// When that listing failed.
    pub listing_failed_at: Option<DateTime<Utc>>,
    /// How many workflows name it or one of its tools.
    pub used_by_count: i64,
    /// How many agents name it or one of its tools. The workflows with steps that name these agents are not in `used_by_count`.
    pub used_by_agent_count: i64,
}

/// A tool of a server, without its schemas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolSummary {
    /// `server-id:name`.
    pub id: String,
    /// Its name on the server.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// What calling it twice would do.
    pub effect: StepEffect,
}

/// A page of MCP servers whose tools steps can name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct McpServerResourcePage {
    /// The servers, by id.
    pub items: Vec<McpServerResource>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// A tool that steps can call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolResource {
    /// `native:name`, or `server-id:name`.
    pub id: String,
    /// The MCP server that has it; `null` for a tool that is built in.
    pub server_id: Option<McpServerId>,
    /// Its name on the server.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// What calling it twice would do.
    pub effect: StepEffect,
    /// How many workflows name it, or all tools of its server.
    pub used_by_count: i64,
    /// How many agents name it, or all tools of its server.
    pub used_by_agent_count: i64,
}

/// A page of tools that steps can call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolResourcePage {
    /// The tools: first those that are built in, then those of the servers, by server and name.
    pub items: Vec<ToolResource>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
