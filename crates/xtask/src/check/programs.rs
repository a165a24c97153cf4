//! The checks that call one program.

use std::process::Command;

use super::tools;
use crate::cargo::cargo;
use crate::fail::Done;
use crate::web_app::PACKAGE;
use crate::{paths, process};

/// The code is formatted.
pub fn fmt() -> Done {
    process::run(cargo().args(["fmt", "--all", "--check"])).map_err(|failure| failure.cure("run `cargo fmt --all`"))
}

/// Clippy has no findings, tests included.
pub fn clippy() -> Done {
    let mut command = cargo();
    command.args(["clippy", "--workspace", "--exclude", PACKAGE, "--all-targets", "--locked", "--", "-D", "warnings"]);
    process::run(&mut command).map_err(|failure| {
        failure.cure("repair what clippy names, or `#[expect(…, reason = \"…\")]` it; `cargo build` updates Cargo.lock")
    })
}

/// The documentation builds without a dead link.
pub fn docs() -> Done {
    let mut command = cargo();
    command.args(["doc", "--workspace", "--exclude", PACKAGE, "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    process::run(&mut command)
}

/// Licences, sources and bans of all dependencies.
///
/// Advisories are left out: their database is a git repository that a build without network cannot reach.
pub fn deny() -> Done {
    let mut command = cargo_tool(&tools::CARGO_DENY)?;
    command.args(["--all-features", "check", "bans", "licenses", "sources"]);
    process::run(&mut command).map_err(|failure| failure.cure("see deny.toml: what it allows, and why"))
}

/// Each crate uses all of its dependencies.
pub fn unused_dependencies() -> Done {
    let mut command = cargo_tool(&tools::CARGO_MACHETE)?;
    command.args(["--with-metadata", "--skip-target-dir", "."]);
    process::run(&mut command).map_err(|failure| {
        failure.cure("remove them, or list them under [package.metadata.cargo-machete] with a reason")
    })
}

/// No known misspelling in code, comments and pages.
pub fn typos() -> Done {
    let mut command = Command::new(tools::TYPOS.install()?);
    process::run(command.current_dir(paths::root()))
        .map_err(|failure| failure.cure("correct it; a word that is right goes into typos.toml"))
}

/// A cargo plugin called by its path. It finds cargo and the toolchain as it would when called by cargo.
fn cargo_tool(tool: &tools::Tool) -> Result<Command, crate::fail::Failure> {
    let mut command = Command::new(tool.install()?);
    command.current_dir(paths::root());
    Ok(command)
}
