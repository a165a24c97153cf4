//! Changes of workflows.

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::generate::Base;
use sluice_types::limits::MAX_REFINED_BYTES;
use sluice_types::{ErrorCode, StepChangeKind, WorkflowId};

use super::answers::{Designer, Speaks, answer, code, llm};

fn base(prompt: &str) -> Base {
    let mut step = llm("write", "Write");
    step["prompt"] = json!(prompt);
    Base {
        workflow_id: Some(WorkflowId::new("my-tea").unwrap()),
        name: "My tea".into(),
        description: "Mine.".into(),
        definition: serde_json::from_value(json!({"steps": [step]})).unwrap(),
    }
}

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat)]
#[case::anthropic(Speaks::Anthropic)]
#[case::gemini(Speaks::Gemini)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_workflow_keeps_its_id_and_the_model_is_told_of_it(#[case] speaks: Speaks) {
    let review =
        json!({"id": "check", "label": "Check", "type": "review", "instructions": "Good?", "shows": ["write"]});
    let mut said = answer(&json!([llm("write", "Write"), review]));
    said["workflow"]["name"] = json!("");
    let designer = Designer::new(speaks, [speaks.says(&said.to_string())]).await;
    let prompt = "Write <b> about {{ input.topic }} in a style of its own.";
    let design = designer.design_of("Add a review", Some(base(prompt))).await.unwrap();
    assert_eq!(design.workflow.id.as_ref().map(WorkflowId::as_str), Some("my-tea"));
    assert_eq!(design.workflow.name, "My tea");
    assert_eq!(design.findings, []);
    let changes: Vec<_> = design.changes.iter().map(|it| (it.kind, it.step_id.as_str())).collect();
    assert_eq!(changes, [(StepChangeKind::Changed, "write"), (StepChangeKind::Added, "check")]);
    let request = &designer.requests()[0];
    assert!(request.contains("in a style of its own") && !request.contains("<b>"), "{request}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_outside_of_the_steps_is_told() {
    let speaks = Speaks::OpenAiChat;
    let mut step = llm("write", "Write");
    step["prompt"] = json!("Write about {{ input.topic }}.");
    let mut said = answer(&json!([step]));
    said["workflow"]["name"] = json!("Daily tea");
    said["workflow"]["description"] = json!("");
    said["workflow"]["definition"]["inputs"] = json!([{"name": "topic", "required": true}]);
    let designer = Designer::new(speaks, [speaks.says(&said.to_string())]).await;
    let design = designer.design_of("Ask for a topic", Some(base("Write about {{ input.topic }}."))).await.unwrap();
    let pointers: Vec<&str> = design.field_changes.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/definition/inputs"], "{:?}", design.field_changes);
    assert_eq!(design.changes, []);
    assert_eq!(design.workflow.description, "Mine.", "what the model leaves out stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_with_a_key_or_of_too_many_bytes_is_not_sent() {
    let designer = Designer::new(Speaks::OpenAiChat, []).await;
    let with_key = base("Use ghp_abcdEFGH1234ijklMNOP5678qrst");
    assert_eq!(code(designer.design_of("x", Some(with_key)).await), Some(ErrorCode::SecretInPrompt));
    let long = base(&"a".repeat(MAX_REFINED_BYTES));
    assert_eq!(code(designer.design_of("x", Some(long)).await), Some(ErrorCode::InvalidDefinition));
    assert!(designer.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_stays_gets_its_id_back() {
    let speaks = Speaks::OpenAiChat;
    let said = |id: &str| speaks.says(&answer(&json!([llm(id, "Write")])).to_string());
    let designer = Designer::new(speaks, [said("author"), said("write")]).await;
    let design = designer.design_of("Make it shorter", Some(base("Write {{ input.topic }}"))).await.unwrap();
    assert_eq!(design.workflow.definition.steps[0].id.as_str(), "write");
    let requests = designer.requests();
    assert!(requests.len() == 2 && requests[1].contains("had the id `write`"), "{requests:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_to_a_step_that_was_removed_goes_back() {
    let speaks = Speaks::Gemini;
    let mut reads = llm("b", "B");
    reads["prompt"] = json!("{{ input.topic }} {{ steps[\"Write\"].content }}");
    let said = |steps: Value| speaks.says(&answer(&steps).to_string());
    let designer = Designer::new(speaks, [said(json!([reads])), said(json!([llm("b", "B")]))]).await;
    let design = designer.design_of("Remove Write", Some(base("Write {{ input.topic }}"))).await.unwrap();
    assert_eq!(design.findings, []);
    assert!(designer.requests()[1].contains("unknown_reference"));
}
