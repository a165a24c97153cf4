//! Tables of findings.

use serde_json::{Value, json};

use super::*;
use crate::limits::{MAX_PROMPT_BYTES, MAX_STEPS};

fn definition(value: Value) -> Definition {
    serde_json::from_value(value).unwrap()
}

fn llm(id: &str, label: &str, prompt: &str) -> Value {
    json!({"id": id, "label": label, "type": "llm", "prompt": prompt})
}

fn codes(definition: &Definition, input: Option<&Value>) -> Vec<(String, String)> {
    lint(definition, &Known::default(), input).findings.into_iter().map(|f| (f.pointer, f.code)).collect()
}

#[test]
fn findings_of_a_definition_with_all_that_can_be_wrong() {
    let bad = definition(json!({
        "provider": "nobody", "entry_step": "gone", "context": {"TONE": "dry"},
        "steps": [
            llm("a", "Idea", "Say {{steps.Later.content}} {{input.topic}} {{context.LOUD}} {{topic}}"),
            {"id": "a", "label": "Idea", "type": "llm", "prompt": " ", "temperature": 3, "max_tokens": 0, "timeout": 0, "next": "a"},
            llm("c", "Next", "{{steps.Idee.content}} {{steps.Idea.title}} {{steps.Next.content}} ${user.name}"),
            {"id": "d", "label": "Off", "type": "llm", "prompt": "x", "enabled": false, "next": "nowhere"},
            llm("later", "Later", "{{steps.Off.content}} {{"),
            {"id": "r", "label": "Check", "type": "review", "shows": ["z", "r"]},
            {"id": "end", "label": "End{", "type": "llm", "prompt": "x", "provider": "demo", "model": "demo-9", "max_retries": 99,
             "output_schema": true, "fallbacks": [{"provider": "no", "model": "m"}]},
        ]
    }));
    insta::assert_json_snapshot!(lint(
        &bad,
        &Known { providers: Some(vec![]), personas: Some(vec![]) },
        Some(&json!({"x": 1}))
    ));
}

#[test]
fn a_sound_definition_has_no_finding() {
    let good = definition(json!({"steps": [
        llm("a", "Idea", "{{input.topic}}"),
        {"id": "r", "label": "Review 1", "type": "review", "shows": ["a"]},
        llm("b", "Text", "{{steps.Review 1.content}} {{steps.Review 1.decision}} ${steps.a.output}"),
    ]}));
    assert_eq!(codes(&good, Some(&json!({"topic": "x"}))), []);
    assert_eq!(codes(&good, None), []);
    assert_eq!(codes(&good, Some(&json!("text"))), [("/steps/0/prompt".into(), "missing_input".into())]);
}

#[test]
fn steps_and_prompts_have_limits() {
    let steps = |count: usize| {
        definition(
            json!({"steps": (0..count).map(|n| llm(&format!("s{n}"), &format!("S{n}"), "x")).collect::<Vec<_>>()}),
        )
    };
    assert_eq!(codes(&steps(MAX_STEPS), None), []);
    assert_eq!(codes(&steps(MAX_STEPS + 1), None), [("/steps".into(), "too_many_steps".into())]);
    let prompt = |bytes: usize| definition(json!({"steps": [llm("a", "A", &"x".repeat(bytes))]}));
    assert_eq!(codes(&prompt(MAX_PROMPT_BYTES), None), []);
    assert_eq!(codes(&prompt(MAX_PROMPT_BYTES + 1), None), [("/steps/0/prompt".into(), "prompt_too_long".into())]);
}

#[test]
fn what_a_jump_passes_over_is_unreachable() {
    let jump = definition(json!({"steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x", "next": "c"},
        llm("b", "B", "x"),
        llm("c", "C", "{{steps.B.content}}"),
    ]}));
    assert_eq!(
        codes(&jump, None),
        [("/steps/2/prompt".into(), "skipped_reference".into()), ("/steps/1".into(), "unreachable_step".into())]
    );
}
