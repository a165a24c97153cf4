//! Model calls against gateways that others wrote, by hand before a release: they are too large for every test run.

use std::path::PathBuf;
use std::process::Command;

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::{aimock, debian, paths, process};

/// `LiteLLM`'s proxy from PyPI. Newer versions need a package that is not there.
const LITELLM: &str = "litellm[proxy]==1.89.7";

/// Installs the gateways and runs the tests that need them.
pub fn run(_: &[String]) -> Done {
    aimock::prepare()?;
    let litellm = install_litellm()?;
    let mut tests = cargo();
    tests.args(["test", "-p", "sluice-providers", "--test", "it", "peers", "--", "--ignored", "--nocapture"]);
    process::run(tests.env("SLUICE_TEST_LITELLM", litellm))
}

/// Installs `LiteLLM` into a virtual environment of its own, when it is missing there.
fn install_litellm() -> Result<PathBuf, Failure> {
    let folder = paths::root().join("target/peers").join(LITELLM.replace(['[', ']', '='], "-"));
    let program = folder.join("bin/litellm");
    if program.is_file() {
        return Ok(program);
    }
    if paths::in_path("python3").is_none() {
        debian::install(&["python3", "python3-venv"], "Python")?;
    }
    println!("  {LITELLM} is installed from PyPI, about 400 MB");
    process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    process::run(pip.args(["install", "--quiet", LITELLM]))
        .map_err(|failure| failure.cure("see what pip says above; it needs PyPI"))?;
    Ok(program)
}
