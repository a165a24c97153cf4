//! Work spread over several clients.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::fail::{Context, Failure};
use crate::http::Client;
use crate::server::Server;
use crate::signals;

/// The number of clients, each with its own thread and connection.
pub const CLIENTS: u32 = 16;

/// Calls `work` once for each number below `count`, on [`CLIENTS`] threads. Returns the results in any order.
pub fn in_parallel<T: Send>(
    count: u32,
    server: &Server,
    work: impl Fn(&Client, u32) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let next = AtomicU32::new(0);
    let one_client = || -> Result<Vec<T>, Failure> {
        let client = server.client();
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(done);
            }
            signals::check()?;
            done.push(work(&client, number)?);
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
