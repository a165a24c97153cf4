//! Generations over HTTP: started, followed, waited for, cancelled, and ended with their server.

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_GENERATION_PROMPT_BYTES, MAX_GENERATIONS_AT_ONCE};

use crate::server::{Answer, PATIENCE, Server, step};

/// A request for the demo designer. `demo-slow` takes some seconds.
pub fn asked(model: &str) -> Value {
    json!({"prompt": "Collect facts about owls, have a person review them, then write a summary", "provider": "demo", "model": model})
}

/// Starts a generation; gives its address.
pub async fn start(server: &Server, body: &Value) -> String {
    let started = server.post("/workflows/generate", body).await.expect(StatusCode::ACCEPTED);
    assert_eq!((&started["status"], &started["workflow"]), (&json!("running"), &Value::Null));
    format!("/workflows/generate/{}", started["id"].as_str().unwrap())
}

/// Generates a workflow to its end.
pub async fn generate(server: &Server, body: &Value) -> Value {
    server.post("/workflows/generate?wait=60", body).await.expect(StatusCode::OK)
}

/// The events of a stream to its end, or until `enough` says so, each with its id.
async fn events(server: &Server, generation: &str, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let response = server.request(Method::GET, &format!("{generation}/events")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.bytes_stream();
    let (mut rest, mut events) = (Vec::new(), Vec::<Value>::new());
    while let Some(bytes) = body.next().await {
        rest.extend_from_slice(&bytes.unwrap());
        while let Some(end) = rest.windows(2).position(|two| two == b"\n\n") {
            let frame = String::from_utf8(rest.drain(..end + 2).collect()).unwrap();
            let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let Some(data) = field("data:") else { continue };
            let event: Value = serde_json::from_str(data).unwrap();
            assert_eq!(field("event:"), event["type"].as_str());
            assert_eq!(field("id:"), (event["type"] == "done").then_some("done"));
            events.push(event);
            if enough(&events) {
                return events;
            }
        }
    }
    events
}

/// The answer that pieces of text make; a piece that leaves a gap or comes twice fails.
fn text_of(events: &[Value]) -> String {
    let mut text = String::new();
    for event in events.iter().filter(|event| event["type"] == "text") {
        assert_eq!(event["offset"].as_u64(), u64::try_from(text.chars().count()).ok(), "{event}");
        text.push_str(event["text"].as_str().unwrap());
    }
    text
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_becomes_a_workflow_that_runs(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let started = server.post("/workflows/generate", &asked("demo")).await;
    let address = started.headers["location"].to_str().unwrap().trim_start_matches("/api/v1").to_owned();
    let started = started.expect(StatusCode::ACCEPTED);
    assert_eq!(address, format!("/workflows/generate/{}", started["id"].as_str().unwrap()));
    let done = server.get(&format!("{address}?wait=60")).await.expect(StatusCode::OK);
    assert_eq!((&done["status"], &done["simulated"], &done["calls"]), (&json!("completed"), &json!(true), &json!(1)));
    assert!(!done["workflow"]["definition"]["steps"].as_array().unwrap().is_empty(), "{done:#}");
    assert!(!done["completed_at"].is_null() && done["applied_workflow_id"].is_null(), "{done:#}");
    let errors = done["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error");
    assert_eq!(errors.count(), 0, "{done:#}");
    // It created nothing.
    assert_eq!(server.get("/workflows").await.expect(StatusCode::OK)["items"], json!([]));
    assert_eq!(server.get("/agents").await.expect(StatusCode::OK)["items"], json!([]));
    let listed = server.get("/workflows/generate").await.expect(StatusCode::OK);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["prompt"]), (&started["id"], &started["prompt"]));
    let mut workflow = done["workflow"].clone();
    workflow["definition"]["model"] = json!("demo-instant");
    workflow["definition"]["provider"] = json!("demo");
    let applied = json!({"generation_id": started["id"], "workflow": workflow});
    let applied = server.post("/workflows/generate/apply", &applied).await.expect(StatusCode::CREATED);
    let run = format!("/workflows/{}/executions?wait=60", applied["workflow"]["id"].as_str().unwrap());
    let input = json!({"input": {"topic": "owls"}, "yolo": true});
    assert_eq!(server.post(&run, &input).await.expect(StatusCode::OK)["status"], "completed");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_get_the_whole_answer_whenever_they_come(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let generation = start(&server, &asked("demo-slow")).await;
    let some = events(&server, &generation, |events| text_of(events).len() > 40).await;
    assert_eq!((&some[0]["type"], &some[0]["status"]), (&json!("progress"), &json!("running")));
    // One comes in the middle, and one goes and comes again.
    let (late, again) = tokio::join!(events(&server, &generation, |_| false), events(&server, &generation, |_| false));
    for events in [&late, &again] {
        let text = text_of(events);
        assert!(text.starts_with(&text_of(&some)), "{text}");
        let last = events.last().unwrap();
        assert_eq!((&last["type"], &last["status"]), (&json!("done"), &json!("completed")));
        assert_eq!(events.iter().filter(|event| event["type"] == "done").count(), 1);
    }
    // After the end there is the end alone, and then nothing to come for.
    let after = events(&server, &generation, |_| false).await;
    assert_eq!(after.iter().map(|event| &event["type"]).collect::<Vec<_>>(), ["progress", "done"]);
    let ask =
        |id: &'static str| server.request(Method::GET, &format!("{generation}/events")).header("last-event-id", id);
    assert_eq!(ask("done").send().await.unwrap().status(), StatusCode::NO_CONTENT);
    Answer::of(ask("7").send().await.unwrap()).await.problem(400, "invalid_header");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_generation_stays_cancelled(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let generation = start(&server, &asked("demo-slow")).await;
    let cancel = format!("{generation}/cancel");
    let reader = events(&server, &generation, |_| false);
    let (read, cancelled) = tokio::join!(reader, server.post(&cancel, &Value::Null));
    assert_eq!(cancelled.expect(StatusCode::OK)["status"], "cancelled");
    assert_eq!(read.last().unwrap()["status"], "cancelled");
    let again = server.post(&cancel, &Value::Null).await.expect(StatusCode::OK);
    assert_eq!((&again["status"], &again["workflow"]), (&json!("cancelled"), &Value::Null));
    let id = json!({"generation_id": again["id"]});
    server.post("/workflows/generate/apply", &id).await.problem(409, "generation_not_completed");
    let done = generate(&server, &asked("demo-instant")).await;
    let cancel = format!("/workflows/generate/{}/cancel", done["id"].as_str().unwrap());
    let told = server.post(&cancel, &Value::Null).await.problem(409, "generation_ended");
    assert!(told.contains("`completed`"), "{told}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generation_of_a_killed_server_has_failed_at_the_next(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let generation = start(&server, &asked("demo-slow")).await;
    events(&server, &generation, |events| events.iter().any(|event| event["type"] == "text")).await;
    server.kill();
    let server = Server::start(&database);
    let failed = server.until(&generation, |body| body["status"] == "failed").await;
    assert_eq!(failed["error"]["code"], "interrupted", "{failed:#}");
    let read = events(&server, &generation, |_| false).await;
    assert_eq!(read.last().unwrap()["error"]["code"], "interrupted", "{read:#?}");
    server
        .post("/workflows/generate/apply", &json!({"generation_id": failed["id"]}))
        .await
        .problem(409, "generation_not_completed");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_ends_its_generations(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let generation = start(&server, &asked("demo-slow")).await;
    events(&server, &generation, |events| events.iter().any(|event| event["type"] == "text")).await;
    assert_eq!(server.terminate(), Some(0));
    // It was written before the server stopped: the next one need not look for lost ones.
    let query = "SELECT 1 FROM generations WHERE completed_at IS NULL";
    assert_eq!(database.count(&format!("({query}) AS running")).await, 0);
    let server = Server::start(&database);
    let failed = server.get(&generation).await.expect(StatusCode::OK);
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("interrupted")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generation_at_another_server_is_followed_and_cancelled() {
    let database = TestDatabase::postgres().await;
    let (here, there) = (Server::start(&database), Server::start(&database));
    let generation = start(&there, &asked("demo-slow")).await;
    let waiting = format!("{generation}?wait=60");
    let cancel = async {
        events(&here, &generation, |events| !events.is_empty()).await;
        here.post(&format!("{generation}/cancel"), &Value::Null).await.expect(StatusCode::OK)
    };
    let read = events(&here, &generation, |_| false);
    let (cancelled, read, waited) = tokio::join!(cancel, read, here.get(&waiting));
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(read.last().unwrap()["status"], "cancelled");
    assert_eq!(waited.expect(StatusCode::OK)["status"], "cancelled");
    // A living server's generation is not ended by another one that starts.
    let generation = start(&there, &asked("demo-slow")).await;
    let _third = Server::start(&database);
    assert_eq!(here.get(&format!("{generation}?wait=60")).await.expect(StatusCode::OK)["status"], "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_run_at_once_and_so_many_start_in_a_minute() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let body = asked("demo-slow");
    let most = usize::try_from(MAX_GENERATIONS_AT_ONCE).unwrap();
    let answers = join_all((0..=most).map(|_| server.post("/workflows/generate", &body))).await;
    let (started, mut refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == StatusCode::ACCEPTED);
    assert_eq!((started.len(), refused.len()), (most, 1));
    let refused = refused.remove(0);
    assert_eq!(refused.headers["retry-after"], "10");
    let told = refused.problem(429, "too_many_generations");
    assert!(told.contains("cancel one"), "{told}");
    let cancel = format!("/workflows/generate/{}/cancel", started[0].body["id"].as_str().unwrap());
    server.post(&cancel, &Value::Null).await.expect(StatusCode::OK);
    start(&server, &body).await;
    drop(server);
    let server = Server::with(&database, &["--starts-per-minute", "1"]);
    generate(&server, &asked("demo-instant")).await;
    server.post("/workflows/generate", &body).await.problem(429, "rate_limited");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_cannot_be_carried_out_is_refused_with_the_remedy() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let with = |fields: Value| {
        let mut body = asked("demo-instant");
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    };
    for (fields, status, code) in [
        (json!({"prompt": " \n"}), 422, "invalid_request"),
        (json!({"prompt": "x".repeat(MAX_GENERATION_PROMPT_BYTES + 1)}), 422, "invalid_request"),
        (json!({"prompt": "Call it with sk-proj-abcdEFGH1234ijklMNOP"}), 422, "secret_in_prompt"),
        (json!({"prompt": 7}), 422, "invalid_request"),
        (json!({"model": "demo-of-next-year"}), 422, "unknown_model"),
        (json!({"provider": "carrier-pigeon"}), 422, "unknown_provider"),
        (json!({"provider": "anthropic", "model": null}), 422, "provider_not_available"),
        (json!({"workflow_id": "nobody"}), 404, "workflow_not_found"),
        (json!({"definition": {"steps": [], "color": "red"}}), 422, "invalid_request"),
        (json!({"promt": "x"}), 422, "invalid_request"),
    ] {
        server.post("/workflows/generate", &with(fields)).await.problem(status, code);
    }
    server.post("/workflows/generate?wait=61", &asked("demo")).await.problem(400, "invalid_query");
    let missing = "/workflows/generate/generation-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";
    for address in [missing.to_owned(), format!("{missing}/events"), format!("{missing}?wait=1")] {
        server.get(&address).await.problem(404, "generation_not_found");
    }
    server.get("/workflows/generate/7").await.problem(400, "invalid_path");
    assert_eq!(server.get("/workflows/generate").await.expect(StatusCode::OK)["items"], json!([]));
    // At the limit, and in any language; what the designer cannot do is an end with an error.
    let longest = with(json!({"prompt": "茶".repeat(MAX_GENERATION_PROMPT_BYTES / 3)}));
    assert_eq!(generate(&server, &longest).await["status"], "completed");
    let refused = generate(&server, &asked("demo-refuse")).await;
    assert_eq!(refused["status"], "failed");
    assert!(!refused["error"]["message"].as_str().unwrap().is_empty(), "{refused:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_stops_nothing() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let request = server.request(Method::POST, "/workflows/generate?wait=60").json(&asked("demo-slow"));
    let answer = tokio::spawn(request.send());
    server.until("/workflows/generate", |body| body["items"][0]["status"] == "running").await;
    answer.abort();
    let done = server.until("/workflows/generate", |body| body["items"][0]["status"] == "completed").await;
    assert_eq!(done["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn generations_are_counted() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let generation = start(&server, &asked("demo-slow")).await;
    let metrics = crate::operation::metrics(&server).await;
    assert!(metrics.contains("sluice_generations_started_total 1\n"), "{metrics}");
    assert!(metrics.contains("sluice_generations_live 1\n"), "{metrics}");
    let ended = tokio::time::timeout(PATIENCE, server.post(&format!("{generation}/cancel"), &Value::Null)).await;
    ended.unwrap().expect(StatusCode::OK);
    assert!(crate::operation::metrics(&server).await.contains("sluice_generations_live 0\n"));
}
