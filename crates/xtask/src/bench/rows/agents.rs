//! Agents of several turns at once, and calls of one tool.

use std::time::{Duration, Instant};

use crate::bench::row::{Bench, Figure};
use crate::bench::workflows;
use crate::fail::Failure;
use crate::server::Server;

const AGENTS: u32 = 100;
/// Each turn but the last calls one tool.
const TURNS: u32 = 5;
const CALLS: u32 = 1_000;
const END_WITHIN: Duration = Duration::from_secs(120);

/// The model and the tools answer at once: all of the time is ours.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let server = Server::start("release", &bench.folder.join("agents"))?;
    let client = server.client();
    workflows::create(&client, &workflows::agent("bench-agent", TURNS))?;
    workflows::create(&client, &workflows::calls("bench-calls", CALLS))?;
    let begun = Instant::now();
    let started = (0..AGENTS).map(|_| workflows::start(&client, "bench-agent"));
    for agent in started.collect::<Result<Vec<_>, _>>()? {
        workflows::wait_until_completed(&client, &agent, END_WITHIN)?;
    }
    let agents = begun.elapsed();
    let begun = Instant::now();
    let run = workflows::start(&client, "bench-calls")?;
    workflows::wait_until_completed(&client, &run, END_WITHIN)?;
    let calls = f64::from(CALLS) / begun.elapsed().as_secs_f64();
    let per_turn = agents / (AGENTS * TURNS);
    Ok(vec![
        Figure::plain(
            format!("{AGENTS} agents of {TURNS} turns with instant tools, from the first start to the last end"),
            format!("{:.2} s", agents.as_secs_f64()),
        ),
        Figure::plain("the same, for each turn with its call", format!("{per_turn:.2?}")),
        Figure::plain("calls of one tool in one `for_each`", format!("{calls:.0} calls/s")),
    ])
}
