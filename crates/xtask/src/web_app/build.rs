//! From `frontend/` to the folder that a server serves.

use std::env;
use std::path::{Path, PathBuf};

use super::{stamp, versions};
use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::{paths, process, wasm};

/// The package of the app.
pub const PACKAGE: &str = "sluice-web";
const FILE: &str = "sluice_web.wasm";

/// The purpose of a build.
#[derive(Clone, Copy)]
pub enum Profile {
    /// For installation with the server: smallest size, compressed in advance.
    Release,
    /// The same with a shorter build and a larger app.
    Start,
    /// For development: fast to build, and pages reload themselves.
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

    /// Whether users load it: then it is compressed, and holds no paths of the build machine.
    const fn is_for_users(self) -> bool {
        !matches!(self, Self::Dev)
    }

    /// The served folder. Each profile has its own, so that no build deletes another's; the server's build script
    /// reads the one of `Release`.
    pub fn dist(self) -> PathBuf {
        paths::target().join("web").join(match self {
            Self::Release => "dist",
            Self::Start => "start",
            Self::Dev => "dev",
        })
    }
}

/// `cargo xtask web`: builds the app that a later build of the server embeds.
pub fn run(arguments: &[String]) -> Done {
    if !arguments.is_empty() {
        return Err(Failure::usage("`web` takes no arguments"));
    }
    println!("  {}", build(Profile::Release)?.display());
    Ok(())
}

/// Builds the app when its sources changed, and returns the folder to serve.
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
    command.args(["rustc", "-p", PACKAGE, "--lib", "--target", wasm::TARGET, "--profile", name]);
    if profile.is_for_users() {
        command.arg("--config").arg(without_folders()?);
    }
    // The bundler moves code between modules, and the relocations tell it where code is referred to.
    command.args(["--", "-C", "link-arg=--emit-relocs"]);
    process::run(&mut command)?;
    Ok(compiled)
}

/// The cargo setting that removes the build machine's folders from the app. Panic messages hold paths of source
/// files, and the app is public.
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

/// Runs the bundler, unless its inputs are unchanged since its last run.
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
