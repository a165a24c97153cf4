//! The statistics of a workflow with a million runs, from a year.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bench::many_runs::{self, RUNS};
use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{ms, percentile, rate};
use crate::fail::{Context, Failure};
use crate::http::Client;
use crate::server::Server;
use crate::signals;

const ROUNDS: u32 = 500;
const COUNTED_WITHIN: Duration = Duration::from_secs(1_200);
/// Each read of the statistics counts a few runs too, so it must be rare.
const POLL: Duration = Duration::from_secs(2);

/// Lets the server count the runs, then reads their statistics.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let data = bench.folder.join("stats");
    println!("  storing {RUNS} runs");
    let workflow = many_runs::fill(&data)?;
    let server = Server::start("release", &data)?;
    let client = server.client();
    let path = format!("/api/v1/workflows/{workflow}/stats");
    println!("  counting them");
    let counted = wait_until_counted(&client, &path)?;
    let mut figures = vec![Figure::plain(
        format!("counting {RUNS} ended runs of three steps, by the server in the background"),
        format!("{:.0} s ({:.0} runs/s)", counted.as_secs_f64(), rate(RUNS, counted)),
    )];
    for days in [30, 366] {
        let mut times = read(&client, &format!("{path}?days={days}"))?;
        figures.push(Figure::plain(
            format!("`GET …/stats?days={days}` of a workflow with {RUNS} runs in a year, p50"),
            ms(percentile(&mut times, 50)),
        ));
        figures.push(Figure::plain("the same, p99", ms(percentile(&mut times, 99))));
    }
    drop(server);
    fs::remove_dir_all(&data).context(|| format!("cannot remove {}", data.display()))?;
    Ok(figures)
}

/// The time since the start of the server, about.
fn wait_until_counted(client: &Client, path: &str) -> Result<Duration, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < COUNTED_WITHIN {
        signals::check()?;
        let stats = client.get(&format!("{path}?days=366"))?.json(200)?;
        if stats.get("executions").and_then(Value::as_u64) == Some(RUNS) {
            let elapsed = begun.elapsed();
            check_days(&stats)?;
            return Ok(elapsed);
        }
        sleep(POLL);
    }
    Err(Failure::new(format!("{RUNS} runs were not counted in {} s", COUNTED_WITHIN.as_secs())))
}

/// Each run must be found on one of the days.
fn check_days(stats: &Value) -> Result<(), Failure> {
    let days = stats.get("days").and_then(Value::as_array).into_iter().flatten();
    let ended = days.flat_map(|day| ["completed", "failed"].map(|state| day.get(state).and_then(Value::as_u64)));
    let ended: u64 = ended.flatten().sum();
    if ended == RUNS {
        return Ok(());
    }
    Err(Failure::new(format!("the days of the statistics hold {ended} runs and not {RUNS}")))
}

fn read(client: &Client, path: &str) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        signals::check()?;
        let begun = Instant::now();
        let answer = client.get(path)?;
        times.push(begun.elapsed());
        answer.json(200)?;
    }
    Ok(times)
}
