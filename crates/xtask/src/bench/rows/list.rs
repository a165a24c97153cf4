//! The first page of the workflow list, with a hundred thousand workflows.

use std::time::Duration;

use crate::bench::parallel::CLIENTS;
use crate::bench::row::{Bench, Figure};
use crate::bench::seeded::WORKFLOWS;
use crate::bench::stats::ms;
use crate::bench::wrk::{self, Load};
use crate::fail::Failure;
use crate::server::Server;

const PER_SECOND_AIM: f64 = 10_000.0;
const P99_AIM: Duration = Duration::from_millis(10);

/// Requests per second, and the p99 of their times.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let created_per_second = bench.seeded.fill()?;
    let server = Server::start("release", bench.seeded.path())?;
    let load = |seconds| Load {
        url: format!("{}/api/v1/workflows?limit=20", server.url()),
        connections: 16,
        seconds,
        body: None,
        must_hold: None,
    };
    wrk::run(&load(2), &bench.folder)?;
    let outcome = wrk::run(&load(10), &bench.folder)?;
    Ok(vec![
        Figure::plain(
            format!("creating {WORKFLOWS} workflows, {CLIENTS} clients"),
            format!("{created_per_second:.0} workflows/s"),
        ),
        Figure::with_aim(
            format!("GET /workflows?limit=20 with {WORKFLOWS} workflows, 16 clients"),
            format!("{:.0} requests/s", outcome.per_second),
            format!("{PER_SECOND_AIM:.0} requests/s"),
            outcome.per_second >= PER_SECOND_AIM,
        ),
        Figure::with_aim("the same, p99", ms(outcome.p99), format!("< {}", ms(P99_AIM)), outcome.p99 < P99_AIM),
    ])
}
