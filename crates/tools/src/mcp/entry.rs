//! One server: its connection when there is one, its failures, its log.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::backoff::backoff;
use super::connect::connect;
use super::connection::{Connection, Tools};
use super::limits::MAX_CALLS;
use super::shared::Shared;
use crate::config::{ServerConfig, ServerKey};
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::logs::{Log, LogSource};
use crate::redact::Redactor;

/// A server of a tenant, with one version of its configuration.
pub struct Entry {
    pub key: ServerKey,
    pub log: Arc<Log>,
    config: ServerConfig,
    /// Set when the configuration was changed or removed, or the pool shuts down.
    pub ended: CancellationToken,
    /// Calls that may be sent now.
    pub calls: Semaphore,
    usage: Mutex<Usage>,
    /// Held while the server is started.
    starts: tokio::sync::Mutex<Starts>,
}

struct Usage {
    /// Whether the entry has a connection, or is about to.
    is_live: bool,
    connection: Option<Arc<Connection>>,
    users: usize,
    last_used: Instant,
}

#[derive(Default)]
struct Starts {
    /// Failures in a row: starts that failed, and connections that ended before an answer.
    failures: u32,
    not_before: Option<Instant>,
    last: Option<(Instant, ToolError)>,
}

/// Keeps the connection from being closed as idle.
pub struct Use<'e>(&'e Entry);

impl Drop for Use<'_> {
    fn drop(&mut self) {
        let mut usage = self.0.usage();
        usage.users -= 1;
        usage.last_used = Instant::now();
    }
}

impl Entry {
    pub fn new(key: ServerKey, config: &ServerConfig, now: fn() -> std::time::SystemTime) -> Self {
        let usage = Usage { is_live: false, connection: None, users: 0, last_used: Instant::now() };
        Self {
            key,
            log: Arc::new(Log::new(Redactor::of(config), now)),
            config: config.clone(),
            ended: CancellationToken::new(),
            calls: Semaphore::new(MAX_CALLS),
            usage: Mutex::new(usage),
            starts: tokio::sync::Mutex::default(),
        }
    }

    fn usage(&self) -> std::sync::MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn enter(&self) -> Use<'_> {
        self.usage().users += 1;
        Use(self)
    }

    pub fn is_live(&self) -> bool {
        self.usage().is_live
    }

    pub fn mark_live(&self) {
        self.usage().is_live = true;
    }

    /// Whether it can be dropped or closed, and since when.
    pub fn unused_since(&self) -> Option<Instant> {
        let usage = self.usage();
        (usage.users == 0).then_some(usage.last_used)
    }

    /// Closes the connection unless it is used.
    pub fn close_unused(self: &Arc<Self>) -> bool {
        let mut usage = self.usage();
        if usage.users > 0 {
            return false;
        }
        usage.is_live = false;
        if let Some(connection) = usage.connection.take() {
            tokio::spawn(async move { connection.end().await });
        }
        true
    }

    fn take_connection(&self) -> Option<Arc<Connection>> {
        let mut usage = self.usage();
        usage.is_live = false;
        usage.connection.take()
    }

    fn open_connection(&self) -> Option<Arc<Connection>> {
        self.usage().connection.clone().filter(|connection| !connection.is_closed())
    }

    /// Ends the connection, also one that is about to be made.
    pub async fn end(&self) {
        self.ended.cancel();
        let _no_start = self.starts.lock().await;
        if let Some(connection) = self.take_connection() {
            connection.end().await;
        }
    }

    /// The connection, made when there is none. With a `deadline` it waits for the backoff, if that ends before; without
    /// one it does not wait. The start goes on when the caller does not wait any longer: the next caller needs it.
    pub async fn connection(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        deadline: Option<Instant>,
    ) -> Result<Arc<Connection>, ToolError> {
        if let Some(connection) = self.open_connection() {
            return Ok(connection);
        }
        let (entry, shared) = (Arc::clone(self), Arc::clone(shared));
        let start = tokio::spawn(async move { entry.start(&shared, deadline).await });
        start.await.unwrap_or_else(|_| Err(self.cancelled()))
    }

    async fn start(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        deadline: Option<Instant>,
    ) -> Result<Arc<Connection>, ToolError> {
        let asked = Instant::now();
        let mut starts = self.starts.lock().await;
        if let Some(connection) = self.open_connection() {
            return Ok(connection);
        }
        if let Some((at, error)) = &starts.last
            && *at >= asked
        {
            // The start that this caller waited for has failed.
            return Err(error.clone());
        }
        if let Some(dead) = self.take_connection() {
            let failures = if dead.has_answered.load(Ordering::Relaxed) { 0 } else { starts.failures };
            starts.failed(failures, None);
            dead.end().await;
        }
        self.wait_for_backoff(&starts, deadline).await?;
        let way = shared.way()?;
        shared.reserve(self)?;
        let connected = tokio::select! {
            connected = connect(&self.config, &way, &shared.options, &self.log) => connected,
            () = self.ended.cancelled() => Err(self.cancelled()),
        };
        match connected {
            Ok(connected) => {
                let connection = Arc::new(Connection::new(connected));
                self.log.push(LogSource::Pool, "Connected.");
                starts.last = None;
                self.usage().connection = Some(Arc::clone(&connection));
                tokio::spawn(Arc::clone(self).close_when_idle(Arc::clone(&connection), shared.options.idle));
                Ok(connection)
            }
            Err(error) => {
                self.usage().is_live = false;
                self.log.push(LogSource::Pool, &error.message);
                let failures = starts.failures;
                starts.failed(failures, Some(error.clone()));
                Err(error)
            }
        }
    }

    async fn wait_for_backoff(&self, starts: &Starts, deadline: Option<Instant>) -> Result<(), ToolError> {
        let (Some(not_before), Some(deadline)) = (starts.not_before, deadline) else { return Ok(()) };
        if not_before >= deadline {
            let last = starts.last.as_ref().map(|(_, error)| error.clone());
            let error = last.unwrap_or_else(|| {
                let message = "The MCP server has ended several times in a row. See its logs.";
                ToolError::new(ToolErrorKind::Closed, Sent::No, message)
            });
            return Err(ToolError { retry_after: Some(not_before - Instant::now()), ..error });
        }
        tokio::select! {
            () = sleep_until(not_before) => Ok(()),
            () = self.ended.cancelled() => Err(self.cancelled()),
        }
    }

    async fn close_when_idle(self: Arc<Self>, connection: Arc<Connection>, idle: Duration) {
        loop {
            let unused = self.unused_since();
            let left = unused.map_or(idle, |since| idle.saturating_sub(since.elapsed()));
            if left.is_zero() && self.close_unused() {
                self.log.push(LogSource::Pool, "Closed, as it was not used.");
                return;
            }
            tokio::select! {
                () = sleep(left.max(Duration::from_millis(1))) => {}
                () = self.ended.cancelled() => return,
            }
            let is_current = self.open_connection().is_some_and(|current| Arc::ptr_eq(&current, &connection));
            if !is_current {
                return;
            }
        }
    }

    /// The tools. A server that does not list them in time is ended: it would not answer calls either.
    pub async fn tools(&self, connection: &Arc<Connection>, anew: bool) -> Result<Tools, ToolError> {
        let tools = connection.tools(anew).await;
        if matches!(&tools, Err(error) if error.kind == ToolErrorKind::Timeout)
            && let Some(connection) = self.take_connection()
        {
            tokio::spawn(async move { connection.end().await });
        }
        tools
    }

    /// The error of a call; of one that was cut off by a change of the configuration, that cause.
    pub fn cause(&self, error: ToolError) -> ToolError {
        let was_cut = self.ended.is_cancelled() && error.kind == ToolErrorKind::Closed;
        if was_cut { ToolError { sent: error.sent, ..self.cancelled() } } else { error }
    }

    fn cancelled(&self) -> ToolError {
        let message = "The configuration of the MCP server was changed or removed meanwhile, or this server stops.";
        ToolError::new(ToolErrorKind::Cancelled, Sent::No, message)
    }
}

impl Starts {
    fn failed(&mut self, failures_before: u32, error: Option<ToolError>) {
        self.failures = failures_before.saturating_add(1);
        self.not_before = Some(Instant::now() + backoff(self.failures));
        self.last = error.map(|error| (Instant::now(), error));
    }
}
