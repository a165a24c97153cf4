//! The options of `serve`: from the command line, the environment and a file, in this order.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Serve the API
#[derive(Args, Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(after_help = "Examples:
  sluice serve
  sluice serve --listen 127.0.0.1:0 --data-dir /tmp/sluice
  sluice serve --database-url postgres://sluice:secret@localhost/sluice
  SLUICE_DATABASE_URL=postgres://… sluice serve --config sluice.toml

The file given by --config has the same names as the options, as `listen = \"127.0.0.1:8080\"`.
Providers' keys are taken from ANTHROPIC_API_KEY, OPENAI_API_KEY and GEMINI_API_KEY, too.")]
pub struct ServeOptions {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "SLUICE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Folder of the embedded database and the master key [default: ./data]
    #[arg(long, env = "SLUICE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL database to use in the place of the embedded one
    #[arg(long, env = "SLUICE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Passphrase that encrypts stored keys; without it, a key file in the data folder does
    #[arg(long, env = "SLUICE_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<String>,
    /// Starts, resumes and retries that a tenant may make in a minute; 0 for no limit [default: 600]
    #[arg(long, env = "SLUICE_STARTS_PER_MINUTE")]
    pub starts_per_minute: Option<u32>,
    /// Workflows, templates and personas that a tenant may save in a minute; 0 for no limit [default: 600]
    #[arg(long, env = "SLUICE_SAVES_PER_MINUTE")]
    pub saves_per_minute: Option<u32>,
    /// Event streams that a caller may have open at once; 0 for no limit [default: 1024]
    #[arg(long, env = "SLUICE_STREAMS_PER_CALLER")]
    pub streams_per_caller: Option<u32>,
    /// Whether providers' addresses may lie in private networks [default: true, as only this machine can set them]
    #[arg(long, env = "SLUICE_ALLOW_PRIVATE_NETWORKS")]
    pub allow_private_networks: Option<bool>,
    /// Seconds that steps under way have to end when the server stops [default: 10]
    #[arg(long, env = "SLUICE_GRACE_SECONDS")]
    pub grace_seconds: Option<u64>,
    /// Seconds that a lease is good without being renewed: after a crash, another server on the same
    /// PostgreSQL waits this long before it goes on [default: 10]
    #[arg(long, env = "SLUICE_LEASE_SECONDS")]
    pub lease_seconds: Option<u64>,
    /// Threads that answer requests [default: one for each core]
    #[arg(long, env = "SLUICE_WORKERS")]
    pub workers: Option<usize>,
    /// Folder to serve the web app from [default: the one built in]
    #[arg(long, env = "SLUICE_WEB_DIR")]
    pub web_dir: Option<PathBuf>,
    /// What to log, as `info`, `warn` or `sluice_engine=debug,info` [default: warn]
    #[arg(long, env = "SLUICE_LOG")]
    pub log: Option<String>,
    /// How to write logs [default: text]
    #[arg(long, env = "SLUICE_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// File with these options, in TOML
    #[arg(long, env = "SLUICE_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

impl ServeOptions {
    /// Fills in from the file what neither the command line nor the environment says.
    pub fn with_file(self) -> Result<Self, String> {
        let Some(path) = &self.config else { return Ok(self) };
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file: Self = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self {
            listen: self.listen.or(file.listen),
            data_dir: self.data_dir.or(file.data_dir),
            database_url: self.database_url.or(file.database_url),
            master_key: self.master_key.or(file.master_key),
            starts_per_minute: self.starts_per_minute.or(file.starts_per_minute),
            saves_per_minute: self.saves_per_minute.or(file.saves_per_minute),
            streams_per_caller: self.streams_per_caller.or(file.streams_per_caller),
            allow_private_networks: self.allow_private_networks.or(file.allow_private_networks),
            grace_seconds: self.grace_seconds.or(file.grace_seconds),
            lease_seconds: self.lease_seconds.or(file.lease_seconds),
            workers: self.workers.or(file.workers),
            web_dir: self.web_dir.or(file.web_dir),
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
            config: self.config,
        })
    }

    /// Where to listen. Without a login, only this machine may be let in.
    pub fn listen(&self) -> Result<SocketAddr, String> {
        let address = self.listen.unwrap_or_else(|| SocketAddr::new(IpAddr::from([127, 0, 0, 1]), 8080));
        if address.ip().is_loopback() {
            return Ok(address);
        }
        Err(format!(
            "refusing to listen on {address}: without API keys, everybody who reaches that address could run workflows and spend \
             money. Listen on 127.0.0.1 and put a reverse proxy with a login in front, or use an SSH tunnel."
        ))
    }

    /// The folder of the embedded database and the master key.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| PathBuf::from("data"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("sluice.toml");
        std::fs::write(&config, "listen = \"127.0.0.1:9\"\nlog = \"info\"\nlog_format = \"json\"\n").unwrap();
        let options =
            ServeOptions { log: Some("warn".into()), config: Some(config.clone()), ..ServeOptions::default() };
        let merged = options.clone().with_file().unwrap();
        assert_eq!((merged.listen().unwrap().port(), merged.log.as_deref()), (9, Some("warn")));
        assert_eq!(merged.log_format, Some(LogFormat::Json));
        std::fs::write(&config, "lisen = \"x\"\n").unwrap();
        assert!(options.with_file().unwrap_err().contains("unknown field `lisen`"));
    }

    #[test]
    fn only_this_machine_is_let_in() {
        let listen = |address: &str| ServeOptions { listen: address.parse().ok(), ..ServeOptions::default() }.listen();
        assert!(listen("127.0.0.1:0").is_ok() && listen("[::1]:0").is_ok());
        assert!(listen("0.0.0.0:8080").unwrap_err().contains("refusing"));
    }
}
