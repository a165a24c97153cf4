use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::{Execution, StepRun, StepRunStatus};

use super::{Asked, Pair, Presence, Row, address, asked, input_rows, pairs, run_rows, steps_of};

fn step(id: &str, change: Value) -> StepRun {
    let mut step = json!({"path": id, "step_id": id.split('.').next().unwrap(), "label": id.to_uppercase(), "type": "llm", "status": "completed", "attempt": 1,
        "provider": "demo", "model": "demo-echo", "prompt": "Write", "content": "Text", "cost_usd": 0.0, "duration_ms": 1_000,
        "token_usage": {"input_tokens": 10, "output_tokens": 20, "cached_input_tokens": 0}, "error": null, "gate": null, "overridden": false});
    let Value::Object(change) = change else { panic!() };
    step.as_object_mut().unwrap().extend(change);
    serde_json::from_value(step).unwrap()
}

fn run(change: Value) -> Execution {
    let mut run = json!({"id": "execution-018f0000-0000-7000-8000-000000000001", "workflow_id": "brief", "workflow_version": 1, "temporal_workflow_id": null,
        "status": "completed", "input": {}, "error": null, "token_usage": {"input_tokens": 1_000, "output_tokens": 20, "cached_input_tokens": 0},
        "cost_usd": 0.5, "budget_usd": null, "yolo": false, "triggered_by": "Ada", "created_at": "2026-01-01T00:00:00Z",
        "duration_ms": 65_000, "on_hold": false, "steps": [], "steps_executed": ["a"], "last_seq": 9});
    let Value::Object(change) = change else { panic!() };
    run.as_object_mut().unwrap().extend(change);
    serde_json::from_value(run).unwrap()
}

fn matched(a: &[&str], b: &[&str]) -> Vec<String> {
    let steps = |ids: &[&str]| ids.iter().map(|id| step(id, json!({}))).collect();
    let side = |pair: &Pair| match pair.presence() {
        Presence::OnlyA => "<",
        Presence::OnlyB => ">",
        Presence::Differs => "~",
        Presence::Same => "",
    };
    pairs(steps(a), steps(b)).iter().map(|pair| format!("{}{}", side(pair), pair.path)).collect()
}

#[test]
fn steps_are_matched_by_path_in_their_order() {
    assert_eq!(matched(&["a", "b"], &["a", "b"]), ["a", "b"]);
    assert_eq!(matched(&["a", "c"], &["a", "b", "c", "d"]), ["a", ">b", "c", ">d"]);
    assert_eq!(matched(&["a", "b", "c"], &["c", "a"]), ["a", "<b", "c"]);
    assert_eq!(matched(&[], &["a"]), [">a"]);
    assert_eq!(matched(&["a"], &[]), ["<a"]);
}

#[test]
fn a_step_differs_in_what_it_did_and_not_in_what_it_took() {
    let presence = |change: Value| pairs(vec![step("a", json!({}))], vec![step("a", change)])[0].presence();
    assert_eq!(presence(json!({"cost_usd": 1.0, "duration_ms": 9, "attempt": 3})), Presence::Same);
    for change in [
        json!({"status": "failed"}),
        json!({"model": "demo-slow"}),
        json!({"prompt": "Rewrite"}),
        json!({"content": "Other"}),
        json!({"content": null, "output": {"a": 1}}),
        json!({"label": "Other"}),
        json!({"error": {"code": "internal", "message": "Away."}}),
    ] {
        assert_eq!(presence(change.clone()), Presence::Differs, "{change}");
    }
}

fn row<'a>(rows: &'a [Row], name: &str) -> (&'a str, &'a str) {
    let row = rows.iter().find(|row| row.name == name).unwrap();
    (&row.a, &row.b)
}

#[test]
fn facts_and_texts_have_both_sides() {
    let dear = step("a", json!({"cost_usd": 0.25, "attempt": 2, "output": {"b": [1]}, "content": null}));
    let pair = &pairs(vec![step("a", json!({}))], vec![dear])[0];
    let facts = pair.facts(|status| if status == StepRunStatus::Completed { "Done" } else { "Other" });
    assert_eq!(row(&facts, "State"), ("Done", "Done"));
    assert_eq!(row(&facts, "Model"), ("demo / demo-echo", "demo / demo-echo"));
    assert_eq!(row(&facts, "Cost"), ("", "$0.25"));
    assert_eq!(row(&facts, "Attempts"), ("", "2"));
    assert!(facts.iter().all(|row| row.name != "Tool"));
    assert_eq!(row(&pair.texts(), "Output"), ("Text", "{\n  \"b\": [\n    1\n  ]\n}"));
    let gone = &pairs(vec![step("a", json!({}))], Vec::new())[0];
    assert_eq!(row(&gone.texts(), "Prompt"), ("Write", ""));
}

#[test]
fn runs_are_compared_fact_by_fact() {
    let review = |ms: i64| step("check", json!({"type": "review", "duration_ms": ms}));
    let inside = step("fan.a.deep", json!({}));
    let a = run(json!({"steps": [step("a", json!({})), review(60_000), inside]}));
    let b = run(
        json!({"workflow_version": 2, "unpriced_calls": 1, "status": "paused", "duration_ms": null, "budget_usd": 2.0}),
    );
    let rows = run_rows(&a, &b);
    assert_eq!(row(&rows, "State"), ("Completed", "Waiting for you"));
    assert_eq!(row(&rows, "Version"), ("1", "2"));
    assert_eq!(row(&rows, "Cost"), ("$0.50", "at least $0.50"));
    assert_eq!(row(&rows, "Tokens"), ("1,000 in, 20 out", "1,000 in, 20 out"));
    assert_eq!(row(&rows, "Time"), ("1 min 5 s", ""));
    assert_eq!(row(&rows, "Time in reviews"), ("1 min", ""));
    assert_eq!(row(&rows, "Budget"), ("", "$2.00"));
    assert!(rows.iter().all(|row| row.name != "Error"));
    assert_eq!(steps_of(&a).len(), 2);
}

#[test]
fn inputs_are_compared_field_by_field() {
    let rows = input_rows(&json!({"idea": "Lamp", "count": 2}), &json!({"idea": "Lamp", "tone": "dry"}));
    assert_eq!(rows.len(), 3);
    assert!(!rows[0].differs());
    assert_eq!(
        (row(&rows, "Idea"), row(&rows, "Count"), row(&rows, "Tone")),
        (("Lamp", "Lamp"), ("2", ""), ("", "dry"))
    );
    assert_eq!(row(&input_rows(&json!("a"), &json!({"b": 1})), "Input"), ("a", "{\n  \"b\": 1\n}"));
    assert_eq!(input_rows(&json!(null), &json!("")), []);
}

#[test]
fn an_address_names_two_runs() {
    let id = |n: u8| format!("execution-018f0000-0000-7000-8000-00000000000{n}");
    let (one, two) = (id(1).parse().unwrap(), id(2).parse().unwrap());
    assert_eq!(asked(Some(&id(1)), Some(&id(2))), Asked::Two(one, two));
    assert_eq!(asked(Some(&id(1)), Some(&id(1))), Asked::Same(id(1).parse().unwrap()));
    for (a, b) in [
        (None, None::<String>),
        (Some(id(1)), None),
        (Some(id(1)), Some("x".into())),
        (Some(String::new()), Some("<b>".into())),
    ] {
        assert_eq!(asked(a.as_deref(), b.as_deref()), Asked::Incomplete);
    }
    let expected = format!("/runs/compare?a={}&b={}", id(1), id(2));
    assert_eq!(address(&id(2).parse().unwrap(), &id(1).parse().unwrap()), expected);
}

proptest! {
    #[test]
    fn every_step_of_both_runs_is_there_once(a in prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 0..6).prop_shuffle(), b in prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "g"], 0..6).prop_shuffle()) {
        let steps = |ids: &[&str]| ids.iter().map(|id| step(id, json!({}))).collect::<Vec<_>>();
        let all = pairs(steps(&a), steps(&b));
        let side = |of: fn(&Pair) -> bool| -> Vec<String> {
            let mut ids: Vec<String> = all.iter().filter(|pair| of(pair)).map(|pair| pair.path.to_string()).collect();
            ids.sort();
            ids
        };
        let sorted = |ids: &[&str]| { let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect(); ids.sort(); ids };
        prop_assert_eq!(side(|pair| pair.a.is_some()), sorted(&a));
        prop_assert_eq!(side(|pair| pair.b.is_some()), sorted(&b));
    }
}
