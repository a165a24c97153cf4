//! Event streams over HTTP.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{PATIENCE, Server, step};

/// Reads a stream to its end, or until `enough` says so.
pub async fn read(
    server: &Server,
    path: &str,
    after: Option<impl ToString>,
    enough: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    let of_workflow = path.starts_with("/events/workflows/");
    let mut request = server.request(Method::GET, path);
    if let Some(after) = after {
        request = request.header("last-event-id", after.to_string());
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let mut body = response.bytes_stream();
    let (mut rest, mut events) = (String::new(), Vec::new());
    while let Some(bytes) = body.next().await {
        rest.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
        while let Some((frame, tail)) = rest.split_once("\n\n") {
            let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if let Some(data) = field("data:") {
                let event: Value = serde_json::from_str(data).unwrap();
                assert_eq!(field("event:"), event["type"].as_str());
                let execution = event["execution_id"].as_str().unwrap();
                let id = |seq: i64| if of_workflow { format!("{execution}:{seq}") } else { seq.to_string() };
                assert_eq!(field("id:").map(str::to_owned), event["seq"].as_i64().map(id));
                events.push(event);
            }
            rest = tail.to_owned();
            if enough(&events) {
                return events;
            }
        }
    }
    events
}

/// No position: a reader that comes for the first time.
pub const NONE: Option<i64> = None;

pub fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().filter_map(|event| event["seq"].as_i64()).collect()
}

/// Puts texts together by their offsets; a piece that leaves a gap or says something twice fails.
pub fn follow(texts: &mut BTreeMap<(String, i64), String>, events: &[Value]) {
    for event in events.iter().filter(|event| event["type"] == "text") {
        let key = (event["path"].as_str().unwrap().to_owned(), event["attempt"].as_i64().unwrap());
        let (offset, piece) =
            (usize::try_from(event["offset"].as_u64().unwrap()).unwrap(), event["text"].as_str().unwrap());
        let text = texts.entry(key).or_default();
        if offset == 0 {
            assert!(piece.starts_with(text.as_str()), "all text so far lacks some");
            piece.clone_into(text);
        } else {
            assert_eq!(offset, text.len(), "a piece is missing or comes twice");
            text.push_str(piece);
        }
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_comes_again_misses_and_doubles_nothing(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let steps =
        [step("a", "demo-slow", "Write about lighthouses"), step("b", "demo-slow", "Then about {{steps.A.content}}")];
    let execution = server.run(&steps).await;
    let address = format!("{execution}/events");
    let mut texts = BTreeMap::new();
    let mut seen = Vec::new();
    // Three readers, one after the other; each stops in the middle of some text.
    for stop in [3, 7] {
        let enough = |events: &[Value]| events.iter().filter(|event| event["type"] == "text").count() >= stop;
        let events = read(&server, &address, seen.last().copied(), enough).await;
        follow(&mut texts, &events);
        seen.extend(numbers(&events));
    }
    let rest = read(&server, &address, seen.last().copied(), |_| false).await;
    follow(&mut texts, &rest);
    seen.extend(numbers(&rest));
    assert_eq!(seen, (1..=i64::try_from(seen.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(rest.last().unwrap()["status"], "completed");
    let done = server.settled(&execution).await;
    assert_eq!(done["last_seq"].as_i64(), seen.last().copied());
    for run in done["steps"].as_array().unwrap() {
        assert_eq!(texts[&(run["path"].as_str().unwrap().to_owned(), 1)], run["content"].as_str().unwrap());
    }
    // A late reader gets all stored events, and the stream ends.
    assert_eq!(numbers(&read(&server, &address, NONE, |_| false).await), seen);
    assert_eq!(numbers(&read(&server, "/events/workflows/w?after=2", NONE, |_| false).await), seen[2..]);
    // There is nothing after the last event: a browser would come again and again after 200.
    let last = seen.last().unwrap();
    let nothing = server.get(&format!("{address}?after={last}")).await;
    assert_eq!((nothing.status, &nothing.body), (StatusCode::NO_CONTENT, &json!("")));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retried_execution_has_a_stream_again(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-broken", "x")]).await;
    let address = format!("{execution}/events");
    let failed = read(&server, &address, NONE, |_| false).await;
    assert_eq!(
        (&failed.last().unwrap()["type"], &failed.last().unwrap()["status"]),
        (&json!("error"), &json!("failed"))
    );
    server
        .post(&format!("{execution}/steps/a/retry"), &json!({"model": "demo-instant"}))
        .await
        .expect(StatusCode::ACCEPTED);
    let after = numbers(&failed).last().copied();
    let rest = read(&server, &address, after, |_| false).await;
    assert_eq!(rest.last().unwrap()["status"], "completed");
    assert_eq!(numbers(&rest)[0], after.unwrap() + 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_a_workflow_misses_nothing_of_its_next_execution(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let first = server.run(&[step("a", "demo-echo", "x"), step("b", "demo-echo", "y")]).await;
    server.settled(&first).await;
    let address = "/events/workflows/w";
    let seen = read(&server, address, NONE, |_| false).await;
    let last = numbers(&seen).last().copied().unwrap();
    let id = |number: i64| format!("{}:{number}", seen[0]["execution_id"].as_str().unwrap());
    assert_eq!(numbers(&read(&server, address, Some(id(2)), |_| false).await), (3..=last).collect::<Vec<_>>());
    assert!(read(&server, address, Some(id(last)), |_| false).await.is_empty());
    // The next execution has as many events: their numbers alone would say that all were read.
    server.post("/workflows/w/executions?wait=20", &json!({})).await.expect(StatusCode::OK);
    let next = read(&server, address, Some(id(last)), |_| false).await;
    assert_eq!(numbers(&next), (1..=last).collect::<Vec<_>>());
    assert_ne!(next[0]["execution_id"], seen[0]["execution_id"]);
    assert_eq!(
        numbers(&read(&server, &format!("{address}?after={}", id(last)), NONE, |_| false).await),
        numbers(&next)
    );
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_a_huge_execution_come_page_by_page_and_once(#[future(awt)] database: TestDatabase) {
    const ITEMS: usize = 700;
    let server = Server::start(&database);
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": format!("range({ITEMS})"),
        "steps": [step("draft", "demo-instant", "{{item}}")]});
    let execution = server.run(&[each]).await;
    let address = format!("{execution}/events");
    // One reader follows from the beginning, and one comes when several pages are stored. Both read to the end.
    let early = read(&server, &address, NONE, |_| false);
    let late = async {
        server.until(&execution, |body| body["last_seq"].as_i64().unwrap() > 1_100).await;
        read(&server, &address, NONE, |_| false).await
    };
    let (early, late) = tokio::join!(early, late);
    let done = server.settled(&execution).await;
    let all: Vec<i64> = (1..=done["last_seq"].as_i64().unwrap()).collect();
    assert!(all.len() > 2 * ITEMS);
    assert_eq!(numbers(&late), all, "the one that came late");
    assert_eq!(numbers(&early), all[..numbers(&early).len()]);
    // A stream that broke, because its reader was too slow, goes on where it was.
    let mut seen = numbers(&early);
    while seen.len() < all.len() {
        seen.extend(numbers(&read(&server, &address, seen.last(), |_| false).await));
    }
    assert_eq!(seen, all);
    assert_eq!(numbers(&read(&server, &address, Some(500), |_| false).await), all[500..]);
    let last = all.last().unwrap();
    server.get(&format!("{address}?after={last}")).await.expect(StatusCode::NO_CONTENT);
}

/// Asks for a path in HTTP/1.0, and gives the head and the body of the answer. The connection ends with the body, even
/// when the client wants to keep it.
fn ask_in_http_1_0(server: &Server, path: &str) -> (String, Vec<u8>) {
    let mut connection = TcpStream::connect(server.address()).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    let headers = format!("Host: {}\r\nConnection: keep-alive\r\nAccept-Encoding: gzip", server.address());
    write!(connection, "GET {path} HTTP/1.0\r\n{headers}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_1_0_has_no_chunks() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-slow", "Write about tea")]).await;
    let (head, events) = ask_in_http_1_0(&server, &format!("/api/v1{execution}/events"));
    assert!(!head.contains("transfer-encoding"), "{head}");
    let events = String::from_utf8(events).unwrap();
    assert!(events.starts_with("id: 1\nevent: "), "{events}");
    assert!(events.trim_end().rsplit("\n\n").next().unwrap().contains("\"status\":\"completed\""), "{events}");
    let (head, document) = ask_in_http_1_0(&server, "/openapi.json");
    assert!(head.contains("content-encoding: gzip") && !head.contains("transfer-encoding"), "{head}");
    assert_eq!(document[..2], [0x1f, 0x8b]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_positions_are_refused(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    server.settled(&execution).await;
    // Nothing comes after an end.
    server.get(&format!("{execution}/events?after=999")).await.expect(StatusCode::NO_CONTENT);
    let last = server.request(Method::GET, &format!("{execution}/events")).header("last-event-id", "999");
    assert_eq!(last.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    server.workflow("waits", &[json!({"label": "A", "type": "review"})]).await;
    let waits = server.post("/workflows/waits/executions?wait=30", &json!({})).await.expect(StatusCode::OK);
    let waits = format!("/workflows/executions/{}/events?after=999", waits["id"].as_str().unwrap());
    server.get(&waits).await.problem(400, "invalid_query");
    let garbled =
        server.request(Method::GET, &format!("{execution}/events")).header("last-event-id", "x").send().await.unwrap();
    crate::server::Answer::of(garbled).await.problem(400, "invalid_header");
    for wrong in ["x", "-1", ":1", "execution-1:1", "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11:x"] {
        let garbled =
            server.request(Method::GET, "/events/workflows/w").header("last-event-id", wrong).send().await.unwrap();
        crate::server::Answer::of(garbled).await.problem(400, "invalid_header");
        server.get(&format!("/events/workflows/w?after={wrong}")).await.problem(400, "invalid_query");
    }
    server
        .get("/workflows/executions/execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11/events")
        .await
        .problem(404, "execution_not_found");
    server.workflow("idle", &[step("a", "demo-echo", "x")]).await;
    server.get("/events/workflows/idle").await.problem(404, "execution_not_found");
}
