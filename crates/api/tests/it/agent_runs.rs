//! Runs of agents and tools over HTTP: the transcript, and the decisions at calls.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{SLUICE, Server, run_of};

/// An agent that asks for a request that writes, in its first turn.
fn agent() -> Value {
    json!({"id": "scout", "label": "Scout", "type": "agent", "provider": "demo", "model": "demo-instant",
        "prompt": "native__http_request with POST on http://127.0.0.1:9/x", "tools": ["native:http_request"]})
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_approved_with_other_arguments_and_read_in_the_transcript(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let id = server.run(&[agent()]).await;
    let waiting = server.settled(&id).await;
    let call = run_of(&waiting, "scout.1.0");
    assert_eq!(
        (&call["status"], &call["type"], &call["tool"]),
        (&json!("waiting"), &json!("tool"), &json!("native:http_request"))
    );
    assert_eq!((&call["effect"], &call["arguments"]["url"]), (&json!("writes"), &json!("http://127.0.0.1:9/x")));
    let gates = server.get("/workflows/executions/gates").await.expect(StatusCode::OK);
    let gate = &gates["items"][0];
    assert_eq!(
        (&gate["kind"], &gate["path"], &gate["decisions"]),
        (&json!("tool_call"), &json!("scout.1.0"), &json!(["approve", "reject"]))
    );
    let review = format!("{id}/steps/scout.1.0/review");
    server.post(&review, &json!({"decision": "approve", "content": "[1]"})).await.problem(422, "invalid_request");
    server.post(&review, &json!({"decision": "revise", "comment": "x"})).await.problem(422, "decision_not_possible");
    // It cannot be reached either: what counts is that the edited arguments are sent.
    let edited = json!({"method": "PUT", "url": "http://127.0.0.1:9/y"});
    let decision = json!({"decision": "approve", "content": edited.to_string(), "opened_seq": gate["opened_seq"]});
    server.post(&review, &decision).await.expect(StatusCode::OK);
    let done = server.settled(&id).await;
    assert_eq!(done["status"], "completed", "{done:#}");
    server.post(&review, &json!({"decision": "approve"})).await.problem(409, "gate_decided");
    let page = server.get(&format!("{id}/steps?parent=scout")).await.expect(StatusCode::OK);
    let told: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["path"].as_str().unwrap(), run["type"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("scout.1", "llm"), ("scout.1.0", "tool"), ("scout.2", "llm")]);
    assert_eq!((&page["items"][0]["tool_calls"], &page["items"][1]["arguments"]), (&json!(1), &edited));
    let detail = server.get(&format!("{id}/steps/scout.1.0")).await.expect(StatusCode::OK);
    assert_eq!(detail["decisions"][0]["kind"], "tool_call");
    assert!(detail["decisions"][0]["content_before"].as_str().unwrap().contains("9/x"));
    assert_eq!(
        run_of(&done, "scout")["agent"],
        json!({"tools": ["native:http_request"], "turns": 2, "finished": "answered"})
    );
    // The calls of a turn follow from what it said.
    let turn = server.put(&format!("{id}/steps/scout.1/output"), "*", &json!({"content": "x"})).await;
    turn.problem(409, "illegal_transition");
    let call = server.put(&format!("{id}/steps/scout.1.0/output"), "*", &json!({"content": "x"})).await;
    call.expect(StatusCode::OK);
    server.post(&format!("{id}/steps/scout.9/retry"), &json!({})).await.problem(404, "step_run_not_found");
    server.get(&format!("{id}/steps/scout.9")).await.problem(404, "step_run_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_in_arguments_is_in_no_log() {
    let database = TestDatabase::sqlite();
    let mut server = Command::new(SLUICE)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "debug", "--data-dir"])
        .arg(database.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe must not fill up.
    let mut stderr = server.stderr.take().unwrap();
    let log = std::thread::spawn(move || std::io::read_to_string(&mut stderr).unwrap());
    let mut ready = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let api = format!("{}/api/v1", ready.trim().rsplit(' ').next().unwrap());
    let step = json!({"id": "a", "label": "A", "type": "tool", "tool": "native:http_get", "max_retries": 0,
        "arguments": {"url": "http://127.0.0.1:9/", "headers": {"authorization": "Bearer sk-quokka-0123456789"}}});
    let client = reqwest::Client::new();
    let saved =
        client.post(format!("{api}/workflows")).json(&json!({"id": "w", "name": "W", "definition": {"steps": [step]}}));
    assert_eq!(saved.send().await.unwrap().status(), StatusCode::CREATED);
    let started = client.post(format!("{api}/workflows/w/executions?wait=30")).json(&json!({})).send().await.unwrap();
    let failed: Value = started.json().await.unwrap();
    assert_eq!(failed["status"], "failed", "{failed:#}");
    assert!(!run_of(&failed, "a")["error"].to_string().contains("sk-quokka"));
    server.kill().unwrap();
    server.wait().unwrap();
    let log = log.join().unwrap();
    assert!(!log.is_empty() && !log.contains("sk-quokka"), "{log}");
}
