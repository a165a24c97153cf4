//! The MCP servers from npm that the tests of tools talk to.

use crate::fail::Done;
use crate::npm;

const FOLDER: &str = "crates/tools/tests/servers";

/// Installs them when they are missing or older than their lock file.
pub fn prepare() -> Done {
    npm::install(FOLDER).map(drop)
}
