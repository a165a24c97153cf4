//! The canvas of a workflow with 500 steps, and steps that are added one by one.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{ms, percentile, rate};
use crate::bench::workflows;
use crate::fail::Failure;
use crate::http::Client;
use crate::server::Server;
use crate::signals;

const STEPS: u32 = 500;
const ROUNDS: u32 = 100;
/// Steps that are added to an empty workflow.
const ADDED: u32 = 300;

/// Drawing is the layout, the connections and the lint: the lint alone is for comparison.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let server = Server::start("release", &bench.folder.join("canvas"))?;
    let client = server.client();
    let drawn = workflows::create(&client, &workflows::branches("bench-drawn", "demo-instant", STEPS - 1))?;
    let grown = workflows::create(&client, &workflows::apart("bench-grown", "demo-instant", 0))?;
    let address = format!("/api/v1/workflows/{drawn}");
    let canvas = p50(|| client.get(&format!("{address}/canvas"))?.json(200).map(drop))?;
    let lint = p50(|| client.post(&format!("{address}/validate"), "{}")?.json(200).map(drop))?;
    let added = add(&client, &grown)?;
    Ok(vec![
        Figure::plain(format!("the canvas of {STEPS} steps (`GET …/canvas`), p50"), ms(canvas)),
        Figure::plain("the lint of the same (`POST …/validate`), p50", ms(lint)),
        Figure::plain(
            format!("adding {ADDED} steps to one workflow (`POST …/steps`), 1 client"),
            format!("{:.0} steps/s", rate(ADDED.into(), added)),
        ),
    ])
}

fn p50(mut request: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        signals::check()?;
        let begun = Instant::now();
        request()?;
        times.push(begun.elapsed());
    }
    Ok(percentile(&mut times, 50))
}

fn add(client: &Client, workflow: &str) -> Result<Duration, Failure> {
    let path = format!("/api/v1/workflows/{workflow}/steps");
    let begun = Instant::now();
    for number in 0..ADDED {
        let step = json!({"label": format!("S{number}"), "type": "llm", "prompt": "Say {{input.topic}}"});
        client.post(&path, &json!({ "step": step }).to_string())?.json(201)?;
    }
    Ok(begun.elapsed())
}
