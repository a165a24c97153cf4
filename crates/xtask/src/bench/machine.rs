//! The machine of the measurement.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::stats::{self, percentile};
use crate::fail::{Context, Done, Failure};

const FSYNC_ROUNDS: usize = 300;
/// A page of a write-ahead log.
const FSYNC_BYTES: [u8; 4_096] = [7; 4_096];

/// One line: cores, processor, memory, kernel.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| kib(&text)).map_or_else(String::new, stats::mib);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // The part after the version names a build of the distribution.
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    format!("{cores} cores of {processor}, {memory} memory, kernel {kernel}")
}

/// The p50 of appending a page to a file and forcing it to the disk: the cost of one bare commit on this disk.
pub fn commit_time(folder: &Path) -> Result<Duration, Failure> {
    let path = folder.join("fsync-probe");
    let failed = || format!("cannot measure fsync in {}", folder.display());
    let mut file = File::create(&path).context(failed)?;
    let mut samples = Vec::with_capacity(FSYNC_ROUNDS);
    for _ in 0..FSYNC_ROUNDS {
        let begun = Instant::now();
        file.write_all(&FSYNC_BYTES).and_then(|()| file.sync_data()).context(failed)?;
        samples.push(begun.elapsed());
    }
    fs::remove_file(&path).context(failed)?;
    Ok(percentile(&mut samples, 50))
}

/// A number of a process (`VmRSS`, `VmHWM`), in KiB.
pub fn process_kib(pid: u32, name: &str) -> Result<u64, Failure> {
    let file = format!("/proc/{pid}/status");
    let value = field(&file, name).and_then(|text| kib(&text));
    value.ok_or_else(|| Failure::new(format!("{file} has no {name}")).cure("memory is measured on Linux only"))
}

/// Allows this process and its children the system's maximum of open files: a thousand readers need them.
pub fn allow_many_files() -> Done {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .context(|| "cannot raise the limit of open files".into())
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn kib(text: &str) -> Option<u64> {
    text.strip_suffix("kB")?.trim().parse().ok()
}
