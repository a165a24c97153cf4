//! Signals that ask a run or a server to stop.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use reqwest::StatusCode;
use serde_json::{Value, json};
use sluice_testing::TestDatabase;

use crate::server::{SLUICE, Server, step};

fn interrupt(pid: u32) {
    assert!(Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap().success());
}

/// Reads lines until one holds `words`; gives what was read.
fn read_until(lines: &mut BufReader<ChildStderr>, words: &str) -> String {
    let mut read = String::new();
    while !read.contains(words) {
        assert!(lines.read_line(&mut read).unwrap() > 0, "the process ended before “{words}”: {read}");
    }
    read
}

/// Starts `sluice run` with its temporary folder in `folder`; its standard input stays open.
fn run(folder: &tempfile::TempDir, steps: &[Value]) -> (Child, BufReader<ChildStderr>) {
    let file = folder.path().join("workflow.json");
    std::fs::write(&file, json!({"steps": steps}).to_string()).unwrap();
    let temporary = folder.path().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    let mut child = Command::new(SLUICE)
        .arg("run")
        .arg(file)
        .env("TMPDIR", &temporary)
        .env("SLUICE_ASK", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stderr.take().unwrap());
    (child, told)
}

#[test]
fn an_interrupted_run_is_cancelled_and_leaves_nothing() {
    let review = json!({"id": "r", "label": "R", "type": "review"});
    let cases = [
        (vec![step("a", "demo-slow", "Write about tea")], "▶ A"),
        // At a gate the run waits for an answer that never comes.
        (vec![step("a", "demo-echo", "tea"), review], "⏸ R"),
    ];
    for (steps, words) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (mut child, mut told) = run(&folder, &steps);
        read_until(&mut told, words);
        interrupt(child.id());
        let mut rest = String::new();
        told.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(3), "{words}: {rest}");
        assert!(rest.contains("cancelling the run") && rest.contains("the run was cancelled"), "{rest}");
        assert_eq!(std::fs::read_dir(folder.path().join("temporary")).unwrap().count(), 0, "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_server_at_once() {
    let database = TestDatabase::sqlite();
    let mut server = Command::new(SLUICE)
        .args(["serve", "--listen", "127.0.0.1:0", "--grace-seconds", "600", "--data-dir"])
        .arg(database.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let api = format!("{}/api/v1", ready.trim().rsplit(' ').next().unwrap());
    let http = reqwest::Client::new();
    let post = async |path: &str, body: Value| http.post(format!("{api}{path}")).json(&body).send().await.unwrap();
    // The step takes some seconds, for which the server waits.
    let body = json!({"id": "w", "name": "w", "definition": {"steps": [step("a", "demo-slow", "Write about tea")]}});
    assert_eq!(post("/workflows", body).await.status(), StatusCode::CREATED);
    let started: Value = post("/workflows/w/executions", json!({})).await.json().await.unwrap();
    let execution = format!("/workflows/executions/{}", started["id"].as_str().unwrap());
    let mut told = BufReader::new(server.stderr.take().unwrap());
    interrupt(server.id());
    read_until(&mut told, "a second signal ends the server at once");
    interrupt(server.id());
    assert_eq!(server.wait().unwrap().code(), Some(130));
    // The next server goes on.
    let server = Server::start(&database);
    assert_eq!(server.settled(&execution).await["status"], "completed");
}
