//! `cargo xtask release`: the server for installation.

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::web_app::{self, Profile};
use crate::{paths, process};

/// Builds the server and prints its path.
pub fn run(arguments: &[String]) -> Done {
    if !arguments.is_empty() {
        return Err(Failure::usage("`release` takes no arguments"));
    }
    build()?;
    println!("  {}", paths::server("release").display());
    Ok(())
}

/// Builds the web app, then the server that embeds it.
pub fn build() -> Done {
    web_app::build(Profile::Release)?;
    if !paths::server("release").is_file() {
        println!("  the first release build of the server takes about ten minutes on two cores");
    }
    stage("release build", || process::run(cargo().args(["build", "--release", "-p", "sluice-api", "--bin", "sluice"])))
}
