//! The debug server under `cargo xtask dev`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Child;

use rustix::process::Signal;

use crate::fail::{Context, Done, Failure};
use crate::web_app::Profile;
use crate::{paths, process};

/// A server process that can be restarted; ended when dropped.
pub struct Server {
    binary: PathBuf,
    arguments: Vec<String>,
    running: Option<Child>,
}

impl Server {
    /// Starts it.
    pub fn start(binary: PathBuf, arguments: &[String]) -> Result<Self, Failure> {
        let running = Some(spawn(&binary, arguments)?);
        Ok(Self { binary, arguments: arguments.to_vec(), running })
    }

    /// Ends the server and starts the newly built binary.
    pub fn restart(&mut self) -> Done {
        self.end();
        self.running = Some(spawn(&self.binary, &self.arguments)?);
        Ok(())
    }

    /// Reports once that the server has exited; its own output has the reason.
    pub fn report_exit(&mut self) {
        if let Some(Ok(Some(status))) = self.running.as_mut().map(Child::try_wait) {
            self.running = None;
            eprintln!("  the server ended ({status}); it starts again when its code changes");
        }
    }

    fn end(&mut self) {
        if let Some(mut child) = self.running.take() {
            process::end(&mut child, Signal::TERM);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn(binary: &Path, arguments: &[String]) -> Result<Child, Failure> {
    let mut command = process::tied_to_us(binary);
    command.arg("serve").args(arguments).current_dir(paths::root());
    // Set in the environment, so that arguments override them. Runs resume after a restart, so the grace is short.
    for (name, value) in [
        ("SLUICE_DATA_DIR", paths::root().join("data").join("dev")),
        ("SLUICE_WEB_DIR", Profile::Dev.dist()),
        ("SLUICE_GRACE_SECONDS", "1".into()),
    ] {
        if env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    println!("» {}", process::shown(&command));
    command.spawn().context(|| format!("cannot run {}", binary.display()))
}
