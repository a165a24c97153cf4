//! Tables of findings.

use serde_json::{Value, json};

use super::*;
use crate::limits::{MAX_FINDINGS_OF_A_KIND, MAX_PROMPT_BYTES, MAX_STEPS};

fn definition(value: Value) -> Definition {
    serde_json::from_value(value).unwrap()
}

fn llm(id: &str, label: &str, prompt: &str) -> Value {
    json!({"id": id, "label": label, "type": "llm", "prompt": prompt})
}

fn codes(definition: &Definition, input: Option<&Value>) -> Vec<(String, String)> {
    lint(definition, &LintContext::default(), input).findings.into_iter().map(|f| (f.pointer, f.code)).collect()
}

#[test]
fn a_step_of_a_newer_version_cannot_run_and_its_new_fields_are_told() {
    let newer = definition(json!({"budget": 1, "steps": [
        {"id": "a", "label": "A", "type": "agent", "goal": "x"},
        {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.A.anything}}", "tools": [], "effect": "pays"},
    ]}));
    let report = lint(&newer, &LintContext::default(), None);
    let told = |finding: &Finding| (finding.severity, finding.pointer.clone(), finding.code.clone());
    let expected = [
        (Severity::Error, "/steps/0/type", "unknown_step_type"),
        (Severity::Warning, "/budget", "newer_field"),
        (Severity::Warning, "/steps/1/effect", "newer_value"),
        (Severity::Warning, "/steps/1/tools", "newer_field"),
    ]
    .map(|(severity, pointer, code)| (severity, pointer.to_owned(), code.to_owned()));
    assert_eq!(report.findings.iter().map(told).collect::<Vec<_>>(), expected);
    assert!(!report.valid);
    let estimate = crate::estimate(&newer, &json!({}), &crate::StepHistories::new());
    assert_eq!((estimate.cost_usd, &estimate.unknown_prices[0]), (None, &"A".to_owned()));
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
        &LintContext { providers: Some(vec![]), personas: Some(vec![]) },
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

#[test]
fn templates_over_their_length_are_not_read() {
    let long = definition(json!({"steps": [llm("a", "A", &"{{ topic }}".repeat(MAX_PROMPT_BYTES / 11 + 1))]}));
    assert_eq!(codes(&long, None), [("/steps/0/prompt".into(), "prompt_too_long".into())]);
}

#[test]
fn of_each_kind_so_many_findings_are_listed() {
    let steps: Vec<Value> = (0..MAX_STEPS)
        .map(|n| llm(&format!("s{n}"), &format!("S{n}"), "{{steps.Nobody.content}} {{ topic }} ${user.name}"))
        .collect();
    let report = lint(&definition(json!({"steps": steps})), &LintContext::default(), None);
    assert!(!report.valid);
    for code in ["unknown_reference", "unknown_name", "dollar_text"] {
        let listed = report.findings.iter().filter(|finding| finding.code == code).count();
        assert_eq!(listed, MAX_FINDINGS_OF_A_KIND, "{code}");
    }
    let more: Vec<_> = report.findings.iter().filter(|finding| finding.code == "more_findings").collect();
    assert_eq!(more.len(), 1);
    assert_eq!(more[0].severity, Severity::Error);
    // Omitted findings that only inform leave a definition valid.
    let texts: Vec<Value> = (0..MAX_STEPS).map(|n| llm(&format!("s{n}"), &format!("S{n}"), "${user.name}")).collect();
    let report = lint(&definition(json!({"steps": texts})), &LintContext::default(), None);
    assert!(report.valid && report.findings.len() == MAX_FINDINGS_OF_A_KIND + 1);
}

#[test]
fn a_field_that_hides_behind_one_of_every_step_is_told() {
    let hidden = definition(json!({"steps": [
        {"id": "j", "label": "J", "type": "llm", "prompt": "x", "output_schema": {"type": "object", "properties": {"content": {}, "title": {}}}},
        llm("k", "K", "{{steps.J.content}} {{steps.J.title}} {{steps.J.output.content}}"),
    ]}));
    let report = lint(&hidden, &LintContext::default(), None);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].severity, Severity::Warning);
    assert!(report.findings[0].message.contains("`steps.J.output.content`"), "{}", report.findings[0].message);
}

#[test]
fn a_fallback_calls_the_provider_of_its_model() {
    let definition: Definition = serde_json::from_value(json!({"steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x", "provider": "demo", "model": "demo-echo",
            "fallbacks": [{"model": "gpt-5.4-mini"}, {"model": "nothing-known"}]},
    ]}))
    .unwrap();
    let errors = lint(&definition, &LintContext::default(), None);
    let errors: Vec<&str> = errors.errors().map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(errors, ["/steps/0/fallbacks/1/model"], "the first is a model of another provider");
}
