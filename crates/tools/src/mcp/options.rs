//! Settings of the pool and of calls, and the result of a check.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sluice_outgoing::NetworkPolicy;

use crate::annotations::ToolInfo;

/// Settings of a [`crate::Pool`].
#[derive(Clone, Debug)]
pub struct PoolOptions {
    /// The networks that servers over HTTP may be in.
    pub policy: NetworkPolicy,
    /// Whether programs may be started.
    pub allow_stdio: bool,
    /// Connections of all tenants together. At the limit the one that has been unused for longest is closed.
    pub max_connections: usize,
    /// Connections of one tenant, likewise.
    pub max_connections_per_tenant: usize,
    /// The time without a call after which a connection is closed.
    pub idle: Duration,
    /// The longest wait for a server to start and to answer the handshake.
    pub start_timeout: Duration,
    /// Tells the time, for logs.
    pub now: fn() -> SystemTime,
}

impl PoolOptions {
    /// Settings with the usual limits: public addresses only and no programs.
    #[must_use]
    pub fn new(now: fn() -> SystemTime) -> Self {
        Self {
            policy: NetworkPolicy::PublicOnly,
            allow_stdio: false,
            max_connections: super::limits::MAX_CONNECTIONS,
            max_connections_per_tenant: super::limits::MAX_CONNECTIONS_PER_TENANT,
            idle: super::limits::IDLE,
            start_timeout: super::limits::START_TIMEOUT,
            now,
        }
    }
}

/// Settings of one call.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// The longest wait for the answer, from the start of the call, the start of its server included. The server's
    /// [`crate::ServerConfig::call_timeout`] when absent.
    pub timeout: Option<Duration>,
    /// Receives the progress that the server reports for this call.
    pub progress: Option<ProgressSink>,
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// Receives progress. It must return at once.
pub type ProgressSink = Arc<dyn Fn(Progress) + Send + Sync>;

/// The progress of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// How far the call is.
    pub progress: f64,
    /// The value of `progress` at the end, when the server knows it.
    pub total: Option<f64>,
    /// What the server does, for people.
    pub message: Option<String>,
}

/// The result of a check: what a server tells of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The name of the server's software.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the protocol that both speak, for example `2025-11-25`.
    pub protocol: String,
    /// What the server tells models on how to use it.
    pub instructions: Option<String>,
    /// Its tools.
    pub tools: Vec<ToolInfo>,
    /// The time from the start of the connection to the whole list of tools.
    pub took: Duration,
}
