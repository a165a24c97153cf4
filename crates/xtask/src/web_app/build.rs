//! From `frontend/` to the folder that a server serves.

use std::env;
use std::path::{Path, PathBuf};

use super::{stamp, versions};
use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::{paths, process, wasm};

/// The package of the app, and what cargo calls its file.
pub const PACKAGE: &str = "sluice-web";
const FILE: &str = "sluice_web.wasm";

/// What the app is built for.
#[derive(Clone, Copy)]
pub enum Profile {
    /// To be installed with the server: as small as it gets, and compressed beforehand.
    Release,
    /// The same, built in less time.
    Start,
    /// To be worked on: quick to build, and pages load themselves again.
    Dev,
}

impl Profile {
    /// The profile in `Cargo.toml` and the folder that cargo puts its output in.
    fn of_cargo(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("web", "web"),
            Self::Start => ("web-start", "web-start"),
            Self::Dev => ("dev", "debug"),
        }
    }

    /// Whether people load it: it tells nothing of whoever built it, and is compressed.
    const fn is_for_users(self) -> bool {
        !matches!(self, Self::Dev)
    }

    /// The folder that is served. Each has its own, so that neither build throws the other one's away; the
    /// server's build script knows the first.
    pub fn dist(self) -> PathBuf {
        paths::target().join("web").join(match self {
            Self::Release => "dist",
            Self::Start => "start",
            Self::Dev => "dev",
        })
    }
}

/// `cargo xtask web`: what a server that is built after it embeds.
pub fn run(arguments: &[String]) -> Done {
    if !arguments.is_empty() {
        return Err(Failure::usage("`web` takes no arguments"));
    }
    println!("  {}", build(Profile::Release)?.display());
    Ok(())
}

/// Builds what has changed, and gives the folder to serve.
pub fn build(profile: Profile) -> Result<PathBuf, Failure> {
    stage("web app", || {
        wasm::install_target()?;
        versions::check()?;
        let compiled = compile(profile)?;
        let dist = profile.dist();
        bundle(profile, &compiled, &dist)?;
        Ok(dist)
    })
}

fn compile(profile: Profile) -> Result<PathBuf, Failure> {
    let (name, folder) = profile.of_cargo();
    let compiled = paths::target().join(wasm::TARGET).join(folder).join(FILE);
    if !compiled.is_file() {
        println!("  the first build of the web app takes about two minutes on two cores");
    }
    let mut command = cargo();
    command.args(["build", "-p", PACKAGE, "--lib", "--target", wasm::TARGET, "--profile", name]);
    if profile.is_for_users() {
        command.arg("--config").arg(without_folders()?);
    }
    process::run(&mut command)?;
    Ok(compiled)
}

/// What makes the compiler leave out the folders of whoever builds the app: it tells in which file it panics, and
/// anybody can read that.
fn without_folders() -> Result<String, Failure> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let crates = home.map(|home| home.join("registry/src/"));
    let library = wasm::sysroot()?.join("lib/rustlib/src/rust/");
    let flags: Vec<String> = crates
        .into_iter()
        .chain([library])
        .map(|folder| format!("{:?}", format!("--remap-path-prefix={}=", folder.display())))
        .collect();
    Ok(format!("target.{}.rustflags=[{}]", wasm::TARGET, flags.join(",")))
}

/// Runs the bundler, unless all that it reads is as it was when it ran last.
fn bundle(profile: Profile, compiled: &Path, dist: &Path) -> Done {
    let frontend = paths::root().join("frontend");
    let (index, files) = (frontend.join("index.html"), frontend.join("static"));
    let bundler = paths::root().join("crates").join("bundle");
    let now = stamp::of(&[compiled, &index, &files, &bundler])?;
    if dist.join("index.html").is_file() && stamp::read(dist).is_some_and(|then| then == now) {
        return Ok(());
    }
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "sluice-bundle", "--"]).args([compiled, &frontend, dist]);
    if profile.is_for_users() {
        command.arg("--release");
    }
    process::run(&mut command)?;
    stamp::write(dist, &now)
}
