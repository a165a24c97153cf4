//! Folders of what is generated.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fail::{Context, Failure};
use crate::paths;

/// The folder of one client in the repository: its session, and the versions of its packages.
pub fn source(client: &str) -> PathBuf {
    paths::root().join("clients").join(client)
}

/// The folder for documents, virtual environments and data. Safe to delete.
pub fn scratch() -> PathBuf {
    paths::scratch().join("clients")
}

/// An empty folder for generated code: files of a schema that has gone must not stay.
pub fn emptied(folder: &Path) -> Result<(), Failure> {
    let _absent_already = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))
}
