//! Five steps inside containers, against the same steps in a list.

use std::time::{Duration, Instant};

use crate::bench::row::{Bench, Figure};
use crate::bench::rows::runs::{STEPS, load, overhead_aim};
use crate::bench::stats::ms;
use crate::bench::workflows;
use crate::fail::Failure;
use crate::server::Server;

const END_WITHIN: Duration = Duration::from_secs(120);

/// The engine's share of each step inside each kind of container, and what branches save with a slow model.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let aim = overhead_aim(bench);
    let list = load(bench, "containers-list", 1, &workflows::apart("bench-list", "demo-instant", STEPS))?.p50;
    let mut figures = vec![Figure::plain("five independent steps in a list, p50", ms(list))];
    for (name, body) in [
        ("a `parallel` with five branches", workflows::branches("bench-branches", "demo-instant", STEPS)),
        ("a `conditional` with five steps in its case", workflows::case("bench-case", "demo-instant", STEPS)),
        ("a `loop` of five rounds", workflows::rounds("bench-rounds", "demo-instant", STEPS)),
    ] {
        let row = format!("containers-{}", figures.len());
        let run = load(bench, &row, 1, &body)?.p50;
        let per_step = run / STEPS;
        figures.push(Figure::plain(
            format!(
                "{name}, p50 of the run ({:.2} × the list)",
                run.as_secs_f64() / list.as_secs_f64().max(f64::EPSILON)
            ),
            ms(run),
        ));
        figures.push(Figure::with_aim(
            "the same, engine overhead per step (a fifth of the run)",
            ms(per_step),
            format!("1 ms + two commits = {}", ms(aim)),
            per_step <= aim,
        ));
    }
    figures.push(slow(bench)?);
    Ok(figures)
}

/// The time of five slow steps in branches, against the list: branches run at once.
fn slow(bench: &Bench) -> Result<Figure, Failure> {
    let server = Server::start("release", &bench.folder.join("containers-slow"))?;
    let client = server.client();
    let mut times = Vec::new();
    for (id, body) in [
        ("bench-list", workflows::apart("bench-list", "demo-slow", STEPS)),
        ("bench-branches", workflows::branches("bench-branches", "demo-slow", STEPS)),
    ] {
        workflows::create(&client, &body)?;
        let begun = Instant::now();
        let run = workflows::start(&client, id)?;
        workflows::wait_until_completed(&client, &run, END_WITHIN)?;
        times.push(begun.elapsed().as_secs_f64());
    }
    let [list, branches] = times[..] else { return Err(Failure::new("two runs have two times")) };
    Ok(Figure::plain(
        "five steps of about 3 s each, in branches against in a list",
        format!("{branches:.1} s against {list:.1} s"),
    ))
}
