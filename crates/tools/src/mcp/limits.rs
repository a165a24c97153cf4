//! Limits of connections to MCP servers.

use std::time::Duration;

/// Connections of all tenants together.
pub const MAX_CONNECTIONS: usize = 256;
/// Connections of one tenant.
pub const MAX_CONNECTIONS_PER_TENANT: usize = 32;
/// The time without a call after which a connection is closed.
pub const IDLE: Duration = Duration::from_secs(300);
/// The longest wait for a server to start and to answer the handshake. `npx` may have to install the server first.
pub const START_TIMEOUT: Duration = Duration::from_secs(60);
