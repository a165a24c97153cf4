//! What steps can name: agents, MCP servers and tools, and how many workflows name them.

use serde::de::DeserializeOwned;
use sluice_types::limits::MAX_PAGE;
use sluice_types::{AgentResourcePage, McpServerResourcePage, ToolResourcePage};

use super::error::ApiResult;
use super::http::Call;

/// A page of tools: those that are built in, and those of MCP servers as they were listed last.
pub async fn tools(cursor: Option<String>) -> ApiResult<ToolResourcePage> {
    page("tools", cursor).await
}

/// A page of agents.
pub async fn agents(cursor: Option<String>) -> ApiResult<AgentResourcePage> {
    page("agents", cursor).await
}

/// A page of MCP servers.
pub async fn mcp_servers(cursor: Option<String>) -> ApiResult<McpServerResourcePage> {
    page("mcps", cursor).await
}

/// A page; as many as a page may hold.
async fn page<P: DeserializeOwned>(of: &str, cursor: Option<String>) -> ApiResult<P> {
    let query = [("limit", Some(MAX_PAGE.to_string())), ("cursor", cursor)];
    Call::get(&format!("/workflows/resources/{of}")).query(query).answer().await
}
