//! Calls MCP servers.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use sluice_store::{Listing, Store, StoreError, StoredMcpServer};
use sluice_tools::native::NativeContext;
use sluice_tools::{Pool, PoolOptions, ToolError, ToolInfo};
use sluice_types::{
    FieldError, LogLine, LogSource, McpCheck, McpServerId, McpTool, McpToolPage, McpTransport, TenantId, Tool,
};

use super::configured::{Configured, address};
use super::error::McpServerError;
use super::listing::{configured_tool, declared};
use super::secrets::{Secrets, open, purpose};
use crate::clock::{Clock as _, System};
use crate::providers::Providers;

/// Lifetime of cached configurations: another server may have changed them.
const CACHED_FOR: Duration = Duration::from_secs(5);
/// Configurations in the cache. Further ones are read from the database for each call.
const MAX_CACHED: usize = 1_000;
/// Time after which an unchanged listing is stored again, with its new time.
const LISTED_FOR: Duration = Duration::from_secs(300);

/// Stores MCP servers with sealed secrets, and calls them.
pub struct McpServers {
    pub(super) store: Store,
    pub(super) providers: Arc<Providers>,
    pool: Pool,
    native: NativeContext,
    allow_stdio: bool,
    cache: DashMap<(TenantId, McpServerId), (Instant, Configured)>,
    /// The listings that this process has stored: revision, hash and time.
    stored_listings: DashMap<(TenantId, McpServerId), (i64, u64, Instant)>,
}

impl McpServers {
    /// MCP servers over a store. `providers` has the vault for secrets and the networks that addresses may be in.
    pub fn new(store: Store, providers: Arc<Providers>, allow_stdio: bool) -> Self {
        let options =
            PoolOptions { policy: providers.network(), allow_stdio, ..PoolOptions::new(|| System.now().into()) };
        let native = NativeContext::new(providers.network(), || System.now().into());
        Self {
            store,
            native,
            providers,
            pool: Pool::new(options),
            allow_stdio,
            cache: DashMap::new(),
            stored_listings: DashMap::new(),
        }
    }

    /// The connections.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What native tools are given.
    #[must_use]
    pub fn native_context(&self) -> &NativeContext {
        &self.native
    }

    /// A server with its secrets in clear, for calls.
    pub async fn config(&self, tenant: &TenantId, id: &McpServerId) -> Result<Configured, McpServerError> {
        let place = (tenant.clone(), id.clone());
        if let Some(cached) = self.cache.get(&place).filter(|cached| cached.0.elapsed() < CACHED_FOR) {
            return Ok(cached.1.clone());
        }
        let stored = self.stored(tenant, id).await?;
        // The operator may have changed the options since it was stored.
        self.check_transport(&stored.server.transport)?;
        let secrets = self.secrets(tenant, &stored).await?;
        let configured = Configured::new(tenant, stored, secrets)?;
        if self.cache.len() >= MAX_CACHED {
            self.cache.retain(|_, (at, _)| at.elapsed() < CACHED_FOR);
        }
        if self.cache.len() < MAX_CACHED {
            self.cache.insert(place, (Instant::now(), configured.clone()));
        }
        Ok(configured)
    }

    pub(super) async fn secrets(&self, tenant: &TenantId, stored: &StoredMcpServer) -> Result<Secrets, McpServerError> {
        let Some(sealed) = stored.sealed_secrets.clone() else { return Ok(Secrets::new()) };
        let purpose = purpose(tenant, &stored.server.id);
        Ok(self.providers.with_vault(move |vault| open(vault, &purpose, Some(&sealed))).await?)
    }

    /// The tools of a server that may be called, each with the effect that counts. The listing is stored.
    pub async fn tools(&self, tenant: &TenantId, id: &McpServerId) -> Result<Vec<Tool>, McpServerError> {
        let configured = self.config(tenant, id).await?;
        let listed = self.pool.tools(&configured.key, &configured.config).await;
        self.note(tenant, &configured, listed.as_deref()).await;
        Ok(configured.tools(&listed?))
    }

    /// All tools of a server's last listing, for those who configure it. A server that was never listed is listed now.
    pub async fn listed_tools(&self, tenant: &TenantId, id: &McpServerId) -> Result<McpToolPage, McpServerError> {
        let mut stored = self.stored(tenant, id).await?;
        if stored.listing == Listing::default() {
            match self.tools(tenant, id).await {
                Ok(_) | Err(McpServerError::Tool(_)) => stored = self.stored(tenant, id).await?,
                Err(McpServerError::Store(error)) => return Err(error.into()),
                Err(error) => stored.listing.error = Some(error.to_string()),
            }
        }
        let Listing { listed_at, error, failed_at } = stored.listing;
        let items = self.store.tools_of_server(tenant, id).await?;
        Ok(McpToolPage { items, next_cursor: None, listed_at, listing_error: error, listing_failed_at: failed_at })
    }

    /// The tools of a server as they were listed last, with the effects that it declares.
    pub(crate) async fn last_listed(&self, tenant: &TenantId, id: &McpServerId) -> Result<Vec<McpTool>, StoreError> {
        self.store.tools_of_server(tenant, id).await
    }

    async fn stored(&self, tenant: &TenantId, id: &McpServerId) -> Result<StoredMcpServer, McpServerError> {
        self.store.mcp_server(tenant, id).await?.ok_or_else(|| McpServerError::NotFound(id.clone()))
    }

    /// Connects to a server and lists its tools. A failure is a result.
    pub async fn check(&self, tenant: &TenantId, id: &McpServerId) -> Result<McpCheck, McpServerError> {
        let began = Instant::now();
        let configured = match self.config(tenant, id).await {
            Ok(configured) => configured,
            Err(error @ (McpServerError::StdioNotAllowed | McpServerError::Vault(_) | McpServerError::Invalid(_))) => {
                return Ok(failed(&error, began));
            }
            Err(error) => return Err(error),
        };
        let checked = self.pool.check(&configured.key, &configured.config).await;
        self.stored_listings.remove(&(tenant.clone(), id.clone()));
        self.note(tenant, &configured, checked.as_ref().map(|check| check.tools.as_slice())).await;
        Ok(match checked {
            Ok(check) => McpCheck {
                ok: true,
                name: Some(check.name),
                version: Some(check.version),
                protocol: Some(check.protocol),
                tools: check.tools.iter().map(|info| configured_tool(&configured.server, info)).collect(),
                latency_ms: milliseconds(check.took),
                error: None,
            },
            Err(error) => failed(&error, began),
        })
    }

    /// The lines of a server's log after a number, oldest first.
    pub async fn logs(&self, tenant: &TenantId, id: &McpServerId, after: u64) -> Result<Vec<LogLine>, McpServerError> {
        let stored = self.stored(tenant, id).await?;
        let key = sluice_tools::ServerKey { tenant: tenant.clone(), server: id.to_string(), revision: stored.revision };
        Ok(self.pool.logs(&key, after).into_iter().map(log_line).collect())
    }

    /// Stores a listing, unless this process has just stored the same.
    async fn note(&self, tenant: &TenantId, configured: &Configured, listed: Result<&[ToolInfo], &ToolError>) {
        let place = (tenant.clone(), configured.server.id.clone());
        let mut hasher = DefaultHasher::new();
        match listed {
            Ok(tools) => serde_json::to_string(tools).unwrap_or_default().hash(&mut hasher),
            Err(error) => error.message.hash(&mut hasher),
        }
        let (revision, hash) = (configured.key.revision, hasher.finish());
        let is_stored =
            |known: &(i64, u64, Instant)| (known.0, known.1) == (revision, hash) && known.2.elapsed() < LISTED_FOR;
        if self.stored_listings.get(&place).is_some_and(|known| is_stored(&known)) {
            return;
        }
        let server = &configured.server;
        let listed = listed
            .map(|tools| tools.iter().map(|info| declared(server, info)).collect())
            .map_err(|error| error.message.clone());
        let written = self.store.put_listing(tenant, &server.id, revision, listed, System.now()).await;
        match written {
            Ok(()) => {
                if self.stored_listings.len() >= MAX_CACHED {
                    self.stored_listings.clear();
                }
                self.stored_listings.insert(place, (revision, hash, Instant::now()));
            }
            // The listing is there for the palette only.
            Err(error) => tracing::warn!(server = %server.id, %error, "the list of tools was not stored"),
        }
    }

    /// Ends the connections, and returns when the programs have ended.
    pub async fn shut_down(&self) {
        self.pool.shutdown().await;
    }

    /// Drops what is known of a server that was changed; its connections too when the way to reach it was.
    pub(super) fn changed(&self, tenant: &TenantId, id: &McpServerId, is_moved: bool) {
        let place = (tenant.clone(), id.clone());
        self.cache.remove(&place);
        self.stored_listings.remove(&place);
        if is_moved {
            self.pool.forget(tenant, id.as_str());
        }
    }

    /// Refuses programs that the operator does not allow, and addresses in networks that he does not allow.
    pub(super) fn check_transport(&self, transport: &McpTransport) -> Result<(), McpServerError> {
        match transport {
            McpTransport::Stdio(_) if !self.allow_stdio => Err(McpServerError::StdioNotAllowed),
            McpTransport::Stdio(_) => Ok(()),
            McpTransport::Http(http) => {
                let refused = |message| McpServerError::Invalid(vec![FieldError::new("/transport/url", message)]);
                address(&http.url)?;
                self.providers.network().check(&http.url).map_err(refused)
            }
        }
    }
}

fn failed(error: &dyn std::fmt::Display, began: Instant) -> McpCheck {
    McpCheck {
        ok: false,
        name: None,
        version: None,
        protocol: None,
        tools: Vec::new(),
        latency_ms: milliseconds(began.elapsed()),
        error: Some(error.to_string()),
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn log_line(line: sluice_tools::LogLine) -> LogLine {
    LogLine {
        number: i64::try_from(line.number).unwrap_or(i64::MAX),
        at: line.at.into(),
        source: match line.source {
            sluice_tools::LogSource::Stderr => LogSource::Stderr,
            sluice_tools::LogSource::Stdout => LogSource::Stdout,
            sluice_tools::LogSource::Notification => LogSource::Notification,
            sluice_tools::LogSource::Pool => LogSource::Connection,
        },
        text: line.text,
    }
}
