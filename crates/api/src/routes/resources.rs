//! What steps can name: agents, MCP servers and tools.

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use sluice_store::{Cursor, ResourceKind, ToolFilter};
use sluice_types::limits::{MAX_LISTED_TOOLS, MAX_SEARCH_CHARS};
use sluice_types::{
    AgentResource, AgentResourcePage, ErrorCode, McpServerId, McpServerResource, McpServerResourcePage, NATIVE,
    StepEffect, Tool, ToolResource, ToolResourcePage, ToolSummary,
};
use utoipa::IntoParams;

use crate::auth::{Caller, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::extract::Query;
use crate::state::App;
use crate::validate::{cursor, filter, page_size};

/// The order of tools, for cursors.
const TOOLS: &str = "tools";

/// The page of a list, and words.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResourceQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// Words that the id, name or description contains: at most 200 characters.
    pub q: Option<String>,
}

fn words(q: Option<String>) -> ApiResult<Option<String>> {
    let q = q.filter(|q| !q.trim().is_empty());
    filter("q", q, MAX_SEARCH_CHARS)
}

/// Lists the agents that steps can name, by id, with the number of workflows that name each.
///
/// `list_workflows` with `agent_id` lists these workflows.
#[utoipa::path(
    tag = "resources", params(ResourceQuery),
    responses((status = 200, description = "A page of agents", body = AgentResourcePage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/resources/agents")]
pub async fn list_agent_resources(
    caller: Viewer,
    query: Query<ResourceQuery>,
    app: Data<App>,
) -> ApiResult<Json<AgentResourcePage>> {
    let (cursor, limit) = (cursor(query.0.cursor.as_deref(), "id")?, page_size(query.0.limit)?);
    let store = app.engine.store();
    let (agents, next_cursor) = store.agents(caller.tenant(), words(query.0.q)?, cursor, limit).await?;
    let ids = agents.iter().map(|agent| agent.id.to_string()).collect();
    let uses = store.workflows_naming(caller.tenant(), ResourceKind::Agent, ids).await?;
    let items = agents.into_iter().map(|agent| AgentResource {
        used_by_count: uses.get(agent.id.as_str()).copied().unwrap_or(0),
        id: agent.id,
        name: agent.name,
        description: agent.description,
        provider: agent.provider,
        model: agent.model,
        tools: agent.tools,
    });
    Ok(Json(AgentResourcePage { items: items.collect(), next_cursor }))
}

/// Lists the MCP servers whose tools steps can name, by id, each with its tools as they were last listed.
///
/// `list_workflows` with `mcp_server_id` lists the workflows that name one. Agents that name it are counted apart. `list_tool_resources` has the schemas of tools.
#[utoipa::path(
    tag = "resources", params(ResourceQuery),
    responses((status = 200, description = "A page of MCP servers", body = McpServerResourcePage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/resources/mcps")]
pub async fn list_mcp_server_resources(
    caller: Viewer,
    query: Query<ResourceQuery>,
    app: Data<App>,
) -> ApiResult<Json<McpServerResourcePage>> {
    let (cursor, limit) = (cursor(query.0.cursor.as_deref(), "id")?, page_size(query.0.limit)?);
    let store = app.engine.store();
    let (stored, next_cursor) = store.mcp_servers(caller.tenant(), words(query.0.q)?, cursor, limit).await?;
    let ids: Vec<String> = stored.iter().map(|stored| stored.server.id.to_string()).collect();
    let uses = store.workflows_naming(caller.tenant(), ResourceKind::McpServer, ids.clone()).await?;
    let agents = store.agents_naming(caller.tenant(), ResourceKind::McpServer, ids.clone()).await?;
    let counts = store.tool_counts(caller.tenant(), ids).await?;
    let mut items = Vec::with_capacity(stored.len());
    for stored in stored {
        let server = stored.server;
        let tool_count = counts.get(server.id.as_str()).copied().unwrap_or(0);
        let tools = if tool_count == 0 { Vec::new() } else { summaries(&app, &caller, &server.id).await? };
        items.push(McpServerResource {
            used_by_count: uses.get(server.id.as_str()).copied().unwrap_or(0),
            used_by_agent_count: agents.get(server.id.as_str()).copied().unwrap_or(0),
            id: server.id,
            name: server.name,
            description: server.description,
            tools,
            tool_count,
            listed_at: stored.listing.listed_at,
            listing_error: stored.listing.error,
            listing_failed_at: stored.listing.failed_at,
        });
    }
    Ok(Json(McpServerResourcePage { items, next_cursor }))
}

/// The first tools of a server that may be called.
async fn summaries(app: &App, caller: &Caller, server: &McpServerId) -> ApiResult<Vec<ToolSummary>> {
    let limit = u32::try_from(MAX_LISTED_TOOLS).unwrap_or(u32::MAX);
    let filter = ToolFilter { limit, server_id: Some(server.clone()), ..ToolFilter::default() };
    let tools = app.engine.store().listed_tools(caller.tenant(), filter).await?;
    let summaries = tools.into_iter().take(MAX_LISTED_TOOLS).map(|tool| ToolSummary {
        id: tool.id,
        name: tool.name,
        title: tool.title,
        description: tool.description,
        effect: tool.effect,
    });
    Ok(summaries.collect())
}

/// The page of a list of tools, with filters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ToolQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// Words that the name, title or description contains: at most 200 characters.
    pub q: Option<String>,
    /// The MCP server that has them, or `native` for those that are built in.
    pub server_id: Option<String>,
    /// What calling them twice would do: `pure`, `reads` or `writes`.
    pub effect: Option<String>,
}

/// The filters of a list of tools.
struct Wanted {
    words: Option<String>,
    native: bool,
    server_id: Option<McpServerId>,
    of_servers: bool,
    effect: Option<StepEffect>,
}

fn wanted(query: &ToolQuery) -> ApiResult<Wanted> {
    let refused = |name: &str, message: String| ApiError::parameter(ErrorCode::InvalidQuery, name, message);
    let of_native = query.server_id.as_deref() == Some(NATIVE);
    let server_id = query.server_id.as_ref().filter(|_| !of_native);
    let server_id = server_id.map(|id| id.parse::<McpServerId>()).transpose();
    let effect = query.effect.as_ref().map(|effect| effect.parse()).transpose();
    Ok(Wanted {
        words: words(query.q.clone())?,
        native: of_native || query.server_id.is_none(),
        server_id: server_id.map_err(|error| refused("server_id", error.to_string()))?,
        of_servers: !of_native,
        effect: effect.map_err(|message| refused("effect", message))?,
    })
}

/// Lists the tools that steps can call: those that are built in, and those that MCP servers listed last.
///
/// `used_by_count` counts the workflows that name the tool, or all tools of its server; `list_workflows` with `tool` lists them.
/// Agents that name it are counted apart.
#[utoipa::path(
    tag = "resources", params(ToolQuery),
    responses((status = 200, description = "A page of tools", body = ToolResourcePage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/resources/tools")]
pub async fn list_tool_resources(
    caller: Viewer,
    query: Query<ToolQuery>,
    app: Data<App>,
) -> ApiResult<Json<ToolResourcePage>> {
    let (cursor, limit) = (cursor(query.0.cursor.as_deref(), TOOLS)?, page_size(query.0.limit)?);
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let wanted = wanted(&query.0)?;
    // An empty server stands for the tools that are built in, which come first.
    let after = cursor.map(|Cursor { key, id, .. }| (key, id));
    let mut tools = if wanted.native { native_tools(&wanted, after.as_ref()) } else { Vec::new() };
    if wanted.of_servers && tools.len() <= size {
        let left = u32::try_from(size - tools.len()).unwrap_or(limit);
        let filter = ToolFilter {
            limit: left,
            after: after.filter(|(server, _)| !server.is_empty()),
            words: wanted.words,
            server_id: wanted.server_id,
            effect: wanted.effect,
        };
        tools.extend(app.engine.store().listed_tools(caller.tenant(), filter).await?);
    }
    let has_more = tools.len() > size;
    tools.truncate(size);
    let next_cursor = tools.last().filter(|_| has_more).map(|last| {
        let key = last.server_id.as_ref().map(ToString::to_string).unwrap_or_default();
        Cursor { sort: TOOLS.into(), key, id: last.name.clone() }.encode()
    });
    Ok(Json(ToolResourcePage { items: with_counts(&app, &caller, tools).await?, next_cursor }))
}

/// The tools that are built in, by name.
fn native_tools(wanted: &Wanted, after: Option<&(String, String)>) -> Vec<Tool> {
    let words = wanted.words.as_deref().map(str::to_lowercase);
    let mut tools = sluice_engine::mcp_servers::native_tools();
    tools.sort_by(|one, other| one.name.cmp(&other.name));
    tools.retain(|tool| {
        let title = tool.title.as_deref().unwrap_or_default();
        let text = format!("{}\n{title}\n{}", tool.name, tool.description).to_lowercase();
        after.is_none_or(|(server, name)| server.is_empty() && tool.name > *name)
            && words.as_ref().is_none_or(|words| text.contains(words))
            && wanted.effect.as_ref().is_none_or(|effect| *effect == tool.effect)
    });
    tools
}

/// The tools with the numbers of workflows and of agents that name them.
async fn with_counts(app: &App, caller: &Caller, tools: Vec<Tool>) -> ApiResult<Vec<ToolResource>> {
    let all_of = |tool: &Tool| {
        let source = tool.server_id.as_ref().map_or(NATIVE, McpServerId::as_str);
        format!("{source}:{}", sluice_types::ALL_TOOLS)
    };
    let store = app.engine.store();
    let named = tools.iter().map(|tool| tool.id.clone()).collect();
    let agents = store.agents_naming(caller.tenant(), ResourceKind::Tool, named).await?;
    let mut ids: Vec<String> = tools.iter().flat_map(|tool| [tool.id.clone(), all_of(tool)]).collect();
    ids.sort();
    ids.dedup();
    let uses = store.workflows_naming(caller.tenant(), ResourceKind::Tool, ids).await?;
    let count = |id: &str| uses.get(id).copied().unwrap_or(0);
    let resources = tools.into_iter().map(|tool| ToolResource {
        // A workflow that names all tools of a server is not noted for single ones.
        used_by_count: count(&tool.id) + count(&all_of(&tool)),
        used_by_agent_count: agents.get(&tool.id).copied().unwrap_or(0),
        id: tool.id,
        server_id: tool.server_id,
        name: tool.name,
        title: tool.title,
        description: tool.description,
        input_schema: tool.input_schema,
        effect: tool.effect,
    });
    Ok(resources.collect())
}
