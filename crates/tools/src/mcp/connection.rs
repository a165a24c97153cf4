//! A connection that is open: lists tools and calls them.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, ClientRequest, ErrorCode, ListToolsRequest, PaginatedRequestParams,
    ServerPeerInfo, ServerResult,
};
use rmcp::service::{Peer, PeerRequestOptions, RequestHandle, RoleClient, RunningService, ServiceError};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::connect::Connected;
use super::handler::Handler;
use super::limits::{LIST_TIMEOUT, MAX_LIST_BYTES, MAX_TOOL_PAGES, MAX_TOOLS};
use super::options::ProgressSink;
use super::{convert, failure, fault::Fault};
use crate::annotations::ToolInfo;
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::logs::LogSource;
use crate::output::ToolOutput;

/// The tools of a server.
pub type Tools = Arc<Vec<ToolInfo>>;

/// A connection to a server.
pub struct Connection {
    peer: Peer<RoleClient>,
    /// `None` once it is ended.
    service: Mutex<Option<RunningService<RoleClient, Handler>>>,
    handler: Handler,
    fault: Arc<Fault>,
    pub info: Arc<ServerPeerInfo>,
    /// The tools, with the number of changes that they were listed after.
    tools: Mutex<Option<(u64, Tools)>>,
    /// Whether a call was answered.
    pub has_answered: AtomicBool,
}

impl Connection {
    pub fn new(connected: Connected) -> Self {
        Self {
            peer: connected.service.peer().clone(),
            service: Mutex::new(Some(connected.service)),
            handler: connected.handler,
            fault: connected.fault,
            info: connected.info,
            tools: Mutex::default(),
            has_answered: AtomicBool::new(false),
        }
    }

    pub fn is_closed(&self) -> bool {
        self.peer.is_transport_closed() || self.fault.get().is_some()
    }

    /// Ends the connection, and the program with its group. Calls under way fail as closed.
    pub async fn end(&self) {
        if let Some(service) = self.service.lock().await.take() {
            // Ignore the error: the task has ended.
            let _ = service.cancel().await;
        }
    }

    /// The tools: those listed before, unless they have changed or `anew` is set.
    pub async fn tools(&self, anew: bool) -> Result<Tools, ToolError> {
        let mut tools = self.tools.lock().await;
        let changes = self.handler.changes.load(Ordering::Relaxed);
        if let Some((listed, tools)) = &*tools
            && *listed == changes
            && !anew
        {
            return Ok(Arc::clone(tools));
        }
        let listed = timeout(LIST_TIMEOUT, self.list()).await.unwrap_or_else(|_| {
            let message = format!(
                "The MCP server did not list its tools within {} s. See its logs, or start it anew.",
                LIST_TIMEOUT.as_secs()
            );
            Err(ToolError::new(ToolErrorKind::Timeout, Sent::No, message))
        })?;
        let listed = Arc::new(listed);
        *tools = Some((changes, Arc::clone(&listed)));
        Ok(listed)
    }

    async fn list(&self) -> Result<Vec<ToolInfo>, ToolError> {
        // A listing calls no tool.
        let unsent = |error: ToolError| ToolError { sent: Sent::No, ..error };
        let too_large = |what: String| {
            let message = format!("The MCP server lists {what}. Use a server with fewer tools.");
            ToolError::new(ToolErrorKind::TooLarge, Sent::No, message)
        };
        let (mut tools, mut names, mut bytes, mut cursor) = (Vec::new(), HashSet::new(), 0_usize, None);
        for _ in 0..MAX_TOOL_PAGES {
            let params = PaginatedRequestParams::default().with_cursor(cursor);
            let request = ListToolsRequest::with_param(params);
            let page = match self.request(ClientRequest::ListToolsRequest(request), None).await {
                Ok(ServerResult::ListToolsResult(page)) => page,
                Err(ServiceError::McpError(error)) if error.code == ErrorCode::METHOD_NOT_FOUND => return Ok(tools),
                Ok(_) => return Err(unsent(self.failure(&ServiceError::UnexpectedResponse))),
                Err(error) => return Err(unsent(self.failure(&error))),
            };
            for tool in page.tools {
                let tool = convert::tool(tool);
                if !names.insert(tool.name.clone()) {
                    self.handler.log.push(LogSource::Pool, &format!("The tool `{}` is listed twice.", tool.name));
                    continue;
                }
                bytes = bytes.saturating_add(size(&tool));
                tools.push(tool);
            }
            if tools.len() > MAX_TOOLS {
                return Err(too_large(format!("more than {MAX_TOOLS} tools")));
            }
            if bytes > MAX_LIST_BYTES {
                return Err(too_large(format!("tools of more than {MAX_LIST_BYTES} bytes")));
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(tools);
            }
        }
        Err(too_large(format!("its tools on more than {MAX_TOOL_PAGES} pages")))
    }

    /// Sends a call, whose name and arguments were checked.
    pub async fn call(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        progress: Option<ProgressSink>,
    ) -> Result<ToolOutput, ToolError> {
        let params = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let result = self.request(request, progress).await.map_err(|error| self.failure(&error))?;
        self.has_answered.store(true, Ordering::Relaxed);
        match result {
            ServerResult::CallToolResult(result) => Ok(convert::output(result)),
            ServerResult::EmptyResult(_) => Ok(ToolOutput::new(None, Vec::new(), false)),
            ServerResult::InputRequiredResult(_) | ServerResult::CreateTaskResult(_) => Err(ToolError::new(
                ToolErrorKind::Refused,
                Sent::Maybe,
                "The tool asks for input or makes a task, which is not supported here.",
            )),
            ServerResult::CustomResult(result) => {
                convert::newer_output(result.0).ok_or_else(|| self.failure(&ServiceError::UnexpectedResponse))
            }
            _ => Err(self.failure(&ServiceError::UnexpectedResponse)),
        }
    }

    async fn request(
        &self,
        request: ClientRequest,
        progress: Option<ProgressSink>,
    ) -> Result<ServerResult, ServiceError> {
        // Locked until the route is there: progress may come at once.
        let mut routes = match &progress {
            Some(_) => Some(self.handler.routes.lock().await),
            None => None,
        };
        let handle = self.peer.send_request_with_option(request, PeerRequestOptions::no_options()).await?;
        if let (Some(routes), Some(sink)) = (&mut routes, progress) {
            routes.insert(handle.progress_token.clone(), sink);
        }
        drop(routes);
        let mut pending = Pending { handle: Some(handle), handler: self.handler.clone() };
        let answer = match &mut pending.handle {
            Some(handle) => (&mut handle.rx).await.unwrap_or(Err(ServiceError::TransportClosed)),
            None => Err(ServiceError::TransportClosed),
        };
        if let Some(handle) = pending.handle.take() {
            self.handler.routes.lock().await.remove(&handle.progress_token);
        }
        answer
    }

    fn failure(&self, error: &ServiceError) -> ToolError {
        failure::of_request(error, &self.fault, &self.handler.log)
    }
}

/// Bytes of a tool as JSON.
fn size(tool: &ToolInfo) -> usize {
    serde_json::to_vec(tool).map_or(usize::MAX, |json| json.len())
}

/// A request that waits for its answer. Dropped before, it is cancelled at the server.
struct Pending {
    handle: Option<RequestHandle<RoleClient>>,
    handler: Handler,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        let handler = self.handler.clone();
        // Ignore the error: without a runtime there is no connection either.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            handler.routes.lock().await.remove(&handle.progress_token);
            // Ignore the error: the connection has ended.
            let _ = handle.cancel(Some("the caller does not wait any longer".into())).await;
        });
    }
}
