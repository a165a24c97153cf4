//! The mock model server from npm that the engine's tests talk to.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::fail::{Done, Failure};
use crate::{debian, paths, process};

const FOLDER: &str = "crates/engine/tests/aimock";
const LOCK_FILE: &str = "package-lock.json";
/// npm writes this one last, so its time says when the install was finished.
const INSTALLED_MARK: &str = "node_modules/.package-lock.json";

/// Installs node when it is missing, and the packages when they are missing or older than the lock file.
pub fn prepare() -> Done {
    let folder = paths::root().join(FOLDER);
    if !folder.join("package.json").is_file() {
        println!("  {FOLDER} holds no package.json: nothing to install");
        return Ok(());
    }
    if paths::in_path("node").is_none() || paths::in_path("npm").is_none() {
        debian::install(&["nodejs", "npm"], "Node.js with npm")?;
    }
    let locked = changed_at(&folder.join(LOCK_FILE));
    let installed = changed_at(&folder.join(INSTALLED_MARK));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder)).map_err(explain)
}

fn explain(failure: Failure) -> Failure {
    failure.cure(format!("see what npm says above; `npm ci` runs in {FOLDER} and needs npm's registry"))
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
