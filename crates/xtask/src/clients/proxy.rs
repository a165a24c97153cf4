//! The server of next year: a proxy that adds to each answer what may be added without notice.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use rustix::process::Signal;

use super::generated;
use crate::fail::{Context, Failure};
use crate::openapi;
use crate::{paths, process};

const READY: &str = "ready ";

/// The running proxy; ended when dropped.
pub struct Proxy {
    child: Child,
    url: String,
}

impl Proxy {
    /// Starts it before a server.
    pub fn start(upstream: &str) -> Result<Self, Failure> {
        let node = paths::in_path("node").ok_or_else(|| Failure::new("node is not in PATH"))?;
        let mut command = process::tied_to_us(&node);
        command.arg(generated::source("next-year").join("proxy.mjs")).arg(openapi::committed_file()).arg(upstream);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context(|| format!("cannot run `{}`", process::shown(&command)))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line).context(|| "cannot read the proxy's address".into())?;
        }
        let url = line.trim().strip_prefix(READY).unwrap_or_default().to_owned();
        let proxy = Self { child, url };
        if proxy.url.is_empty() {
            return Err(Failure::new("the proxy ended at once").cure("see what node says above"));
        }
        Ok(proxy)
    }

    /// Its address in URLs.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        process::end(&mut self.child, Signal::TERM);
    }
}
