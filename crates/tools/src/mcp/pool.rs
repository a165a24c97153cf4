//! The connections of all servers.
#![allow(clippy::todo, clippy::unused_async, unused_variables, reason = "the interface comes first")]

use serde_json::{Map, Value};
use sluice_types::TenantId;

use super::options::{CallOptions, Check, PoolOptions};
use crate::annotations::ToolInfo;
use crate::config::{ServerConfig, ServerKey};
use crate::error::ToolError;
use crate::logs::LogLine;
use crate::output::ToolOutput;

/// The connections of all servers: one for each [`ServerKey`], started when it is needed, kept while it is used, closed
/// when it is idle, started again with backoff after it died. Cheap to clone; needs a tokio runtime.
#[derive(Clone, Debug)]
pub struct Pool {
    options: PoolOptions,
}

impl Pool {
    /// A pool without connections.
    #[must_use]
    pub fn new(options: PoolOptions) -> Self {
        Self { options }
    }

    /// Connects, or uses the connection that there is, and lists the tools anew. Waits for no backoff.
    pub async fn check(&self, key: &ServerKey, config: &ServerConfig) -> Result<Check, ToolError> {
        todo!()
    }

    /// The tools of a server, all pages. They are listed once for each connection, and again after the server says that
    /// its list has changed.
    pub async fn tools(&self, key: &ServerKey, config: &ServerConfig) -> Result<Vec<ToolInfo>, ToolError> {
        todo!()
    }

    /// Calls a tool. The name and the arguments are checked against the server's list first. Dropping the future
    /// cancels the call at the server.
    pub async fn call(
        &self,
        key: &ServerKey,
        config: &ServerConfig,
        name: &str,
        arguments: Map<String, Value>,
        options: CallOptions,
    ) -> Result<ToolOutput, ToolError> {
        todo!()
    }

    /// The lines of a server's log with a number above `after`, oldest first. They outlive the connection.
    #[must_use]
    pub fn logs(&self, key: &ServerKey, after: u64) -> Vec<LogLine> {
        todo!()
    }

    /// Ends all connections of a server whose configuration was changed or deleted, and drops its logs. Calls under way
    /// fail with [`crate::ToolErrorKind::Cancelled`].
    pub fn forget(&self, tenant: &TenantId, server: &str) {
        todo!()
    }

    /// Ends all connections, and returns when the programs have ended with their process groups.
    pub async fn shutdown(&self) {
        todo!()
    }
}
