//! Trying one step: with which values, what it leaves alone, and what it refuses.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_INPUT_BYTES, MAX_OUTPUT_BYTES};

use crate::server::{Answer, Server, run_of, step, summary};

fn three_steps() -> Vec<Value> {
    vec![
        step("plan", "demo-broken", "On {{input.topic}}"),
        step("draft", "demo-echo", "{{steps.PLAN.content}} and {{input.topic}}"),
        step("last", "demo-echo", "{{steps.DRAFT.content}} {{steps.PLAN | default('-')}}"),
    ]
}

async fn tried(server: &Server, step: &str, body: &Value) -> Value {
    let answer = server.post(&format!("/workflows/w/steps/{step}/try"), body).await;
    let location = answer.headers.get("location").map(|place| place.to_str().unwrap().to_owned());
    let started = answer.expect(StatusCode::CREATED);
    let id = started["id"].as_str().unwrap();
    assert_eq!(location.unwrap(), format!("/api/v1/workflows/executions/{id}"));
    server.settled(&format!("/workflows/executions/{id}")).await
}

async fn refused(server: &Server, step: &str, body: &Value) -> Answer {
    server.post(&format!("/workflows/w/steps/{step}/try"), body).await
}

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_runs_alone_with_given_outputs(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &three_steps()).await;
    // All that is missing is told at once, before anything is spent.
    let missing = refused(&server, "last", &json!({})).await;
    assert_eq!(pointers(&missing), ["/outputs/draft"]);
    missing.problem(422, "invalid_input");
    let body =
        json!({"input": {"topic": "tea"}, "outputs": {"plan": "A plan"}, "triggered_by": "me", "metadata": {"a": "b"}});
    let done = tried(&server, "draft", &body).await;
    assert_eq!(summary(&done), ["plan completed 0", "draft completed 1"]);
    assert_eq!(
        (&done["tried_step"], &done["output"], &done["triggered_by"], &done["metadata"]),
        (&json!("draft"), &json!("A plan and tea"), &json!("me"), &json!({"a": "b"}))
    );
    assert_eq!(run_of(&done, "plan")["overridden"], true);
    // An output that a step can do without may be missing.
    let done = tried(&server, "last", &json!({"outputs": {"draft": "D"}})).await;
    assert_eq!(
        (&done["output"], summary(&done)),
        (&json!("D -"), vec!["plan skipped 0".into(), "draft completed 0".into(), "last completed 1".into()])
    );
    // Lists, the last execution and the figures leave tries out; their cost is found.
    for list in ["/workflows/executions", "/workflows/w/executions", "/workflows/w/executions?tried=false"] {
        assert_eq!(server.get(list).await.expect(StatusCode::OK)["items"], json!([]), "{list}");
    }
    for list in
        ["/workflows/executions?tried=true", "/workflows/w/executions?tried=true&status=completed&triggered_by=me"]
    {
        let listed = server.get(list).await.expect(StatusCode::OK);
        let of = listed["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&of["tried_step"], of["cost_usd"].is_number()), (&json!("draft"), true), "{list}");
    }
    let listed = server.get("/workflows").await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["last_execution"], Value::Null);
    server.get("/events/workflows/w").await.problem(404, "execution_not_found");
    let figures = server.get("/workflows/w/stats").await.expect(StatusCode::OK);
    assert_eq!(figures["executions"], 0, "{figures}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_come_from_a_run_and_given_ones_win(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let steps = [
        step("plan", "demo-echo", "On {{input.topic}}"),
        json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "['x', 'y']", "steps": [
            step("first", "demo-echo", "first {{item}}"), step("second", "demo-echo", "{{steps.FIRST.content}}/{{item}}/{{index}}")]}),
        step("broken", "demo-broken", "{{steps.Each.output}}"),
        step("last", "demo-echo", "{{steps.BROKEN.content}} {{steps.PLAN.content}}"),
    ];
    let run = server.run(&steps).await;
    let ended = server.settled(&run).await;
    assert_eq!(ended["status"], "failed");
    let id = ended["id"].as_str().unwrap();
    let done = tried(&server, "second", &json!({"execution_id": id})).await;
    assert_eq!((&done["tried_step"], &done["output"]), (&json!("each.0.second"), &json!(["first x/x/0"])));
    let done =
        tried(&server, "second", &json!({"execution_id": id, "item": {"a": 1}, "outputs": {"first": "F"}})).await;
    assert_eq!(done["output"], json!([r#"F/{"a":1}/0"#]));
    let missing = refused(&server, "second", &json!({"outputs": {"plan": "not read"}})).await;
    assert_eq!(pointers(&missing), ["/outputs/first", "/item"]);
    // The run has no output of the step that failed.
    let missing = refused(&server, "last", &json!({"execution_id": id})).await;
    assert_eq!(pointers(&missing), ["/outputs/broken"]);
    assert!(missing.problem(422, "invalid_input").contains("“BROKEN”"));
    let done = tried(&server, "last", &json!({"execution_id": id, "outputs": {"broken": "B"}})).await;
    assert_eq!(done["output"], "B On tea");
    // The step with all that is inside it.
    let done = tried(&server, "each", &json!({})).await;
    assert_eq!(done["output"], json!(["first x/x/0", "first y/y/1"]));
    server.workflow("other", &[step("a", "demo-echo", "x")]).await;
    let other = server.post("/workflows/other/steps/a/try", &json!({"execution_id": id})).await;
    assert_eq!(pointers(&other), ["/execution_id"]);
    other.problem(422, "invalid_request");
    server.delete(&run).await.expect(StatusCode::NO_CONTENT);
    refused(&server, "last", &json!({"execution_id": id})).await.problem(404, "execution_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tried_review_opens_a_gate_that_is_listed_nowhere(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let steps = [step("a", "demo-broken", "x"), json!({"id": "check", "label": "Check", "type": "review"})];
    server.workflow("w", &steps).await;
    let waiting = tried(&server, "check", &json!({"outputs": {"a": "A text"}})).await;
    let id = format!("/workflows/executions/{}", waiting["id"].as_str().unwrap());
    let gate = &run_of(&waiting, "check")["gate"];
    assert_eq!((&waiting["status"], &gate["decisions"]), (&json!("paused"), &json!(["approve", "reject"])));
    let gates = server.get("/workflows/executions/gates").await.expect(StatusCode::OK);
    assert_eq!(gates["items"], json!([]));
    // No step here has made the text: it cannot run again.
    let revise = json!({"decision": "revise", "comment": "shorter"});
    server.post(&format!("{id}/steps/check/review"), &revise).await.problem(422, "decision_not_possible");
    server.post(&format!("{id}/steps/a/retry"), &json!({})).await.problem(409, "illegal_transition");
    server.post(&format!("{id}/steps/check/review"), &json!({"decision": "approve"})).await.expect(StatusCode::OK);
    let done = server.settled(&id).await;
    assert_eq!((&done["status"], &done["step_results"]["check"]["content"]), (&json!("completed"), &json!("A text")));
    server.post(&format!("{id}/steps/check/retry?wait=10"), &json!({})).await.expect(StatusCode::OK);
    server.post(&format!("{id}/cancel"), &json!({})).await.expect(StatusCode::OK);
    server.delete(&id).await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_tried_and_only_its_errors_at_the_step_refuse_it() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &three_steps()).await;
    let draft = |prompt: &str, next: &str| {
        json!({"steps": [
            step("plan", "demo-broken", "{{steps.Nobody.content}} {{"),
            {"id": "draft", "label": "DRAFT", "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": prompt,
                "enabled": false, "next": next},
            step("new", "demo-echo", "{{steps.DRAFT.content}}")]})
    };
    let good = draft("{{steps.PLAN.content}}!", "gone");
    let done = tried(&server, "draft", &json!({"definition": good, "outputs": {"plan": "P"}})).await;
    assert_eq!(done["output"], "P!");
    let done = tried(&server, "new", &json!({"definition": good, "outputs": {"draft": "D"}})).await;
    assert_eq!(done["output"], "D");
    for (prompt, code) in [
        ("{{steps.Nobody.content}}", "unknown_reference"),
        ("{{steps.NEW.content}}", "forward_reference"),
        ("{{ 'x' | nofilter }}", "template_refused"),
    ] {
        let body = json!({"definition": draft(prompt, "end"), "outputs": {"plan": "P"}});
        let answer = refused(&server, "draft", &body).await;
        assert_eq!(pointers(&answer), ["/definition/steps/1/prompt"], "{}", answer.body);
        assert_eq!(answer.body["errors"][0]["code"], code);
        answer.problem(422, "invalid_definition");
    }
    // An input that only other steps read may be missing.
    let answer = refused(&server, "draft", &json!({"outputs": {"plan": "P"}})).await;
    assert_eq!(pointers(&answer), ["/input"]);
    answer.problem(422, "invalid_input");
    let away = json!({"steps": [{"id": "far", "label": "Far", "type": "llm", "provider": "openai", "prompt": "x"}]});
    let answer = refused(&server, "far", &json!({"definition": away})).await;
    assert_eq!(pointers(&answer), ["/definition/steps/0/provider"]);
    answer.problem(422, "provider_not_available");
    // A step that is read may call a provider that is away: it is not called.
    let away = json!({"steps": [
        {"id": "far", "label": "Far", "type": "llm", "provider": "openai", "prompt": "x"},
        step("near", "demo-echo", "{{steps.Far.content}}")]});
    let done = tried(&server, "near", &json!({"definition": away, "outputs": {"far": "F"}})).await;
    assert_eq!(done["output"], "F");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_values_are_refused() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let json_step = json!({"id": "j", "label": "J", "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": "x",
        "output_schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}});
    let steps = [json_step, step("plain", "demo-echo", "{{input.topic}} {{steps.J.a}}")];
    server.workflow("w", &steps).await;
    server.post("/workflows/w/steps/gone/try", &json!({})).await.problem(404, "step_not_found");
    server.post("/workflows/gone/steps/plain/try", &json!({})).await.problem(404, "workflow_not_found");
    let text = |bytes: usize| Value::String("x".repeat(bytes - 2));
    for (body, pointer) in [
        (json!({"outputs": {"gone": 1}}), "/outputs/gone"),
        (json!({"outputs": {"j": "no JSON"}}), "/outputs/j"),
        (json!({"outputs": {"j": {"a": "text"}}}), "/outputs/j"),
        (json!({"budget_usd": -1.0}), "/budget_usd"),
        (json!({"triggered_by": ""}), "/triggered_by"),
        (json!({"input": text(MAX_INPUT_BYTES + 1)}), "/input"),
        (json!({"outputs": {"j": text(MAX_OUTPUT_BYTES + 1)}}), "/outputs/j"),
    ] {
        let body = match body {
            Value::Object(mut fields) => {
                fields.entry("input").or_insert(json!({"topic": "tea"}));
                Value::Object(fields)
            }
            other => other,
        };
        let answer = refused(&server, "plain", &body).await;
        assert_eq!(pointers(&answer), [pointer], "{}", answer.body);
        answer.problem(422, "invalid_request");
    }
    let done = tried(&server, "plain", &json!({"input": {"topic": "tea"}, "outputs": {"j": {"a": 7}}})).await;
    assert_eq!(done["output"], "tea 7");
    let echo = json!({"steps": [step("e", "demo-echo", "{{input | length}}")]});
    let largest = json!({"definition": echo, "input": text(MAX_INPUT_BYTES)});
    let answer = server.post("/workflows/w/steps/e/try", &largest).await.expect(StatusCode::CREATED);
    let done = server.settled(&format!("/workflows/executions/{}", answer["id"].as_str().unwrap())).await;
    assert_eq!(done["output"], (MAX_INPUT_BYTES - 2).to_string());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_try_goes_on_after_the_server_was_killed(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let steps = [step("a", "demo-broken", "x"), step("b", "demo-slow", "Write about {{steps.A.content}}")];
    server.workflow("w", &steps).await;
    let started = server.post("/workflows/w/steps/b/try", &json!({"outputs": {"a": "lighthouses"}})).await;
    let id = format!("/workflows/executions/{}", started.expect(StatusCode::CREATED)["id"].as_str().unwrap());
    let has_text = |body: &Value| run_of(body, "b")["content"].as_str().is_some_and(|text| text.len() > 20);
    server.until(&id, has_text).await;
    server.kill();
    let server = Server::start(&database);
    let done = server.settled(&id).await;
    assert_eq!(summary(&done), ["a completed 0", "b completed 2"]);
    assert_eq!((&done["tried_step"], &run_of(&done, "a")["content"]), (&json!("b"), &json!("lighthouses")));
}
