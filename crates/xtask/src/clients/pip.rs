//! Virtual environments of Python with the packages of a `requirements.txt`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::generated;
use crate::fail::{Context, Failure};
use crate::{debian, process};

const REQUIREMENTS: &str = "requirements.txt";

/// Installs the packages of a client when they are missing or when its list has changed; returns the environment's
/// folder of programs.
pub fn install(client: &str) -> Result<PathBuf, Failure> {
    let wanted = generated::source(client).join(REQUIREMENTS);
    let list = fs::read_to_string(&wanted).context(|| format!("cannot read {}", wanted.display()))?;
    let environment = generated::scratch().join(format!("python-{client}"));
    let programs = environment.join("bin");
    // Written last, so it is there only after a whole install.
    let installed = environment.join(REQUIREMENTS);
    if fs::read_to_string(&installed).is_ok_and(|text| text == list) {
        return Ok(programs);
    }
    if !can_make_environments() {
        debian::install(&["python3", "python3-venv"], "Python with venv")?;
    }
    println!("  packages of clients/{client}/{REQUIREMENTS} are installed from PyPI");
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted);
    process::run(&mut pip).map_err(|failure| {
        failure.cure(format!("see what pip says above; it needs PyPI, and reads clients/{client}/{REQUIREMENTS}"))
    })?;
    fs::write(&installed, list).context(|| format!("cannot write {}", installed.display()))?;
    Ok(programs)
}

/// Debian's Python comes without the module that puts pip into an environment.
fn can_make_environments() -> bool {
    let mut python = Command::new("python3");
    python.args(["-c", "import ensurepip, venv"]).stdout(Stdio::null()).stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}
