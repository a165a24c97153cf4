//! A database of an older server, opened by this one. `data/upgrade/README.md` says what it holds.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_store::StoreConfig;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Server, summary};

/// The tables of the old database.
const TABLES: [&str; 14] = [
    "attempts",
    "credentials",
    "engines",
    "events",
    "execution_snapshots",
    "executions",
    "gate_decisions",
    "idempotency_keys",
    "personas",
    "step_runs",
    "tenants",
    "workflow_tags",
    "workflow_versions",
    "workflows",
];

/// The passphrase that the old server sealed its credential with.
const PASSPHRASE: &str = "the passphrase of the upgrade test";

async fn load(database: &TestDatabase) {
    let dump = match database.config() {
        StoreConfig::Sqlite(_) => include_str!("../data/upgrade/sqlite.sql"),
        StoreConfig::Postgres(_) => include_str!("../data/upgrade/postgres.sql"),
    };
    database.execute(dump).await;
}

async fn counts(database: &TestDatabase) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for table in TABLES {
        counts.insert(table, database.count(table).await);
    }
    counts
}

/// The addresses of the executions, by workflow.
async fn executions(server: &Server) -> BTreeMap<String, String> {
    let listed = server.get("/workflows/executions?limit=100").await.expect(StatusCode::OK);
    let address = |item: &Value| {
        let id = item["id"].as_str().unwrap();
        (item["workflow_id"].as_str().unwrap().to_owned(), format!("/workflows/executions/{id}"))
    };
    listed["items"].as_array().unwrap().iter().map(address).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_keeps_every_row(#[future(awt)] database: TestDatabase) {
    load(&database).await;
    let before = counts(&database).await;
    assert!(before.values().all(|&rows| rows > 0), "{before:?}");
    drop(database.open().await);
    assert_eq!(counts(&database).await, before);
    let of_starts = "SELECT CAST(COUNT(*) AS TEXT) AS value FROM idempotency_keys k JOIN executions e \
                     ON e.tenant_id = k.tenant_id AND e.id = k.resource_id WHERE k.operation = 'start_execution'";
    assert_eq!(database.values(of_starts).await, [before["idempotency_keys"].to_string()]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_from_the_second_version_keeps_every_row(#[future(awt)] database: TestDatabase) {
    load(&database).await;
    database.execute(include_str!("../../../../migrations/sqlite/2026-11-26-000002_stale_step_runs/up.sql")).await;
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20261126000002')").await;
    let before = counts(&database).await;
    drop(database.open().await);
    assert_eq!(counts(&database).await, before);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_executions_continue(#[future(awt)] database: TestDatabase) {
    load(&database).await;
    let server = Server::with(&database, &["--master-key", PASSPHRASE]);
    let runs = executions(&server).await;
    assert_eq!(runs.len(), 10);
    let streaming = server.settled(&runs["streaming"]).await;
    assert_eq!(summary(&streaming), ["a completed 2", "b completed 1"]);
    let detail = server.get(&format!("{}/steps/a", runs["streaming"])).await.expect(StatusCode::OK);
    assert_eq!(detail["attempts"][0]["status"], "interrupted");
    assert!(detail["attempts"][0]["content"].as_str().unwrap().len() > 20, "the text streamed before is readable");
    let waiting = server.settled(&runs["waiting"]).await;
    assert_eq!(waiting["status"], "completed", "{waiting:#}");
    let held = server.get(&runs["held"]).await.expect(StatusCode::OK);
    assert_eq!((&held["status"], &held["on_hold"]), (&json!("paused"), &json!(true)));
    server.post(&format!("{}/resume", runs["held"]), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(server.settled(&runs["held"]).await["output"], "after the hold");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_gates_are_decided(#[future(awt)] database: TestDatabase) {
    load(&database).await;
    let server = Server::with(&database, &["--master-key", PASSPHRASE]);
    let runs = executions(&server).await;
    let decide = async |workflow: &str, path: &str, decision: Value| {
        let gate = format!("{}/steps/{path}/review", runs[workflow]);
        server.post(&gate, &decision).await.expect(StatusCode::OK);
        server.settled(&runs[workflow]).await
    };
    let reviewed = decide("review", "r", json!({"decision": "approve"})).await;
    assert_eq!((&reviewed["status"], &reviewed["output"]), (&json!("completed"), &json!("Text to review!")));
    let assumed = decide("unknown", "a", json!({"decision": "assume_done", "content": "It was sent"})).await;
    assert_eq!((&assumed["status"], &assumed["output"]), (&json!("completed"), &json!("It was sent")));
    assert_eq!(decide("budget", "a", json!({"decision": "stop"})).await["status"], "cancelled");
    let decided = server.get(&format!("{}/steps/r", runs["decided"])).await.expect(StatusCode::OK);
    let decisions: Vec<&str> =
        decided["decisions"].as_array().unwrap().iter().map(|made| made["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["revise", "revise", "approve"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_executions_are_read_and_retried(#[future(awt)] database: TestDatabase) {
    load(&database).await;
    let server = Server::with(&database, &["--master-key", PASSPHRASE]);
    let runs = executions(&server).await;
    for (workflow, address) in &runs {
        let execution = server.get(address).await.expect(StatusCode::OK);
        assert_eq!(&execution["workflow_id"], workflow);
    }
    let patch = json!({"model": "demo-echo", "prompt": "It works now"});
    server.post(&format!("{}/steps/b/retry", runs["failed"]), &patch).await.expect(StatusCode::ACCEPTED);
    let retried = server.settled(&runs["failed"]).await;
    assert_eq!((&retried["status"], &retried["output"]), (&json!("completed"), &json!("It works now")));
    server.post(&format!("{}/steps/r/retry", runs["cancelled"]), &json!({})).await.expect(StatusCode::ACCEPTED);
    assert_eq!(server.settled(&runs["cancelled"]).await["status"], "paused");
    let versions = server.get("/workflows/done/versions").await.expect(StatusCode::OK);
    assert_eq!(versions["items"].as_array().unwrap().len(), 3);
    let restored = server.request(reqwest::Method::POST, "/workflows/done/versions/1/restore");
    let restored = restored.header("if-match", "\"3\"").json(&json!({})).send().await.unwrap();
    assert_eq!(restored.status(), StatusCode::OK);
    let started = server.post("/workflows/done/executions?wait=20", &json!({"input": {"topic": "tea"}})).await;
    assert_eq!(started.expect(StatusCode::OK)["status"], "completed");
    let personas = server.get("/personas").await.expect(StatusCode::OK);
    assert_eq!(personas["items"][0]["instructions"], "Be brief.");
    let providers = server.get("/providers").await.expect(StatusCode::OK);
    assert!(providers.to_string().contains("http://127.0.0.1:9/v1"), "{providers:#}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_that_ended_before_are_counted(#[future(awt)] database: TestDatabase) {
    load(&database).await;
    let ended =
        "SELECT CAST(COUNT(*) AS TEXT) AS value FROM executions WHERE workflow_id = 'failed' AND status = 'failed'";
    let before = database.values(ended).await;
    let server = Server::with(&database, &["--master-key", PASSPHRASE]);
    let stats = server.get("/workflows/failed/stats?days=366").await.expect(StatusCode::OK);
    assert_eq!(stats["failed"].to_string(), before[0], "{stats:#}");
    assert_eq!(stats["failed"], 1);
}
