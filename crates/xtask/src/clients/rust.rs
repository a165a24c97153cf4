//! A client for Rust.

use std::process::Command;

use super::generator::{CLIENT, Language};
use super::servers::Servers;
use super::{generated, union};
use crate::cargo::cargo;
use crate::fail::Done;
use crate::process;

/// How it is generated.
pub const RUST: Language = Language {
    name: "rust",
    flags: &[],
    properties: &["useSingleRequestParameter=true"],
    named: |package| {
        let name = if package == CLIENT { "sluice_client" } else { "union_client" };
        // The same version in each release, for the lock file.
        vec!["--package-name".into(), name.into(), "--additional-properties=packageVersion=0.0.0".into()]
    },
};

/// Generates the client, compiles it with the session, and runs the session.
pub fn check(servers: &Servers) -> Done {
    RUST.generate()?;
    println!("  cargo build");
    let target = generated::scratch().join("rust");
    let mut build = cargo();
    // Its lock file is its own, and so are its warnings.
    build
        .args(["build", "--locked", "--quiet", "--target-dir"])
        .arg(&target)
        .env("RUSTFLAGS", "--cap-lints warn -Awarnings");
    process::run(build.current_dir(RUST.folder()))
        .map_err(|failure| failure.cure("adapt clients/rust to the new document, if it is meant to have changed so"))?;
    let program = |name: &str| Command::new(target.join("debug").join(name));
    println!("  a definition with every kind of step");
    let written = generated::scratch().join("union-rust.json");
    process::run(program("union").arg(union::definition()).arg(&written))?;
    union::compare(&written)?;
    servers.run_session(|| program("session"), "see clients/rust/src/session.rs")
}
