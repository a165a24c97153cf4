//! Packages from npm, for tests and checks.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::fail::{Done, Failure};
use crate::{debian, paths, process};

const LOCK_FILE: &str = "package-lock.json";
/// npm writes this file last, so its modification time is the end of the install.
const INSTALLED_MARK: &str = "node_modules/.package-lock.json";

/// Installs Node.js when it is missing, and a folder's packages when they are missing or older than its lock file.
/// Returns the folder's absolute path; `None` when it has no `package.json`.
pub fn install(folder: &str) -> Result<Option<PathBuf>, Failure> {
    let path = paths::root().join(folder);
    if !path.join("package.json").is_file() {
        return Ok(None);
    }
    install_node()?;
    let locked = changed_at(&path.join(LOCK_FILE));
    let installed = changed_at(&path.join(INSTALLED_MARK));
    if installed.is_none() || installed < locked {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&path);
        // The browser is the system's, not one that Playwright downloads.
        npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        process::run(&mut npm).map_err(|failure| {
            failure.cure(format!("see what npm says above; `npm ci` runs in {folder} and needs npm's registry"))
        })?;
    }
    Ok(Some(path))
}

/// Installs Node.js with npm when one of them is missing.
pub fn install_node() -> Done {
    if paths::in_path("node").is_some() && paths::in_path("npm").is_some() {
        return Ok(());
    }
    debian::install(&["nodejs", "npm"], "Node.js with npm")
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
