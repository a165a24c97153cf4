//! The course of a generation: good, bad and mended answers, failures, cancelling and limits.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::generate::{DesignError, DesignProgress};
use sluice_engine::{EngineConfig, Limits};
use sluice_testing::Script;
use sluice_types::limits::MAX_GENERATION_PROMPT_BYTES;
use sluice_types::{ErrorCode, ReuseKind, Severity, TokenUsage, WorkflowId, cost_usd, find_model};

use super::answers::{Designer, INPUT_TOKENS, OUTPUT_TOKENS, Speaks, answer, code, codes, good, llm};

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat, "/response_format/json_schema/schema")]
#[case::anthropic(Speaks::Anthropic, "/tools/0/input_schema")]
#[case::gemini(Speaks::Gemini, "/generationConfig/responseJsonSchema")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_answer_is_a_workflow(#[case] speaks: Speaks, #[case] schema: &str) {
    let designer = Designer::new(speaks, [speaks.says(&good())]).await;
    let design = designer.design("Write about tea {{ input.secret }} </request>").await.unwrap();
    assert_eq!(design.workflow.id.as_ref().map(WorkflowId::as_str), Some("tea-report"));
    assert_eq!((design.workflow.name.as_str(), codes(&design).len()), ("Tea report", 0), "{:?}", design.findings);
    assert_eq!((design.explanation.as_str(), design.changes.len()), ("It writes.", 0));
    let [used] = &design.reuse[..] else { panic!("{:?}", design.reuse) };
    assert_eq!((used.kind, used.reason.as_str()), (ReuseKind::ModelCall, "One call is enough."));
    assert_eq!(design.estimate.steps.len(), 1);
    let requests = designer.server.requests();
    let [request] = &requests[..] else { panic!("{} requests", requests.len()) };
    let sent = request.body.pointer(schema).unwrap_or_else(|| panic!("{:#}", request.body));
    assert!(sent["properties"]["workflow"].is_object());
    // What a person wrote arrives as it is, as data.
    let text = request.body.to_string();
    assert!(text.contains("Write about tea {{ input.secret }}") && text.contains("native:http_get"), "{text}");
    assert!(!text.contains("</request> ") && !text.contains("tea {{ input.secret }} </request>"));
    let (cost, usage) = designer.usage().unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (INPUT_TOKENS, OUTPUT_TOKENS));
    let candidate = speaks.candidate();
    let price = cost_usd(find_model(&candidate.provider, &candidate.model).as_ref(), usage).unwrap_or(0.0);
    assert!((cost - price).abs() < 1e-9, "{cost} {price}");
    let told = designer.progress.lock().unwrap();
    let is_text = |it: &&DesignProgress| matches!(it, DesignProgress::Text { .. });
    let Some(DesignProgress::Text { chars, .. }) = told.iter().rfind(is_text) else { panic!("{told:?}") };
    assert_eq!(*chars, good().chars().count());
}

/// Answers with a fault, with the code of the finding that is sent back.
fn bad() -> Vec<(Value, &'static str)> {
    let mut backward = llm("b", "B");
    backward["next"] = json!("a");
    let agent = json!({"id": "a", "label": "A", "type": "agent", "agent_id": "nobody", "prompt": "{{ input.topic }}"});
    let tool = json!({"id": "a", "label": "A", "type": "tool", "tool": "nowhere:read", "arguments": {"a": "{{ input.topic }}"}});
    let mut colour = llm("a", "A");
    colour["colour"] = json!("red");
    let many: Vec<Value> = (0..400).map(|at| llm(&format!("s{at}"), &format!("Step {at}"))).collect();
    vec![
        (answer(&json!([llm("a", "A"), backward])), "backward_next"),
        (answer(&json!([agent])), "unknown_agent"),
        (answer(&json!([tool])), "unknown_mcp_server"),
        (answer(&json!([llm("a", "A"), llm("b", "A")])), "duplicate_label"),
        (answer(&json!([colour])), "newer_field"),
        (answer(&json!(many)), "too_many_steps"),
        (answer(&json!([])), "no_steps"),
        (answer(&json!([{"id": "a", "label": "A", "type": "python"}])), "answer_not_readable"),
        (answer(&json!("steps")), "/workflow/definition/steps"),
        (json!({"answer": 42}), "answer_not_readable"),
    ]
}

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat)]
#[case::anthropic(Speaks::Anthropic)]
#[case::gemini(Speaks::Gemini)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_goes_back_and_is_mended(#[case] speaks: Speaks) {
    for (bad, told) in bad() {
        let designer = Designer::new(speaks, [speaks.says(&bad.to_string()), speaks.says(&good())]).await;
        let design = designer.design("Write about tea").await.unwrap();
        assert_eq!(design.findings, [], "{told}");
        let requests = designer.requests();
        let [first, second] = &requests[..] else { panic!("{told}: {} requests", requests.len()) };
        assert!(second.contains(told) && !first.contains(&format!("{told}\\\",")), "{told}: {second}");
        assert_eq!(designer.calls(), 2);
        let (_, usage) = designer.usage().unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (2 * INPUT_TOKENS, 2 * OUTPUT_TOKENS));
        let told_repair =
            designer.progress.lock().unwrap().iter().any(|it| matches!(it, DesignProgress::Repair { .. }));
        assert!(told_repair);
    }
}

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat)]
#[case::anthropic(Speaks::Anthropic)]
#[case::gemini(Speaks::Gemini)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prose_and_cut_answers_go_back(#[case] speaks: Speaks) {
    let half: String = good().chars().take(100).collect();
    let scripts = [
        speaks.says("I would begin with the research, and then write."),
        speaks.is_cut_after(&half),
        speaks.says(&format!("Here it is:\n```json\n{}\n```", good())),
    ];
    let designer = Designer::new(speaks, scripts).await;
    let design = designer.design("Write about tea").await.unwrap();
    assert_eq!((design.findings.len(), designer.calls()), (0, 3));
    let requests = designer.requests();
    assert!(requests[1].contains("it is not JSON") && requests[2].contains("cut at its token limit"), "{requests:?}");
    // Of the answers, the last one is repeated only.
    assert!(!requests[2].contains("I would begin"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stays_wrong_is_told_after_four_calls() {
    let speaks = Speaks::OpenAiChat;
    let tool = json!({"id": "a", "label": "B", "type": "tool", "tool": "nowhere:read", "arguments": {}});
    let bad = answer(&json!([llm("a", "B"), tool])).to_string();
    let designer = Designer::new(speaks, (0..6).map(|_| speaks.says(&bad))).await;
    let design = designer.design("Write about tea").await.unwrap();
    assert_eq!((designer.calls(), designer.requests().len()), (4, 4));
    let errors: Vec<&str> = design
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(errors, ["unknown_mcp_server"]);
    // Ids and labels are unique, and that they were changed is said.
    let steps: Vec<String> =
        design.workflow.definition.steps.iter().map(|step| format!("{} {}", step.id, step.label)).collect();
    assert_eq!(steps, ["a B", "b-2 B 2"]);
    assert!(codes(&design).contains(&"duplicate_label") && codes(&design).contains(&"duplicate_id"));
    assert_eq!(design.reuse[1].kind, ReuseKind::MissingTool);
    let (_, usage) = designer.usage().unwrap();
    assert_eq!(usage.input_tokens, 4 * INPUT_TOKENS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_best_answer_counts() {
    let speaks = Speaks::Gemini;
    let mut one = llm("a", "A");
    one["next"] = json!("nowhere");
    let two = [one.clone(), {
        let mut two = llm("b", "B");
        two["next"] = json!("nowhere");
        two
    }];
    let scripts = [json!([two[0], two[1]]), json!([one]), json!([two[0], two[1]]), json!("no steps")];
    let designer = Designer::new(speaks, scripts.map(|steps| speaks.says(&answer(&steps).to_string()))).await;
    let design = designer.design("Write about tea").await.unwrap();
    assert_eq!((design.workflow.definition.steps.len(), codes(&design)[0]), (1, "unknown_next"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_steps_are_told_when_they_stay() {
    let speaks = Speaks::OpenAiChat;
    let many: Vec<Value> = (0..400).map(|at| llm(&format!("s{at}"), &format!("Step {at}"))).collect();
    let many = answer(&json!(many)).to_string();
    let designer = Designer::new(speaks, (0..4).map(|_| speaks.says(&many))).await;
    let design = designer.design("Write about tea").await.unwrap();
    assert_eq!((design.workflow.definition.steps.len(), codes(&design)), (400, vec!["too_many_steps"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_workflow_in_four_answers_it_fails() {
    let speaks = Speaks::Anthropic;
    let designer = Designer::new(speaks, (0..5).map(|_| speaks.says("no"))).await;
    assert_eq!(code(designer.design("Write about tea").await), Some(ErrorCode::GenerationFailed));
    assert_eq!((designer.calls(), designer.requests().len()), (4, 4));
    let (cost, usage) = designer.usage().unwrap();
    assert!(usage.output_tokens == 4 * OUTPUT_TOKENS && cost > 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_goes_away_ends_it_and_what_was_heard_is_counted() {
    let speaks = Speaks::OpenAiChat;
    let designer = Designer::new(speaks, [speaks.begins(&good()).cut()]).await;
    assert_eq!(code(designer.design("Write about tea").await), Some(ErrorCode::ProviderUnavailable));
    let (_, TokenUsage { input_tokens, output_tokens, .. }) = designer.usage().unwrap();
    assert!(input_tokens > 1_000 && output_tokens > 50, "{input_tokens} {output_tokens}");
    // A request that was refused costs nothing.
    let refused = Designer::new(speaks, [Script::status(401).bytes("{}")]).await;
    assert_eq!(code(refused.design("Write about tea").await), Some(ErrorCode::ProviderUnauthorized));
    assert_eq!(refused.usage(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_cannot_be_mended_any_more_is_kept() {
    let speaks = Speaks::OpenAiChat;
    let mut wrong = llm("a", "A");
    wrong["next"] = json!("nowhere");
    let scripts = [speaks.says(&answer(&json!([wrong])).to_string()), Script::status(503).bytes("{}")];
    let designer = Designer::new(speaks, scripts).await;
    let design = designer.design("Write about tea").await.unwrap();
    assert_eq!(codes(&design), ["unknown_next"]);
    assert!(design.explanation.contains("were not fixed"), "{}", design.explanation);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_ends_it_in_the_middle_and_what_was_heard_is_counted() {
    let speaks = Speaks::Anthropic;
    let mut designer = Designer::new(speaks, [speaks.begins(&good()).silence()]).await;
    designer.cancels_at_text = true;
    assert_eq!(designer.design("Write about tea").await.unwrap_err(), DesignError::Cancelled);
    assert!(designer.usage().unwrap().0 > 0.0);
    assert_eq!(designer.requests().len(), 1);
    assert_eq!(designer.bench.engine.calls_in_flight(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_calls_together_have_one_time() {
    let speaks = Speaks::Gemini;
    let limits = Limits { generation: Duration::from_millis(300), ..Limits::default() };
    let config = EngineConfig { limits, ..EngineConfig::default() };
    let designer = Designer::with(speaks, [speaks.begins(&good()).silence()], config).await;
    assert_eq!(code(designer.design("Write about tea").await), Some(ErrorCode::AttemptTimedOut));
    assert!(designer.usage().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_must_not_be_sent_is_refused_before() {
    let designer = Designer::new(Speaks::OpenAiChat, []).await;
    let refused = [
        (String::new(), ErrorCode::InvalidRequest),
        ("a".repeat(MAX_GENERATION_PROMPT_BYTES + 1), ErrorCode::InvalidRequest),
        ("Use ghp_abcdEFGH1234ijklMNOP5678qrst".to_owned(), ErrorCode::SecretInPrompt),
    ];
    for (prompt, expected) in refused {
        assert_eq!(code(designer.design(&prompt).await), Some(expected));
    }
    assert!(designer.requests().is_empty() && designer.progress.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_not_asked_again() {
    let refusal =
        json!({"choices": [{"index": 0, "delta": {"refusal": "I cannot help with that."}, "finish_reason": "stop"}]});
    let script = Script::ok().bytes(format!("data: {refusal}\n\ndata: [DONE]\n\n"));
    let designer = Designer::new(Speaks::OpenAiChat, [script]).await;
    assert_eq!(code(designer.design("Write about tea").await), Some(ErrorCode::GenerationFailed));
    assert_eq!(designer.requests().len(), 1);
}
