//! Building the browser app, once there is one.

use std::path::PathBuf;

use crate::fail::Failure;
use crate::paths;

/// Builds the web app for release and gives the folder of its files; `None` while `frontend/` holds no crate.
pub fn build() -> Result<Option<PathBuf>, Failure> {
    if !paths::root().join("frontend").join("Cargo.toml").is_file() {
        return Ok(None);
    }
    Err(Failure::new("frontend/Cargo.toml exists, but this command does not know yet how to build it")
        .cure("teach `web_app::build` in crates/xtask/src/web_app.rs"))
}
