//! Headers of answers that clients go by, and the output of a step alone.

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, step};

/// The resource at the address that an answer names.
async fn at_location(server: &Server, answer: &Answer) -> Value {
    let location = answer.headers["location"].to_str().unwrap();
    server.get(location.strip_prefix("/api/v1").unwrap()).await.expect(StatusCode::OK)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_created_has_a_location() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let workflow = json!({"name": "Of mine", "definition": {"steps": [step("a", "demo-broken", "x")]}});
    let persona = json!({"name": "A voice", "instructions": "x"});
    for (path, body) in [
        ("/workflows", &workflow),
        ("/workflows/of-mine/copy", &json!({})),
        ("/workflows/templates", &json!({"name": "Template", "definition": {"steps": []}})),
        ("/workflows/templates/template/instantiate", &json!({"name": "From it"})),
        ("/personas", &persona),
        ("/agents", &json!({"name": "An agent", "instructions": "x"})),
        ("/mcp-servers", &json!({"name": "A server", "transport": {"type": "http", "url": "http://127.0.0.1:9/mcp"}})),
    ] {
        let created = server.post(path, body).await;
        assert_eq!(at_location(&server, &created).await["id"], created.body["id"], "{path}");
        created.expect(StatusCode::CREATED);
    }
    let started = server.post("/workflows/of-mine/executions", &json!({})).await;
    assert_eq!(at_location(&server, &started).await["id"], started.body["id"]);
    let execution = format!("/workflows/executions/{}", started.expect(StatusCode::ACCEPTED)["id"].as_str().unwrap());
    server.settled(&execution).await;
    let repeated = server.post(&format!("{execution}/steps/a/retry"), &json!({})).await;
    assert_eq!(repeated.headers["location"].to_str().unwrap(), format!("/api/v1{execution}"));
    repeated.expect(StatusCode::ACCEPTED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_told_before_it_is_reached() {
    let database = TestDatabase::sqlite();
    let server = Server::with(&database, &["--starts-per-minute", "2", "--saves-per-minute", "9"]);
    let body = json!({"id": "w", "name": "w", "definition": {"steps": [step("a", "demo-echo", "x")]}});
    let saved = server.post("/workflows", &body).await;
    assert_eq!(saved.headers["ratelimit-policy"], "\"saves\";q=9;w=60");
    assert_eq!(saved.headers["ratelimit"], "\"saves\";r=8;t=7");
    let start = async || server.post("/workflows/w/executions", &json!({})).await;
    let first = start().await;
    assert_eq!(first.headers["ratelimit-policy"], "\"starts\";q=2;w=60");
    assert_eq!(first.headers["ratelimit"], "\"starts\";r=1;t=30");
    start().await.expect(StatusCode::ACCEPTED);
    let limited = start().await;
    assert_eq!(limited.headers["ratelimit"], "\"starts\";r=0;t=60");
    assert!(limited.headers.contains_key("retry-after"));
    limited.problem(429, "rate_limited");
    assert!(!server.get("/workflows").await.headers.contains_key("ratelimit"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_is_read_alone(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let review = json!({"id": "check", "label": "Check", "type": "review"});
    let execution = server.run(&[step("a", "demo-echo", "On {{input.topic}}: ä"), review]).await;
    server.settled(&execution).await;
    let output = async |step: &str, tag: Option<&str>| {
        let request = server.request(Method::GET, &format!("{execution}/steps/{step}/output"));
        let request = tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag));
        Answer::of(request.send().await.unwrap()).await
    };
    let waiting = output("check", None).await.problem(404, "output_not_found");
    assert!(waiting.contains("`waiting`"), "{waiting}");
    output("nobody", None).await.problem(404, "step_run_not_found");
    let text = output("a", None).await;
    assert_eq!(
        (&text.body, &text.headers["content-type"]),
        (&json!("On tea: ä"), &"text/plain; charset=utf-8".parse().unwrap())
    );
    let tag = text.headers["etag"].to_str().unwrap();
    let known = output("a", Some(tag)).await;
    assert_eq!(
        (known.status, &known.headers["etag"], &known.body),
        (StatusCode::NOT_MODIFIED, &text.headers["etag"], &json!(""))
    );
    // Another output has another tag.
    let put =
        server.request(Method::PUT, &format!("{execution}/steps/a/output")).json(&json!({"content": "On coffee"}));
    Answer::of(put.send().await.unwrap()).await.expect(StatusCode::OK);
    assert_eq!(output("a", Some(tag)).await.expect(StatusCode::OK), "On coffee");
    server
        .post(&format!("{execution}/steps/check/review"), &json!({"decision": "approve"}))
        .await
        .expect(StatusCode::OK);
    let run = server.settled(&execution).await;
    let decision = output("check", None).await;
    assert_eq!(decision.headers["content-type"], "application/json");
    assert_eq!(decision.expect(StatusCode::OK), run["step_results"]["check"]);
}
