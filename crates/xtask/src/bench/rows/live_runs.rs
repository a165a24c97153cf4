//! Ten thousand runs that wait on a slow model: their memory, and whether all of them complete.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bench::machine::process_kib;
use crate::bench::parallel::in_parallel;
use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{mib, rate};
use crate::bench::workflows;
use crate::fail::Failure;
use crate::server::Server;
use crate::signals;

const RUNS: u32 = 10_000;
/// About three seconds each: long enough for the first run to live when the last one starts.
const SLOW_STEPS: usize = 10;
const MEMORY_AIM_KIB: u64 = 1_024 * 1_024;
const END_WITHIN: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(20);

/// Starts the runs, reads the server's memory while they are live, and waits for all.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let server = Server::start("release", &bench.folder.join("live-runs"))?;
    let client = server.client();
    workflows::create(&client, &workflows::chain("bench-slow", "demo-slow", SLOW_STEPS))?;
    let first = workflows::start(&client, "bench-slow")?;
    let begun = Instant::now();
    let others = in_parallel(RUNS - 1, &server, |client, _| workflows::start(client, "bench-slow"))?;
    let started = begun.elapsed();
    let all_live = workflows::status(&client, &first)? == "running";
    let live_kib = process_kib(server.pid(), "VmRSS")?;
    let not_completed = wait_for_all(&server, std::iter::once(&first).chain(&others))?;
    let ended = begun.elapsed();
    let peak_kib = process_kib(server.pid(), "VmHWM")?;
    if not_completed > 0 {
        return Err(Failure::new(format!("{not_completed} of {RUNS} runs ended other than completed")));
    }
    let at_once = if all_live { "all live at once" } else { "the first ended before the last began" };
    Ok(vec![
        Figure::with_aim(
            format!("memory with {RUNS} live runs, peak ({at_once})"),
            mib(peak_kib),
            format!("< {}", mib(MEMORY_AIM_KIB)),
            all_live && peak_kib < MEMORY_AIM_KIB,
        ),
        Figure::plain("the same when the last was started", mib(live_kib)),
        Figure::plain("starting them, 16 clients", format!("{:.0} starts/s", rate(RUNS.into(), started))),
        Figure::plain(
            format!("from the first start until all were completed ({SLOW_STEPS} steps of about 3 s)"),
            format!("{:.1} s", ended.as_secs_f64()),
        ),
    ])
}

/// Polls each run until it has ended; returns the number of runs that did not complete.
fn wait_for_all<'a>(server: &Server, ids: impl Iterator<Item = &'a String>) -> Result<u32, Failure> {
    let client = server.client();
    let begun = Instant::now();
    let mut not_completed = 0;
    for id in ids {
        loop {
            signals::check()?;
            match workflows::status(&client, id)?.as_str() {
                "completed" => break,
                "failed" | "cancelled" => break not_completed += 1,
                _ if begun.elapsed() > END_WITHIN => {
                    return Err(Failure::new(format!("{id} did not end in {} s", END_WITHIN.as_secs())));
                }
                _ => sleep(POLL),
            }
        }
    }
    Ok(not_completed)
}
