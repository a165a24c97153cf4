//! MCP servers and their tools: the store's side of them. Secrets come and go encrypted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sluice_types::{McpServer, McpServerId, McpTool, StepEffect, TenantId, Tool};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::idempotency::IdempotencyKey;
use crate::resources::ResourceUpdate;
use crate::store::{Store, read, write};
use crate::time::to_micros;

/// An MCP server as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMcpServer {
    /// The server.
    pub server: McpServer,
    /// The values of its environment variables or headers, encrypted.
    pub sealed_secrets: Option<Vec<u8>>,
    /// When the way to reach it was last changed, in microseconds. It distinguishes connections.
    pub revision: i64,
    /// The newest listings of its tools.
    pub listing: Listing,
}

/// What is known of the listings of a server's tools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// When its tools were last listed.
    pub listed_at: Option<DateTime<Utc>>,
    /// How the newest listing failed, if it did.
    pub error: Option<String>,
    /// When it failed.
    pub failed_at: Option<DateTime<Utc>>,
}

/// Which stored tools to list.
#[derive(Debug, Clone, Default)]
pub struct ToolFilter {
    /// Tools on the page.
    pub limit: u32,
    /// Server and name of the last tool of the page before.
    pub after: Option<(String, String)>,
    /// Words that the name, the title or the description contains.
    pub words: Option<String>,
    /// The server that has them.
    pub server_id: Option<McpServerId>,
    /// Their effect.
    pub effect: Option<StepEffect>,
}

impl Store {
    /// An MCP server.
    pub async fn mcp_server(&self, tenant: &TenantId, id: &McpServerId) -> Result<Option<StoredMcpServer>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::mcp_servers::get(conn, tenant.as_str(), id.as_str()))
    }

    /// A page of MCP servers, by id, whose id, name or description contains the words.
    pub async fn mcp_servers(
        &self,
        tenant: &TenantId,
        words: Option<String>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<StoredMcpServer>, Option<String>), StoreError> {
        let (tenant, after) = (tenant.clone(), cursor.map(|cursor| cursor.id));
        let rows =
            read!(self, |conn| queries::mcp_servers::list(conn, tenant.as_str(), words.as_deref(), after, limit))?;
        Ok(page(rows, limit, |last| Cursor { sort: "id".into(), key: String::new(), id: last.server.id.to_string() }))
    }

    /// Those of these ids that are MCP servers.
    pub async fn existing_mcp_servers(
        &self,
        tenant: &TenantId,
        ids: Vec<McpServerId>,
    ) -> Result<Vec<McpServerId>, StoreError> {
        let tenant = tenant.clone();
        let named: Vec<String> = ids.iter().map(McpServerId::to_string).collect();
        let found = read!(self, |conn| queries::mcp_servers::existing(conn, tenant.as_str(), &named))?;
        Ok(ids.into_iter().filter(|id| found.iter().any(|found| found == id.as_str())).collect())
    }

    /// Writes a new MCP server; `Duplicate` when its id is taken, and `KeyUsed` when the key is.
    pub async fn create_mcp_server(
        &self,
        tenant: &TenantId,
        server: StoredMcpServer,
        key: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::mcp_servers::create(conn, tenant.as_str(), &server, key.as_ref()))
    }

    /// Saves an MCP server over the version before the one that it holds. Another revision forgets the listing of its
    /// tools.
    pub async fn update_mcp_server(
        &self,
        tenant: &TenantId,
        server: StoredMcpServer,
    ) -> Result<ResourceUpdate, StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::mcp_servers::update(conn, tenant.as_str(), &server))
    }

    /// Deletes an MCP server with its listing, if it has the given version.
    pub async fn delete_mcp_server(
        &self,
        tenant: &TenantId,
        id: &McpServerId,
        version: Option<i64>,
    ) -> Result<ResourceUpdate, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |conn| queries::mcp_servers::delete(conn, tenant.as_str(), id.as_str(), version))
    }

    /// Stores the tools of a server, each with the effect that its server declares, or the reason why they could not be
    /// listed. Nothing happens when the server was changed meanwhile.
    pub async fn put_listing(
        &self,
        tenant: &TenantId,
        id: &McpServerId,
        revision: i64,
        listed: Result<Vec<McpTool>, String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (tenant, id, now) = (tenant.clone(), id.clone(), to_micros(now));
        write!(self, |conn| queries::mcp_tools::put(conn, tenant.as_str(), id.as_str(), revision, &listed, now))
    }

    /// The tools of the stored listings that may be called, by server and name, and one more than the limit when there
    /// are more. Each has the effect that counts.
    pub async fn listed_tools(&self, tenant: &TenantId, filter: ToolFilter) -> Result<Vec<Tool>, StoreError> {
        let tenant = tenant.clone();
        read!(self, |conn| queries::mcp_tools::list(conn, tenant.as_str(), &filter))
    }

    /// All tools of a server's stored listing, by name, those too that may not be called.
    pub async fn tools_of_server(&self, tenant: &TenantId, id: &McpServerId) -> Result<Vec<McpTool>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::mcp_tools::of_server(conn, tenant.as_str(), id.as_str()))
    }

    /// How many tools of each of these servers may be called; those without any are left out.
    pub async fn tool_counts(
        &self,
        tenant: &TenantId,
        servers: Vec<String>,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let tenant = tenant.clone();
        let counts = read!(self, |conn| queries::mcp_tools::counts(conn, tenant.as_str(), &servers))?;
        Ok(counts.into_iter().collect())
    }
}
