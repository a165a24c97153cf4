//! Readiness, metrics and the limits that operators set.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_store::StoreConfig;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, step};

async fn ready(server: &Server) -> Answer {
    Answer::of(server.client.get(format!("{}/readyz", server.url)).send().await.unwrap()).await
}

pub async fn metrics(server: &Server) -> String {
    server.client.get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap()
}

fn workflow(name: &str) -> Value {
    json!({"name": name, "definition": {"steps": [step("a", "demo-echo", "x")]}})
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_refuses_starts_is_not_ready(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--grace-seconds", "60"]);
    let execution = server.run(&[step("a", "demo-slow", "x")]).await;
    ready(&server).await.expect(StatusCode::OK);
    server.ask_to_stop();
    // The signal takes its time to arrive. As long as starts are taken, they are written.
    loop {
        let start = server.post("/workflows/w/executions", &json!({})).await;
        if start.status != StatusCode::ACCEPTED {
            start.problem(503, "shutting_down");
            break;
        }
    }
    ready(&server).await.problem(503, "shutting_down");
    // It still serves what is under way.
    assert_eq!(server.get(&execution).await.expect(StatusCode::OK)["status"], "running");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saves_are_limited(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--saves-per-minute", "7"]);
    server.post("/workflows", &workflow("w")).await.expect(StatusCode::CREATED);
    server.put("/workflows/w", "\"1\"", &workflow("other")).await.expect(StatusCode::OK);
    let restored = server.request(Method::POST, "/workflows/w/versions/1/restore").header("if-match", "\"2\"");
    assert_eq!(restored.send().await.unwrap().status(), StatusCode::OK);
    server.post("/workflows/w/copy", &json!({})).await.expect(StatusCode::CREATED);
    server.post("/workflows/templates", &workflow("t")).await.expect(StatusCode::CREATED);
    server.post("/workflows/templates/t/instantiate", &json!({"name": "made"})).await.expect(StatusCode::CREATED);
    let persona = json!({"name": "p", "instructions": "x"});
    server.post("/personas", &persona).await.expect(StatusCode::CREATED);
    let limited = server.put("/personas/p", "\"1\"", &persona).await;
    assert!(limited.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 9);
    assert!(limited.problem(429, "rate_limited").contains("--saves-per-minute"));
    server.put("/workflows/w", "\"3\"", &workflow("w")).await.problem(429, "rate_limited");
    // Starts and reads have limits of their own.
    server.post("/workflows/w/executions?wait=20", &json!({})).await.expect(StatusCode::OK);
    server.get("/workflows/w").await.expect(StatusCode::OK);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_streams_are_limited(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--streams-per-caller", "2"]);
    let execution =
        server.run(&[step("a", "demo-echo", "x"), json!({"id": "r", "label": "R", "type": "review"})]).await;
    server.settled(&execution).await;
    let address = format!("{execution}/events");
    let open = async |path: &str| {
        let answer = server.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let mut body = answer.bytes_stream();
        body.next().await.unwrap().unwrap();
        body
    };
    let (mut first, mut second) = (open(&address).await, open("/events/workflows/w").await);
    server.get(&address).await.problem(429, "too_many_streams");
    server.get("/events/workflows/w").await.problem(429, "too_many_streams");
    // The streams end with the execution.
    server.post(&format!("{execution}/steps/r/review"), &json!({"decision": "approve"})).await.expect(StatusCode::OK);
    while first.next().await.is_some() {}
    while second.next().await.is_some() {}
    assert!(metrics(&server).await.contains("sluice_event_readers 0\n"));
    let _third = open(&address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_writer_is_stuck_is_not_ready() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    ready(&server).await.expect(StatusCode::OK);
    let StoreConfig::Sqlite(file) = database.config() else { panic!("it is SQLite") };
    let mut other = diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    other.batch_execute("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE").unwrap();
    // Reads go on.
    server.get("/workflows").await.expect(StatusCode::OK);
    ready(&server).await.problem(503, "database_unavailable");
    other.batch_execute("ROLLBACK").unwrap();
    while ready(&server).await.status != StatusCode::OK {}
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_show_the_size_of_the_database() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let text = metrics(&server).await;
    for file in ["database", "wal"] {
        let line = format!("sluice_database_bytes{{file=\"{file}\"}} ");
        let size = text.lines().find_map(|it| it.strip_prefix(&line)).expect(&text).parse::<u64>().unwrap();
        assert!(size > 4_096, "{file}: {size}");
    }
}
