//! MCP servers, their tools and their logs.

use sluice_types::limits::MAX_PAGE;
use sluice_types::{
    CreateMcpServer, LogLinePage, McpCheck, McpServer, McpServerId, McpServerPage, McpToolPage, PatchMcpServer,
    UpdateMcpServer,
};

use super::error::ApiResult;
use super::http::Call;

/// A page of servers; as many as a page may hold.
pub async fn list(cursor: Option<String>) -> ApiResult<McpServerPage> {
    Call::get("/mcp-servers").query([("limit", Some(MAX_PAGE.to_string())), ("cursor", cursor)]).answer().await
}

/// One server.
pub async fn get(id: &McpServerId) -> ApiResult<McpServer> {
    Call::get(&of(id)).answer().await
}

/// Creates a server.
pub async fn create(server: &CreateMcpServer) -> ApiResult<McpServer> {
    Call::post("/mcp-servers").json(server).answer().await
}

/// Saves over `version`.
pub async fn update(id: &McpServerId, version: i64, server: &UpdateMcpServer) -> ApiResult<McpServer> {
    Call::put(&of(id)).if_match(version).json(server).answer().await
}

/// Changes a part of `version`.
pub async fn patch(id: &McpServerId, version: i64, patch: &PatchMcpServer) -> ApiResult<McpServer> {
    Call::patch(&of(id)).if_match(version).json(patch).answer().await
}

/// Removes a server.
pub async fn delete(id: &McpServerId) -> ApiResult<()> {
    Call::delete(&of(id)).done().await
}

/// Connects to a server and lists its tools.
pub async fn check(id: &McpServerId) -> ApiResult<McpCheck> {
    Call::post(&format!("{}/check", of(id))).answer().await
}

/// The tools of a server.
pub async fn tools(id: &McpServerId) -> ApiResult<McpToolPage> {
    Call::get(&format!("{}/tools", of(id))).answer().await
}

/// The lines of a server's log after a number.
pub async fn logs(id: &McpServerId, after: Option<&str>) -> ApiResult<LogLinePage> {
    Call::get(&format!("{}/logs", of(id))).query([("after", after)]).answer().await
}

fn of(id: &McpServerId) -> String {
    format!("/mcp-servers/{id}")
}
