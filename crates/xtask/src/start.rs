//! `cargo xtask start`: from a fresh checkout to a running server in one command.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::{paths, process, web_app};

/// Builds the server (and the web app, once there is one), then becomes it.
pub fn run(arguments: &[String]) -> Done {
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    stage("web app", web_app::build)?;
    build_release()?;
    let mut server = Command::new(paths::release_binary());
    server.arg("serve").args(arguments).current_dir(paths::root());
    println!("» {}", process::shown(&server));
    // `exec` comes back only when it failed.
    let error = server.exec();
    Err(Failure::new(format!("cannot run {}: {error}", paths::release_binary().display())))
}

/// Builds the optimised server; says beforehand when that takes long.
pub fn build_release() -> Done {
    if !paths::release_binary().is_file() {
        println!("  the first release build takes about ten minutes on two cores; later ones take seconds");
    }
    stage("release build", || process::run(cargo().args(["build", "--release", "-p", "sluice-api", "--bin", "sluice"])))
}
