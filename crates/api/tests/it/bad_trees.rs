//! Trees of steps that cannot run, and runs whose data do not fit, over HTTP.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_ITEM_BYTES, MAX_ITEMS, MAX_NESTING, MAX_OUTPUT_BYTES, MAX_PARALLEL_BRANCHES};

use crate::server::{Server, step};

fn note(id: &str) -> Value {
    step(id, "demo-echo", "x")
}

fn fan(branches: &Value) -> Value {
    json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": branches})
}

fn each(items: &str) -> Value {
    json!({"id": "each", "label": "Each", "type": "parallel", "for_each": items, "steps": [note("a")]})
}

/// A step in this number of containers.
fn nested(levels: usize) -> Value {
    let wrap = |inner: Value, at: usize| {
        json!({"id": format!("l{at}"), "label": format!("L{at}"), "type": "conditional",
            "cases": [{"name": "a", "when": "true", "steps": [inner]}]})
    };
    (0..levels).fold(note("leaf"), wrap)
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trees_that_cannot_run_are_saved_and_not_started(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let branch = |name: &str, steps: Value| json!({"name": name, "steps": steps});
    let too_many: Vec<Value> =
        (0..=MAX_PARALLEL_BRANCHES).map(|at| branch(&format!("b{at}"), json!([note(&format!("s{at}"))]))).collect();
    let jump = |next: &str| {
        json!({"id": "route", "label": "Route", "type": "conditional", "cases": [
            {"name": "a", "when": "true", "next": next, "steps": [note("inside")]},
            {"name": "b", "when": "false", "steps": [note("beside")]}]})
    };
    let endless = json!({"id": "polish", "label": "Polish", "type": "loop", "until": "false", "steps": [note("a")]});
    for (at, (step, code, pointer)) in [
        (fan(&json!([])), "no_branches", "/definition/steps/0"),
        (fan(&json!([branch("a", json!([]))])), "no_steps_inside", "/definition/steps/0/branches/0/steps"),
        (
            fan(&json!([branch("a", json!([note("a")])), branch("a", json!([note("b")]))])),
            "duplicate_name",
            "/definition/steps/0/branches/1/name",
        ),
        (fan(&json!(too_many)), "too_many_branches", "/definition/steps/0/branches"),
        (nested(MAX_NESTING + 1), "too_deep", "/definition/steps/0"),
        (endless, "missing_max_iterations", "/definition/steps/0/max_iterations"),
        (jump("beside"), "unknown_next", "/definition/steps/0/cases/0/next"),
        (jump("inside"), "unknown_next", "/definition/steps/0/cases/0/next"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("w{at}");
        server.workflow(&id, &[step]).await;
        let refused = server.post(&format!("/workflows/{id}/executions"), &json!({})).await;
        let told = refused.problem(422, "invalid_definition");
        assert!(told.contains(code) && told.contains(pointer), "{code}: {told}");
    }
    server.workflow("deepest", &[nested(MAX_NESTING)]).await;
    let done = server.post("/workflows/deepest/executions?wait=30", &json!({})).await.expect(StatusCode::OK);
    assert_eq!(done["status"], "completed");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_that_do_not_fit_fail_by_name(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let input = json!({"map": {"a": 1}, "nothing": null, "text": "abc"});
    for (at, (items, code)) in [
        ("input.map", "not_a_list"),
        ("input.nothing", "not_a_list"),
        ("input.text", "not_a_list"),
        (&format!("range({})", MAX_ITEMS + 1), "too_many_items"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("w{at}");
        server.workflow(&id, &[each(items)]).await;
        let address = format!("/workflows/{id}/executions?wait=30");
        let failed = server.post(&address, &json!({"input": input})).await.expect(StatusCode::OK);
        assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!(code)), "{items}");
    }
    // An item of two megabytes, which only an output can be.
    let list = json!({"id": "list", "label": "List", "type": "llm", "provider": "demo", "model": "demo-broken",
        "prompt": "x", "output_schema": {"type": "array"}, "max_retries": 0});
    let execution = server.run(&[list, each("steps.List.output")]).await;
    server.settled(&execution).await;
    let output = json!({"output": ["x".repeat(MAX_ITEM_BYTES * 2 - 100)]});
    assert!(output["output"].to_string().len() <= MAX_OUTPUT_BYTES);
    let put = server.request(reqwest::Method::PUT, &format!("{execution}/steps/list/output")).json(&output);
    assert_eq!(put.send().await.unwrap().status(), StatusCode::OK);
    server.post(&format!("{execution}/resume"), &json!({})).await.expect(StatusCode::OK);
    let failed = server.settled(&execution).await;
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("item_too_large")));
}
