//! The server under test or load: started on a free port, ended when dropped.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::fail::{Context, Failure};
use crate::http::Client;
use crate::{paths, process, signals};

const READY_LINE: &str = "Sluice is ready at http://";
const START_WITHIN: Duration = Duration::from_secs(30);

/// Its settings, as the benchmark prints them in its report.
pub const SETTINGS: &str =
    "--starts-per-minute 0 --saves-per-minute 0 --max-calls-per-tenant 0 --max-calls-per-provider 0";

/// A running `sluice serve`.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the binary in the output folder of a cargo profile on a data directory, and waits for its ready line.
    pub fn start(profile: &str, data: &Path) -> Result<Self, Failure> {
        let (mut child, log) = spawn(profile, data, "127.0.0.1:0")?;
        match wait_for_ready_line(&mut child, &log) {
            Ok(address) => Ok(Self { child, address }),
            Err(failure) => {
                process::end(&mut child, Signal::TERM);
                Err(failure)
            }
        }
    }

    /// Starts the release build on a known port and returns at once, to measure the start time.
    pub fn start_unready(data: &Path, address: SocketAddr) -> Result<Self, Failure> {
        let (child, _) = spawn("release", data, &address.to_string())?;
        Ok(Self { child, address })
    }

    /// A new client.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// The address, for a plain connection.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address in URLs.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The process, for reading its memory.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        process::end(&mut self.child, Signal::TERM);
    }
}

fn spawn(profile: &str, data: &Path, listen: &str) -> Result<(Child, PathBuf), Failure> {
    signals::catch()?;
    fs::create_dir_all(data).context(|| format!("cannot make {}", data.display()))?;
    // Beside the data directory, not in it: its content is the server's.
    let log = data.with_extension("log");
    let output = File::create(&log).context(|| format!("cannot write {}", log.display()))?;
    let errors = output.try_clone().context(|| format!("cannot write {}", log.display()))?;
    let mut command: Command = process::tied_to_us(&paths::server(profile));
    command.args(["serve", "--listen", listen, "--data-dir"]).arg(data).args(SETTINGS.split(' '));
    // Warnings only, because logging would change the figures of the benchmark.
    command.env("RUST_LOG", "warn").stdin(Stdio::null()).stdout(output).stderr(errors);
    let child = command.spawn().context(|| format!("cannot run `{}`", process::shown(&command)))?;
    Ok((child, log))
}

fn wait_for_ready_line(child: &mut Child, log: &Path) -> Result<SocketAddr, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < START_WITHIN {
        signals::check()?;
        let said = fs::read_to_string(log).unwrap_or_default();
        if let Some(address) = ready_address(&said) {
            return Ok(address);
        }
        if matches!(child.try_wait(), Ok(Some(_))) {
            return Err(Failure::new(format!("the server ended at once:\n{said}")));
        }
        sleep(Duration::from_millis(5));
    }
    Err(Failure::new(format!("the server was not ready in {} s; see {}", START_WITHIN.as_secs(), log.display())))
}

/// The address in a complete ready line.
fn ready_address(said: &str) -> Option<SocketAddr> {
    let (_, rest) = said.split_once(READY_LINE)?;
    let (address, _) = rest.split_once('\n')?;
    address.trim().trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::ready_address;

    #[test]
    fn reads_only_a_complete_line() {
        assert_eq!(ready_address("Sluice is ready at http://127.0.0.1:80"), None);
        let address = ready_address("hello\nSluice is ready at http://127.0.0.1:8081\nmore\n");
        assert_eq!(address, "127.0.0.1:8081".parse().ok());
    }
}
