//! The README's tour works as it is written, line by line.

use std::process::Command;

use rstest::rstest;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::Server;

/// The `sh` blocks under the tour's heading.
fn tour() -> String {
    let readme = include_str!("../../../../README.md");
    let (_, section) = readme.split_once("## A tour with curl").expect("the README has the tour");
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let blocks: Vec<&str> = section.split("```sh\n").skip(1).map(|block| block.split_once("```").unwrap().0).collect();
    assert!(blocks.len() > 5, "the tour was not found");
    format!("set -euo pipefail\n{}", blocks.join("\n"))
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_works_as_written(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let url = server.url.clone();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new("bash").arg("-c").arg(tour()).env("SLUICE", url).output().unwrap()
    })
    .await
    .unwrap();
    let (out, error) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}\n{error}");
    assert!(out.contains("completed"), "{out}");
}
