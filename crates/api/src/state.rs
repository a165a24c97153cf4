//! The state that handlers share. It knows nothing of routes: `server` puts both together.

use std::num::NonZeroU32;
use std::path::PathBuf;

use sluice_engine::Engine;
use sluice_types::TenantId;

use crate::assets::WebFiles;
use crate::auth::{Authenticate, LocalUser};
use crate::error::{ApiError, ApiResult};
use crate::metrics::Metrics;
use crate::rate_limit::RateLimit;
use crate::streams::OpenStreams;

/// Options of the server's answers.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Starts, resumes, retries and generations that a tenant may make in a minute; without limit when `None`.
    pub starts_per_minute: Option<NonZeroU32>,
    /// Workflows, templates and personas that a tenant may save in a minute; without limit when `None`.
    pub saves_per_minute: Option<NonZeroU32>,
    /// Event streams that a caller may have open at once; without limit when `None`.
    pub streams_per_caller: Option<NonZeroU32>,
    /// A folder with the web app's files, in place of those in this binary.
    pub web_dir: Option<PathBuf>,
    /// The file of the SQLite database, whose size `/metrics` shows; `None` on PostgreSQL.
    pub database_file: Option<PathBuf>,
}

/// The state that handlers share.
pub struct App {
    /// Runs executions.
    pub engine: Engine,
    /// Tells who calls.
    pub authenticator: Box<dyn Authenticate>,
    /// Counts.
    pub metrics: Metrics,
    /// The web app.
    pub web: WebFiles,
    /// The open event streams of each caller.
    pub streams: OpenStreams,
    /// The file of the SQLite database.
    pub database_file: Option<PathBuf>,
    starts: Option<RateLimit>,
    saves: Option<RateLimit>,
}

impl App {
    /// The shared state over an engine.
    pub fn new(engine: Engine, config: &AppConfig) -> Self {
        Self {
            engine,
            authenticator: Box::new(LocalUser),
            metrics: Metrics::default(),
            web: config.web_dir.clone().map_or(WebFiles::BuiltIn, WebFiles::Folder),
            streams: OpenStreams::new(config.streams_per_caller),
            database_file: config.database_file.clone(),
            starts: config.starts_per_minute.map(|limit| RateLimit::per_minute("starts", limit)),
            saves: config.saves_per_minute.map(|limit| RateLimit::per_minute("saves", limit)),
        }
    }

    /// Counts a start, resume, retry or generation against the tenant's limit.
    pub fn limit_starts(&self, tenant: &TenantId) -> ApiResult<()> {
        limit(self.starts.as_ref(), tenant, "starts and retries", "--starts-per-minute")
    }

    /// Counts a save of a workflow, template or persona against the tenant's limit.
    pub fn limit_saves(&self, tenant: &TenantId) -> ApiResult<()> {
        limit(self.saves.as_ref(), tenant, "saves", "--saves-per-minute")
    }

    /// A new request id.
    #[expect(clippy::disallowed_methods, reason = "a request's id is for the log only")]
    pub fn new_request_id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}

fn limit(limit: Option<&RateLimit>, tenant: &TenantId, requests: &str, option: &str) -> ApiResult<()> {
    match limit.map_or(Ok(()), |limit| limit.check(tenant)) {
        Ok(()) => Ok(()),
        Err(wait) => Err(ApiError::rate_limited(requests, option, wait.as_secs() + 1)),
    }
}
