//! Page 1000 of the list must cost no more than the first one.

use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{ms, percentile};
use crate::fail::Failure;
use crate::http::Client;
use crate::server::Server;
use crate::signals;

const PAGE: u32 = 1_000;
const ROUNDS: u32 = 300;
const RATIO_AIM: f64 = 1.5;
const FIRST: &str = "/api/v1/workflows?limit=20";

/// Walks to page 1000 by its cursors, then times both pages alternately, so that noise affects both.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    bench.seeded.fill()?;
    let server = Server::start("release", bench.seeded.path())?;
    let client = server.client();
    let mut deep = FIRST.to_owned();
    for number in 1..PAGE {
        signals::check()?;
        let page = client.get(&deep)?.json(200)?;
        let cursor = page.get("next_cursor").and_then(Value::as_str);
        let cursor = cursor.ok_or_else(|| Failure::new(format!("the list ends at page {number}")))?;
        deep = format!("{FIRST}&cursor={}", utf8_percent_encode(cursor, NON_ALPHANUMERIC));
    }
    let (mut firsts, mut deeps) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        firsts.push(timed(&client, FIRST)?);
        deeps.push(timed(&client, &deep)?);
    }
    let (first, deep) = (percentile(&mut firsts, 50), percentile(&mut deeps, 50));
    let ratio = deep.as_secs_f64() / first.as_secs_f64().max(f64::EPSILON);
    Ok(vec![Figure::with_aim(
        format!("page {PAGE} against page 1, p50 ({} against {})", ms(deep), ms(first)),
        format!("{ratio:.2} ×"),
        format!("≤ {RATIO_AIM} ×"),
        ratio <= RATIO_AIM,
    )])
}

fn timed(client: &Client, path: &str) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let answer = client.get(path)?;
    let time = begun.elapsed();
    answer.json(200).map(|_| time)
}
