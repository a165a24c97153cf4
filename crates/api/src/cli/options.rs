//! The options of `serve`: from the command line, the environment and a file, in this order.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use sluice_engine::CallLimits;
use sluice_types::limits::MAX_NAME_CHARS;
use sluice_types::{Candidate, ProviderName, find_model};

use super::files::{MAX_CONFIG_BYTES, read_file};

/// Permissions of the group and of others.
const OTHERS: u32 = 0o077;

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
  sluice serve --listen 127.0.0.1:0 --data-dir ~/sluice
  SLUICE_DATABASE_URL=postgres://sluice:secret@localhost/sluice sluice serve
  sluice serve --config sluice.toml

Secrets belong in the environment or in a file with mode 600: other users can read the arguments of a process.

The file given by --config has the same names as the options, as `listen = \"127.0.0.1:8080\"`.
Providers' keys are taken from ANTHROPIC_API_KEY, OPENAI_API_KEY and GEMINI_API_KEY, too.")]
pub struct ServeOptions {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "SLUICE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Folder of the embedded database and the master key [default: ./data]
    #[arg(long, env = "SLUICE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL database in place of the embedded one; with a password, prefer `SLUICE_DATABASE_URL`
    #[arg(long, env = "SLUICE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Passphrase that encrypts stored keys, at least 16 characters; prefer `SLUICE_MASTER_KEY`. Without it, a key
    /// file in the data folder encrypts them
    #[arg(long, env = "SLUICE_MASTER_KEY", hide_env_values = true)]
    pub master_key: Option<String>,
    /// Starts, resumes, retries and generations that a tenant may make in a minute; 0 for no limit [default: 600]
    #[arg(long, env = "SLUICE_STARTS_PER_MINUTE")]
    pub starts_per_minute: Option<u32>,
    /// Workflows, templates and personas that a tenant may save in a minute; 0 for no limit [default: 600]
    #[arg(long, env = "SLUICE_SAVES_PER_MINUTE")]
    pub saves_per_minute: Option<u32>,
    /// Model calls of a tenant that may be in flight at once, others wait; 0 for no limit [default: 200]
    #[arg(long, env = "SLUICE_MAX_CALLS_PER_TENANT")]
    pub max_calls_per_tenant: Option<u32>,
    /// The same of a tenant to one provider; 0 for no limit [default: 100]
    #[arg(long, env = "SLUICE_MAX_CALLS_PER_PROVIDER")]
    pub max_calls_per_provider: Option<u32>,
    /// Event streams that a caller may have open at once; 0 for no limit [default: 1024]
    #[arg(long, env = "SLUICE_STREAMS_PER_CALLER")]
    pub streams_per_caller: Option<u32>,
    /// Whether providers' addresses may lie in private networks [default: true, as only this machine can set them]
    #[arg(long, env = "SLUICE_ALLOW_PRIVATE_NETWORKS")]
    pub allow_private_networks: Option<bool>,
    /// Whether MCP servers may be programs that this server starts [default: true, as only this machine can set them]
    #[arg(long, env = "SLUICE_ALLOW_STDIO_MCP")]
    pub allow_stdio_mcp: Option<bool>,
    /// Model that designs workflows when a request names none, as PROVIDER/MODEL [default: the default model of the first
    /// provider with a key]
    #[arg(long, env = "SLUICE_GENERATE_MODEL", value_name = "PROVIDER/MODEL")]
    pub generate_model: Option<String>,
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
    /// A warning about the file's permissions, for the log.
    #[arg(skip)]
    #[serde(skip)]
    pub config_warning: Option<String>,
}

impl ServeOptions {
    /// Fills options from the file that neither the command line nor the environment sets.
    pub fn with_file(self) -> Result<Self, String> {
        let Some(path) = &self.config else { return Ok(self) };
        let text = read_file(path, MAX_CONFIG_BYTES)?;
        let file: Self =
            toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), place(&text, &error)))?;
        let config_warning = file.warning(path);
        Ok(Self {
            listen: self.listen.or(file.listen),
            data_dir: self.data_dir.or(file.data_dir),
            database_url: self.database_url.or(file.database_url),
            master_key: self.master_key.or(file.master_key),
            starts_per_minute: self.starts_per_minute.or(file.starts_per_minute),
            saves_per_minute: self.saves_per_minute.or(file.saves_per_minute),
            max_calls_per_tenant: self.max_calls_per_tenant.or(file.max_calls_per_tenant),
            max_calls_per_provider: self.max_calls_per_provider.or(file.max_calls_per_provider),
            streams_per_caller: self.streams_per_caller.or(file.streams_per_caller),
            allow_private_networks: self.allow_private_networks.or(file.allow_private_networks),
            allow_stdio_mcp: self.allow_stdio_mcp.or(file.allow_stdio_mcp),
            generate_model: self.generate_model.or(file.generate_model),
            grace_seconds: self.grace_seconds.or(file.grace_seconds),
            lease_seconds: self.lease_seconds.or(file.lease_seconds),
            workers: self.workers.or(file.workers),
            web_dir: self.web_dir.or(file.web_dir),
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
            config: self.config,
            config_warning,
        })
    }

    /// A warning when others can read a file with a secret in it.
    fn warning(&self, path: &Path) -> Option<String> {
        let has_password = |url: &String| {
            let authority = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
            authority.is_some_and(|(user, _)| user.contains(':')) || url.contains("password=")
        };
        let has_secret = self.master_key.is_some() || self.database_url.as_ref().is_some_and(has_password);
        let mode = std::fs::metadata(path).map_or(0, |about| about.permissions().mode());
        (has_secret && mode & OTHERS != 0).then(|| {
            format!("{path} holds a secret and other users can read it: run `chmod 600 {path}`", path = path.display())
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

    /// The model that designs workflows when a request names none. The first slash ends the provider: models have slashes, too.
    pub fn generate_model(&self) -> Result<Option<Candidate>, String> {
        let Some(text) = &self.generate_model else { return Ok(None) };
        let wrong = |why: &str| format!("--generate-model {text:?}: {why}. Write it as `anthropic/claude-sonnet-4-5`.");
        let (provider, model) = text.split_once('/').ok_or_else(|| wrong("there is no slash after the provider"))?;
        let provider: ProviderName = provider.parse().map_err(|error: String| wrong(&error))?;
        if model.trim().is_empty() || model.chars().count() > MAX_NAME_CHARS {
            return Err(wrong(&format!("a model's name has 1 to {MAX_NAME_CHARS} characters")));
        }
        if provider == ProviderName::Demo && find_model(provider.as_str(), model).is_none() {
            return Err(wrong(&format!("demo has no model {model:?}")));
        }
        Ok(Some(Candidate { provider: provider.to_string(), model: model.trim().to_owned() }))
    }

    /// How many model calls may be in flight at once.
    pub fn call_limits(&self) -> CallLimits {
        let CallLimits { per_tenant, per_provider } = CallLimits::default();
        CallLimits {
            per_tenant: self.max_calls_per_tenant.map_or(per_tenant, NonZeroU32::new),
            per_provider: self.max_calls_per_provider.map_or(per_provider, NonZeroU32::new),
        }
    }

    /// The folder of the embedded database and the master key.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| PathBuf::from("data"))
    }
}

/// The place and the kind of an error in a configuration file. The file may hold secrets, so neither the line nor a
/// value is repeated. Of the library's message only the expectation is, which names types and options.
fn place(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    let options = ServeOptions::augment_args(clap::Command::new("serve"));
    let is_option = |name: &&str| options.get_arguments().any(|option| option.get_id() == *name);
    let (name, _) = text.get(line_start..).unwrap_or_default().split_once('=').unwrap_or_default();
    let named = Some(name.trim()).filter(is_option).map(|name| format!(", `{name}`")).unwrap_or_default();
    let message = error.message();
    let expected = message.rsplit_once(", expected ").map(|(_, expected)| format!(": expected {expected}"));
    let kind = if message.starts_with("unknown field") { "unknown option" } else { "it cannot be read" };
    format!("line {line}, column {column}{named}: {kind}{}", expected.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_the_file_repeats_no_value() {
        let secret = "topsecretpass";
        let table = [
            (format!("log = \"info\"\nmaster_key = \"{secret}\n"), "line 2, column 28, `master_key`"),
            (format!("master_key = {secret}\n"), "line 1, column 14, `master_key`"),
            (format!("master_key = [\"{secret}\"]\n"), "line 1, column 14, `master_key`"),
            (format!("workers = \"{secret}\"\n"), "line 1, column 11, `workers`: it cannot be read: expected usize"),
            (format!("listen = \"{secret}\"\n"), "line 1, column 10, `listen`"),
            (format!("log_format = \"{secret}\"\n"), "line 1, column 14, `log_format`"),
            (format!("{secret}\n"), "line 1, column"),
            (format!("\"{secret} x\" = 1\n"), "line 1, column 1: unknown option: expected one of `listen`"),
            (format!("master_key = \"\"\"\n{secret} = 1\n"), "line"),
        ];
        for (text, place) in table {
            let folder = tempfile::tempdir().unwrap();
            let config = folder.path().join("sluice.toml");
            std::fs::write(&config, &text).unwrap();
            let error = ServeOptions { config: Some(config), ..ServeOptions::default() }.with_file().unwrap_err();
            assert!(error.contains(place) && !error.contains(secret), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_with_a_secret_that_others_can_read_gets_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("sluice.toml");
        let warning = |text: &str, mode: u32| {
            std::fs::write(&config, text).unwrap();
            std::fs::set_permissions(&config, std::fs::Permissions::from_mode(mode)).unwrap();
            let options = ServeOptions { config: Some(config.clone()), ..ServeOptions::default() };
            options.with_file().unwrap().config_warning
        };
        for secret in
            ["master_key = \"m\"", "database_url = \"postgres://u:p@host/db\"", "database_url = \"host=h password=p\""]
        {
            assert!(warning(secret, 0o640).unwrap().contains("chmod 600"), "{secret}");
            assert_eq!(warning(secret, 0o600), None, "{secret}");
        }
        for open in ["log = \"info\"", "database_url = \"postgres://u@host:5432/db\""] {
            assert_eq!(warning(open, 0o644), None, "{open}");
        }
    }

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
        assert_eq!(merged.call_limits(), CallLimits::default());
        std::fs::write(&config, "max_calls_per_tenant = 7\nmax_calls_per_provider = 5\n").unwrap();
        let merged = ServeOptions { max_calls_per_provider: Some(0), ..options.clone() }.with_file().unwrap();
        assert_eq!(merged.call_limits(), CallLimits { per_tenant: NonZeroU32::new(7), per_provider: None });
        std::fs::write(&config, "lisen = \"x\"\n").unwrap();
        assert!(
            options.with_file().unwrap_err().contains("line 1, column 1: unknown option: expected one of `listen`")
        );
    }

    #[test]
    fn the_designing_model_is_a_provider_and_a_model() {
        let model =
            |text: &str| ServeOptions { generate_model: Some(text.into()), ..ServeOptions::default() }.generate_model();
        let named =
            |provider: &str, model: &str| Ok(Some(Candidate { provider: provider.into(), model: model.into() }));
        assert_eq!(model("anthropic/claude-sonnet-4-5"), named("anthropic", "claude-sonnet-4-5"));
        assert_eq!(model("openai_compatible/qwen/qwen3-32b"), named("openai_compatible", "qwen/qwen3-32b"));
        assert_eq!(model("demo/demo-slow"), named("demo", "demo-slow"));
        for wrong in ["claude", "pigeon/x", "anthropic/", "anthropic/ ", "demo/none", ""] {
            assert!(model(wrong).unwrap_err().contains("--generate-model"), "{wrong}");
        }
        assert_eq!(ServeOptions::default().generate_model(), Ok(None));
    }

    #[test]
    fn only_this_machine_is_let_in() {
        let listen = |address: &str| ServeOptions { listen: address.parse().ok(), ..ServeOptions::default() }.listen();
        assert!(listen("127.0.0.1:0").is_ok() && listen("[::1]:0").is_ok());
        assert!(listen("0.0.0.0:8080").unwrap_err().contains("refusing"));
    }
}
