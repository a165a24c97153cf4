//! The server killed, stopped, cut off from its database and out of disk, in mid-run.

use std::process::Command;
use std::time::Duration;

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{Cuttable, TestDatabase, postgres, sqlite};

use crate::server::{Server, run_of, step, summary};

fn five_steps() -> Vec<Value> {
    vec![
        step("s1", "demo-echo", "one about {{input.topic}}"),
        step("s2", "demo-echo", "{{steps.S1.content}}, two"),
        step("s3", "demo-slow", "Write about lighthouses after {{steps.S2.content}}"),
        json!({"id": "s4", "label": "S4", "type": "review", "shows": ["s2"]}),
        step("s5", "demo-echo", "{{steps.S4.content}}, five"),
    ]
}

/// Waits until step 3 has text that is kept in the database; gives it.
async fn kept_text(server: &Server, execution: &str) -> String {
    let running = server
        .until(execution, |body| {
            run_of(body, "s3")["status"] == "running"
                && run_of(body, "s3")["content"].as_str().is_some_and(|text| text.len() > 20)
        })
        .await;
    run_of(&running, "s3")["content"].as_str().unwrap().to_owned()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_goes_on_by_itself(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&five_steps()).await;
    // Another execution waits at its gate when the server is killed.
    let steps = [step("a", "demo-echo", "text"), json!({"id": "r", "label": "R", "type": "review"})];
    server.workflow("gated", &steps).await;
    let gated = server.post("/workflows/gated/executions?wait=20", &json!({})).await.expect(StatusCode::OK);
    let gated = format!("/workflows/executions/{}", gated["id"].as_str().unwrap());
    let before = kept_text(&server, &execution).await;
    server.kill();

    let server = Server::start(&database);
    let done = server.settled(&execution).await;
    assert_eq!(summary(&done), ["s1 completed 1", "s2 completed 1", "s3 completed 2", "s4 waiting 0", "s5 pending 0"]);
    let detail = server.get(&format!("{execution}/steps/s3")).await.expect(StatusCode::OK);
    let attempts = detail["attempts"].as_array().unwrap();
    assert_eq!((&attempts[0]["status"], &attempts[1]["status"]), (&json!("interrupted"), &json!("completed")));
    assert!(attempts[0]["content"].as_str().unwrap().starts_with(&before), "the text streamed before is readable");
    assert_eq!(attempts[0]["usage_estimated"], true);
    // The gate is still open, in both executions.
    let gated_now = server.settled(&gated).await;
    assert_eq!((&gated_now["status"], &run_of(&gated_now, "r")["gate"]["content"]), (&json!("paused"), &json!("text")));
    for (at, path) in [(&execution, "s4"), (&gated, "r")] {
        server.post(&format!("{at}/steps/{path}/review"), &json!({"decision": "approve"})).await.expect(StatusCode::OK);
    }
    let done = server.settled(&execution).await;
    assert_eq!((&done["status"], &done["output"]), (&json!("completed"), &json!("one about tea, two, five")));
    assert_eq!(server.settled(&gated).await["status"], "completed");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_asked_to_stop_lets_steps_end_and_the_next_goes_on(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&five_steps()).await;
    kept_text(&server, &execution).await;
    assert_eq!(server.terminate(), Some(0));
    let server = Server::start(&database);
    let done = server.settled(&execution).await;
    // Step 3 had the time to end: it is not paid for twice.
    assert_eq!(summary(&done), ["s1 completed 1", "s2 completed 1", "s3 completed 1", "s4 waiting 0", "s5 pending 0"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_no_time_to_stop_keeps_the_text(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--grace-seconds", "0"]);
    let execution = server.run(&five_steps()).await;
    let before = kept_text(&server, &execution).await;
    assert_eq!(server.terminate(), Some(0));
    let server = Server::start(&database);
    let done = server.settled(&execution).await;
    assert_eq!(run_of(&done, "s3")["attempt"], 2);
    let detail = server.get(&format!("{execution}/steps/s3")).await.expect(StatusCode::OK);
    assert!(detail["attempts"][0]["content"].as_str().unwrap().starts_with(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_database_that_is_away() {
    let database = TestDatabase::postgres().await;
    let server_url: reqwest::Url = TestDatabase::postgres_server().parse().unwrap();
    let way = Cuttable::to(format!("127.0.0.1:{}", server_url.port().unwrap()).parse().unwrap()).await;
    let server = Server::on(&database.by_port(way.port), &database, &["--lease-seconds", "60"]);
    let execution = server.run(&five_steps()).await;
    kept_text(&server, &execution).await;
    way.cut();
    let away = server.get(&execution).await;
    assert_eq!(away.headers["retry-after"], "5");
    away.problem(503, "database_unavailable");
    let ready = server.client.get(format!("{}/readyz", server.url)).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    // The step ends while the database is away; nothing is written and nothing goes on without it.
    tokio::time::sleep(Duration::from_secs(4)).await;
    way.mend();
    let done = server.settled(&execution).await;
    assert_eq!(summary(&done), ["s1 completed 1", "s2 completed 1", "s3 completed 1", "s4 waiting 0", "s5 pending 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_more_is_told_and_a_run_goes_on_when_it_does() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let execution = server.run(&five_steps()).await;
    kept_text(&server, &execution).await;
    // The server may write no further into any file, as on a disk that fails or is full.
    let limit = |limit: &str| {
        let set = Command::new("prlimit")
            .args(["--pid", &server.pid().to_string(), &format!("--fsize={limit}")])
            .status()
            .unwrap();
        assert!(set.success());
    };
    limit("1:unlimited");
    let body = json!({"name": "more", "definition": {"steps": [step("a", "demo-echo", "x")]}});
    server.post("/workflows", &body).await.problem(503, "database_unavailable");
    // What is there can still be read, and step 3 ends meanwhile.
    server.get(&execution).await.expect(StatusCode::OK);
    tokio::time::sleep(Duration::from_secs(4)).await;
    limit("unlimited:unlimited");
    let done = server.settled(&execution).await;
    assert_eq!(summary(&done), ["s1 completed 1", "s2 completed 1", "s3 completed 1", "s4 waiting 0", "s5 pending 0"]);
    server.post("/workflows", &body).await.expect(StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_on_the_same_database_takes_over() {
    let database = TestDatabase::postgres().await;
    let (first, second) = (Server::start(&database), Server::start(&database));
    let execution = first.run(&five_steps()).await;
    kept_text(&first, &execution).await;
    second.post(&format!("{execution}/cancel"), &json!({})).await.problem(409, "execution_elsewhere");
    first.kill();
    let done = second.settled(&execution).await;
    assert_eq!(summary(&done), ["s1 completed 1", "s2 completed 1", "s3 completed 2", "s4 waiting 0", "s5 pending 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_at_two_servers_one_counts_and_the_run_goes_on() {
    let database = TestDatabase::postgres().await;
    let (first, second) = (Server::start(&database), Server::start(&database));
    let gate = json!({"id": "r", "label": "R", "type": "review"});
    first.workflow("w", &[step("a", "demo-echo", "text"), gate, step("b", "demo-echo", "{{steps.R.content}}")]).await;
    // Many at once: the two servers take executions from each other while they read them.
    let decided = (0..12).map(|_| async {
        let waiting = first.post("/workflows/w/executions?wait=20", &json!({})).await.expect(StatusCode::OK);
        let execution = format!("/workflows/executions/{}", waiting["id"].as_str().unwrap());
        let address = format!("{execution}/steps/r/review");
        let approve = json!({"decision": "approve"});
        let (left, right) = tokio::join!(first.post(&address, &approve), second.post(&address, &approve));
        let counted = [left, right].into_iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert_eq!(counted, 1);
        assert_eq!(first.settled(&execution).await["status"], "completed");
    });
    futures_util::future::join_all(decided).await;
}
