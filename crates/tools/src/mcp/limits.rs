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
/// The longest wait for the list of tools, all pages.
pub const LIST_TIMEOUT: Duration = Duration::from_secs(30);
/// Calls of one server that are under way at once; further ones wait.
pub const MAX_CALLS: usize = 64;
/// Bytes of one message of a server: a result with all its content, or one page of tools.
pub const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of the arguments of one call, as JSON.
pub const MAX_ARGUMENT_BYTES: usize = 4 * 1024 * 1024;
/// Tools of one server.
pub const MAX_TOOLS: usize = 1_000;
/// Bytes of all of them, as JSON.
pub const MAX_LIST_BYTES: usize = 8 * 1024 * 1024;
/// Characters of what a server tells models on how to use it.
pub const MAX_INSTRUCTIONS_CHARS: usize = 10_000;
/// Characters of the message of a progress report.
pub const MAX_PROGRESS_CHARS: usize = 200;
/// Pages of the list of tools.
pub const MAX_TOOL_PAGES: usize = 100;
/// Lines in a row on standard output that are no messages.
pub const MAX_STRAY_LINES: usize = 1_000;
/// The wait before a server that failed twice in a row is started again. It doubles with each further failure.
pub const FIRST_BACKOFF: Duration = Duration::from_millis(500);
/// The longest such wait.
pub const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// The time that a program is given to end by itself after its input is closed, and again after `SIGTERM`.
pub const END_GRACE: Duration = Duration::from_secs(2);
