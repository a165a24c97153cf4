//! Answers that are held until an execution ends, pauses or moves on.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_WAIT_SECONDS;

use crate::server::{PATIENCE, Server, step, summary};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_waits_for_the_next_event_and_for_the_end(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let review = json!({"id": "r", "label": "R", "type": "review"});
    let execution = server.run(&[step("a", "demo-echo", "x"), review, step("b", "demo-echo", "y")]).await;
    // The longest wait is longer than the requests of these tests may take: they fail when an answer is held to its end.
    let wait = format!("wait={MAX_WAIT_SECONDS}");
    let paused = server.get(&format!("{execution}?{wait}")).await.expect(StatusCode::OK);
    assert_eq!(summary(&paused), ["a completed 1", "r waiting 0", "b pending 0"]);
    let known = paused["last_seq"].as_i64().unwrap();
    // The caller knows the pause, and waits for what follows it.
    let next = format!("{execution}?{wait}&after_seq={known}");
    let decision = format!("{execution}/steps/r/review?{wait}");
    let approve = json!({"decision": "approve"});
    let (next, done) = tokio::join!(server.get(&next), server.post(&decision, &approve));
    let next = next.expect(StatusCode::OK);
    assert!(next["last_seq"].as_i64().unwrap() > known, "{next:#}");
    let done = done.expect(StatusCode::OK);
    assert_eq!((&done["status"], summary(&done).last().unwrap().as_str()), (&json!("completed"), "b completed 1"));
    // Nothing follows the end.
    let last = done["last_seq"].as_i64().unwrap();
    let ended = server.get(&format!("{execution}?{wait}&after_seq={last}")).await.expect(StatusCode::OK);
    assert_eq!(ended, server.get(&execution).await.expect(StatusCode::OK));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_wait_for_what_they_set_going(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    // However slow the machine is, the second step is under way until it is cancelled.
    let execution = server.run(&[step("a", "demo-broken", "x"), step("b", "demo-silent", "y")]).await;
    let wait = format!("wait={MAX_WAIT_SECONDS}");
    let retry = format!("{execution}/steps/a/retry");
    let failed = server.get(&format!("{execution}?{wait}")).await.expect(StatusCode::OK);
    assert_eq!(failed["status"], "failed");
    let again = server.post(&format!("{retry}?{wait}"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(summary(&again), ["a failed 2", "b pending 0"]);
    // The time is over before the second step is.
    let running = server.post(&format!("{retry}?wait=1"), &json!({"model": "demo-echo"})).await;
    assert_eq!(running.expect(StatusCode::ACCEPTED)["status"], "running");
    let running = server.get(&format!("{execution}?wait=1")).await.expect(StatusCode::OK);
    assert_eq!(running["status"], "running");
    let paused = server.post(&format!("{execution}/pause"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(paused["status"], "paused");
    let resume = format!("{execution}/resume?{wait}");
    let resumed = async {
        server.until(&execution, |body| body["status"] == "running").await;
        server.post(&format!("{execution}/cancel"), &json!({})).await.expect(StatusCode::OK)
    };
    let empty = json!({});
    let (answer, _) = tokio::join!(server.post(&resume, &empty), resumed);
    assert_eq!(answer.expect(StatusCode::OK)["status"], "cancelled");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_of_the_wrong_form(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--streams-per-caller", "1"]);
    let execution = server.run(&[json!({"id": "r", "label": "R", "type": "review"})]).await;
    let paused = server.get(&format!("{execution}?wait={MAX_WAIT_SECONDS}")).await.expect(StatusCode::OK);
    let last = paused["last_seq"].as_i64().unwrap();
    let too_long = format!("wait={}", MAX_WAIT_SECONDS + 1);
    for query in [
        too_long.as_str(),
        "wait=-1",
        "wait=soon",
        "wait=1&after_seq=-1",
        "wait=1&after_seq=x",
        "after_seq=1",
        "until=end",
        &format!("wait=1&after_seq={}", last + 1),
    ] {
        server.get(&format!("{execution}?{query}")).await.problem(400, "invalid_query");
    }
    for command in ["resume", "steps/r/retry", "steps/r/review"] {
        let body = if command.ends_with("review") { json!({"decision": "approve"}) } else { json!({}) };
        server.post(&format!("{execution}/{command}?{too_long}"), &body).await.problem(400, "invalid_query");
    }
    assert_eq!(server.get(&execution).await.expect(StatusCode::OK), paused, "nothing was done");
    server.get(&format!("{execution}?wait=0&after_seq={last}")).await.expect(StatusCode::OK);
    let unknown = "/workflows/executions/execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";
    server.get(&format!("{unknown}?wait=1&after_seq=0")).await.problem(404, "execution_not_found");
    // A wait counts as a stream while it is held.
    let held = format!("{execution}?wait={MAX_WAIT_SECONDS}&after_seq={last}");
    let other = async {
        loop {
            let answer = server.get(&format!("{execution}?wait=1")).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                answer.problem(429, "too_many_streams");
                break;
            }
        }
        server.post(&format!("{execution}/steps/r/review"), &json!({"decision": "approve"})).await
    };
    // A probe may have the only place when it arrives.
    let held = async {
        loop {
            let answer = server.get(&held).await;
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
        }
    };
    let both = tokio::time::timeout(PATIENCE, async { tokio::join!(held, other) });
    let (held, decided) = both.await.expect("the wait takes the only place");
    decided.expect(StatusCode::OK);
    held.expect(StatusCode::OK);
}
