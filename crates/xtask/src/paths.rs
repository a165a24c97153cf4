//! Absolute paths, independent of the working directory.

use std::env;
use std::path::{Path, PathBuf};

/// The workspace root.
pub fn root() -> PathBuf {
    // Cargo sets the variable at run time; the compiled-in value is for a binary started without cargo.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.ancestors().nth(2).map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Cargo's target directory.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |target| root().join(target))
}

/// The scratch folder of this tool: databases, tools, logs. Safe to delete.
pub fn scratch() -> PathBuf {
    target().join("xtask")
}

/// The server binary in the output folder of a cargo profile.
pub fn server(folder: &str) -> PathBuf {
    target().join(folder).join("sluice")
}

/// The first file of this name in `PATH`.
pub fn in_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
