//! The connections of all servers.

use std::fmt;
use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Map, Value};
use sluice_types::TenantId;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use super::connection::Connection;
use super::entry::Entry;
use super::limits::MAX_ARGUMENT_BYTES;
use super::options::{CallOptions, Check, PoolOptions};
use super::shared::Shared;
use crate::annotations::ToolInfo;
use crate::config::{ServerConfig, ServerKey};
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::logs::LogLine;
use crate::output::ToolOutput;
use crate::schema;

/// The connections of all servers: one for each [`ServerKey`], started when it is needed, kept while it is used, closed
/// when it is idle, started again with backoff after it died. Cheap to clone; needs a tokio runtime.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool without connections.
    #[must_use]
    pub fn new(options: PoolOptions) -> Self {
        Self { shared: Arc::new(Shared::new(options)) }
    }

    /// Connects, or uses the connection that there is, and lists the tools anew. Waits for no backoff.
    pub async fn check(&self, key: &ServerKey, config: &ServerConfig) -> Result<Check, ToolError> {
        let begun = Instant::now();
        let entry = self.shared.entry(key, config)?;
        let _use = entry.enter();
        let connection = entry.connection(&self.shared, None).await?;
        let tools = entry.tools(&connection, true).await.map_err(|error| entry.cause(error))?;
        let info = &connection.info;
        let (name, version) =
            info.server_info.as_ref().map(|server| (server.name.clone(), server.version.clone())).unwrap_or_default();
        Ok(Check {
            name,
            version,
            protocol: info.protocol_version.as_str().to_owned(),
            instructions: info.instructions.clone(),
            tools: tools.as_ref().clone(),
            took: begun.elapsed(),
        })
    }

    /// The tools of a server, all pages. They are listed once for each connection, and again after the server says that
    /// its list has changed.
    pub async fn tools(&self, key: &ServerKey, config: &ServerConfig) -> Result<Vec<ToolInfo>, ToolError> {
        let deadline = Instant::now() + self.shared.options.start_timeout;
        let entry = self.shared.entry(key, config)?;
        let _use = entry.enter();
        let connection = entry.connection(&self.shared, Some(deadline)).await?;
        let tools = entry.tools(&connection, false).await.map_err(|error| entry.cause(error))?;
        Ok(tools.as_ref().clone())
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
        let limit = options.timeout.unwrap_or(config.call_timeout);
        let deadline = Instant::now() + limit;
        let late = |sent: Sent, what: &str| {
            let message = format!(
                "The MCP server did not {what} within {} s. Raise the time limit of the step, or see the server's logs.",
                limit.as_secs_f64()
            );
            ToolError::new(ToolErrorKind::Timeout, sent, message)
        };
        let entry = self.shared.entry(key, config)?;
        let _use = entry.enter();
        let prepared = timeout_at(deadline, self.prepare(&entry, name, arguments, deadline)).await;
        let (connection, arguments) = prepared.unwrap_or_else(|_| Err(late(Sent::No, "become ready")))?;
        let permit = timeout_at(deadline, entry.calls.acquire()).await;
        let Ok(_permit) = permit else { return Err(late(Sent::No, "end earlier calls")) };
        let answered = timeout_at(deadline, connection.call(name, arguments, options.progress)).await;
        answered.unwrap_or_else(|_| Err(late(Sent::Maybe, "answer"))).map_err(|error| entry.cause(error))
    }

    /// The connection, and the arguments when they fit the tool. Nothing is sent to the tool.
    async fn prepare(
        &self,
        entry: &Arc<Entry>,
        name: &str,
        arguments: Map<String, Value>,
        deadline: Instant,
    ) -> Result<(Arc<Connection>, Map<String, Value>), ToolError> {
        let connection = entry.connection(&self.shared, Some(deadline)).await?;
        let is_named = |tool: &ToolInfo| tool.name == name;
        let mut tools = entry.tools(&connection, false).await.map_err(|error| entry.cause(error))?;
        if !tools.iter().any(is_named) {
            // A server over HTTP may have no stream on which it could tell a change.
            tools = entry.tools(&connection, true).await.map_err(|error| entry.cause(error))?;
        }
        let Some(tool) = tools.iter().find(|tool| is_named(tool)) else {
            let message = format!("The MCP server has no tool `{name}`. Choose one of its {} tools.", tools.len());
            return Err(ToolError::new(ToolErrorKind::UnknownTool, Sent::No, message));
        };
        let schema = tool.input_schema.clone();
        let checked = spawn_blocking(move || check_arguments(&schema, arguments)).await;
        let stopped = |_| ToolError::new(ToolErrorKind::Cancelled, Sent::No, "This server stops.");
        Ok((connection, checked.map_err(stopped)??))
    }

    /// The lines of a server's log with a number above `after`, oldest first. They outlive the connection.
    #[must_use]
    pub fn logs(&self, key: &ServerKey, after: u64) -> Vec<LogLine> {
        let entry = self.shared.entries().get(key).map(Arc::clone);
        entry.map(|entry| entry.log.after(after)).unwrap_or_default()
    }

    /// Ends all connections of a server whose configuration was changed or deleted, and drops its logs. Calls under way
    /// fail with [`ToolErrorKind::Cancelled`].
    pub fn forget(&self, tenant: &TenantId, server: &str) {
        let is_theirs = |key: &ServerKey| key.tenant == *tenant && key.server == server;
        let forgotten: Vec<Arc<Entry>> =
            self.shared.entries().extract_if(|key, _| is_theirs(key)).map(|(_, entry)| entry).collect();
        for entry in forgotten {
            entry.ended.cancel();
            tokio::spawn(async move { entry.end().await });
        }
    }

    /// Ends all connections, and returns when the programs have ended with their process groups.
    pub async fn shutdown(&self) {
        let entries: Vec<Arc<Entry>> = {
            let mut entries = self.shared.entries();
            self.shared.closed.cancel();
            entries.drain().map(|(_, entry)| entry).collect()
        };
        join_all(entries.iter().map(|entry| entry.end())).await;
    }
}

/// The arguments, when they are not too long and fit the schema.
fn check_arguments(schema: &Value, arguments: Map<String, Value>) -> Result<Map<String, Value>, ToolError> {
    let arguments = Value::Object(arguments);
    let bytes = arguments.to_string().len();
    if bytes > MAX_ARGUMENT_BYTES {
        let message = format!("The arguments have {bytes} bytes; at most {MAX_ARGUMENT_BYTES} are sent.");
        return Err(ToolError::new(ToolErrorKind::TooLarge, Sent::No, message));
    }
    schema::check_arguments(schema, &arguments)?;
    Ok(match arguments {
        Value::Object(arguments) => arguments,
        _ => Map::new(),
    })
}
