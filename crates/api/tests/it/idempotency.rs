//! `Idempotency-Key`: a request that is sent again is carried out once.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, run_of, step};

/// Operations that write nothing, although their method is `POST`.
const READS: [&str; 5] =
    ["validate_workflow", "estimate_workflow", "plan_retry", "check_credential", "check_mcp_server"];

/// A request that can be carried out once.
struct Request {
    path: String,
    body: Value,
    if_match: Option<&'static str>,
}

impl Request {
    fn new(path: impl Into<String>, body: Value) -> Self {
        Self { path: path.into(), body, if_match: None }
    }

    async fn send(&self, server: &Server, key: &str) -> Answer {
        let request = server.request(Method::POST, &self.path).header("idempotency-key", key).json(&self.body);
        let request = self.if_match.into_iter().fold(request, |request, version| request.header("if-match", version));
        Answer::of(request.send().await.unwrap()).await
    }
}

fn is_repeat(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

/// Starts a workflow of a step that streams, and of a review.
async fn start(server: &Server, workflow: &str, model: &str) -> String {
    let review = json!({"id": "check", "label": "Check", "type": "review"});
    server.workflow(workflow, &[step("a", model, "x"), review]).await;
    let started = server.post(&format!("/workflows/{workflow}/executions"), &json!({})).await;
    format!("/workflows/executions/{}", started.expect(StatusCode::ACCEPTED)["id"].as_str().unwrap())
}

/// A request of an operation, after the requests that it needs. A new operation needs one here.
async fn request(server: &Server, operation: &str) -> Request {
    let definition = json!({"steps": [step("a", "demo-echo", "x")]});
    match operation {
        "create_workflow" => Request::new("/workflows", json!({"name": "Made once", "definition": definition})),
        "create_template" => Request::new("/workflows/templates", json!({"name": "Once", "definition": definition})),
        "create_persona" => Request::new("/personas", json!({"name": "Once", "instructions": "x"})),
        "create_agent" => Request::new("/agents", json!({"name": "Once", "instructions": "x"})),
        "create_mcp_server" => {
            let transport = json!({"type": "http", "url": "http://127.0.0.1:9/mcp", "headers": {"authorization": "x"}});
            Request::new("/mcp-servers", json!({"name": "Once", "transport": transport}))
        }
        "instantiate_template" => Request::new("/workflows/templates/research-brief/instantiate", json!({})),
        "copy_workflow" => {
            server.workflow("original", &[step("a", "demo-echo", "x")]).await;
            Request::new("/workflows/original/copy", Value::Null)
        }
        "restore_version" => {
            server.workflow("saved", &[step("a", "demo-echo", "x")]).await;
            let newer = json!({"name": "saved", "definition": {"steps": [step("a", "demo-echo", "another")]}});
            server.put("/workflows/saved", "\"1\"", &newer).await.expect(StatusCode::OK);
            Request { if_match: Some("\"2\""), ..Request::new("/workflows/saved/versions/1/restore", Value::Null) }
        }
        "insert_step" => {
            server.workflow("longer", &[step("a", "demo-echo", "x")]).await;
            Request::new("/workflows/longer/steps", json!({"step": step("b", "demo-echo", "x")}))
        }
        "move_step" | "reorder_steps" | "connect_step" => {
            let id = operation.replace('_', "-");
            server.workflow(&id, &[step("a", "demo-echo", "x"), step("b", "demo-echo", "x")]).await;
            let (path, body) = match operation {
                "move_step" => ("/a/move", json!({"position": 1})),
                "connect_step" => ("/a/connect", json!({"target": "end"})),
                _ => ("/reorder", json!({"step_ids": ["b", "a"]})),
            };
            Request::new(format!("/workflows/{id}/steps{path}"), body)
        }
        "try_step" => {
            server.workflow("tried", &[step("a", "demo-echo", "x")]).await;
            Request::new("/workflows/tried/steps/a/try", json!({"input": {"topic": "tea"}}))
        }
        "start_execution" => {
            server.workflow("started", &[step("a", "demo-echo", "x")]).await;
            Request::new("/workflows/started/executions", json!({"input": {"topic": "tea"}}))
        }
        "pause_execution" => Request::new(start(server, "paused", "demo-slow").await + "/pause", Value::Null),
        "resume_execution" => {
            let execution = start(server, "resumed", "demo-slow").await;
            server.post(&format!("{execution}/pause"), &Value::Null).await.expect(StatusCode::OK);
            server.settled(&execution).await;
            Request::new(format!("{execution}/resume"), Value::Null)
        }
        "cancel_execution" => Request::new(start(server, "cancelled", "demo-slow").await + "/cancel", Value::Null),
        "retry_step" => {
            let execution = start(server, "retried", "demo-broken").await;
            server.settled(&execution).await;
            Request::new(format!("{execution}/steps/a/retry"), json!({"model": "demo-echo"}))
        }
        "review_step" => {
            let execution = start(server, "reviewed", "demo-echo").await;
            server.settled(&execution).await;
            Request::new(format!("{execution}/steps/check/review"), json!({"decision": "approve"}))
        }
        other => request_of_generations(server, other).await,
    }
}

async fn request_of_generations(server: &Server, operation: &str) -> Request {
    match operation {
        "generate_workflow" => Request::new("/workflows/generate", crate::generations::asked("demo-instant")),
        "cancel_generation" => {
            let generation = crate::generations::start(server, &crate::generations::asked("demo-slow")).await;
            Request::new(format!("{generation}/cancel"), Value::Null)
        }
        "apply_generation" => {
            let workflow = json!({"name": "Applied", "definition": {"steps": []}});
            let agents = json!([{"name": "Applied", "instructions": "x"}]);
            Request::new("/workflows/generate/apply", json!({"workflow": workflow, "agents": agents}))
        }
        other => panic!("{other} has no request: how is it repeated?"),
    }
}

/// The operations that are a `POST`, by name.
fn posts() -> Vec<(String, Value)> {
    let document = serde_json::to_value(sluice_api::document()).unwrap();
    let operations = document["paths"].as_object().unwrap().values().map(|item| item["post"].clone());
    let operations = operations.filter(|operation| !operation.is_null());
    operations.map(|operation| (operation["operationId"].as_str().unwrap().to_owned(), operation)).collect()
}

fn declares_key(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let declared = parameters.filter(|parameter| parameter["name"] == "Idempotency-Key").count();
    assert!(declared < 2, "{operation:#}");
    declared == 1
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_post_that_writes_is_carried_out_once(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let mut walked = 0;
    for (name, operation) in posts() {
        assert_eq!(declares_key(&operation), !READS.contains(&name.as_str()), "{name}");
        if READS.contains(&name.as_str()) {
            continue;
        }
        let request = request(&server, &name).await;
        let first = request.send(&server, &name).await;
        assert!(first.status.is_success() && !is_repeat(&first), "{name}: {first:?}");
        let again = request.send(&server, &name).await;
        assert!(is_repeat(&again), "{name}: {again:?}");
        assert_eq!((again.status, &again.body["id"]), (first.status, &first.body["id"]), "{name}");
        for header in ["location", "etag"] {
            assert_eq!(again.headers.get(header), first.headers.get(header), "{name}");
        }
        walked += 1;
    }
    assert!(walked >= 12, "{walked} operations");
    let listed = server.get("/workflows?search=Once&limit=100").await.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "a workflow and a template: {listed:#}");
    let reviewed = server.get("/workflows/reviewed/executions").await.expect(StatusCode::OK);
    let execution = reviewed["items"][0]["id"].as_str().unwrap();
    let detail = server.get(&format!("/workflows/executions/{execution}/steps/check")).await.expect(StatusCode::OK);
    assert_eq!(detail["decisions"].as_array().unwrap().len(), 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_requests_at_once_one_is_carried_out(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    for name in ["create_workflow", "create_persona", "restore_version", "retry_step", "review_step"] {
        let request = request(&server, name).await;
        let answers = join_all((0..8).map(|_| request.send(&server, name))).await;
        assert_eq!(answers.iter().filter(|answer| !is_repeat(answer)).count(), 1, "{name}: {answers:#?}");
        for answer in &answers {
            assert!(answer.status.is_success() && answer.body["id"] == answers[0].body["id"], "{name}: {answer:?}");
        }
    }
    let listed = server.get("/workflows?search=Made").await.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed:#}");
    assert_eq!(server.get("/workflows/saved").await.expect(StatusCode::OK)["version"], 3);
    let retried = server.get("/workflows/retried/executions").await.expect(StatusCode::OK);
    let retried = format!("/workflows/executions/{}", retried["items"][0]["id"].as_str().unwrap());
    assert_eq!(run_of(&server.settled(&retried).await, "a")["attempt"], 2);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_another_request_is_refused_with_that_request(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    for id in ["v", "w"] {
        server.workflow(id, &[step("a", "demo-echo", "x")]).await;
    }
    let send = async |path: &str, body: Value| Request::new(path, body).send(&server, "key").await;
    let id = send("/workflows/w/executions", json!({})).await.expect(StatusCode::ACCEPTED)["id"].clone();
    let id = id.as_str().unwrap();
    for (path, body) in [("/workflows/v/executions", json!({})), ("/workflows/w/executions", json!({"yolo": true}))] {
        let refused = send(path, body).await.problem(422, "idempotency_key_reused");
        let expected = format!(
            "An earlier `start_execution` with another address or body has used this `Idempotency-Key`, for `{id}`"
        );
        assert!(refused.starts_with(&expected), "{refused}");
    }
    for (path, body) in [
        ("/workflows/w/copy", json!({})),
        (format!("/workflows/executions/{id}/cancel").as_str(), json!({})),
        ("/personas", json!({"name": "P", "instructions": "x"})),
        ("/agents", json!({"name": "P", "instructions": "x"})),
        ("/mcp-servers", json!({"name": "P", "transport": {"type": "http", "url": "http://127.0.0.1:9/mcp"}})),
    ] {
        let refused = send(path, body).await.problem(422, "idempotency_key_reused");
        assert!(refused.starts_with("An earlier `start_execution` has used this"), "{refused}");
    }
    assert_eq!(server.get("/personas").await.expect(StatusCode::OK)["items"], json!([]));
    // Operations that write nothing take any key.
    send("/workflows/w/validate", json!({})).await.expect(StatusCode::OK);
    let validated = Request::new("/workflows/w/validate", json!({})).send(&server, &"k".repeat(300)).await;
    assert!(!is_repeat(&validated));
    validated.expect(StatusCode::OK);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_says_what_was_deleted_since(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let workflow = request(&server, "create_workflow").await;
    workflow.send(&server, "workflow").await.expect(StatusCode::CREATED);
    let persona = request(&server, "create_persona").await;
    persona.send(&server, "persona").await.expect(StatusCode::CREATED);
    let execution = request(&server, "start_execution").await;
    let started = execution.send(&server, "execution").await.expect(StatusCode::ACCEPTED);
    let started = format!("/workflows/executions/{}", started["id"].as_str().unwrap());
    server.settled(&started).await;
    for path in ["/workflows/made-once", "/personas/once", &started] {
        server.delete(path).await.expect(StatusCode::NO_CONTENT);
    }
    let told = workflow.send(&server, "workflow").await.problem(404, "workflow_not_found");
    let expected =
        "An earlier `create_workflow` with this `Idempotency-Key` succeeded for `made-once`, which has been deleted";
    assert!(told.starts_with(expected), "{told}");
    persona.send(&server, "persona").await.problem(404, "persona_not_found");
    let told = execution.send(&server, "execution").await.problem(404, "execution_not_found");
    assert!(told.starts_with("An earlier `start_execution`") && told.contains("deleted"), "{told}");
    // Another workflow and another persona have the ids now.
    workflow.send(&server, "second").await.expect(StatusCode::CREATED);
    workflow.send(&server, "workflow").await.problem(404, "workflow_not_found");
    persona.send(&server, "second").await.problem(422, "idempotency_key_reused");
    persona.send(&server, "third").await.expect(StatusCode::CREATED);
    persona.send(&server, "persona").await.problem(404, "persona_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_needs_nothing_that_the_first_request_needed(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--saves-per-minute", "3"]);
    let copy = request(&server, "copy_workflow").await;
    let copied = copy.send(&server, "copy").await.expect(StatusCode::CREATED);
    server.delete("/workflows/original").await.expect(StatusCode::NO_CONTENT);
    let body = json!({"name": "Later name", "definition": copied["definition"]});
    server.put("/workflows/copy-of-original", "\"1\"", &body).await.expect(StatusCode::OK);
    server.post("/workflows", &body).await.problem(429, "rate_limited");
    // It is the workflow as it is now.
    let again = copy.send(&server, "copy").await;
    assert_eq!((again.headers["etag"].as_bytes(), is_repeat(&again)), (&b"\"2\""[..], true));
    assert_eq!(again.expect(StatusCode::CREATED)["name"], "Later name");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_kept_for_a_day(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let workflow = request(&server, "create_workflow").await;
    workflow.send(&server, "old").await.expect(StatusCode::CREATED);
    workflow.send(&server, "younger").await.expect(StatusCode::CREATED);
    let age = |key: &str, hours: u64| {
        let micros = hours * 3_600_000_000;
        format!(
            "UPDATE idempotency_keys SET created_at = created_at - {micros} WHERE key = '{key}'; \
             UPDATE workflows SET created_at = created_at - {micros}"
        )
    };
    database.execute(&age("old", 24)).await;
    database.execute(&age("younger", 23)).await;
    let again = workflow.send(&server, "old").await;
    assert!(!is_repeat(&again), "{again:?}");
    assert_eq!(again.expect(StatusCode::CREATED)["id"], "made-once-3");
    // Its time is that of the newest request.
    assert!(is_repeat(&workflow.send(&server, "old").await) && is_repeat(&workflow.send(&server, "younger").await));
    database.execute(&age("younger", 1)).await;
    let waited = async {
        while database.count("idempotency_keys").await > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::server::PATIENCE, waited).await.expect("the old key is deleted");
    assert!(is_repeat(&workflow.send(&server, "old").await));
}
