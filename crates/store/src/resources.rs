//! What agents, MCP servers and personas have in common: conditional changes, and the workflows that name them.

use std::collections::HashMap;

use sluice_types::TenantId;

use crate::error::StoreError;
use crate::store::{Store, read};

/// The outcome of a conditional change of a persona, an agent or an MCP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceUpdate {
    /// It was made.
    Saved,
    /// Another version is current: this one.
    Stale(i64),
    /// It does not exist.
    NotFound,
}

/// What a workflow can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// An agent.
    Agent,
    /// An MCP server.
    McpServer,
    /// A tool; `server-id:*` stands for all tools of a server.
    Tool,
}

impl ResourceKind {
    /// The word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::McpServer => "mcp_server",
            Self::Tool => "tool",
        }
    }
}

impl Store {
    /// How many workflows name each of these; those that none names are left out.
    pub async fn workflows_naming(
        &self,
        tenant: &TenantId,
        kind: ResourceKind,
        ids: Vec<String>,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let tenant = tenant.clone();
        let counts = read!(self, |conn| queries::resources::counts(conn, tenant.as_str(), kind, &ids))?;
        Ok(counts.into_iter().collect())
    }
}
