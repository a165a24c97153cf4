//! The compiler's target for browsers.

use std::path::PathBuf;
use std::process::Command;

use crate::fail::{Done, Failure};
use crate::{paths, process};

/// The target of the web app and of the types crate, which it shares with the server.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Installs the target when it is missing. `rust-toolchain.toml` names it, but rustup does not add it to a toolchain
/// that is already installed, and a toolchain without rustup must include it.
pub fn install_target() -> Done {
    if sysroot()?.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    println!("  installing Rust's {TARGET} target with rustup");
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).current_dir(paths::root());
    process::run(&mut rustup)
        .map_err(|failure| failure.cure(format!("install Rust's {TARGET} target (package manager or rustup)")))
}

/// The folder of the compiler and the standard library.
pub fn sysroot() -> Result<PathBuf, Failure> {
    let printed = process::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(paths::root()))?;
    Ok(PathBuf::from(printed.trim()))
}
