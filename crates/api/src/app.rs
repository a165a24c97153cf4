//! Puts the server together.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::error::PathError;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, PathConfig, PayloadConfig};
use actix_web::{HttpServer, web};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sluice_engine::Engine;
use sluice_types::limits::MAX_BODY_BYTES;
use sluice_types::{ErrorCode, TenantId};
use utoipa_actix_web::AppExt as _;

use crate::assets::WebFiles;
use crate::error::{ApiError, ApiResult};
use crate::metrics::Metrics;
use crate::{guard, openapi, routes, trace, web_app};

/// How the server answers.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// Starts and retries that a tenant may make in a minute; without limit when `None`.
    pub starts_per_minute: Option<NonZeroU32>,
    /// A folder with the web app's files, in place of those in this binary.
    pub web_dir: Option<PathBuf>,
}

/// What handlers share.
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
    /// What handlers share, over an engine.
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

/// What is wrong with a part of the address, without what actix puts before it.
fn invalid_path(error: &PathError) -> ApiError {
    let detail = match error {
        PathError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    };
    ApiError::new(ErrorCode::InvalidPath, format!("{detail}."))
}

/// A server that listens.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Stops it.
    pub handle: ServerHandle,
    /// Ends when it has stopped.
    pub running: actix_web::dev::Server,
}

impl Server {
    /// Begins to listen. `workers` threads answer requests.
    pub fn bind(app: App, listen: SocketAddr, workers: usize) -> std::io::Result<Self> {
        let app = Data::new(app);
        let document = Data::new(openapi::Document::new());
        let server = HttpServer::new(move || {
            let (service, _) = actix_web::App::new()
                .into_utoipa_app()
                .app_data(app.clone())
                .app_data(PayloadConfig::new(MAX_BODY_BYTES))
                .app_data(PathConfig::default().error_handler(|error, _| invalid_path(&error).into()))
                .configure(routes::api)
                .split_for_parts();
            service
                .app_data(document.clone())
                .configure(routes::outside_api)
                .service(web_app::asset)
                .service(web_app::root)
                .default_service(web::to(web_app::page_or_problem))
                .wrap(Compress::default())
                .wrap(from_fn(guard::guarded))
                .wrap(from_fn(trace::traced))
        })
        .workers(workers)
        .backlog(4096)
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(3)
        .disable_signals()
        .bind(listen)?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        let running = server.run();
        Ok(Self { address, handle: running.handle(), running })
    }
}
