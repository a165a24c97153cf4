//! Methods: `HEAD` wherever `GET` is, and `Allow` on every refusal.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sluice_testing::TestDatabase;

use crate::generations::{asked, generate};
use crate::server::{Answer, Server, add_agent_and_mcp_server, step};

/// Headers that differ from answer to answer.
const OF_ONE_ANSWER: [&str; 2] = ["date", "x-request-id"];

/// A path of the document and its methods, from `paths`.
fn addresses() -> Vec<(String, BTreeSet<String>)> {
    let document = serde_json::to_value(sluice_api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = |item: &Value| item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
    paths.map(|(path, item)| (path.clone(), methods(item))).collect()
}

/// The path at resources that exist.
fn at(path: &str, execution: &str, generation: &str) -> String {
    let ids = [
        ("agent", "a"),
        ("execution", execution),
        ("generation", generation),
        ("mcp_server", "m"),
        ("persona", "p"),
        ("template", "research-brief"),
        ("workflow", "w"),
    ];
    let path = path
        .replace("{version}", "1")
        .replace("{provider}", "openai")
        .replace("{step_path}", "a")
        .replace("{step_id}", "a")
        .replace("{node_id}", "a");
    ids.iter().fold(path, |path, (of, id)| path.replace(&format!("{{{of}_id}}"), id))
}

/// A server with one of each resource, and the ids of its execution and its generation.
async fn filled(database: &TestDatabase) -> (Server, String, String) {
    let server = Server::start(database);
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    assert_eq!(server.settled(&execution).await["status"], "completed");
    server.post("/personas", &json!({"id": "p", "name": "P", "instructions": "x"})).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    let id = execution.rsplit('/').next().unwrap().to_owned();
    let generation = generate(&server, &asked("demo-instant")).await;
    (server, id, generation["id"].as_str().unwrap().to_owned())
}

async fn ask(server: &Server, method: Method, path: &str) -> reqwest::Response {
    server.client.request(method, format!("{}{path}", server.url)).send().await.unwrap()
}

/// Checks that `HEAD` of an address has the status and the headers of its `GET`, and no body.
async fn head_is_like_get(server: &Server, path: &str) {
    let (get, head) = (ask(server, Method::GET, path).await, ask(server, Method::HEAD, path).await);
    assert_eq!(head.status(), get.status(), "{path}");
    let headers = |answer: &reqwest::Response| {
        let mut headers = answer.headers().clone();
        for name in OF_ONE_ANSWER {
            headers.remove(name);
        }
        // Numbers of `/metrics` may have become longer.
        if path == "/metrics" {
            headers.remove("content-length");
        }
        headers
    };
    assert_eq!(headers(&head), headers(&get), "{path}");
    assert!(head.bytes().await.unwrap().is_empty(), "{path}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_has_the_head_of_get() {
    let database = TestDatabase::sqlite();
    let (server, execution, generation) = filled(&database).await;
    let outside = ["/", "/docs", "/docs/", "/docs/errors", "/docs/errors/gate_open", "/healthz", "/readyz", "/metrics"];
    for path in outside.into_iter().chain(["/openapi.json", "/nothing", "/docs/errors/nothing"]) {
        head_is_like_get(&server, path).await;
    }
    let mut count = 0;
    for (path, _) in addresses().into_iter().filter(|(_, methods)| methods.contains("GET")) {
        let path = at(&path, &execution, &generation);
        assert!(ask(&server, Method::HEAD, &path).await.status().is_success(), "{path}");
        head_is_like_get(&server, &path).await;
        count += 1;
    }
    assert!(count > 15, "{count} addresses");
    // A stream without end has a head, too, and is not left open.
    server.workflow("waits", &[json!({"label": "A", "type": "review"})]).await;
    let waits = server.post("/workflows/waits/executions?wait=30", &json!({})).await.expect(StatusCode::OK);
    let events = format!("/api/v1/workflows/executions/{}/events", waits["id"].as_str().unwrap());
    let head = ask(&server, Method::HEAD, &events).await;
    assert_eq!(head.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert!(crate::operation::metrics(&server).await.contains("sluice_event_readers 0\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_methods_are_refused_with_those_that_are_taken() {
    let database = TestDatabase::sqlite();
    let (server, execution, generation) = filled(&database).await;
    for (path, mut taken) in addresses() {
        if taken.contains("GET") {
            taken.insert("HEAD".into());
        }
        if path.ends_with("/steps/reorder") {
            // A step may have this id.
            taken.extend(["DELETE", "GET", "HEAD", "PUT"].map(str::to_owned));
        }
        let path = at(&path, &execution, &generation);
        for method in ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"] {
            if taken.contains(method) {
                continue;
            }
            let answer = ask(&server, method.parse().unwrap(), &path).await;
            let allow = answer.headers().get("allow").unwrap_or_else(|| panic!("{method} {path} has no `Allow`"));
            let allow: BTreeSet<String> = allow.to_str().unwrap().split(", ").map(str::to_owned).collect();
            assert_eq!(allow, taken, "{method} {path}");
            Answer::of(answer).await.problem(405, "method_not_allowed");
        }
    }
    for path in ["/", "/docs", "/docs/", "/docs/errors", "/healthz", "/readyz", "/metrics", "/openapi.json"] {
        let answer = ask(&server, Method::POST, path).await;
        assert_eq!(answer.headers()["allow"], "GET, HEAD", "{path}");
        Answer::of(answer).await.problem(405, "method_not_allowed");
    }
    let head = ask(&server, Method::HEAD, "/api/v1/workflows/w/copy").await;
    assert_eq!((head.status().as_u16(), head.headers()["allow"].as_bytes()), (405, &b"POST"[..]));
}
