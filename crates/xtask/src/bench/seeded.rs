//! A data directory with a hundred thousand workflows, made through the API like everything else.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::row::Bench;
use super::server::Server;
use super::stats::rate;
use super::workflows;
use crate::fail::{Context, Failure};

/// How many workflows there are.
pub const WORKFLOWS: u32 = 100_000;
/// How many clients make them at once.
pub const CLIENTS: u32 = 16;

/// The filled directory.
pub struct Seeded {
    /// Where it is.
    pub data: PathBuf,
    /// How many workflows were made each second.
    pub per_second: f64,
}

/// The filled directory; the first row that asks waits for it.
pub fn seeded(bench: &Bench) -> Result<&Seeded, Failure> {
    if let Some(seeded) = bench.seeded.get() {
        return Ok(seeded);
    }
    let data = bench.folder.join("seeded");
    println!("  making {WORKFLOWS} workflows");
    let server = Server::start(&data)?;
    let begun = Instant::now();
    in_parallel(WORKFLOWS, &server, |client, number| {
        workflows::create(client, &workflows::chain(&format!("seed-{number:06}"), "demo-instant", 1))
    })?;
    let per_second = rate(WORKFLOWS.into(), begun.elapsed());
    Ok(bench.seeded.get_or_init(|| Seeded { data, per_second }))
}

/// Does `work` for every number below `count`, by [`CLIENTS`] threads with a connection each; gives what it gave.
pub fn in_parallel<T: Send>(
    count: u32,
    server: &Server,
    work: impl Fn(&mut crate::http::Client, u32) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicU32::new(0);
    let one_client = || -> Result<Vec<T>, Failure> {
        let mut client = server.client()?;
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(done);
            }
            crate::signals::check()?;
            done.push(work(&mut client, number)?);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(one_client)).collect();
        let mut all = Vec::new();
        for thread in threads {
            let done = thread.join().map_err(|_| "it panicked").context(|| "a client thread failed".into())?;
            all.extend(done?);
        }
        Ok(all)
    })
}
