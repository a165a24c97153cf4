//! MCP servers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::McpServer;

use super::{Backend, Connection, Result, idempotency, mcp_tools, workflows::pattern};
use crate::error::StoreError;
use crate::idempotency::IdempotencyKey;
use crate::mcp_servers::{Listing, StoredMcpServer};
use crate::resources::ResourceUpdate;
use crate::rows::{McpServerRow, read_json, readable, write_json};
use crate::schema::mcp_servers;
use crate::time::{from_micros, to_micros};

fn into_server(row: McpServerRow) -> Result<StoredMcpServer> {
    let server = McpServer {
        id: row.id.parse().map_err(|_| StoreError::Corrupt(format!("MCP server id {}", row.id)))?,
        name: row.name,
        description: row.description,
        transport: read_json(&row.transport)?,
        allowed_tools: read_json(&row.allowed_tools)?,
        trusted: row.trusted,
        timeout: row.timeout_seconds.and_then(|seconds| u32::try_from(seconds).ok()),
        version: row.version,
        created_at: from_micros(row.created_at),
        updated_at: from_micros(row.updated_at),
    };
    let listing = Listing {
        listed_at: row.listed_at.map(from_micros),
        error: row.listing_error,
        failed_at: row.listing_failed_at.map(from_micros),
    };
    Ok(StoredMcpServer { server, sealed_secrets: row.sealed_secrets, revision: row.revision, listing })
}

fn row(tenant: &str, stored: &StoredMcpServer) -> Result<McpServerRow> {
    let StoredMcpServer { server, sealed_secrets, revision, listing } = stored;
    Ok(McpServerRow {
        tenant_id: tenant.to_owned(),
        id: server.id.to_string(),
        name: server.name.clone(),
        description: server.description.clone(),
        search_text: format!("{}\n{}\n{}", server.id, server.name, server.description).to_lowercase(),
        transport: write_json(&server.transport)?,
        sealed_secrets: sealed_secrets.clone(),
        allowed_tools: write_json(&server.allowed_tools)?,
        trusted: server.trusted,
        timeout_seconds: server.timeout.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)),
        revision: *revision,
        listed_at: listing.listed_at.map(to_micros),
        listing_error: listing.error.clone(),
        listing_failed_at: listing.failed_at.map(to_micros),
        version: server.version,
        created_at: to_micros(server.created_at),
        updated_at: to_micros(server.updated_at),
    })
}

pub async fn get(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<StoredMcpServer>> {
    let row = mcp_servers::table.find((tenant, id)).select(McpServerRow::as_select()).first(conn).await.optional()?;
    row.map(into_server).transpose()
}

pub async fn list(
    conn: &mut Connection,
    tenant: &str,
    words: Option<&str>,
    after: Option<String>,
    limit: u32,
) -> Result<Vec<StoredMcpServer>> {
    let mut query = mcp_servers::table
        .filter(mcp_servers::tenant_id.eq(tenant.to_owned()).and(mcp_servers::id.gt(after.unwrap_or_default())))
        .order(mcp_servers::id.asc())
        .limit(i64::from(limit) + 1)
        .select(McpServerRow::as_select())
        .into_boxed::<Backend>();
    if let Some(words) = words {
        query = query.filter(mcp_servers::search_text.like(pattern(words)).escape('\\'));
    }
    let rows: Vec<McpServerRow> = query.load(conn).await?;
    Ok(readable(rows.into_iter().map(into_server)))
}

/// Those of these ids that exist.
pub async fn existing(conn: &mut Connection, tenant: &str, ids: &[String]) -> Result<Vec<String>> {
    Ok(mcp_servers::table
        .filter(mcp_servers::tenant_id.eq(tenant).and(mcp_servers::id.eq_any(ids)))
        .select(mcp_servers::id)
        .load(conn)
        .await?)
}

pub async fn create(
    conn: &mut Connection,
    tenant: &str,
    stored: &StoredMcpServer,
    key: Option<&IdempotencyKey>,
) -> Result<()> {
    diesel::insert_into(mcp_servers::table).values(row(tenant, stored)?).execute(conn).await?;
    let McpServer { id, created_at, .. } = &stored.server;
    match key {
        Some(key) => idempotency::claim(conn, tenant, key, id.as_str(), to_micros(*created_at)).await,
        None => Ok(()),
    }
}

/// Saves a server over the version before it. The state of its listing is written by [`mcp_tools`] alone.
pub async fn update(conn: &mut Connection, tenant: &str, stored: &StoredMcpServer) -> Result<ResourceUpdate> {
    let row = row(tenant, stored)?;
    let (id, version) = (row.id.clone(), row.version);
    let place = mcp_servers::table.find((tenant, &id));
    let saved = diesel::update(place.filter(mcp_servers::version.eq(version - 1)))
        .set((
            mcp_servers::name.eq(row.name),
            mcp_servers::description.eq(row.description),
            mcp_servers::search_text.eq(row.search_text),
            mcp_servers::transport.eq(row.transport),
            mcp_servers::sealed_secrets.eq(row.sealed_secrets),
            mcp_servers::allowed_tools.eq(row.allowed_tools),
            mcp_servers::trusted.eq(row.trusted),
            mcp_servers::timeout_seconds.eq(row.timeout_seconds),
            mcp_servers::version.eq(version),
            mcp_servers::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    if saved > 0 {
        let moved = diesel::update(place.filter(mcp_servers::revision.ne(row.revision)))
            .set((
                mcp_servers::revision.eq(row.revision),
                mcp_servers::listed_at.eq(None::<i64>),
                mcp_servers::listing_error.eq(None::<String>),
                mcp_servers::listing_failed_at.eq(None::<i64>),
            ))
            .execute(conn)
            .await?;
        if moved > 0 {
            mcp_tools::forget(conn, tenant, &id).await?;
        } else {
            mcp_tools::allow(conn, tenant, &id, &stored.server.allowed_tools).await?;
        }
    }
    outcome(conn, tenant, &id, saved).await
}

pub async fn delete(conn: &mut Connection, tenant: &str, id: &str, version: Option<i64>) -> Result<ResourceUpdate> {
    let place = mcp_servers::table.find((tenant, id));
    let deleted = match version {
        Some(version) => diesel::delete(place.filter(mcp_servers::version.eq(version))).execute(conn).await?,
        None => diesel::delete(place).execute(conn).await?,
    };
    outcome(conn, tenant, id, deleted).await
}

async fn outcome(conn: &mut Connection, tenant: &str, id: &str, changed: usize) -> Result<ResourceUpdate> {
    if changed > 0 {
        return Ok(ResourceUpdate::Saved);
    }
    let current = mcp_servers::table.find((tenant, id)).select(mcp_servers::version).first(conn).await.optional()?;
    Ok(current.map_or(ResourceUpdate::NotFound, ResourceUpdate::Stale))
}
