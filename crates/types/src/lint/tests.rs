//! Tables of findings.

use serde_json::{Value, json};

use super::*;
use crate::limits::{MAX_FINDINGS_OF_A_KIND, MAX_NAME_CHARS, MAX_PROMPT_BYTES, MAX_STEPS, MAX_TIMEOUT_SECONDS};

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
        {"id": "a", "label": "A", "type": "debate", "goal": "x"},
        {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.A.anything}}", "tools": [], "effect": "pays"},
    ]}));
    let report = lint(&newer, &LintContext::default(), None);
    let told = |finding: &LintFinding| (finding.severity, finding.pointer.clone(), finding.code.clone());
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
        &LintContext { providers: Some(vec![]), personas: Some(vec![]), today: None, ..LintContext::default() },
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
fn a_silence_has_a_range_and_ends_with_the_attempt() {
    let found = |fields: Value| {
        let mut step = llm("a", "A", "x");
        step.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let report = lint(&definition(json!({"steps": [step]})), &LintContext::default(), None);
        report.findings.into_iter().map(|finding| (finding.pointer, finding.code, finding.severity)).collect::<Vec<_>>()
    };
    let at = |code: &str, severity| vec![("/steps/0/idle_timeout".to_owned(), code.to_owned(), severity)];
    assert_eq!(found(json!({"idle_timeout": 600})), []);
    assert_eq!(found(json!({"idle_timeout": 601})), at("idle_timeout_without_effect", Severity::Warning));
    assert_eq!(found(json!({"idle_timeout": 601, "timeout": 601})), []);
    assert_eq!(found(json!({"idle_timeout": 0})), at("idle_timeout_out_of_range", Severity::Error));
    let past = json!({"idle_timeout": MAX_TIMEOUT_SECONDS + 1, "timeout": MAX_TIMEOUT_SECONDS});
    assert_eq!(found(past), at("idle_timeout_out_of_range", Severity::Error));
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

#[test]
fn an_old_price_list_is_told_where_prices_matter() {
    let listed: chrono::NaiveDate = crate::catalog().prices_date.parse().unwrap();
    let at = |days: i64, providers: Option<&[&str]>, definition: &Definition| {
        let today = Some(listed + chrono::TimeDelta::days(days));
        let providers = providers.map(|all| all.iter().map(|&name| name.to_owned()).collect());
        let report =
            lint(definition, &LintContext { providers, personas: None, today, ..LintContext::default() }, None);
        assert!(report.valid);
        report.findings.into_iter().filter(|finding| finding.code == "old_prices").collect::<Vec<_>>()
    };
    let with = |step: Value| {
        let mut value = llm("a", "A", "x");
        value.as_object_mut().unwrap().extend(step.as_object().unwrap().clone());
        definition(json!({"steps": [value, llm("b", "B", "x")]}))
    };
    let paid = with(json!({"provider": "anthropic"}));
    assert_eq!(at(60, None, &paid), []);
    let [finding] = &at(61, None, &paid)[..] else { panic!("one finding, whatever the number of steps") };
    assert_eq!((finding.severity, finding.pointer.as_str()), (Severity::Warning, ""));
    assert!(finding.message.contains("61 days ago"), "{}", finding.message);
    for (told, providers, step) in [
        (0, None, json!({})),
        (0, Some(&["demo", "openai"][..]), json!({})),
        (1, Some(&["openai", "demo"]), json!({})),
        (1, None, json!({"model": "gpt-5.4-2099-12-31"})),
        (1, None, json!({"provider": "openai", "model": "gpt-nobody"})),
        (1, None, json!({"provider": "demo", "model": "demo", "fallbacks": [{"provider": "google", "model": "g"}]})),
        (0, None, json!({"provider": "openai_compatible", "model": "m", "fallbacks": [{"model": "demo-echo"}]})),
        (0, None, json!({"provider": "ollama", "model": "m"})),
        (0, None, json!({"provider": "openai", "enabled": false})),
    ] {
        assert_eq!(at(61, providers, &with(step.clone())).len(), told, "{providers:?} {step}");
    }
    assert_eq!(lint(&paid, &LintContext::default(), None).findings, [], "without a date, the age is not checked");
}

#[test]
fn what_a_model_is_known_not_to_take_is_told() {
    let step = |model: &str, own: Value| {
        let provider = crate::provider_of_model(model).unwrap();
        let mut step =
            json!({"id": "a", "label": "A", "type": "llm", "prompt": "x", "provider": provider, "model": model});
        step.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let report = lint(&definition(json!({"steps": [step]})), &LintContext::default(), None);
        assert!(report.valid, "the call is made without");
        report.findings.into_iter().map(|finding| finding.pointer).collect::<Vec<_>>()
    };
    let all = json!({"temperature": 0.5, "reasoning": "low", "output_schema": {"type": "object"}});
    assert_eq!(step("claude-sonnet-5-5", all.clone()), ["/steps/0/temperature"]);
    assert_eq!(step("gpt-4.1", all), ["/steps/0/reasoning"]);
    assert_eq!(step("gpt-4.1", json!({"output_schema": {"type": "array"}})), ["/steps/0/output_schema"]);
    assert_eq!(step("gemini-2.5-flash", json!({"output_schema": {"type": "array"}})), [""; 0]);
}

#[test]
fn names_and_lists_of_steps_have_their_lengths() {
    let (fits, long) = ("m".repeat(MAX_NAME_CHARS), "m".repeat(MAX_NAME_CHARS + 1));
    let found = |model: &str, shown: usize| {
        let mut step = llm("a", "A", "x");
        step["fallbacks"] = json!([{"provider": "ollama", "model": model}]);
        let shows = vec!["a"; shown];
        let review = json!({"id": "r", "label": "R", "type": "review", "shows": shows});
        let definition: Definition = serde_json::from_value(json!({"model": model, "steps": [step, review]})).unwrap();
        codes(&definition, None)
    };
    assert_eq!(found(&fits, MAX_STEPS), []);
    let too_long = |pointer: &str| (pointer.to_owned(), "name_too_long".to_owned());
    assert_eq!(found(&long, 1), [too_long("/model"), too_long("/steps/0/fallbacks/0/model")]);
    assert_eq!(found(&fits, MAX_STEPS + 1), [("/steps/1/shows".to_owned(), "too_many_shown".to_owned())]);
}
