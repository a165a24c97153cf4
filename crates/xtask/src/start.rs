//! `cargo xtask start`: from a fresh checkout to a running server in one command.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::web_app::{self, Profile};
use crate::{paths, process};

/// Builds the server with the web app in it, then becomes the server.
pub fn run(arguments: &[String]) -> Done {
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    build_release()?;
    let mut server = Command::new(paths::release_binary());
    server.arg("serve").args(arguments).current_dir(paths::root());
    println!("» {}", process::shown(&server));
    // `exec` comes back only when it failed.
    let error = server.exec();
    Err(Failure::new(format!("cannot run {}: {error}", paths::release_binary().display())))
}

/// Builds the web app, then the optimised server that embeds it; says beforehand when that takes long.
pub fn build_release() -> Done {
    web_app::build(Profile::Release)?;
    if !paths::release_binary().is_file() {
        println!("  the first release build takes about ten minutes on two cores; later ones take seconds");
    }
    stage("release build", || process::run(cargo().args(["build", "--release", "-p", "sluice-api", "--bin", "sluice"])))
}
