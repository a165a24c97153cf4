//! `sluice mcp`: the MCP servers of a data folder.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use sluice_engine::providers::{NetworkPolicy, ProvidersConfig};
use sluice_engine::{Engine, EngineConfig};
use sluice_store::{Cursor, StoreConfig, StoredMcpServer};
use sluice_types::amounts::plural;
use sluice_types::limits::MAX_PAGE;
use sluice_types::{McpServerId, McpTransport, TenantId};

use super::data_folder::{self, DATABASE};
use super::serve::{open_engine, start_log};
use super::visible::print_line;
use super::{DONE, FAILED, USAGE, eprint_error};

/// List and test the MCP servers of a data folder
#[derive(Args)]
#[command(after_help = "Examples:
  sluice mcp list
  sluice mcp test files --data-dir ~/sluice

A server that runs on the same folder has its MCP servers at /api/v1/mcp-servers: stop it first, or ask it there.
Exit codes: 0 done, 1 the test failed, 2 there is no such MCP server or the folder cannot be used.")]
pub struct McpOptions {
    #[command(subcommand)]
    command: McpCommand,
    /// Folder of the embedded database and the master key [default: ./data]
    #[arg(long, env = "SLUICE_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// PostgreSQL database in place of the embedded one; prefer `SLUICE_DATABASE_URL`
    #[arg(long, env = "SLUICE_DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
}

#[derive(Subcommand)]
enum McpCommand {
    /// List them, with what is known of their tools
    List,
    /// Connect to one and list its tools
    Test {
        /// Its id
        id: String,
    },
}

pub fn mcp(options: &McpOptions) -> u8 {
    data_folder::keep_files_private();
    if let Err(error) = start_log(None, None) {
        return eprint_error(FAILED, &error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return eprint_error(FAILED, &format!("no runtime: {error}")),
    };
    match runtime.block_on(on_engine(options)) {
        Ok(code) => code,
        Err(error) => eprint_error(USAGE, &error),
    }
}

async fn on_engine(options: &McpOptions) -> Result<u8, String> {
    let folder = options.data_dir.clone().unwrap_or_else(|| PathBuf::from("data"));
    data_folder::open(&folder)?;
    let (config, _lock) = match &options.database_url {
        Some(url) => (StoreConfig::Postgres(url.clone()), None),
        None => (StoreConfig::Sqlite(folder.join(DATABASE)), Some(data_folder::lock(&folder)?)),
    };
    let vault = data_folder::vault(std::env::var("SLUICE_MASTER_KEY").ok(), &folder)?;
    let providers = ProvidersConfig { vault, server_keys: Vec::new(), network: NetworkPolicy::Anywhere };
    // Whoever runs the command can start programs anyway.
    let config_of_engine = EngineConfig { adopt: false, allow_stdio_mcp: true, ..EngineConfig::default() };
    let engine = open_engine(&config, providers, config_of_engine).await?;
    let done = match &options.command {
        McpCommand::List => list(&engine).await,
        McpCommand::Test { id } => test(&engine, id).await,
    };
    engine.shut_down(Duration::ZERO).await;
    done
}

async fn list(engine: &Engine) -> Result<u8, String> {
    let (store, tenant) = (engine.store(), TenantId::local());
    let mut cursor = None;
    loop {
        let page = store.mcp_servers(&tenant, None, cursor.take(), MAX_PAGE).await;
        let (servers, next) = page.map_err(|error| error.to_string())?;
        let ids = servers.iter().map(|stored| stored.server.id.to_string()).collect();
        let counts = store.tool_counts(&tenant, ids).await.map_err(|error| error.to_string())?;
        for stored in servers {
            let tools = counts.get(stored.server.id.as_str()).copied().unwrap_or(0);
            print_line(&line(&stored, tools));
        }
        cursor = next.as_deref().and_then(Cursor::decode);
        if cursor.is_none() {
            return Ok(DONE);
        }
    }
}

fn line(stored: &StoredMcpServer, tools: i64) -> String {
    let server = &stored.server;
    let place = match &server.transport {
        McpTransport::Stdio(stdio) => format!("{} {}", stdio.command, stdio.args.join(" ")),
        McpTransport::Http(http) => http.url.clone(),
    };
    let state = match (&stored.listing.error, stored.listing.listed_at) {
        (Some(error), _) => format!("failed: {error}"),
        (None, Some(at)) => {
            let tools = plural(u64::try_from(tools).unwrap_or(0), "tool", "tools");
            format!("{tools}, listed {}", at.format("%Y-%m-%d %H:%M UTC"))
        }
        (None, None) => "not connected yet".to_owned(),
    };
    format!("{}\t{}\t{}\t{state}", server.id, server.name, place.trim())
}

async fn test(engine: &Engine, id: &str) -> Result<u8, String> {
    let id: McpServerId = id.parse().map_err(|error: sluice_types::IdError| error.to_string())?;
    let check = engine.mcp_servers().check(&TenantId::local(), &id).await.map_err(|error| error.to_string())?;
    if let Some(error) = check.error {
        return Ok(eprint_error(FAILED, &format!("{id}: {error}")));
    }
    let or_none = |text: Option<String>| text.unwrap_or_default();
    print_line(&format!(
        "{id}: {} {}, protocol {}, {} ms",
        or_none(check.name),
        or_none(check.version),
        or_none(check.protocol),
        check.latency_ms
    ));
    for tool in check.tools {
        let allowed = if tool.allowed { "" } else { ", not allowed" };
        let about = tool.description.lines().next().unwrap_or_default();
        print_line(&format!("  {} ({}{allowed})  {about}", tool.id, tool.effect.as_str()));
    }
    Ok(DONE)
}
