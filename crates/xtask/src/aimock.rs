//! The mock model server from npm that the engine's tests talk to.

use crate::fail::Done;
use crate::npm;

const FOLDER: &str = "crates/providers/tests/aimock";

/// Installs it when it is missing or older than its lock file.
pub fn prepare() -> Done {
    if npm::install(FOLDER)?.is_none() {
        println!("  {FOLDER} holds no package.json: nothing to install");
    }
    Ok(())
}
