//! Personas, providers, models, and what operators ask.

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, run_of, step};

/// A key to be looked for where it must not be.
const KEY: &str = "sk-very-secret-0123456789-wxyz";

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persona_goes_before_the_system_prompt(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let created =
        server.post("/personas", &json!({"name": "Plain Writer", "instructions": "Write short sentences."})).await;
    assert_eq!(created.headers["etag"], "\"1\"");
    assert_eq!(created.expect(StatusCode::CREATED)["id"], "plain-writer");
    let same_name = json!({"name": "Plain Writer", "instructions": "x"});
    server.post("/personas", &same_name).await.problem(409, "persona_exists");
    let mut with = step("a", "demo-echo", "x");
    with["persona_id"] = json!("plain-writer");
    let execution = server.run(&[with]).await;
    assert_eq!(server.settled(&execution).await["status"], "completed");
    let body = json!({"name": "Plain Writer", "instructions": "Shorter."});
    server.put("/personas/plain-writer", "\"7\"", &body).await.problem(409, "version_conflict");
    assert_eq!(server.put("/personas/plain-writer", "\"1\"", &body).await.expect(StatusCode::OK)["version"], 2);
    server.delete("/personas/plain-writer").await.expect(StatusCode::NO_CONTENT);
    server.post("/workflows/w/executions", &json!({})).await.problem(422, "invalid_definition");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_written_and_never_read(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let stored = server
        .request(Method::PUT, "/providers/openai/credential")
        .json(&json!({"api_key": KEY, "base_url": "http://127.0.0.1:9/v1"}))
        .send()
        .await
        .unwrap();
    let stored = Answer::of(stored).await.expect(StatusCode::OK);
    assert_eq!(stored["key_hint"], "…wxyz");
    let providers = server.get("/providers").await.expect(StatusCode::OK);
    let openai = providers["items"].as_array().unwrap().iter().find(|it| it["name"] == "openai").unwrap();
    assert_eq!((&openai["available"], &openai["credential"]["key_hint"]), (&json!(true), &json!("…wxyz")));
    assert!(!providers.to_string().contains(KEY));
    // Nobody listens at that address: the test says so.
    let tested = server.post("/providers/openai/credential/test", &json!({})).await;
    assert!(!tested.body.to_string().contains(KEY));
    tested.problem(502, "provider_unavailable");
    for entry in std::fs::read_dir(database.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()));
    }
    server.delete("/providers/openai/credential").await.expect(StatusCode::NO_CONTENT);
    server.delete("/providers/openai/credential").await.problem(404, "provider_not_found");
    let nobody = server.request(Method::PUT, "/providers/nobody/credential").json(&json!({})).send().await.unwrap();
    assert_eq!(nobody.status(), 404);
    let wrong = server
        .request(Method::PUT, "/providers/ollama/credential")
        .json(&json!({"base_url": "localhost:11434"}))
        .send()
        .await
        .unwrap();
    Answer::of(wrong).await.problem(422, "invalid_request");
    server.post("/providers/demo/credential/test", &json!({})).await.expect(StatusCode::NO_CONTENT);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_are_answered(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let text = async |path: &str| {
        server.client.get(format!("{}{path}", server.url)).send().await.unwrap().text().await.unwrap()
    };
    assert_eq!((text("/healthz").await.as_str(), text("/readyz").await.as_str()), ("ok\n", "ready\n"));
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    assert_eq!(run_of(&server.settled(&execution).await, "a")["status"], "completed");
    let metrics = text("/metrics").await;
    assert!(metrics.contains("sluice_executions_started_total 1"), "{metrics}");
    assert!(metrics.contains("sluice_http_requests_total{method=\"POST\",status=\"202\"} 1"), "{metrics}");
    let models = server.get("/models").await.expect(StatusCode::OK);
    assert!(models["items"].as_array().unwrap().len() > 30 && models["prices_date"].is_string());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_is_changed_in_parts(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let put = async |body: serde_json::Value| {
        let request = server.request(Method::PUT, "/providers/ollama/credential").json(&body);
        Answer::of(request.send().await.unwrap()).await
    };
    put(json!({"base_url": "http://127.0.0.1:11434", "default_model": "llama3.2"})).await.expect(StatusCode::OK);
    // What is left out stays, `null` takes it away.
    let changed = put(json!({"api_key": KEY, "default_model": null})).await.expect(StatusCode::OK);
    assert_eq!((&changed["base_url"], &changed["default_model"]), (&json!("http://127.0.0.1:11434"), &json!(null)));
    assert_eq!(changed["key_hint"], "…wxyz");
    put(json!({"api_key": "two\nlines"})).await.problem(422, "invalid_request");
}
