//! The README's tour works as it is written, line by line, and prints what the README says.

use std::path::Path;
use std::process::Command;

use rstest::rstest;
use serde_json::Value;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::Server;

/// The line between the outputs of two blocks.
const MARK: &str = "-- next block --";

/// A block of commands, and what it prints.
struct Block {
    commands: &'static str,
    /// Empty when the README shows nothing.
    transcript: &'static str,
}

/// The blocks under the tour's heading.
fn tour() -> Vec<Block> {
    let readme = include_str!("../../../../README.md");
    let (_, section) = readme.split_once("## A tour with curl").expect("the README has the tour");
    // A transcript may have headings of its own.
    let section = section.split_once("\n```\n\n## ").map_or(section, |(section, _)| section);
    let blocks: Vec<Block> = section
        .split("```sh\n")
        .skip(1)
        .map(|part| {
            let (commands, rest) = part.split_once("```").unwrap();
            let shown = rest.split_once("```text\n").map_or("", |(_, shown)| shown);
            Block { commands, transcript: shown.split("```").next().unwrap() }
        })
        .collect();
    assert!(blocks.len() > 5, "the tour was not found");
    blocks
}

/// The files server as the tests have it installed: the tour fetches it from npm.
fn files_server() -> String {
    let program = "tests/servers/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools").join(program);
    format!("node {}", path.display())
}

/// The lines of a text, without white space at their ends and the end of the text.
fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

/// Whether lines are as the README shows them. A line `…` stands for any lines.
fn are_shown(shown: &[&str], printed: &[&str]) -> bool {
    match shown {
        [] => printed.is_empty(),
        ["…", rest @ ..] => (0..=printed.len()).any(|left_out| are_shown(rest, &printed[left_out..])),
        [first, rest @ ..] => {
            printed.first().is_some_and(|line| is_shown(first, line)) && are_shown(rest, &printed[1..])
        }
    }
}

/// Whether a line is as the README shows it. A `…` in it stands for any characters, and of an event for any fields.
fn is_shown(shown: &str, printed: &str) -> bool {
    if let Some((shown, printed)) = shown.strip_prefix("data: ").zip(printed.strip_prefix("data: ")) {
        let shown: Value = serde_json::from_str(&shown.replace(", …}", "}")).unwrap();
        let Ok(printed) = serde_json::from_str::<Value>(printed) else { return false };
        return fields(&shown).iter().all(|field| fields(&printed).contains(field));
    }
    let Some((beginning, end)) = shown.split_once('…') else { return shown == printed };
    printed.strip_prefix(beginning).is_some_and(|rest| rest.ends_with(end))
}

/// The fields of an event that are the same each time: where a piece of text begins and ends is not.
fn fields(event: &Value) -> Vec<(&String, &Value)> {
    let fields = event.as_object().unwrap().iter();
    fields.filter(|(name, _)| !["offset", "text"].contains(&name.as_str())).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_works_as_written(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let url = server.url.clone();
    let blocks = tour();
    let commands: Vec<&str> = blocks.iter().map(|block| block.commands).collect();
    let script = format!("set -euo pipefail\n{}", commands.join(&format!("\necho '{MARK}'\n")));
    let ran = tokio::task::spawn_blocking(move || {
        let mut tour = Command::new("bash");
        tour.arg("-c").arg(script).env("SLUICE", url).env("FILES_SERVER", files_server());
        tour.output().unwrap()
    })
    .await
    .unwrap();
    let (out, error) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}\n{error}");
    let printed: Vec<&str> = out.split(&format!("{MARK}\n")).collect();
    assert_eq!(printed.len(), blocks.len());
    for (block, printed) in blocks.iter().zip(printed) {
        assert!(are_shown(&lines(block.transcript), &lines(printed)), "{}\nprints\n{printed}", block.commands);
    }
}

#[test]
fn transcripts_are_compared_line_by_line() {
    let shown = ["a", "…", "data: {\"seq\":1,\"text\":\"x\", …}", "b … d"];
    let printed = |data: &str| are_shown(&shown, &["a", "1", "2", data, "b c d"]);
    assert!(printed("data: {\"type\":\"text\",\"seq\":1,\"text\":\"y\"}"));
    assert!(!printed("data: {\"type\":\"text\",\"seq\":2,\"text\":\"x\"}"));
    assert!(!printed("data: seq 1"));
    assert!(!are_shown(&shown, &["a", "b c d"]));
}
