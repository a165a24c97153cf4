//! One run of `for_each` over many items: its time, and the memory of the server.

use std::time::{Duration, Instant};

use crate::bench::machine::process_kib;
use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{mib, percentile};
use crate::bench::workflows;
use crate::fail::Failure;
use crate::http::Client;
use crate::server::Server;
use crate::signals;

/// The numbers of items, each with the number of runs of which the median counts.
const SIZES: [(u32, usize); 3] = [(100, 11), (1_000, 5), (10_000, 1)];
const TIME_AIM: Duration = Duration::from_secs(10);
const MEMORY_AIM_KIB: u64 = 200 * 1_024;
/// An item of the largest list takes at most this many times as long as one of the smallest: the time grows linearly.
const GROWTH_AIM: f64 = 1.5;
const END_WITHIN: Duration = Duration::from_secs(300);

/// Runs each size on a server of its own, so that its peak of memory is that of the size.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    let mut per_item = Vec::new();
    for (items, runs) in SIZES {
        let server = Server::start("release", &bench.folder.join(format!("for-each-{items}")))?;
        let client = server.client();
        let idle_kib = process_kib(server.pid(), "VmRSS")?;
        workflows::create(&client, &workflows::for_each("bench-each", items))?;
        let mut times = Vec::with_capacity(runs);
        for _ in 0..runs {
            times.push(run_once(&client)?);
        }
        let time = percentile(&mut times, 50);
        let peak_kib = process_kib(server.pid(), "VmHWM")?;
        per_item.push(time / items);
        let what = format!("one run of `for_each` over {items} instant items, median of {runs}");
        let memory = format!("memory of the server with {items} items, peak ({} when idle)", mib(idle_kib));
        if items == SIZES.map(|(items, _)| items).into_iter().max().unwrap_or_default() {
            let aim = format!("< {} s", TIME_AIM.as_secs());
            figures.push(Figure::with_aim(what, seconds(time), aim, time < TIME_AIM));
            let aim = format!("< {}", mib(MEMORY_AIM_KIB));
            figures.push(Figure::with_aim(memory, mib(peak_kib), aim, peak_kib < MEMORY_AIM_KIB));
        } else {
            figures.push(Figure::plain(what, seconds(time)));
            figures.push(Figure::plain(memory, mib(peak_kib)));
        }
    }
    if let [small, .., large] = per_item[..] {
        let growth = large.as_secs_f64() / small.as_secs_f64().max(f64::EPSILON);
        figures.push(Figure::with_aim(
            format!("time of an item, largest list against smallest ({large:.2?} against {small:.2?})"),
            format!("{growth:.2} ×"),
            format!("≤ {GROWTH_AIM} ×"),
            growth <= GROWTH_AIM,
        ));
    }
    Ok(figures)
}

/// Starts a run and waits for its end.
fn run_once(client: &Client) -> Result<Duration, Failure> {
    signals::check()?;
    let begun = Instant::now();
    let id = workflows::start(client, "bench-each")?;
    workflows::wait_until_completed(client, &id, END_WITHIN)?;
    Ok(begun.elapsed())
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}
