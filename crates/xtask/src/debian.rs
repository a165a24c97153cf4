//! Installation of system packages by apt, as root or by `sudo` without a password.

use std::process::Command;

use crate::fail::{Done, Failure};
use crate::{paths, process};

/// Installs packages with apt when permitted; the error names them as `what`.
pub fn install(packages: &[&str], what: &str) -> Done {
    let names = packages.join(" ");
    let cure = format!("install {what} (Debian and Ubuntu: `sudo apt-get install {names}`) and run this again");
    let Some(prefix) = apt_prefix() else {
        return Err(
            Failure::new(format!("{what} not found, and apt cannot be used here without a password")).cure(cure)
        );
    };
    println!("  installing {names} with apt");
    if apt(prefix, &["install", "-y", "--no-install-recommends"], packages).is_ok() {
        return Ok(());
    }
    // A fresh container image has no package lists.
    apt(prefix, &["update"], &[]).map_err(|failure| failure.cure(cure.clone()))?;
    apt(prefix, &["install", "-y", "--no-install-recommends"], packages).map_err(|failure| failure.cure(cure))
}

fn apt(prefix: &[&str], verb: &[&str], packages: &[&str]) -> Done {
    let words: Vec<&str> =
        prefix.iter().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"].iter()).copied().collect();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::new("no program to run"));
    };
    process::run(Command::new(program).args(arguments).args(verb).args(packages))
}

/// The words before `apt-get`: empty as root, `sudo -n` when no password is needed, else `None`.
fn apt_prefix() -> Option<&'static [&'static str]> {
    paths::in_path("apt-get")?;
    if rustix::process::geteuid().is_root() {
        return Some(&[]);
    }
    paths::in_path("sudo")?;
    let allowed = Command::new("sudo").args(["-n", "true"]).output().is_ok_and(|output| output.status.success());
    allowed.then_some(&["sudo", "-n"])
}
