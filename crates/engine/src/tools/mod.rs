//! The tools that steps and agents call: native ones, and those of MCP servers.

mod argument_check;
mod effects;
mod failure;
mod listing;
mod result;

use std::sync::Arc;
use std::time::Duration;

use sluice_store::ListedTool;
use sluice_tools::native::NativeTool;
use sluice_tools::{CallOptions, ProgressSink, Sent, ToolError, ToolErrorKind, ToolOutput};
use sluice_types::limits::DEFAULT_TIMEOUT_SECONDS;
use sluice_types::{McpServerId, TenantId, ToolSource};

pub use self::argument_check::{Schemas, findings as argument_findings, native_schemas, schemas as tool_schemas};
use self::listing::Listing;
use self::result::made_of;
use crate::mcp_servers::{McpServerError, McpServers};
use crate::retry::Failure;
use crate::work::{Made, ToolWork};

/// Calls tools, and lists them for agents.
pub struct Tools {
    servers: Arc<McpServers>,
}

impl Tools {
    /// The native tools, and those of MCP servers.
    #[must_use]
    pub fn new(servers: Arc<McpServers>) -> Self {
        Self { servers }
    }

    /// Calls a tool once. A result is there too when the tool says that it failed. Servers report how far the call is.
    pub async fn call(
        &self,
        tenant: &TenantId,
        work: &ToolWork,
        progress: ProgressSink,
    ) -> (Made, Result<(), Failure>) {
        let output = match &work.tool.source {
            ToolSource::Native => self.call_native(work).await,
            ToolSource::Server(server) => self.call_server(tenant, server, work, progress).await,
        };
        match output {
            Ok(output) => made_of(output),
            Err(error) => (Made::Text, Err(error.into())),
        }
    }

    /// The tools that an agent names, each once.
    ///
    /// # Errors
    /// A tool is not there, its server cannot be reached, or there are too many.
    pub async fn list(&self, tenant: &TenantId, named: &[String]) -> Result<Vec<ListedTool>, Failure> {
        let mut listing = Listing::default();
        for name in named {
            let id = listing::parse(name)?;
            match &id.source {
                ToolSource::Native => listing.add_native(&id)?,
                ToolSource::Server(server) => {
                    let there = self.servers.tools(tenant, server).await;
                    listing.add_of_server(&id, there.map_err(McpServerError::into_tool_error)?)?;
                }
            }
        }
        listing.finish()
    }

    async fn call_native(&self, work: &ToolWork) -> Result<ToolOutput, ToolError> {
        let Some(tool) = NativeTool::named(&work.tool.name) else {
            let message = format!("There is no tool `{}`.", work.tool);
            return Err(ToolError::new(ToolErrorKind::UnknownTool, Sent::No, message));
        };
        let limit = work.timeout.unwrap_or(Duration::from_secs(DEFAULT_TIMEOUT_SECONDS.into()));
        tool.call(work.arguments.clone(), self.servers.native_context(), limit).await
    }

    async fn call_server(
        &self,
        tenant: &TenantId,
        server: &McpServerId,
        work: &ToolWork,
        progress: ProgressSink,
    ) -> Result<ToolOutput, ToolError> {
        let configured = self.servers.config(tenant, server).await.map_err(McpServerError::into_tool_error)?;
        if !configured.is_allowed(&work.tool.name) {
            let message = format!("The settings of the MCP server do not allow its tool `{}`.", work.tool);
            return Err(ToolError::new(ToolErrorKind::NotAllowed, Sent::No, message));
        }
        let options = CallOptions { timeout: work.timeout, progress: Some(progress) };
        let (key, config) = (&configured.key, &configured.config);
        self.servers.pool().call(key, config, &work.tool.name, work.arguments.clone(), options).await
    }
}
