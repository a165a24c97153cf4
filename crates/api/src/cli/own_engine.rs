//! The engine of a command that does its work itself.

use std::fs::File;
use std::path::Path;

use sluice_engine::providers::{NetworkPolicy, ProvidersConfig, keys_from_environment};
use sluice_engine::{Engine, EngineConfig};
use sluice_store::StoreConfig;
use tempfile::TempDir;

use super::data_folder::{self, DATABASE};
use super::serve::open_engine;

/// An engine on a data folder that no other process uses meanwhile.
pub struct OwnEngine {
    /// The engine.
    pub engine: Engine,
    _lock: File,
    _temporary: Option<TempDir>,
}

impl OwnEngine {
    /// Opens an engine on a data folder; without one, on a temporary folder that is deleted with it.
    pub async fn open(folder: Option<&Path>) -> Result<Self, String> {
        let (folder, temporary) = if let Some(folder) = folder {
            (folder.to_owned(), None)
        } else {
            let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
            (temporary.path().to_owned(), Some(temporary))
        };
        data_folder::open(&folder)?;
        let lock = data_folder::lock(&folder)?;
        let vault = data_folder::vault(std::env::var("SLUICE_MASTER_KEY").ok(), &folder)?;
        let providers =
            ProvidersConfig { vault, server_keys: keys_from_environment(), network: NetworkPolicy::Anywhere };
        // Whoever runs the command can start programs anyway.
        let config = EngineConfig { adopt: false, allow_stdio_mcp: true, ..EngineConfig::default() };
        let engine = open_engine(&StoreConfig::Sqlite(folder.join(DATABASE)), providers, config).await?;
        Ok(Self { engine, _lock: lock, _temporary: temporary })
    }
}
