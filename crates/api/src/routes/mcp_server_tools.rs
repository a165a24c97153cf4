//! Checking MCP servers, their tools and their logs.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use serde::Deserialize;
use sluice_types::{LogLinePage, McpCheck, McpServerId, McpToolPage};
use utoipa::IntoParams;

use crate::auth::{Editor, Viewer};
use crate::error::ApiResult;
use crate::extract::Query;
use crate::state::App;
use crate::validate::page_size;

/// Connects to an MCP server and lists its tools. A check that fails is a result, too.
///
/// The connection is kept for calls that follow. The list of tools is stored with its time.
#[utoipa::path(
    tag = "mcp-servers", params(("mcp_server_id" = McpServerId, Path, description = "The MCP server")),
    responses((status = 200, description = "Whether the server answers, and what it says about itself", body = McpCheck)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found"])))
)]
#[post("/mcp-servers/{mcp_server_id}/check")]
pub async fn check_mcp_server(caller: Editor, id: Path<McpServerId>, app: Data<App>) -> ApiResult<Json<McpCheck>> {
    Ok(Json(app.engine.mcp_servers().check(caller.tenant(), &id).await?))
}

/// Lists the tools of an MCP server, as they were last listed, with what the server says about their effects.
///
/// A server that was never listed is connected to and listed now. `check_mcp_server` lists them anew.
#[utoipa::path(
    tag = "mcp-servers", params(("mcp_server_id" = McpServerId, Path, description = "The MCP server")),
    responses((status = 200, description = "The tools", body = McpToolPage)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found"])))
)]
#[get("/mcp-servers/{mcp_server_id}/tools")]
pub async fn list_mcp_server_tools(
    caller: Viewer,
    id: Path<McpServerId>,
    app: Data<App>,
) -> ApiResult<Json<McpToolPage>> {
    Ok(Json(app.engine.mcp_servers().listed_tools(caller.tenant(), &id).await?))
}

/// The part of a log.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Lines on the page: 1 to 200. Default: 200.
    pub limit: Option<u32>,
    /// Only lines with a higher number.
    pub after: Option<u64>,
}

/// Lists what an MCP server has written to its log, and what became of its connection, oldest first.
///
/// This server keeps the newest lines of each MCP server while it runs. Secrets of the configuration are replaced.
#[utoipa::path(
    tag = "mcp-servers", params(("mcp_server_id" = McpServerId, Path, description = "The MCP server"), LogQuery),
    responses((status = 200, description = "Lines of the log", body = LogLinePage)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found", "invalid_query"])))
)]
#[get("/mcp-servers/{mcp_server_id}/logs")]
pub async fn list_mcp_server_logs(
    caller: Viewer,
    id: Path<McpServerId>,
    query: Query<LogQuery>,
    app: Data<App>,
) -> ApiResult<Json<LogLinePage>> {
    let limit = page_size(query.0.limit.or(Some(sluice_types::limits::MAX_PAGE)))?;
    let mut items = app.engine.mcp_servers().logs(caller.tenant(), &id, query.0.after.unwrap_or(0)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| has_more).map(|last| last.number.to_string());
    Ok(Json(LogLinePage { items, next_cursor }))
}
