//! What all entries of a pool share: settings, limits, the HTTP client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use reqwest::Client;
use sluice_outgoing::Redirects;
use tokio_util::sync::CancellationToken;

use super::connect::Way;
use super::entry::Entry;
use super::options::PoolOptions;
use crate::config::{ServerConfig, ServerKey, Transport};
use crate::error::{Sent, ToolError, ToolErrorKind};

/// Entries that are kept for their logs, for each connection that there may be.
const ENTRIES_PER_CONNECTION: usize = 4;

/// What all entries of a pool share.
pub struct Shared {
    pub options: PoolOptions,
    /// Made when it is first needed; `None` when that failed.
    client: OnceLock<Option<Client>>,
    entries: Mutex<HashMap<ServerKey, Arc<Entry>>>,
    pub closed: CancellationToken,
}

impl Shared {
    pub fn new(options: PoolOptions) -> Self {
        Self { options, client: OnceLock::new(), entries: Mutex::default(), closed: CancellationToken::new() }
    }

    pub fn entries(&self) -> MutexGuard<'_, HashMap<ServerKey, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to servers over HTTP. Redirects to another address are refused: they would take the headers along.
    pub fn way(&self) -> Result<Way, ToolError> {
        let policy = self.options.policy;
        let client = self.client.get_or_init(|| policy.client_following(Redirects::SameOrigin).ok());
        match client {
            Some(client) => Ok(Way { client: client.clone(), policy }),
            None => Err(ToolError::new(
                ToolErrorKind::CannotStart,
                Sent::No,
                "The HTTP client cannot be made. Check the certificates of this machine.",
            )),
        }
    }

    /// The entry of a server, made when there is none.
    pub fn entry(&self, key: &ServerKey, config: &ServerConfig) -> Result<Arc<Entry>, ToolError> {
        if matches!(config.transport, Transport::Stdio { .. }) && !self.options.allow_stdio {
            return Err(ToolError::new(
                ToolErrorKind::NotAllowed,
                Sent::No,
                "MCP servers that are programs are not allowed here. The operator can allow them with `--allow-stdio-mcp`.",
            ));
        }
        let mut entries = self.entries();
        if self.closed.is_cancelled() {
            return Err(ToolError::new(ToolErrorKind::Cancelled, Sent::No, "This server stops."));
        }
        if let Some(entry) = entries.get(key) {
            return Ok(Arc::clone(entry));
        }
        if entries.len() >= self.options.max_connections.saturating_mul(ENTRIES_PER_CONNECTION) {
            let unused = entries.values().filter(|entry| !entry.is_live());
            let oldest = unused
                .filter_map(|entry| Some((entry.unused_since()?, entry.key.clone())))
                .min_by_key(|(since, _)| *since);
            oldest.and_then(|(_, key)| entries.remove(&key));
        }
        let entry = Arc::new(Entry::new(key.clone(), config, self.options.now));
        entries.insert(key.clone(), Arc::clone(&entry));
        Ok(entry)
    }

    /// Reserves a connection, in place of one that is not used when a limit is reached.
    pub fn reserve(&self, entry: &Arc<Entry>) -> Result<(), ToolError> {
        let entries = self.entries();
        let live: Vec<&Arc<Entry>> = entries.values().filter(|other| other.is_live()).collect();
        let of_tenant = |other: &&&Arc<Entry>| other.key.tenant == entry.key.tenant;
        let theirs: Vec<&Arc<Entry>> = live.iter().filter(of_tenant).copied().collect();
        let (most, of) = (self.options.max_connections_per_tenant, "of this tenant");
        let has_room = make_room(&theirs, most, of)
            .and_then(|()| make_room(&live, self.options.max_connections, "of all tenants"));
        if has_room.is_ok() {
            entry.mark_live();
        }
        has_room
    }
}

impl Drop for Shared {
    /// Ends the connections of a pool that was dropped without a shutdown.
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        for (_, entry) in self.entries().drain() {
            entry.ended.cancel();
            runtime.spawn(async move { entry.end().await });
        }
    }
}

/// Closes the connection that has been unused for longest, when there are `most`.
fn make_room(live: &[&Arc<Entry>], most: usize, of: &str) -> Result<(), ToolError> {
    if live.iter().filter(|entry| entry.is_live()).count() < most {
        return Ok(());
    }
    let mut unused: Vec<_> = live.iter().filter_map(|entry| Some((entry.unused_since()?, entry))).collect();
    unused.sort_by_key(|(since, _)| *since);
    if unused.into_iter().any(|(_, entry)| entry.is_live() && entry.close_unused()) {
        return Ok(());
    }
    let message = format!("All {most} connections to MCP servers {of} are in use. Try again later.");
    Err(ToolError::new(ToolErrorKind::Busy, Sent::No, message))
}
