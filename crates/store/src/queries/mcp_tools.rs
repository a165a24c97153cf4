//! The tools of the last listing of each MCP server.

use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::{McpTool, StepEffect, Tool};

use super::{Backend, Connection, Result, workflows::pattern};
use crate::mcp_servers::ToolFilter;
use crate::rows::{McpToolRow, read_json, read_word, readable, write_json};
use crate::schema::{mcp_servers, mcp_tools};

fn row(tenant: &str, server: &str, tool: &McpTool, allowed: &[String]) -> Result<McpToolRow> {
    let title = tool.title.as_deref().unwrap_or_default();
    Ok(McpToolRow {
        tenant_id: tenant.to_owned(),
        server_id: server.to_owned(),
        name: tool.name.clone(),
        tool: write_json(tool)?,
        search_text: format!("{}\n{title}\n{}", tool.name, tool.description).to_lowercase(),
        declared_effect: tool.effect.as_str().to_owned(),
        allowed: is_allowed(allowed, &tool.name),
    })
}

/// All tools may be called when the list is empty.
fn is_allowed(allowed: &[String], name: &str) -> bool {
    allowed.is_empty() || allowed.iter().any(|allowed| allowed == name)
}

/// Stores a listing, or its failure, unless the server was changed meanwhile.
pub async fn put(
    conn: &mut Connection,
    tenant: &str,
    server: &str,
    revision: i64,
    listed: &std::result::Result<Vec<McpTool>, String>,
    now: i64,
) -> Result<()> {
    let place = mcp_servers::table.find((tenant, server)).filter(mcp_servers::revision.eq(revision));
    // Writing first locks the server's row: two listings at the same time are written one after the other.
    let (listed_at, error, failed_at) = match listed {
        Ok(_) => (Some(now), None, None),
        Err(error) => (None, Some(error), Some(now)),
    };
    let state = (mcp_servers::listing_error.eq(error), mcp_servers::listing_failed_at.eq(failed_at));
    if diesel::update(place).set(state).execute(conn).await? == 0 {
        return Ok(());
    }
    let Ok(tools) = listed else { return Ok(()) };
    diesel::update(place).set(mcp_servers::listed_at.eq(listed_at)).execute(conn).await?;
    let allowed: String = place.select(mcp_servers::allowed_tools).first(conn).await?;
    let allowed: Vec<String> = read_json(&allowed)?;
    forget(conn, tenant, server).await?;
    for (position, tool) in tools.iter().enumerate() {
        // A server may list a name twice. The first one counts, as it does for calls.
        if tools.iter().take(position).all(|before| before.name != tool.name) {
            diesel::insert_into(mcp_tools::table).values(row(tenant, server, tool, &allowed)?).execute(conn).await?;
        }
    }
    Ok(())
}

/// Forgets the listing of a server.
pub async fn forget(conn: &mut Connection, tenant: &str, server: &str) -> Result<()> {
    let of_server = mcp_tools::tenant_id.eq(tenant).and(mcp_tools::server_id.eq(server));
    diesel::delete(mcp_tools::table.filter(of_server)).execute(conn).await?;
    Ok(())
}

/// Marks which tools of a server may be called.
pub async fn allow(conn: &mut Connection, tenant: &str, server: &str, allowed: &[String]) -> Result<()> {
    let of_server = mcp_tools::tenant_id.eq(tenant).and(mcp_tools::server_id.eq(server));
    let tools = mcp_tools::table.filter(of_server);
    diesel::update(tools).set(mcp_tools::allowed.eq(allowed.is_empty())).execute(conn).await?;
    if !allowed.is_empty() {
        let named = tools.filter(mcp_tools::name.eq_any(allowed));
        diesel::update(named).set(mcp_tools::allowed.eq(true)).execute(conn).await?;
    }
    Ok(())
}

/// The tools of a page and one more, by server and name.
pub async fn list(conn: &mut Connection, tenant: &str, filter: &ToolFilter) -> Result<Vec<Tool>> {
    let of_server = mcp_tools::tenant_id.eq(mcp_servers::tenant_id).and(mcp_tools::server_id.eq(mcp_servers::id));
    let mut query = mcp_tools::table
        .inner_join(mcp_servers::table.on(of_server))
        .filter(mcp_tools::tenant_id.eq(tenant.to_owned()).and(mcp_tools::allowed))
        .order((mcp_tools::server_id.asc(), mcp_tools::name.asc()))
        .limit(i64::from(filter.limit) + 1)
        .select((mcp_tools::server_id, mcp_tools::tool, mcp_servers::trusted))
        .into_boxed::<Backend>();
    if let Some((server, name)) = filter.after.clone() {
        // The first condition lets both databases seek in the index; the second breaks ties.
        query = query
            .filter(mcp_tools::server_id.ge(server.clone()))
            .filter(mcp_tools::server_id.gt(server).or(mcp_tools::name.gt(name)));
    }
    if let Some(words) = &filter.words {
        query = query.filter(mcp_tools::search_text.like(pattern(words)).escape('\\'));
    }
    if let Some(server) = &filter.server_id {
        query = query.filter(mcp_tools::server_id.eq(server.to_string()));
    }
    query = match &filter.effect {
        Some(StepEffect::Writes) => {
            query.filter(not(mcp_servers::trusted).or(mcp_tools::declared_effect.eq(StepEffect::Writes.as_str())))
        }
        Some(effect) => {
            query.filter(mcp_servers::trusted.and(mcp_tools::declared_effect.eq(effect.as_str().to_owned())))
        }
        None => query,
    };
    let rows: Vec<(String, String, bool)> = query.load(conn).await?;
    Ok(readable(rows.into_iter().map(|(server, tool, trusted)| {
        let tool: McpTool = read_json(&tool)?;
        Ok(Tool {
            id: tool.id,
            server_id: Some(read_word(&server)?),
            name: tool.name,
            title: tool.title,
            description: tool.description,
            input_schema: tool.input_schema,
            output_schema: tool.output_schema,
            effect: effect(tool.effect, trusted),
        })
    })))
}

/// What the server declares counts when it is trusted.
fn effect(declared: StepEffect, trusted: bool) -> StepEffect {
    if trusted { declared } else { StepEffect::Writes }
}

/// All tools of a server, by name, those too that may not be called.
pub async fn of_server(conn: &mut Connection, tenant: &str, server: &str) -> Result<Vec<McpTool>> {
    let of_server = mcp_tools::tenant_id.eq(mcp_servers::tenant_id).and(mcp_tools::server_id.eq(mcp_servers::id));
    let rows: Vec<(String, bool, bool)> = mcp_tools::table
        .inner_join(mcp_servers::table.on(of_server))
        .filter(mcp_tools::tenant_id.eq(tenant).and(mcp_tools::server_id.eq(server)))
        .order(mcp_tools::name.asc())
        .select((mcp_tools::tool, mcp_tools::allowed, mcp_servers::trusted))
        .load(conn)
        .await?;
    Ok(readable(rows.into_iter().map(|(tool, allowed, trusted)| {
        let tool: McpTool = read_json(&tool)?;
        Ok(McpTool { effect: effect(tool.effect, trusted), allowed, ..tool })
    })))
}

/// How many tools of each of these servers may be called.
pub async fn counts(conn: &mut Connection, tenant: &str, servers: &[String]) -> Result<Vec<(String, i64)>> {
    Ok(mcp_tools::table
        .filter(mcp_tools::tenant_id.eq(tenant).and(mcp_tools::server_id.eq_any(servers)).and(mcp_tools::allowed))
        .group_by(mcp_tools::server_id)
        .select((mcp_tools::server_id, count_star()))
        .load(conn)
        .await?)
}
