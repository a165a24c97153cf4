//! The tools that steps and agents call: native ones, and those of MCP servers.

mod failure;
mod listing;
mod result;

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use sluice_store::ListedTool;
use sluice_tools::native::{NativeContext, NativeTool};
use sluice_tools::{Sent, ToolError, ToolErrorKind, ToolOutput};
use sluice_types::limits::DEFAULT_TIMEOUT_SECONDS;
use sluice_types::{TenantId, ToolSource};

use self::listing::Listing;
use self::result::made_of;
use crate::providers::NetworkPolicy;
use crate::retry::Failure;
use crate::work::{Made, ToolWork};

/// Calls tools, and lists them for agents.
#[derive(Debug, Clone)]
pub struct Tools {
    network: NetworkPolicy,
    now: fn() -> SystemTime,
}

impl Tools {
    /// Native tools alone. Their requests may reach these networks; `now` tells the time.
    #[must_use]
    pub fn new(network: NetworkPolicy, now: fn() -> SystemTime) -> Self {
        Self { network, now }
    }

    /// Calls a tool once. A result is there too when the tool says that it failed.
    pub(crate) async fn call(&self, tenant: &TenantId, work: &ToolWork) -> (Made, Result<(), Failure>) {
        let output = match &work.tool.source {
            ToolSource::Native => self.call_native(&work.tool.name, work.arguments.clone(), work.timeout).await,
            ToolSource::Server(server) => {
                let _ = tenant;
                Err(no_server(server.as_str()))
            }
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
    pub(crate) async fn list(&self, tenant: &TenantId, named: &[String]) -> Result<Vec<ListedTool>, Failure> {
        let mut listing = Listing::default();
        for name in named {
            let id = listing::parse(name)?;
            match &id.source {
                ToolSource::Native => listing.add_native(&id)?,
                ToolSource::Server(server) => {
                    let _ = tenant;
                    return Err(no_server(server.as_str()).into());
                }
            }
        }
        listing.finish()
    }

    async fn call_native(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        timeout: Option<Duration>,
    ) -> Result<ToolOutput, ToolError> {
        let Some(tool) = NativeTool::named(name) else {
            let message = format!("There is no tool `native:{name}`.");
            return Err(ToolError::new(ToolErrorKind::UnknownTool, Sent::No, message));
        };
        let timeout = timeout.unwrap_or(Duration::from_secs(DEFAULT_TIMEOUT_SECONDS.into()));
        let context = NativeContext { policy: self.network, now: self.now, timeout };
        tool.call(arguments, &context).await
    }
}

fn no_server(id: &str) -> ToolError {
    let message = format!("There is no MCP server `{id}`: add it under Settings, MCP servers.");
    ToolError::new(ToolErrorKind::UnknownTool, Sent::No, message)
}
