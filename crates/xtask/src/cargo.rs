//! Calling cargo from a program that cargo started.

use std::env;
use std::process::Command;

use crate::paths;

/// Cargo itself, at the workspace's root.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root());
    forget_this_crate(&mut command);
    command
}

/// Removes the variables that cargo sets for *this* crate: build scripts of other crates watch some of them and
/// would run again without need.
pub fn forget_this_crate(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}
