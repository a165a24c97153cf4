//! Readers at one server of a run at another.

use std::collections::BTreeMap;
use std::sync::Once;
use std::time::Instant;

use reqwest::StatusCode;
use serde_json::{Value, json};
use sluice_testing::TestDatabase;
use tokio::sync::Semaphore;

use crate::events::{NONE, follow, numbers, read};
use crate::operation::metrics;
use crate::server::{PATIENCE, Server, step};

/// Readers of the run.
const READERS: usize = 20;
/// The shortest time between two polls, in milliseconds.
const POLL_MS: u128 = 500;

/// The count of polls that a server shows.
async fn polls(server: &Server) -> u128 {
    let text = metrics(server).await;
    let count = text.lines().find_map(|line| line.strip_prefix("sluice_event_polls_total "));
    count.expect(&text).parse().unwrap()
}

fn check(done: &Value, events: &[Value]) {
    assert_eq!(numbers(events), (1..=done["last_seq"].as_i64().unwrap()).collect::<Vec<_>>());
    let mut texts = BTreeMap::new();
    follow(&mut texts, events);
    for run in done["steps"].as_array().unwrap().iter().filter(|run| run["step_type"] == "llm") {
        let at = (run["path"].as_str().unwrap().to_owned(), 1);
        assert_eq!(texts[&at], run["content"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_a_run_at_another_server_share_one_poller() {
    let database = TestDatabase::postgres().await;
    let here = Server::start(&database);
    let there = Server::start(&database);
    let steps = [
        step("a", "demo-slow", "Write about lighthouses"),
        json!({"id": "r", "label": "R", "type": "review"}),
        step("b", "demo-slow", "Then about {{steps.A.content}}"),
    ];
    let execution = there.run(&steps).await;
    let address = format!("{execution}/events");
    let begun = Instant::now();
    let readers = (0..READERS).map(|_| read(&here, &address, NONE, |_| false));
    let approve = async {
        there.until(&execution, |body| body["status"] == "paused").await;
        // Half of the readers come while the run waits.
        let connected = Semaphore::new(0);
        let late = (0..READERS).map(async |_| {
            let first = Once::new();
            let tell = |_: &[Value]| {
                first.call_once(|| connected.add_permits(1));
                false
            };
            read(&here, &address, NONE, tell).await
        });
        let approve = async {
            let all = connected.acquire_many(u32::try_from(READERS).unwrap());
            drop(tokio::time::timeout(PATIENCE, all).await.expect("all readers are connected"));
            let review = json!({"decision": "approve"});
            there.post(&format!("{execution}/steps/r/review"), &review).await.expect(StatusCode::OK);
        };
        tokio::join!(futures_util::future::join_all(late), approve).0
    };
    let (early, late) = tokio::join!(futures_util::future::join_all(readers), approve);
    let counted = polls(&here).await;
    let longest = begun.elapsed().as_millis() / POLL_MS + 2;
    assert!((1..=longest).contains(&counted), "{counted} polls, where one poller makes {longest} at most");
    assert_eq!(polls(&there).await, 0, "the run was live there");
    let done = there.settled(&execution).await;
    assert_eq!(done["status"], "completed");
    for events in &early {
        check(&done, events);
    }
    for events in &late {
        assert_eq!(numbers(events), (1..=done["last_seq"].as_i64().unwrap()).collect::<Vec<_>>());
        let mut texts = BTreeMap::new();
        follow(&mut texts, events);
        let written = done["steps"].as_array().unwrap().iter().find(|run| run["path"] == "b").unwrap();
        assert_eq!(texts[&("b".to_owned(), 1)], written["content"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_wait_for_a_run_at_another_server_share_one_poller() {
    let database = TestDatabase::postgres().await;
    let here = Server::start(&database);
    let there = Server::start(&database);
    let execution = there.run(&[json!({"id": "r", "label": "R", "type": "review"})]).await;
    let begun = Instant::now();
    let settled = format!("{execution}?wait=60");
    let paused = futures_util::future::join_all((0..READERS).map(|_| here.get(&settled))).await;
    for answer in paused {
        assert_eq!(answer.expect(StatusCode::OK)["status"], "paused");
    }
    let last = there.settled(&execution).await["last_seq"].as_i64().unwrap();
    let next = format!("{execution}?wait=60&after_seq={last}");
    let review = async {
        // They wait once they are being polled for.
        let from = polls(&here).await;
        let until = Instant::now() + PATIENCE;
        while polls(&here).await == from {
            assert!(Instant::now() < until, "nothing is polled");
        }
        let approve = json!({"decision": "approve"});
        there.post(&format!("{execution}/steps/r/review"), &approve).await.expect(StatusCode::OK)
    };
    let (answers, _) = tokio::join!(futures_util::future::join_all((0..READERS).map(|_| here.get(&next))), review);
    for answer in answers {
        assert!(answer.expect(StatusCode::OK)["last_seq"].as_i64().unwrap() > last);
    }
    let counted = polls(&here).await;
    let longest = begun.elapsed().as_millis() / POLL_MS + 2;
    assert!((1..=longest).contains(&counted), "{counted} polls, where one poller makes {longest} at most");
}
