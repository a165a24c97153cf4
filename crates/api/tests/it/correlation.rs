//! Headers that join a request with the logs of its caller: `X-Request-Id` and `traceparent`.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::Value;
use sluice_testing::TestDatabase;

use crate::server::{Answer, SLUICE, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_callers_request_id_is_repeated() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let ask = async |id: &str| {
        let request = server.request(Method::GET, "/workflows/nobody").header("x-request-id", id);
        Answer::of(request.send().await.unwrap()).await
    };
    let answer = ask("caller-7:1.2/x").await;
    assert_eq!(answer.headers["x-request-id"], "caller-7:1.2/x");
    // It stands in the problem, too.
    answer.problem(404, "workflow_not_found");
    for unsafe_id in ["", "a b", "a\"b", &"x".repeat(129)] {
        let answer = ask(unsafe_id).await;
        let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.len() == 36 && id != unsafe_id, "{id}");
        answer.problem(404, "workflow_not_found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_has_the_callers_trace() {
    let database = TestDatabase::sqlite();
    let mut server = Command::new(SLUICE)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "info", "--log-format", "json", "--data-dir"])
        .arg(database.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let address = format!("{}/api/v1/workflows", ready.trim().rsplit(' ').next().unwrap());
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let client = reqwest::Client::new();
    let request = client.get(address).header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    request.header("x-request-id", "mine").send().await.unwrap();
    server.kill().unwrap();
    let log = std::io::read_to_string(server.stderr.take().unwrap()).unwrap();
    server.wait().unwrap();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.into_iter().find(|line| line["fields"]["request_id"] == "mine").expect(&log);
    assert_eq!(line["span"]["trace_id"], trace);
    assert_eq!(line["span"]["parent_id"], "00f067aa0ba902b7");
}
