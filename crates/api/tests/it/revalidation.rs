//! Reads with `If-None-Match`: an answer that the client has is not sent again.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_WAIT_SECONDS;

use crate::generations::{asked, generate};
use crate::server::{Answer, Server, add_agent_and_mcp_server, step};

/// Reads an address with a tag that the client has.
async fn read(server: &Server, address: &str, tag: &str) -> Answer {
    let request = server.request(Method::GET, address).header("if-none-match", tag);
    Answer::of(request.send().await.unwrap()).await
}

fn tag_of(headers: &HeaderMap) -> String {
    headers["etag"].to_str().unwrap().to_owned()
}

/// The addresses of all reads but event streams, by their paths in the document.
fn reads(execution: &str, generation: &str) -> BTreeMap<String, String> {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let parameters = [
        ("{agent_id}", "a"),
        ("{execution_id}", execution),
        ("{generation_id}", generation),
        ("{mcp_server_id}", "m"),
        ("{persona_id}", "p"),
        ("{step_path}", "a"),
        ("{step_id}", "a"),
        ("{template_id}", "deep-build-pipeline"),
        ("{version}", "1"),
        ("{workflow_id}", "w"),
    ];
    let paths = document["paths"].as_object().unwrap().iter().filter(|(_, item)| {
        let content = &item["get"]["responses"]["200"]["content"];
        content.is_object() && content["text/event-stream"].is_null()
    });
    let address = |path: &String| {
        let address = path.trim_start_matches("/api/v1").to_owned();
        parameters.iter().fold(address, |address, (name, value)| address.replace(name, value))
    };
    paths.map(|(path, _)| (path.trim_start_matches("/api/v1").to_owned(), address(path))).collect()
}

/// Changes something in the answer of each read, as far as anything can.
async fn change_everything(server: &Server, execution: &str, generation: &str) {
    let execution = format!("/workflows/executions/{execution}");
    server.patch("/workflows/w", &json!({"name": "other"})).await.expect(StatusCode::OK);
    for address in ["/personas/p", "/agents/a", "/mcp-servers/m"] {
        server.patch(address, &json!({"name": "other"})).await.expect(StatusCode::OK);
    }
    server.post("/mcp-servers/m/check", &Value::Null).await.expect(StatusCode::OK);
    server.workflow("calculates", &[json!({"label": "C", "type": "tool", "tool": "native:calculate"})]).await;
    server.patch(&format!("{execution}/steps/c"), &json!({"prompt": "y"})).await.expect(StatusCode::OK);
    let output = server.request(Method::PUT, &format!("{execution}/steps/a/output")).json(&json!({"content": "y"}));
    Answer::of(output.send().await.unwrap()).await.expect(StatusCode::OK);
    let start = format!("/workflows/w/executions?wait={MAX_WAIT_SECONDS}");
    server.post(&start, &json!({})).await.expect(StatusCode::OK);
    let applied = json!({"generation_id": generation});
    server.post("/workflows/generate/apply", &applied).await.expect(StatusCode::CREATED);
    let template = json!({"name": "t", "definition": {"steps": []}});
    server.post("/workflows/templates", &template).await.expect(StatusCode::CREATED);
    let credential = json!({"base_url": "http://127.0.0.1:9"});
    let put = server.request(Method::PUT, "/providers/ollama/credential").json(&credential).send().await.unwrap();
    Answer::of(put).await.expect(StatusCode::OK);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_is_answered_once_until_it_changes(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let review = json!({"id": "r", "label": "R", "type": "review"});
    server.workflow("w", &[step("a", "demo-echo", "x"), review, step("c", "demo-echo", "x")]).await;
    server.post("/personas", &json!({"id": "p", "name": "p", "instructions": "x"})).await.expect(StatusCode::CREATED);
    let start = format!("/workflows/w/executions?wait={MAX_WAIT_SECONDS}");
    add_agent_and_mcp_server(&server).await;
    let execution = server.post(&start, &json!({})).await.expect(StatusCode::OK);
    let execution = execution["id"].as_str().unwrap();
    let generation = generate(&server, &asked("demo-instant")).await;
    let generation = generation["id"].as_str().unwrap();
    let reads = reads(execution, generation);
    assert!(reads.len() > 18, "{reads:#?}");
    let mut tags = BTreeMap::new();
    for (path, address) in &reads {
        let first = server.get(address).await;
        let tag = tag_of(&first.headers);
        // The tag of a version says nothing about the form of the answer, so no browser may keep it.
        let caching = if tag.starts_with("W/") { "private, no-cache" } else { "no-store" };
        assert_eq!(first.headers["cache-control"], caching, "{path}");
        first.expect(StatusCode::OK);
        let strong = tag.trim_start_matches("W/");
        let compressed = format!("{}-gzip\"", strong.trim_end_matches('"'));
        for known in [&tag, strong, &format!("W/{strong}"), &format!("\"x\", {tag}"), &compressed, "*"] {
            let again = read(&server, address, known).await;
            assert_eq!((again.status, &again.body), (StatusCode::NOT_MODIFIED, &json!("")), "{path} with {known}");
            assert_eq!((&tag_of(&again.headers), &again.headers["cache-control"]), (&tag, &caching.parse().unwrap()));
        }
        read(&server, address, "\"another\"").await.expect(StatusCode::OK);
        let head = server.request(Method::HEAD, address).header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::NOT_MODIFIED, "{path}");
        tags.insert(path, tag);
    }
    change_everything(&server, execution, generation).await;
    let mut same = Vec::new();
    for (path, address) in &reads {
        let answer = read(&server, address, &tags[path]).await;
        if answer.status == StatusCode::NOT_MODIFIED {
            same.push(path.as_str());
        } else {
            assert_ne!(&tag_of(&answer.headers), &tags[path], "{path}");
            answer.expect(StatusCode::OK);
        }
    }
    let fixed = [
        "/models",
        "/workflows/step-templates",
        "/workflows/templates/{template_id}",
        "/workflows/{workflow_id}/versions/{version}",
    ];
    assert_eq!(same, fixed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tag_of_an_execution_is_of_its_parts() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    server.settled(&execution).await;
    let lean = server.get(&execution).await;
    let whole = read(&server, &format!("{execution}?include=prompts"), &tag_of(&lean.headers)).await;
    assert_ne!(tag_of(&whole.headers), tag_of(&lean.headers));
    whole.expect(StatusCode::OK);
    // A change without an event changes the tag, too.
    server.patch(&execution, &json!({"budget_usd": 7})).await.expect(StatusCode::OK);
    let changed = read(&server, &execution, &tag_of(&lean.headers)).await.expect(StatusCode::OK);
    assert_eq!(changed["budget_usd"], 7.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_that_streams_changes_the_tag() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-slow", "x")]).await;
    let content = |body: &Value| body["steps"][0]["content"].as_str().map(str::len).unwrap_or_default();
    server.until(&execution, |body| content(body) > 0).await;
    let some = server.get(&execution).await;
    let more = server.until(&execution, |body| content(body) > content(&some.body)).await;
    assert!(content(&more) > content(&some.body));
    read(&server, &execution, &tag_of(&some.headers)).await.expect(StatusCode::OK);
}
