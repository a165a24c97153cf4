//! State that all parts of an engine share. It knows no actor: those are registered in [`crate::driver::Actors`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sluice_store::Store;
use sluice_types::limits::GENERATION_TIMEOUT_SECONDS;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::call_permits::{CallLimits, CallPermits};
use crate::clock::Environment;
use crate::faults::Faults;
use crate::generations::LiveGenerations;
use crate::hub::Hub;
use crate::mcp_servers::McpServers;
use crate::providers::Providers;
use crate::retry::Backoff;
use crate::tools::Tools;

/// The engine's limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Validity of a lease without renewal. After a crash on PostgreSQL, another server waits this long before it
    /// adopts the executions.
    pub lease: Duration,
    /// Time that a command waits for its turn to be written. Then its caller gets an error that the database is
    /// unavailable. The command is still carried out when the database returns.
    pub command: Duration,
    /// Model calls that may be in flight at once.
    pub calls: CallLimits,
    /// Time that the design of a workflow may take, all calls of its model together.
    pub generation: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(10),
            command: Duration::from_secs(10),
            calls: CallLimits::default(),
            generation: Duration::from_secs(GENERATION_TIMEOUT_SECONDS),
        }
    }
}

/// State that all parts of an engine share.
pub struct Shared {
    pub store: Store,
    pub providers: Arc<Providers>,
    pub mcp_servers: Arc<McpServers>,
    pub tools: Tools,
    pub outside: Environment,
    pub faults: Faults,
    pub backoff: Backoff,
    pub limits: Limits,
    /// Permits of the model calls in flight.
    pub calls: CallPermits,
    pub engine_id: String,
    pub hub: Hub,
    pub generations: LiveGenerations,
    /// Polls for executions that another server runs.
    pub polls: AtomicU64,
    pub tasks: TaskTracker,
    pub stopped: CancellationToken,
    draining: AtomicBool,
    /// Cancelled when the lease is lost, and then replaced.
    owning: Mutex<CancellationToken>,
}

impl Shared {
    pub fn new(
        store: Store,
        providers: Arc<Providers>,
        mcp_servers: Arc<McpServers>,
        outside: Environment,
        faults: Faults,
        backoff: Backoff,
        limits: Limits,
    ) -> Self {
        let stopped = CancellationToken::new();
        Self {
            engine_id: outside.ids.engine_id(),
            store,
            tools: Tools::new(mcp_servers.clone()),
            providers,
            mcp_servers,
            outside,
            faults,
            backoff,
            calls: CallPermits::new(limits.calls),
            limits,
            hub: Hub::default(),
            generations: LiveGenerations::default(),
            polls: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            owning: Mutex::new(stopped.child_token()),
            stopped,
            draining: AtomicBool::new(false),
        }
    }

    /// Stops everything as if the process had died: no more writes or calls.
    pub fn halt(&self) {
        self.stopped.cancel();
    }

    /// Starts no more attempts; running attempts may end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Cancelled when the engine stops or loses its lease: then its tasks must stop.
    pub fn owning(&self) -> CancellationToken {
        self.owning.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the engine's tasks: its lease has expired, and other engines take over.
    pub fn lose_lease(&self) {
        let mut owning = self.owning.lock().unwrap_or_else(PoisonError::into_inner);
        owning.cancel();
        *owning = self.stopped.child_token();
    }
}
