//! Five-step runs over HTTP, each request waiting for its run: by one client, and by sixteen.

use std::time::Duration;

use crate::bench::row::{Bench, Figure};
use crate::bench::stats::ms;
use crate::bench::workflows;
use crate::bench::wrk::{self, Load, Outcome};
use crate::fail::Failure;
use crate::server::Server;

/// The steps of a run.
pub const STEPS: u32 = 5;
const RUNS_PER_SECOND_AIM: f64 = 1_500.0;
const OWN_TIME_PER_STEP: Duration = Duration::from_millis(1);
const WARM_UP_SECONDS: u32 = 2;
const SECONDS: u32 = 10;

/// The time of one run on an idle server, and the engine's share of each step.
pub fn one_run(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let outcome = load(bench, "one-run", 1, &five_steps())?;
    let per_step = outcome.p50 / STEPS;
    let aim = overhead_aim(bench);
    Ok(vec![
        Figure::plain("one five-step run over HTTP, p50", ms(outcome.p50)),
        Figure::plain("the same, p99", ms(outcome.p99)),
        Figure::with_aim(
            "engine overhead per step, p50 (a fifth of the run)",
            ms(per_step),
            format!("1 ms + two commits = {}", ms(aim)),
            per_step <= aim,
        ),
        Figure::plain("one bare commit (4 KiB, fdatasync), p50", ms(bench.commit)),
    ])
}

/// Runs per second of sixteen clients, each with one run at a time.
pub fn throughput(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let outcome = load(bench, "throughput", 16, &five_steps())?;
    Ok(vec![
        Figure::with_aim(
            "five-step runs/s, 16 clients",
            format!("{:.0} runs/s", outcome.per_second),
            format!("{RUNS_PER_SECOND_AIM:.0} runs/s"),
            outcome.per_second >= RUNS_PER_SECOND_AIM,
        ),
        Figure::plain("the same, p99 of a run", ms(outcome.p99)),
    ])
}

/// The most that a step may cost: the model answers at once, so all of the time is ours (the engine, two commits, and a fifth
/// of the request).
pub fn overhead_aim(bench: &Bench) -> Duration {
    OWN_TIME_PER_STEP + 2 * bench.commit
}

fn five_steps() -> String {
    workflows::chain("bench-five", "demo-instant", 5)
}

/// Creates a workflow on a fresh server, and has each client run it again and again.
pub fn load(bench: &Bench, row: &str, connections: u32, workflow: &str) -> Result<Outcome, Failure> {
    let server = Server::start("release", &bench.folder.join(row))?;
    let id = workflows::create(&server.client(), workflow)?;
    let load = |seconds| Load {
        url: format!("{}/api/v1/workflows/{id}/executions?wait=30", server.url()),
        connections,
        seconds,
        body: Some(workflows::START_BODY),
        must_hold: Some("\"status\":\"completed\""),
    };
    wrk::run(&load(WARM_UP_SECONDS), &bench.folder)?;
    wrk::run(&load(SECONDS), &bench.folder)
}
