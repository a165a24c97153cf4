//! Executions over HTTP: the story of a run.

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, run_of, step, summary};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_story(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let steps = [
        step("draft", "demo-echo", "On {{input.topic}}"),
        json!({"id": "check", "label": "Check", "type": "review", "shows": ["draft"]}),
        step("broken", "demo-broken", "{{steps.Check.content}}"),
        step("last", "demo-echo", "{{steps.BROKEN.content}}!"),
    ];
    server.workflow("w", &steps).await;
    let waited = server.post("/workflows/w/executions?wait=30", &json!({"input": {"topic": "tea"}})).await;
    let waited = waited.expect(StatusCode::OK);
    let id = format!("/workflows/executions/{}", waited["id"].as_str().unwrap());
    assert_eq!(summary(&waited), ["draft completed 1", "check waiting 0", "broken pending 0", "last pending 0"]);
    let refused = server.post(&format!("{id}/resume"), &json!({})).await;
    assert_eq!(refused.body["current_status"], "paused");
    refused.problem(409, "gate_open");
    let review = format!("{id}/steps/check/review");
    let edited = json!({"decision": "approve", "content": "On green tea"});
    server.post(&review, &edited).await.expect(StatusCode::OK);
    server.post(&review, &json!({"decision": "approve"})).await.problem(409, "gate_decided");
    let failed = server.settled(&id).await;
    assert_eq!(
        (&failed["status"], &failed["error"]["code"], &failed["error"]["path"]),
        (&json!("failed"), &json!("provider_rejected"), &json!("broken"))
    );
    let plan = server.post(&format!("{id}/steps/broken/retry?dry_run=true"), &json!({"model": "demo-echo"})).await;
    let plan = plan.expect(StatusCode::OK);
    assert_eq!((&plan["kept"][1]["path"], &plan["repeated"][1]["because_of"]), (&json!("check"), &json!("BROKEN")));
    server.patch(&format!("{id}/steps/broken"), &json!({"model": "demo-echo"})).await.expect(StatusCode::OK);
    let runs = server.get(&format!("{id}/definition")).await.expect(StatusCode::OK);
    assert_eq!(
        (&runs["steps"][2]["model"], &runs["steps"][0]["prompt"]),
        (&json!("demo-echo"), &json!("On {{input.topic}}"))
    );
    let saved = server.get("/workflows/w").await.expect(StatusCode::OK);
    assert_eq!(saved["definition"]["steps"][2]["model"], "demo-broken");
    server.post(&format!("{id}/steps/broken/retry"), &json!({})).await.expect(StatusCode::ACCEPTED);
    let done = server.settled(&id).await;
    assert_eq!(
        (&done["status"], &done["output"], &done["steps_executed"]),
        (&json!("completed"), &json!("On green tea!"), &json!(["draft", "check", "broken", "last"]))
    );
    assert_eq!(done["step_results"]["check"]["decision"], "approve");
    let detail = server.get(&format!("{id}/steps/check")).await.expect(StatusCode::OK);
    assert_eq!(
        (&detail["decisions"][0]["difference"], &detail["decisions"][0]["decided_by"]),
        (&json!("-On tea\n+On green tea\n"), &json!("local"))
    );
    server.post(&format!("{id}/resume"), &json!({})).await.problem(409, "illegal_transition");
    server.delete(&id).await.expect(StatusCode::NO_CONTENT);
    server.get(&id).await.problem(404, "execution_not_found");
    server.get(&format!("{id}/definition")).await.problem(404, "execution_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_answer_about_a_run_has_its_number(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[json!({"id": "check", "label": "Check", "type": "review"})]).await;
    let first = server.post("/workflows/w/executions?wait=30", &json!({})).await.expect(StatusCode::OK);
    let second = server.post("/workflows/w/executions?wait=30", &json!({})).await.expect(StatusCode::OK);
    assert_eq!((&first["number"], &second["number"]), (&json!(1), &json!(2)));
    let id = format!("/workflows/executions/{}", second["id"].as_str().unwrap());
    assert_eq!(server.get(&id).await.expect(StatusCode::OK)["number"], 2);
    for list in ["/workflows/executions", "/workflows/w/executions", "/workflows/executions?status=paused"] {
        let listed = server.get(list).await.expect(StatusCode::OK);
        assert_eq!((&listed["items"][0]["number"], &listed["items"][1]["number"]), (&json!(2), &json!(1)), "{list}");
    }
    let gates = server.get("/workflows/executions/gates").await.expect(StatusCode::OK);
    assert_eq!((&gates["items"][0]["execution_number"], &gates["total"]), (&json!(2), &json!(2)), "{gates}");
    let listed = server.get("/workflows?include=recent_executions").await.expect(StatusCode::OK);
    let workflow = &listed["items"][0];
    assert_eq!(
        (&workflow["last_execution"]["number"], &workflow["recent_executions"][0]["number"]),
        (&json!(2), &json!(2))
    );
    let done = server.post(&format!("{id}/steps/check/review"), &json!({"decision": "approve"})).await;
    assert_eq!(done.expect(StatusCode::OK)["number"], 2);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_starts_once(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "{{input.topic}}")]).await;
    let start = |topic: &str| {
        let request = server.request(Method::POST, "/workflows/w/executions").header("idempotency-key", "one");
        request.json(&json!({"input": {"topic": topic}}))
    };
    let id = async |_| {
        let answer = Answer::of(start("tea").send().await.unwrap()).await;
        answer.expect(StatusCode::ACCEPTED)["id"].to_string()
    };
    let mut ids: Vec<String> = futures_util::future::join_all((0..20).map(id)).await;
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let again = start("tea").send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    Answer::of(start("coffee").send().await.unwrap()).await.problem(422, "idempotency_key_reused");
    let list = server.get("/workflows/w/executions").await.expect(StatusCode::OK);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_go_on_where_they_ended(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    for _ in 0..5 {
        server.post("/workflows/w/executions?wait=10", &json!({})).await.expect(StatusCode::OK);
    }
    let first = server.get("/workflows/executions?limit=3&status=completed").await.expect(StatusCode::OK);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = format!("/workflows/executions?limit=3&status=completed&cursor={cursor}");
    let second = server.get(&second).await.expect(StatusCode::OK);
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (2, &json!(null)));
    assert!(first["items"][2]["id"].as_str().unwrap() > second["items"][0]["id"].as_str().unwrap());
    let none = server.get("/workflows/executions?status=failed").await.expect(StatusCode::OK);
    assert_eq!(none["items"], json!([]));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_execution_is_neither_deleted_nor_retried(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-slow", "x")]).await;
    server.delete(&execution).await.problem(409, "execution_active");
    server.delete("/workflows/w").await.problem(409, "execution_active");
    server.post(&format!("{execution}/steps/a/retry"), &json!({})).await.problem(409, "execution_active");
    server.patch(&format!("{execution}/steps/a"), &json!({"prompt": "y"})).await.problem(409, "illegal_transition");
    let output = server.request(Method::PUT, &format!("{execution}/steps/a/output")).json(&json!({"content": "y"}));
    assert_eq!(output.send().await.unwrap().status(), 409);
    let cancelled = server.post(&format!("{execution}/cancel"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!((&cancelled["status"], &run_of(&cancelled, "a")["status"]), (&json!("cancelled"), &json!("cancelled")));
    server.delete("/workflows/w").await.expect(StatusCode::NO_CONTENT);
    server.get(&execution).await.problem(404, "execution_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_are_limited(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--starts-per-minute", "2"]);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    for _ in 0..2 {
        server.post("/workflows/w/executions", &json!({})).await.expect(StatusCode::ACCEPTED);
    }
    let limited = server.post("/workflows/w/executions", &json!({})).await;
    assert!(limited.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 31);
    limited.problem(429, "rate_limited");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_start_is_not_counted(#[future(awt)] database: TestDatabase) {
    let server = Server::with(&database, &["--starts-per-minute", "2"]);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let start = async |key: &str, body: &serde_json::Value| {
        let request = server.request(Method::POST, "/workflows/w/executions").header("idempotency-key", key);
        Answer::of(request.json(body).send().await.unwrap()).await
    };
    let first = start("one", &json!({})).await.expect(StatusCode::ACCEPTED)["id"].clone();
    for body in [json!({}), json!({"yolo": null}), json!({"input": null, "budget_usd": null, "triggered_by": null})] {
        let again = start("one", &body).await;
        assert_eq!(again.headers["idempotent-replayed"], "true");
        assert_eq!(again.expect(StatusCode::ACCEPTED)["id"], first);
    }
    let metrics = server.client.get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("sluice_executions_started_total 1\n"), "{metrics}");
    // The limit is used up by starts alone, and a repeat is answered past it.
    start("two", &json!({})).await.expect(StatusCode::ACCEPTED);
    start("three", &json!({})).await.problem(429, "rate_limited");
    start("one", &json!({})).await.expect(StatusCode::ACCEPTED);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plan_of_a_retry_has_an_address_of_its_own(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x"), step("b", "demo-broken", "{{steps.A.content}}")]).await;
    server.settled(&execution).await;
    let change = json!({"model": "demo-echo"});
    let plan = server.post(&format!("{execution}/steps/b/retry/plan"), &change).await.expect(StatusCode::OK);
    let same = server.post(&format!("{execution}/steps/b/retry?dry_run=true"), &change).await.expect(StatusCode::OK);
    assert_eq!((&plan["kept"][0]["path"], &plan), (&json!("a"), &same));
    // Nothing was done.
    assert_eq!(server.get(&execution).await.expect(StatusCode::OK)["status"], "failed");
    server.post(&format!("{execution}/steps/z/retry/plan"), &change).await.problem(404, "step_run_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_cancel_changes_nothing(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-slow", "x")]).await;
    let cancel = format!("{execution}/cancel");
    let first = server.post(&cancel, &json!({})).await.expect(StatusCode::OK);
    let second = server.post(&cancel, &json!({})).await.expect(StatusCode::OK);
    assert_eq!((&second["status"], &second), (&json!("cancelled"), &first));
    let again = server.post("/workflows/w/executions", &json!({})).await.expect(StatusCode::ACCEPTED);
    let completed = format!("/workflows/executions/{}", again["id"].as_str().unwrap());
    assert_eq!(server.settled(&completed).await["status"], "completed");
    server.post(&format!("{completed}/cancel"), &json!({})).await.problem(409, "illegal_transition");
}
