//! One private database cluster, from `initdb` to its deletion.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::account::{self, Account};
use super::binaries::Binaries;
use crate::fail::{Context, Done, Failure};
use crate::{paths, process, signals};

const FOLDER_PREFIX: &str = "postgres-";
const USER: &str = "sluice";
/// Tests run in parallel, each with a pool of its own.
const MAX_CONNECTIONS: u32 = 300;
const START_WITHIN: Duration = Duration::from_secs(60);
/// Another process may take the free port before PostgreSQL does.
const START_TRIES: u32 = 3;

/// A running cluster; dropping it ends it and deletes its files.
pub struct Cluster {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster in the target directory, on a free port of 127.0.0.1.
    pub fn start() -> Result<Self, Failure> {
        signals::catch()?;
        let binaries = Binaries::find_or_install()?;
        let account = Account::choose()?;
        let parent = parent_folder(account.is_some());
        sweep(&parent);
        let folder = parent.join(format!("{FOLDER_PREFIX}{}", std::process::id()));
        fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
        if let Some(account) = &account {
            account.give(&folder)?;
        }
        let started = init(&binaries, account.as_ref(), &folder)
            .and_then(|()| start_on_free_port(&binaries, account.as_ref(), &folder));
        if started.is_err() {
            delete(&folder);
        }
        started
    }

    /// The URL of its `postgres` database, for tests.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        process::end(&mut self.server, Signal::INT);
        delete(&self.folder);
    }
}

fn init(binaries: &Binaries, account: Option<&Account>, folder: &Path) -> Done {
    let mut command = account::command(account, &binaries.program("initdb"))?;
    command.arg("-D").arg(folder.join("data")).args(["-U", USER, "--auth=trust", "--no-sync", "--encoding=UTF8"]);
    // Sort as production databases do (`en_US`), not by bytes as SQLite does: a test that passes on both holds on both.
    if binaries.knows_icu() {
        command.args(["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]);
    } else {
        command.arg("--locale=C");
    }
    process::run(command.current_dir(folder).stdout(Stdio::null()))
}

fn start_on_free_port(binaries: &Binaries, account: Option<&Account>, folder: &Path) -> Result<Cluster, Failure> {
    let mut last = Failure::new("PostgreSQL was not started");
    for _ in 0..START_TRIES {
        match start_once(binaries, account, folder) {
            Ok(cluster) => return Ok(cluster),
            Err(failure) => last = failure,
        }
        signals::check()?;
    }
    Err(last)
}

fn start_once(binaries: &Binaries, account: Option<&Account>, folder: &Path) -> Result<Cluster, Failure> {
    let port = free_port()?;
    let log = folder.join("postgres.log");
    let log_file = File::create(&log).context(|| format!("cannot write {}", log.display()))?;
    let log_again = log_file.try_clone().context(|| format!("cannot write {}", log.display()))?;
    let mut command = account::command(account, &binaries.program("postgres"))?;
    command.arg("-D").arg(folder.join("data"));
    for setting in [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        // TCP is enough, and a socket's path has a length limit that a deep target directory breaks.
        "unix_socket_directories=".to_owned(),
        format!("max_connections={MAX_CONNECTIONS}"),
        // The data need not survive a power failure.
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
    ] {
        command.args(["-c", &setting]);
    }
    // A separate process group: Ctrl-C must end the tests before their database.
    command.process_group(0).current_dir(folder).stdin(Stdio::null()).stdout(log_file).stderr(log_again);
    let mut server = command.spawn().context(|| format!("cannot run `{}`", process::shown(&command)))?;
    match wait_until_ready(&mut server, &log) {
        Ok(()) => Ok(Cluster { server, folder: folder.to_owned(), port }),
        Err(failure) => {
            process::end(&mut server, Signal::INT);
            Err(failure)
        }
    }
}

fn wait_until_ready(server: &mut Child, log: &Path) -> Done {
    let begun = Instant::now();
    while begun.elapsed() < START_WITHIN {
        signals::check()?;
        let said = fs::read_to_string(log).unwrap_or_default();
        if said.contains("ready to accept connections") {
            return Ok(());
        }
        if matches!(server.try_wait(), Ok(Some(_))) {
            return Err(Failure::new(format!("PostgreSQL did not start:\n{said}")));
        }
        sleep(Duration::from_millis(10));
    }
    Err(Failure::new(format!("PostgreSQL was not ready in {} s", START_WITHIN.as_secs())))
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(|| "cannot find a free port".into())?;
    Ok(listener.local_addr().context(|| "cannot find a free port".into())?.port())
}

/// The scratch folder, or the system's temporary folder when another user cannot enter ours (below `/root`).
fn parent_folder(for_other_user: bool) -> PathBuf {
    let scratch = paths::scratch();
    let closed = |folder: &Path| folder.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o001 == 0);
    if for_other_user && scratch.ancestors().any(closed) {
        return std::env::temp_dir().join("sluice-xtask");
    }
    scratch
}

/// Deletes the clusters of killed xtask processes.
fn sweep(parent: &Path) {
    if !Path::new("/proc/self").exists() {
        // Without procfs (macOS) the owner's state is unknown.
        return;
    }
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            delete(&entry.path());
        }
    }
}

fn delete(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        eprintln!("warning: cannot delete {}: {error}", folder.display());
    }
}
