//! `cargo xtask start`: from a fresh checkout to a running server in one command.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::web_app::{self, Profile};
use crate::{paths, process};

/// The profile in `Cargo.toml`: optimised, but quick to build.
const PROFILE: &str = "start";

/// Builds the server with the web app, then replaces this process by the server.
pub fn run(arguments: &[String]) -> Done {
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    let binary = build(&web_app::build(Profile::Start)?)?;
    let mut server = Command::new(&binary);
    server.arg("serve").args(arguments).current_dir(paths::root());
    println!("» {}", process::shown(&server));
    // `exec` returns only on failure.
    let error = server.exec();
    Err(Failure::new(format!("cannot run {}: {error}", binary.display())))
}

/// Builds the server with an embedded web app; prints a notice before a long build.
fn build(web_app: &Path) -> Result<PathBuf, Failure> {
    let binary = paths::server(PROFILE);
    if !binary.is_file() {
        println!("  the first build of the server takes about four minutes on two cores; later ones take seconds");
    }
    let mut command = cargo();
    command.args(["build", "--profile", PROFILE, "-p", "sluice-api", "--bin", "sluice"]);
    command.env("SLUICE_WEB_DIST", web_app);
    stage("server", || process::run(&mut command))?;
    Ok(binary)
}
