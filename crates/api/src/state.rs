//! The state that handlers share. It knows nothing of routes: `server` puts both together.

use std::num::NonZeroU32;
use std::path::PathBuf;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sluice_engine::Engine;
use sluice_types::TenantId;

use crate::assets::WebFiles;
use crate::error::{ApiError, ApiResult};
use crate::metrics::Metrics;

/// Options of the server's answers.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Starts and retries that a tenant may make in a minute; without limit when `None`.
    pub starts_per_minute: Option<NonZeroU32>,
    /// A folder with the web app's files, in place of those in this binary.
    pub web_dir: Option<PathBuf>,
}

/// The state that handlers share.
pub struct App {
    /// Runs executions.
    pub engine: Engine,
    /// Counts.
    pub metrics: Metrics,
    /// The web app.
    pub web: WebFiles,
    starts: Option<DefaultKeyedRateLimiter<TenantId>>,
}

impl App {
    /// The shared state over an engine.
    pub fn new(engine: Engine, config: &AppConfig) -> Self {
        let starts = config.starts_per_minute.map(|starts| RateLimiter::keyed(Quota::per_minute(starts)));
        let web = config.web_dir.clone().map_or(WebFiles::BuiltIn, WebFiles::Folder);
        Self { engine, metrics: Metrics::default(), web, starts }
    }

    /// Counts a start, resume or retry against the tenant's limit.
    pub fn limit_starts(&self, tenant: &TenantId) -> ApiResult<()> {
        let Some(limiter) = &self.starts else { return Ok(()) };
        limiter.check_key(tenant).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            ApiError::rate_limited(wait.as_secs() + 1)
        })
    }

    /// A new request id.
    #[expect(clippy::disallowed_methods, reason = "a request's id is for the log only")]
    pub fn new_request_id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}
