//! How answers end, in real runs: with the models of `demo`, and with a server that answers as it is told.

use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{Script, ScriptedServer, TestDatabase, postgres, sqlite};
use sluice_types::{
    Attempt, ErrorCode, Execution, ExecutionStatus, FinishReason, ProviderName, StepRunStatus, UpdateCredential,
};

use crate::support::{TestEngine, path, run_of, step};

async fn attempts(bench: &TestEngine, execution: &Execution) -> Vec<Attempt> {
    bench.engine.store().attempts(&bench.tenant, &execution.id, &path("a")).await.unwrap()
}

/// A step with more fields.
fn with(mut step: Value, fields: &Value) -> Value {
    step.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    step
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_ending_is_told_apart(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let schema =
        json!({"output_schema": {"type": "object", "properties": {"a": {"type": "string"}}}, "max_retries": 2});
    let one = |model: &str, own: &Value| with(step("a", model, "Write about tea."), own);
    let table = [
        (one("demo-instant", &json!({})), None, Some(FinishReason::Stop), 1),
        (one("demo-think", &json!({})), None, Some(FinishReason::Stop), 1),
        (one("demo-cut", &json!({})), None, Some(FinishReason::Length), 1),
        (
            one("demo-cut", &json!({"on_truncated": "fail"})),
            Some(ErrorCode::AnswerTruncated),
            Some(FinishReason::Length),
            1,
        ),
        // Half a value is not reported as bad JSON, and not paid for again.
        (one("demo-cut", &schema), Some(ErrorCode::AnswerTruncated), Some(FinishReason::Length), 1),
        (one("demo-refuse", &json!({})), Some(ErrorCode::ProviderRejected), Some(FinishReason::Refusal), 1),
        (one("demo-filter", &json!({})), Some(ErrorCode::ProviderRejected), Some(FinishReason::ContentFilter), 1),
        (one("demo-silent", &json!({"idle_timeout": 1, "max_retries": 0})), Some(ErrorCode::AttemptTimedOut), None, 1),
    ];
    for (number, (step, code, reason, tries)) in table.into_iter().enumerate() {
        let workflow = bench.workflow(&format!("w{number}"), json!({"steps": [step]})).await;
        let id = bench.try_start(workflow.as_str(), sluice_types::StartExecution::default()).await.unwrap().id;
        let ended = bench.settled(&id).await;
        let run = run_of(&ended, "a");
        assert_eq!(run.error.as_ref().map(|error| error.code), code, "{step}");
        assert_eq!(run.finish_reason, reason, "{step}");
        let attempts = attempts(&bench, &ended).await;
        assert_eq!(attempts.len(), tries, "{step}");
        assert_eq!(attempts[0].finish_reason, reason, "{step}");
        assert_eq!(attempts[0].thinking.is_some(), step["model"] == "demo-think", "{step}");
        assert!(attempts[0].content.is_some(), "the text is kept: {step}");
        if step["model"] == "demo-think" {
            assert!(
                !run.content.as_ref().unwrap().contains("Simulated thoughts"),
                "thoughts are no part of the answer"
            );
        }
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_answer_goes_to_the_fallback(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let own = json!({"on_truncated": "fail", "fallbacks": [{"provider": "demo", "model": "demo-instant"}]});
    let ended = bench.settled(&bench.run(&[with(step("a", "demo-cut", "Write."), &own)]).await.id).await;
    assert_eq!(ended.status, ExecutionStatus::Completed);
    let run = run_of(&ended, "a");
    assert_eq!((run.model.as_deref(), run.finish_reason), (Some("demo-instant"), Some(FinishReason::Stop)));
    let models: Vec<_> = attempts(&bench, &ended).await.into_iter().filter_map(|attempt| attempt.model).collect();
    assert_eq!(models, ["demo-cut", "demo-instant"]);
}

/// A chat completion of these chunks, without `[DONE]`.
fn chat(chunks: &[Value]) -> Script {
    chunks.iter().fold(Script::ok(), |script, chunk| script.bytes(format!("data: {chunk}\n\n")))
}

fn delta(delta: &Value, reason: Option<&str>) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_of_a_server_are_judged_by_their_end(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let refusal = json!({"error": {"message": "temperature is not supported", "param": "temperature"}}).to_string();
    let call = json!([{"index": 0, "id": "c", "function": {"name": "search", "arguments": "{}"}}]);
    let server = ScriptedServer::start([
        // Refused once, then answered by a server that sends no `[DONE]`, with thoughts in the text.
        Script::status(400).header("content-type", "application/json").bytes(refusal),
        chat(&[delta(&json!({"content": "<think>hm</think>Tea."}), None), delta(&json!({}), Some("stop"))]),
        // A call of a tool that the step does not have.
        chat(&[delta(&json!({"content": "Half "}), None), delta(&json!({"tool_calls": call}), Some("tool_calls"))]),
        // An answer that breaks off, and is tried again.
        chat(&[delta(&json!({"content": "Half "}), None)]),
        chat(&[delta(&json!({"content": "Whole."}), Some("stop"))]),
    ])
    .await;
    let request = UpdateCredential { base_url: Some(Some(server.url().to_owned())), ..UpdateCredential::default() };
    let now = bench.engine.outside().clock.now();
    bench.engine.providers().put_credential(&bench.tenant, ProviderName::OpenaiCompatible, request, now).await.unwrap();
    let step = json!({"id": "a", "label": "A", "type": "llm", "provider": "openai_compatible", "model": "m",
        "prompt": "Write.", "temperature": 0.5});
    bench.workflow("w", json!({"steps": [step]})).await;
    let run = async || {
        let id = bench.try_start("w", sluice_types::StartExecution::default()).await.unwrap().id;
        bench.settled(&id).await
    };

    let ended = run().await;
    assert_eq!(run_of(&ended, "a").content.as_deref(), Some("Tea."));
    assert_eq!(run_of(&ended, "a").unpriced_calls, 1, "its price is not known");
    let [attempt] = &attempts(&bench, &ended).await[..] else { panic!("one attempt") };
    assert_eq!((attempt.thinking.as_deref(), attempt.cost_usd), (Some("hm"), None));
    assert_eq!(attempt.notes, ["The model takes no temperature; the request was sent again without it."]);

    let ended = run().await;
    let failed = run_of(&ended, "a");
    assert_eq!(failed.error.as_ref().unwrap().code, ErrorCode::ProviderRejected);
    assert_eq!((failed.finish_reason, failed.status), (Some(FinishReason::ToolCalls), StepRunStatus::Failed));

    let ended = run().await;
    assert_eq!(run_of(&ended, "a").content.as_deref(), Some("Whole."));
    let codes: Vec<_> = attempts(&bench, &ended).await.into_iter().map(|it| it.error.map(|error| error.code)).collect();
    assert_eq!(codes, [Some(ErrorCode::ProviderUnavailable), None]);
}
