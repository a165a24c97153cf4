//! What agents, MCP servers and personas have in common: conditional changes, and the workflows that name them.

use std::collections::{HashMap, HashSet};

use sluice_types::{ALL_TOOLS, TenantId};

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

    /// How many agents name each of these tools, or all tools of its server; with `McpServer`, how many name each of
    /// these servers or one of its tools. Those that none names are left out.
    pub async fn agents_naming(
        &self,
        tenant: &TenantId,
        kind: ResourceKind,
        ids: Vec<String>,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let tenant = tenant.clone();
        if ids.is_empty() || kind == ResourceKind::Agent {
            return Ok(HashMap::new());
        }
        let tools = read!(self, |conn| queries::agents::tools_of_all(conn, tenant.as_str()))?;
        Ok(counts_of_agents(kind, &ids, &tools))
    }
}

/// How many of the lists name each of the servers or tools.
fn counts_of_agents(kind: ResourceKind, ids: &[String], lists: &[Vec<String>]) -> HashMap<String, i64> {
    let mut counts = HashMap::new();
    for list in lists {
        let tools: HashSet<&str> = list.iter().map(String::as_str).collect();
        let sources: HashSet<&str> = tools.iter().filter_map(|tool| Some(tool.split_once(':')?.0)).collect();
        let names = |id: &str| match kind {
            ResourceKind::Tool => {
                let source = id.split_once(':').map_or(id, |(source, _)| source);
                tools.contains(id) || tools.contains(format!("{source}:{ALL_TOOLS}").as_str())
            }
            ResourceKind::McpServer => sources.contains(id),
            ResourceKind::Agent => false,
        };
        for id in ids.iter().filter(|id| names(id)) {
            *counts.entry(id.clone()).or_insert(0) += 1;
        }
    }
    counts
}
