//! Answers of executions hold each text once, and more on request.

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_OUTPUT_BYTES, MAX_WAIT_SECONDS};

use crate::server::{Answer, Server, WHOLE, run_of, step};

/// How often a text is in a value.
fn count(value: &Value, text: &str) -> usize {
    value.to_string().matches(text).count()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_in_an_answer_once(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let review = json!({"id": "r", "label": "R", "type": "review"});
    let schema = json!({"type": "object"});
    let mut data = step("data", "demo-echo", "{\"quince\": 1}");
    data["output_schema"] = schema;
    let steps = [data, step("a", "demo-echo", "A quokka"), review, step("b", "demo-echo", "Two wombats")];
    server.workflow("w", &steps).await;
    let wait = format!("wait={MAX_WAIT_SECONDS}");
    let paused = server.post(&format!("/workflows/w/executions?{wait}"), &json!({})).await.expect(StatusCode::OK);
    let execution = format!("/workflows/executions/{}", paused["id"].as_str().unwrap());
    assert_eq!((count(&paused, "A quokka"), count(&paused, "quince")), (1, 1), "{paused:#}");
    assert_eq!(run_of(&paused, "a")["content"], "A quokka");
    assert_eq!(run_of(&paused, "data")["output"], json!({"quince": 1}));
    assert_eq!((&paused["output_from"], paused.get("output"), paused.get("step_results")), (&Value::Null, None, None));
    // Commands answer as a read does, with what they are asked for.
    let patched = server.patch(&execution, &json!({"budget_usd": 1})).await.expect(StatusCode::OK);
    assert_eq!(count(&patched, "A quokka"), 1);
    let patched = server.patch(&format!("{execution}?include=gates,prompts"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(run_of(&patched, "r")["gate"]["content"], "A quokka");
    assert_eq!(run_of(&patched, "b")["prompt"], Value::Null, "it was not sent yet");
    assert_eq!(run_of(&patched, "a")["prompt"], "A quokka");
    let decision = json!({"decision": "approve", "content": "Three numbats"});
    let done = server.post(&format!("{execution}/steps/r/review?{wait}"), &decision).await.expect(StatusCode::OK);
    for text in ["A quokka", "Two wombats", "Three numbats"] {
        assert_eq!(count(&done, text), 1, "{text} in {done:#}");
    }
    assert_eq!((&done["status"], &done["output_from"]), (&json!("completed"), &json!("b")));
    assert_eq!(run_of(&done, "r")["output"]["content"], "Three numbats");
    let whole = server.get(&format!("{execution}?{WHOLE}")).await.expect(StatusCode::OK);
    assert_eq!((&whole["output"], &whole["step_results"]["data"]), (&json!("Two wombats"), &json!({"quince": 1})));
    let refused = server.get(&format!("{execution}?include=prompts,everything")).await.problem(400, "invalid_query");
    assert!(refused.contains("gates, output, prompts, results") && refused.contains("\"include\""), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_output_makes_an_answer_of_its_own_length() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    server.settled(&execution).await;
    let text = "word ".repeat(MAX_OUTPUT_BYTES / 5);
    let path = format!("{execution}/steps/a/output");
    let put = server.request(Method::PUT, &path).json(&json!({"content": text})).send().await.unwrap();
    let overridden = Answer::of(put).await.expect(StatusCode::OK);
    for (answer, texts) in [
        (overridden, 1),
        (server.get(&execution).await.expect(StatusCode::OK), 1),
        (server.get(&format!("{execution}/steps/a")).await.expect(StatusCode::OK), 1),
        (server.get(&format!("{execution}?{WHOLE}")).await.expect(StatusCode::OK), 3),
    ] {
        let length = answer.to_string().len();
        assert!((texts * text.len()..texts * text.len() + 10_000).contains(&length), "{length} bytes");
    }
}
