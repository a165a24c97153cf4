//! `sluice serve`.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use sluice_engine::providers::{NetworkPolicy, Providers, ProvidersConfig, keys_from_environment};
use sluice_engine::{Engine, EngineConfig, Limits};
use sluice_store::{Store, StoreConfig};
use sluice_types::TenantId;
use tracing_subscriber::EnvFilter;

use super::data_folder::{self, DATABASE};
use super::options::{LogFormat, ServeOptions};
use super::signals::StopSignals;
use super::visible::{print_line, tell_line};
use super::{DONE, FAILED, INTERRUPTED, USAGE, eprint_error};
use crate::server::Server;
use crate::state::{App, AppConfig};

/// Starts and retries that a tenant may make in a minute when the operator does not say.
const STARTS_PER_MINUTE: u32 = 600;
/// Workflows, templates and personas that a tenant may save in a minute when the operator does not say.
const SAVES_PER_MINUTE: u32 = 600;
/// Event streams that a caller may have open at once when the operator does not say.
const STREAMS_PER_CALLER: u32 = 1_024;
/// Seconds that steps under way have to end when the operator does not say.
const GRACE_SECONDS: u64 = 10;

pub fn serve(options: ServeOptions) -> u8 {
    data_folder::keep_files_private();
    let options = match options.with_file() {
        Ok(options) => options,
        Err(error) => return eprint_error(USAGE, &error),
    };
    if let Err(error) = start_log(options.log.as_deref(), options.log_format) {
        return eprint_error(USAGE, &error);
    }
    if let Some(warning) = &options.config_warning {
        tracing::warn!("{warning}");
    }
    raise_open_files();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return eprint_error(FAILED, &format!("no runtime: {error}")),
    };
    let ended = runtime.block_on(until_stopped(&options));
    runtime.shutdown_background();
    match ended {
        Ok(code) => code,
        Err(error) => eprint_error(FAILED, &error),
    }
}

/// Begins to log. rmcp is left out: it logs requests to MCP servers in full, which may hold tenants' texts and keys.
pub fn start_log(filter: Option<&str>, format: Option<LogFormat>) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{},rmcp=off", filter.unwrap_or("warn")))
        .map_err(|error| format!("--log: {error}"))?;
    // A log that cannot be written, as on a full disk, must not end the server.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    match format.unwrap_or(LogFormat::Text) {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}

/// Each event stream holds a file open; the usual soft limit of 1,024 is soon reached.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    // A limit that cannot be raised is the operator's; the server works within it.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

async fn until_stopped(options: &ServeOptions) -> Result<u8, String> {
    // Without a handler, SIGXFSZ ends the process. With one, a write past the limit of file sizes fails as on a full disk.
    let _taken = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(Signal::XFSZ.as_raw()));
    let listen = options.listen()?;
    let generate_model = options.generate_model()?;
    let data_dir = options.data_dir();
    data_folder::open(&data_dir)?;
    let (config, _lock) = match &options.database_url {
        Some(url) => (StoreConfig::Postgres(url.clone()), None),
        None => (StoreConfig::Sqlite(data_dir.join(DATABASE)), Some(data_folder::lock(&data_dir)?)),
    };
    let vault = data_folder::vault(options.master_key.clone(), &data_dir)?;
    let network = if options.allow_private_networks.unwrap_or(true) {
        NetworkPolicy::Anywhere
    } else {
        NetworkPolicy::PublicOnly
    };
    let limits = Limits {
        lease: options.lease_seconds.map_or(Limits::default().lease, |seconds| Duration::from_secs(seconds.max(1))),
        calls: options.call_limits(),
        ..Limits::default()
    };
    let database_file = match &config {
        StoreConfig::Sqlite(file) => Some(file.clone()),
        StoreConfig::Postgres(_) => None,
    };
    let providers = ProvidersConfig { vault, server_keys: keys_from_environment(), network };
    // Without a login only this machine is let in, so that whoever can set one can start programs anyway.
    let allow_stdio_mcp = options.allow_stdio_mcp.unwrap_or(listen.ip().is_loopback());
    let config_of_engine = EngineConfig { limits, allow_stdio_mcp, generate_model, ..EngineConfig::default() };
    let engine = open_engine(&config, providers, config_of_engine).await?;
    let config = AppConfig {
        starts_per_minute: NonZeroU32::new(options.starts_per_minute.unwrap_or(STARTS_PER_MINUTE)),
        saves_per_minute: NonZeroU32::new(options.saves_per_minute.unwrap_or(SAVES_PER_MINUTE)),
        streams_per_caller: NonZeroU32::new(options.streams_per_caller.unwrap_or(STREAMS_PER_CALLER)),
        web_dir: options.web_dir.clone(),
        database_file,
    };
    let app = App::new(engine.clone(), &config);
    let workers =
        options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, std::num::NonZero::get));
    let server = Server::bind(app, listen, workers.max(1)).map_err(|error| {
        format!("cannot listen on {listen}: {error}. Choose another address with --listen, or stop what listens there.")
    })?;
    let mut signals = StopSignals::new().map_err(|error| error.to_string())?;
    print_line(&format!("Sluice is ready at http://{}", server.address));
    let grace = Duration::from_secs(options.grace_seconds.unwrap_or(GRACE_SECONDS));
    let (handle, running) = (server.handle.clone(), server.running);
    let stop = async move {
        let seconds = grace.as_secs();
        tell_line(&format!("sluice: stopping within {seconds} seconds; a second signal ends the server at once"));
        engine.shut_down(grace).await;
        handle.stop(true).await;
    };
    tokio::select! {
        ended = running => ended.map(|()| DONE).map_err(|error| error.to_string()),
        () = signals.second(stop) => Ok(eprint_error(INTERRUPTED, "ended at once; its next start resumes the runs")),
    }
}

/// Opens the database and starts the engine on it.
pub async fn open_engine(
    config: &StoreConfig,
    providers: ProvidersConfig,
    engine: EngineConfig,
) -> Result<Engine, String> {
    let store = Store::open(config).await.map_err(|error| error.to_string())?;
    let now = engine.outside.clock.now();
    store.ensure_tenant(&TenantId::local(), "Local", now).await.map_err(|error| error.to_string())?;
    let providers = Providers::new(store.clone(), providers).map_err(|error| error.to_string())?;
    Engine::open(store, Arc::new(providers), engine).await.map_err(|error| error.to_string())
}
