//! An MCP server, ready to be called.

use std::time::Duration;

use reqwest::Url;
use sluice_store::StoredMcpServer;
use sluice_tools::{Annotations, ServerConfig, ServerKey, ToolInfo, Transport};
use sluice_types::limits::DEFAULT_MCP_TIMEOUT_SECONDS;
use sluice_types::{FieldError, McpServer, McpTransport, StepEffect, TenantId, Tool};

use super::error::McpServerError;
use super::listing;
use super::secrets::Secrets;

/// An MCP server with what the pool needs to call it: its secrets in clear.
#[derive(Debug, Clone)]
pub struct Configured {
    /// The server.
    pub server: McpServer,
    /// The name of its connection.
    pub key: ServerKey,
    /// How it is reached.
    pub config: ServerConfig,
}

impl Configured {
    pub(super) fn new(tenant: &TenantId, stored: StoredMcpServer, secrets: Secrets) -> Result<Self, McpServerError> {
        let StoredMcpServer { server, revision, .. } = stored;
        let transport = match server.transport.clone() {
            McpTransport::Stdio(stdio) => Transport::Stdio {
                command: stdio.command,
                args: stdio.args,
                env: secrets,
                cwd: stdio.cwd.map(Into::into),
            },
            McpTransport::Http(http) => Transport::Http { url: address(&http.url)?, headers: secrets },
        };
        let seconds = server.timeout.unwrap_or(DEFAULT_MCP_TIMEOUT_SECONDS);
        let config = ServerConfig { transport, call_timeout: Duration::from_secs(seconds.into()) };
        let key = ServerKey { tenant: tenant.clone(), server: server.id.to_string(), revision };
        Ok(Self { server, key, config })
    }

    /// Whether steps and agents may call a tool.
    #[must_use]
    pub fn is_allowed(&self, name: &str) -> bool {
        listing::is_allowed(&self.server, name)
    }

    /// What calling a tool twice would do. The annotations count when the server is trusted.
    #[must_use]
    pub fn effect(&self, annotations: &Annotations) -> StepEffect {
        listing::effect(&self.server, annotations)
    }

    /// The tools of a listing that may be called, each with the effect that counts.
    pub(super) fn tools(&self, listed: &[ToolInfo]) -> Vec<Tool> {
        let allowed = listed.iter().filter(|info| self.is_allowed(&info.name));
        allowed.map(|info| listing::tool(&self.server, info, self.effect(&info.annotations))).collect()
    }
}

/// Parses the address of a server.
pub fn address(url: &str) -> Result<Url, McpServerError> {
    let refused = |message: String| McpServerError::Invalid(vec![FieldError::new("/transport/url", message)]);
    Url::parse(url).map_err(|error| refused(format!("{url:?} is not an address: {error}")))
}
