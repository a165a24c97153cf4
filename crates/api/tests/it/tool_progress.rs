//! How far calls of tools are: in the event stream, and on the terminal.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::StatusCode;
use serde_json::{Value, json};
use sluice_testing::TestDatabase;

use crate::events::{NONE, read};
use crate::server::{SLUICE, Server};

/// A program of the tests of `sluice-tools`, whose tool `busy` reports until it is cancelled.
fn program() -> Value {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/tests/servers");
    json!({"id": "odd", "name": "Odd", "transport": {"type": "stdio", "command": "node", "args": ["stdio.mjs"], "cwd": folder}})
}

fn busy() -> Value {
    json!({"id": "a", "label": "A", "type": "tool", "tool": "odd:busy", "arguments": {"text": "counting"}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_told_live_and_nothing_is_stored() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.post("/mcp-servers", &program()).await.expect(StatusCode::CREATED);
    let execution = server.run(&[busy()]).await;
    let is_report = |event: &&Value| event["type"] == "tool_progress";
    let told =
        read(&server, &format!("{execution}/events"), NONE, |events| events.iter().filter(is_report).count() == 2)
            .await;
    let reports: Vec<&Value> = told.iter().filter(is_report).collect();
    assert_eq!(
        (&reports[0]["path"], &reports[0]["attempt"], &reports[0]["total"], &reports[0]["message"]),
        (&json!("a"), &json!(1), &json!(1e6), &json!("counting"))
    );
    assert!(reports[1]["progress"].as_f64() > reports[0]["progress"].as_f64(), "{reports:?}");
    server.post(&format!("{execution}/cancel"), &json!({})).await.expect(StatusCode::OK);
    let stored = read(&server, &format!("{execution}/events"), NONE, |_| false).await;
    assert_eq!(stored.iter().filter(is_report).count(), 0, "{stored:?}");
}

#[test]
fn a_run_in_the_terminal_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("workflow.json");
    let workflow = json!({"name": "W", "definition": {"steps": [busy()]}, "mcp_servers": [program()]});
    std::fs::write(&file, workflow.to_string()).unwrap();
    let mut child =
        Command::new(SLUICE).arg("run").arg(file).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("… A: ") {
        assert!(lines.read_line(&mut told).unwrap() > 0, "the process ended: {told}");
    }
    assert!(told.trim_end().ends_with(" of 1000000: counting"), "{told}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{told}");
}
