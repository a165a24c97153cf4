//! What all parts of an engine share. It knows no actor: those are registered in [`crate::driver::Actors`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sluice_store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Outside;
use crate::faults::Faults;
use crate::hub::Hub;
use crate::providers::Providers;
use crate::retry::Backoff;

/// The engine's limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a lease is good without being renewed. After a crash on PostgreSQL, another server
    /// waits this long before it goes on with what was under way.
    pub lease: Duration,
    /// How long a command waits for its turn to be written before its caller is told that the
    /// database is away. The command is carried out all the same when the database is back.
    pub command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lease: Duration::from_secs(10), command: Duration::from_secs(10) }
    }
}

/// What all parts of an engine share.
pub struct Shared {
    pub store: Store,
    pub providers: Arc<Providers>,
    pub outside: Outside,
    pub faults: Faults,
    pub backoff: Backoff,
    pub limits: Limits,
    pub engine_id: String,
    pub hub: Hub,
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
        outside: Outside,
        faults: Faults,
        backoff: Backoff,
        limits: Limits,
    ) -> Self {
        let stopped = CancellationToken::new();
        Self {
            engine_id: outside.ids.engine_id(),
            store,
            providers,
            outside,
            faults,
            backoff,
            limits,
            hub: Hub::default(),
            polls: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            owning: Mutex::new(stopped.child_token()),
            stopped,
            draining: AtomicBool::new(false),
        }
    }

    /// Stops everything as if the process had died: nothing more is written or called.
    pub fn halt(&self) {
        self.stopped.cancel();
    }

    /// Starts nothing more; attempts under way may end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Cancelled when the engine stops or loses its lease: then nothing that it owns may run on.
    pub fn owning(&self) -> CancellationToken {
        self.owning.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops whatever the engine owns: its lease has passed, and other engines take it over.
    pub fn lose_lease(&self) {
        let mut owning = self.owning.lock().unwrap_or_else(PoisonError::into_inner);
        owning.cancel();
        *owning = self.stopped.child_token();
    }
}
