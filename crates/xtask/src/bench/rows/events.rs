//! The delay of one run's events to a thousand readers.

use std::time::Duration;

use crate::bench::events::{Reader, read_all};
use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{ms, percentile};
use crate::bench::workflows;
use crate::fail::Failure;
use crate::server::Server;
use crate::{signals, time};

const READERS: usize = 1_000;
/// Slow steps: the readers connect during the first one, and the events come one by one.
const SLOW_STEPS: usize = 6;
const P99_AIM: Duration = Duration::from_millis(50);
const END_WITHIN: Duration = Duration::from_secs(120);

/// The delay from an event's own time to its arrival, over all readers and all `progress` events.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let server = Server::start("release", &bench.folder.join("events"))?;
    let client = server.client();
    workflows::create(&client, &workflows::chain("bench-events", "demo-slow", SLOW_STEPS))?;
    let execution = workflows::start(&client, "bench-events")?;
    let path = format!("/api/v1/workflows/executions/{execution}/events");
    let mut readers = Vec::with_capacity(READERS);
    for _ in 0..READERS {
        signals::check()?;
        readers.push(Reader::open(server.address(), &path)?);
    }
    // Earlier events were replayed to some readers, so their delays mean nothing.
    let since = time::since_epoch();
    read_all(&mut readers, END_WITHIN)?;
    let per_reader: Vec<Vec<Duration>> = readers.iter().map(|reader| reader.delays(since)).collect();
    let events = per_reader.first().map_or(0, Vec::len);
    if events == 0 || per_reader.iter().any(|delays| delays.len() != events) {
        let counts = (per_reader.iter().map(Vec::len).min(), per_reader.iter().map(Vec::len).max());
        return Err(Failure::new(format!("the readers got unequal numbers of events, from-to {counts:?}")));
    }
    let mut delays: Vec<Duration> = per_reader.into_iter().flatten().collect();
    let (p50, p99) = (percentile(&mut delays, 50), percentile(&mut delays, 99));
    Ok(vec![
        Figure::plain(format!("event from engine to {READERS} readers, p50 ({events} events each)"), ms(p50)),
        Figure::with_aim("the same, p99", ms(p99), format!("< {}", ms(P99_AIM)), p99 < P99_AIM),
    ])
}
