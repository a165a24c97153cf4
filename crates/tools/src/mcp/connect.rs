//! Makes a connection: transport, handshake, protocol version.

use std::sync::Arc;

use reqwest::Client;
use rmcp::model::{ErrorCode, ProtocolVersion, ServerPeerInfo, SubscriptionFilter};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, Peer, RoleClient, RunningService, serve_client_with_lifecycle,
};
use sluice_outgoing::NetworkPolicy;
use tokio::time::timeout;

use super::fault::Fault;
use super::handler::Handler;
use super::options::PoolOptions;
use super::stdio::StdioTransport;
use super::{failure, http};
use crate::config::{ServerConfig, Transport};
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::logs::Log;

/// A connection whose handshake is done.
pub struct Connected {
    pub service: RunningService<RoleClient, Handler>,
    pub handler: Handler,
    pub fault: Arc<Fault>,
    pub info: Arc<ServerPeerInfo>,
}

/// Where connections go.
pub struct Way {
    pub client: Client,
    pub policy: NetworkPolicy,
}

/// Starts or reaches the server and shakes hands. Nearly all servers know the handshake of 2024-11-05 to 2025-11-25. Those
/// that refuse it are asked by `server/discover` (2026-07-28), over a new connection. The other order would make each
/// slow start of an older server fail, because it answers the unknown request late.
pub async fn connect(
    config: &ServerConfig,
    way: &Way,
    options: &PoolOptions,
    log: &Arc<Log>,
) -> Result<Connected, ToolError> {
    let connected = async {
        match attempt(config, way, log, ClientLifecycleMode::Initialize).await {
            Err((_, true)) => {
                let newest = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::LATEST] };
                attempt(config, way, log, newest).await.map_err(|(error, _)| error)
            }
            connected => connected.map_err(|(error, _)| error),
        }
    };
    let connected = timeout(options.start_timeout, connected).await.unwrap_or_else(|_| {
        let seconds = options.start_timeout.as_secs();
        let message = format!(
            "The MCP server did not answer the handshake within {seconds} s. Check that the address or the command is that of an MCP server, and see its logs."
        );
        Err(ToolError::new(ToolErrorKind::CannotStart, Sent::No, message))
    })?;
    if !ProtocolVersion::KNOWN_VERSIONS.contains(&connected.info.protocol_version) {
        let message = format!(
            "The MCP server speaks version “{}” of the protocol, which is not known here.",
            crate::text::shortened(connected.info.protocol_version.as_str())
        );
        return Err(ToolError::new(ToolErrorKind::Protocol, Sent::No, message));
    }
    if !connected.info.protocol_version.has_initialize() {
        tokio::spawn(listen(connected.service.peer().clone(), connected.handler.clone()));
    }
    Ok(connected)
}

/// One handshake. The flag of an error tells whether the server may want the other one.
async fn attempt(
    config: &ServerConfig,
    way: &Way,
    log: &Arc<Log>,
    mode: ClientLifecycleMode,
) -> Result<Connected, (ToolError, bool)> {
    let fault = Arc::new(Fault::default());
    let handler = Handler::new(Arc::clone(log));
    let served = match &config.transport {
        Transport::Stdio { .. } => {
            let transport = StdioTransport::start(&config.transport, Arc::clone(log), Arc::clone(&fault));
            let transport = transport.map_err(|error| (error, false))?;
            serve_client_with_lifecycle(handler.clone(), transport, mode).await
        }
        Transport::Http { url, headers } => {
            let transport = http::transport(way.client.clone(), way.policy, url, headers);
            let transport = transport.map_err(|error| (error, false))?;
            serve_client_with_lifecycle(handler.clone(), transport, mode).await
        }
    };
    let service = served.map_err(|error| (failure::of_start(&error, &fault, log), wants_discovery(&error)))?;
    let Some(info) = service.peer().peer_info() else {
        let message = "The MCP server tells nothing of itself in the handshake.";
        return Err((ToolError::new(ToolErrorKind::Protocol, Sent::No, message), false));
    };
    Ok(Connected { service, handler, fault, info })
}

fn wants_discovery(error: &ClientInitializeError) -> bool {
    let ClientInitializeError::JsonRpcError(data) = error else { return false };
    matches!(
        data.code,
        ErrorCode::METHOD_NOT_FOUND
            | ErrorCode::INVALID_REQUEST
            | ErrorCode::INVALID_PARAMS
            | ErrorCode::UNSUPPORTED_PROTOCOL_VERSION
            | ErrorCode::HEADER_MISMATCH
    )
}

/// From 2026-07-28 on a server tells changes of its list of tools only to those that ask for them.
async fn listen(peer: Peer<RoleClient>, handler: Handler) {
    let filter = SubscriptionFilter::builder().tools_list_changed().build();
    let Ok(mut changes) = peer.listen(filter).await else { return };
    while let Ok(Some(_)) = changes.next().await {
        handler.changes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}
