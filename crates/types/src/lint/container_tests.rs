//! Tables of findings about containers.

use serde_json::{Value, json};

use super::*;
use crate::edit::{Edit, apply};
use crate::limits::{
    MAX_CASES, MAX_CONCURRENCY, MAX_EXPRESSION_BYTES, MAX_ITERATIONS, MAX_NESTING, MAX_PARALLEL_BRANCHES,
};

fn definition(steps: &Value) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

fn findings(steps: &Value) -> Vec<String> {
    let report = lint(&definition(steps), &LintContext::default(), None);
    report.findings.into_iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect()
}

fn note(label: &str) -> Value {
    json!({"label": label, "type": "llm", "prompt": "x"})
}

fn asks(label: &str, prompt: &str) -> Value {
    json!({"label": label, "type": "llm", "prompt": prompt})
}

fn case(name: &str, when: &str, steps: &Value) -> Value {
    json!({"name": name, "when": when, "steps": steps})
}

fn route(cases: &Value) -> Value {
    json!({"label": "Route", "type": "conditional", "cases": cases})
}

fn looped(until: &str, steps: &Value) -> Value {
    json!({"label": "Polish", "type": "loop", "until": until, "max_iterations": 3, "steps": steps})
}

fn each(items: &str, steps: &Value) -> Value {
    json!({"label": "Each", "type": "parallel", "for_each": items, "steps": steps})
}

/// The definition after the only fix that the lint proposes.
fn fixed(steps: &Value) -> Definition {
    let before = definition(steps);
    let report = lint(&before, &LintContext::default(), None);
    let [fix] = &report.findings.iter().filter_map(|finding| finding.fix.clone()).collect::<Vec<_>>()[..] else {
        panic!("{report:?}")
    };
    apply(&before, Edit::ApplyFix(fix.clone())).unwrap().definition
}

fn is_sound(definition: &Definition) -> bool {
    lint(definition, &LintContext::default(), None).findings.is_empty()
}

#[test]
fn sound_containers_have_no_finding() {
    let critic = json!({"label": "Critic", "type": "llm", "prompt": "{{ steps.Text.content }} {{ iteration }}",
        "output_schema": {"type": "object", "properties": {"ok": {"type": "boolean"}, "points": {"type": "array"}}}});
    let text = asks("Text", "{{ previous }} {{ steps.Polish.iteration }} {{ item.name }} {{ steps.Each.index }}");
    let polish = looped("steps.Critic.ok or iteration > 2", &json!([text, critic]));
    let steps = json!([
        note("First"),
        route(&json!([case("big", "input.size > 3", &json!([asks("Big", "{{ steps.First.content }}")])), case("none", "input.size < 1", &json!([]))])),
        asks("Told", "{{ steps.Route.case }} {{ steps.Route.content }}"),
        each("input.parts", &json!([polish, asks("Done", "{{ steps.Polish.iterations }} {{ item }}")])),
        asks("All", "{% for item in steps.Each.output %}{{ item }}{% endfor %}{{ steps.Each.errors }}"),
        {"label": "Fan", "type": "parallel", "branches": [{"name": "eu", "steps": [note("Paris")]}, {"name": "us", "steps": [note("Boston")]}]},
        asks("Merged", "{{ steps.Fan.eu }} {{ steps.Fan.output.us }}"),
    ]);
    assert_eq!(findings(&steps), Vec::<String>::new());
}

#[test]
fn the_structure_of_containers_is_checked() {
    let branch = |name: &str, steps: Value| json!({"name": name, "steps": steps});
    let parallel = |fields: Value| {
        let mut step = json!({"label": "Fan", "type": "parallel"});
        step.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!([step])
    };
    for (steps, expected) in [
        (parallel(json!({})), vec!["/steps/0 no_branches"]),
        (parallel(json!({"branches": [], "steps": []})), vec!["/steps/0 no_branches"]),
        (parallel(json!({"branches": [branch("a", json!([]))]})), vec!["/steps/0/branches/0/steps no_steps_inside"]),
        (
            parallel(json!({"branches": [branch("a", json!([note("A")]))], "for_each": "input.a"})),
            vec!["/steps/0/for_each branches_and_for_each"],
        ),
        (
            parallel(json!({"branches": [branch("a", json!([note("A")]))], "steps": [note("B")]})),
            vec!["/steps/0/steps branches_and_for_each"],
        ),
        (parallel(json!({"steps": [note("B")]})), vec!["/steps/0/for_each missing_for_each"]),
        (
            parallel(json!({"for_each": " ", "steps": []})),
            vec!["/steps/0/for_each missing_for_each", "/steps/0/steps no_steps_inside"],
        ),
        (
            parallel(json!({"branches": [branch("a", json!([note("A")])), branch("a", json!([note("B")]))]})),
            vec!["/steps/0/branches/1/name duplicate_name"],
        ),
        (
            parallel(json!({"for_each": "input.a", "steps": [note("B")], "max_concurrency": 0})),
            vec!["/steps/0/max_concurrency max_concurrency_out_of_range"],
        ),
        (json!([route(&json!([]))]), vec!["/steps/0/cases no_cases"]),
        (json!([route(&json!([{"name": "a"}]))]), vec!["/steps/0/cases/0/when missing_when"]),
        (
            json!([route(&json!([case("otherwise", "input.a", &json!([note("A")]))]))]),
            vec!["/steps/0/cases/0/name reserved_name"],
        ),
        (
            json!([{"label": "L", "type": "loop"}]),
            vec![
                "/steps/0/steps no_steps_inside",
                "/steps/0/until missing_until",
                "/steps/0/max_iterations missing_max_iterations",
            ],
        ),
        (
            json!([route(&json!([{"name": "a", "when": "input.a", "entry_step": "gone", "next": "inside", "steps": [
                {"id": "inside", "label": "Inside", "type": "review", "next": "route"}]}]))]),
            vec![
                "/steps/0/cases/0/entry_step unknown_entry_step",
                "/steps/0/cases/0/next unknown_next",
                "/steps/0/cases/0/steps/0/next unknown_next",
                "/steps/0/cases/0/steps/0/shows nothing_to_review",
            ],
        ),
    ] {
        assert_eq!(findings(&steps), expected, "{steps}");
    }
}

#[test]
fn containers_have_limits() {
    let nested = |levels: usize| {
        let wrap = |inner: Value, at: usize| {
            let mut step = route(&json!([case("a", "input.a", &json!([inner]))]));
            step["label"] = format!("L{at}").into();
            step
        };
        (0..levels).fold(note("Leaf"), wrap)
    };
    assert_eq!(findings(&json!([nested(MAX_NESTING)])), Vec::<String>::new());
    let deep = "/cases/0/steps/0".repeat(MAX_NESTING);
    assert_eq!(findings(&json!([nested(MAX_NESTING + 2)])), [format!("/steps/0{deep} too_deep")]);
    let branches = |count: usize| {
        let branches: Vec<Value> =
            (0..count).map(|n| json!({"name": format!("b{n}"), "steps": [note(&format!("S{n}"))]})).collect();
        json!([{"label": "Fan", "type": "parallel", "branches": branches}])
    };
    assert_eq!(findings(&branches(MAX_PARALLEL_BRANCHES)), Vec::<String>::new());
    assert_eq!(findings(&branches(MAX_PARALLEL_BRANCHES + 1)), ["/steps/0/branches too_many_branches"]);
    let cases = |count: usize| {
        let cases: Vec<Value> =
            (0..count).map(|n| case(&format!("c{n}"), &format!("input.a == {n}"), &json!([]))).collect();
        json!([route(&json!(cases))])
    };
    assert_eq!(findings(&cases(MAX_CASES)), Vec::<String>::new());
    assert_eq!(findings(&cases(MAX_CASES + 1)), ["/steps/0/cases too_many_cases"]);
    let rounds = |count: u32| {
        let mut step = looped("iteration > 1", &json!([note("A")]));
        step["max_iterations"] = count.into();
        json!([step])
    };
    assert_eq!(findings(&rounds(MAX_ITERATIONS)), Vec::<String>::new());
    assert_eq!(findings(&rounds(MAX_ITERATIONS + 1)), ["/steps/0/max_iterations max_iterations_out_of_range"]);
    let at_once = |count: u32| {
        let mut step = each("input.a", &json!([note("A")]));
        step["max_concurrency"] = count.into();
        json!([step])
    };
    assert_eq!(findings(&at_once(MAX_CONCURRENCY)), Vec::<String>::new());
    assert_eq!(findings(&at_once(MAX_CONCURRENCY + 1)), ["/steps/0/max_concurrency max_concurrency_out_of_range"]);
    let long = |bytes: usize| json!([each(&format!("input.{}", "a".repeat(bytes - 6)), &json!([note("A")]))]);
    assert_eq!(findings(&long(MAX_EXPRESSION_BYTES)), Vec::<String>::new());
    assert_eq!(findings(&long(MAX_EXPRESSION_BYTES + 1)), ["/steps/0/for_each expression_too_long"]);
}

#[test]
fn paths_of_step_runs_fit() {
    // Five containers, whose segments are 100 and 4 bytes with two dots, and the step: 530 + 100 and more.
    let nested = |levels: usize, last: usize| {
        let id = |letter: char, length: usize| letter.to_string().repeat(length);
        let leaf = json!({"id": id('z', last), "label": "Leaf", "type": "review", "instructions": "x"});
        let wrap = |inner: Value, at: usize| {
            let letter = char::from(b'a' + u8::try_from(at).unwrap());
            json!({"id": id(letter, 100), "label": format!("L{at}"), "type": "loop", "until": "iteration > 1",
                "max_iterations": 2, "steps": [inner]})
        };
        let steps = json!([(0..levels).fold(leaf, wrap)]);
        findings(&steps).into_iter().filter(|finding| finding.ends_with("path_too_long")).count()
    };
    // 8 * 106 = 848 bytes of containers.
    assert_eq!((nested(8, 100), nested(9, 46), nested(9, 47)), (0, 0, 1));
}

#[test]
fn names_follow_the_scope_rule() {
    let inside = |prompt: &str| {
        json!([
            note("First"),
            route(&json!([{"name": "big", "when": "input.a", "next": "last", "steps": [note("Big")]}])),
            note("Skipped"),
            {"id": "last", "label": "Last", "type": "llm", "prompt": prompt},
        ])
    };
    for (prompt, expected) in [
        ("{{ steps.Big.content }}", vec!["/steps/3/prompt hidden_reference"]),
        ("{{ steps.Route.content }} {{ steps.Route.case }}", vec![]),
        ("{{ steps.Skipped.content }}", vec!["/steps/3/prompt may_be_skipped"]),
        ("{{ steps.Skipped.content | default('') }}", vec![]),
        ("{{ item }}", vec!["/steps/3/prompt name_outside_container"]),
        ("{{ previous }}", vec!["/steps/3/prompt name_outside_container"]),
        ("{% for item in input.a %}{{ item }}{% endfor %}", vec![]),
    ] {
        assert_eq!(findings(&inside(prompt)), expected, "{prompt}");
    }
    let mended = fixed(&inside("{{ steps.Big.content }}"));
    assert_eq!(mended.steps[3].templates()[0].1, "{{ steps.Route.content }}");
    assert!(is_sound(&mended));
    for (steps, expected) in [
        (
            json!([each("input.a", &json!([asks("A", "{{ steps.Each.content }}")]))]),
            "/steps/0/steps/0/prompt container_reference",
        ),
        (
            json!([each("input.a", &json!([asks("A", "{{ steps.Each.iteration }}")]))]),
            "/steps/0/steps/0/prompt container_reference",
        ),
        (
            json!([each("input.a", &json!([asks("A", "{{ steps.B.content }}"), note("B")]))]),
            "/steps/0/steps/0/prompt forward_reference",
        ),
        (json!([each("item", &json!([note("A")]))]), "/steps/0/for_each name_outside_container"),
        (json!([each("steps.A.output", &json!([note("A")]))]), "/steps/0/for_each hidden_reference"),
        (
            json!([each("input.a", &json!([note("A")])), asks("B", "{{ steps.Each.titles }}")]),
            "/steps/1/prompt unknown_field",
        ),
        (
            json!([each("input.a |", &json!([note("A")])), asks("B", "{{ steps.A.content }}")]),
            "/steps/1/prompt hidden_reference",
        ),
    ] {
        assert_eq!(findings(&steps), [expected], "{steps}");
    }
}

#[test]
fn conditions_that_never_change_are_told() {
    for (until, expected) in [
        ("input.done", vec!["/steps/1/until until_never_changes"]),
        ("true", vec!["/steps/1/until until_never_changes"]),
        ("steps.Before.content == 'x'", vec!["/steps/1/until until_never_changes"]),
        ("steps.Draft.content == 'x'", vec![]),
        ("iteration >= input.rounds", vec![]),
        ("steps.Draft.content == previous", vec![]),
        ("steps.Polish.iteration > 2", vec![]),
        ("steps.Draft.content", vec!["/steps/1/until not_a_condition"]),
        ("{{ iteration > 2 }}", vec!["/steps/1/until expression_in_braces"]),
    ] {
        let steps = json!([note("Before"), looped(until, &json!([note("Draft")]))]);
        assert_eq!(findings(&steps), expected, "{until}");
    }
    let mended = fixed(&json!([looped("{{ iteration > 2 }}", &json!([note("Draft")]))]));
    assert_eq!(mended.steps[0].expressions()[0].source, "iteration > 2");
    let mended = fixed(&json!([{"label": "L", "type": "loop", "until": "iteration > 1", "steps": [note("A")]}]));
    assert!(is_sound(&mended));
}

#[test]
fn cases_that_are_never_taken_are_told() {
    let with = |whens: &[&str], otherwise: bool| {
        let cases: Vec<Value> =
            whens.iter().enumerate().map(|(at, when)| case(&format!("c{at}"), when, &json!([]))).collect();
        let mut step = route(&json!(cases));
        if otherwise {
            step["otherwise"] = json!({"steps": []});
        }
        findings(&json!([note("A"), step]))
    };
    assert_eq!(with(&["input.a", "input.b"], true), Vec::<String>::new());
    assert_eq!(with(&["input.a", " input.a "], true), ["/steps/1/cases/1 unreachable_case"]);
    assert_eq!(
        with(&["input.a", "true", "input.b"], true),
        ["/steps/1/cases/2 unreachable_case", "/steps/1/otherwise unreachable_case"]
    );
    assert_eq!(with(&["false"], false), ["/steps/1/cases/0 unreachable_case"]);
    assert_eq!(with(&["steps.A.content"], false), ["/steps/1/cases/0/when not_a_condition"]);
}

#[test]
fn items_are_a_list() {
    let schema = json!({"type": "object", "properties": {"list": {"type": "array"}, "text": {"type": "string"}}});
    let over = |items: &str| {
        let data = json!({"label": "Data", "type": "llm", "prompt": "x", "output_schema": schema});
        json!([note("Text"), data, each(items, &json!([note("A")]))])
    };
    for (items, wrong) in [
        ("steps.Text.content", true),
        ("steps.Text.output", true),
        ("steps.Text.content | lines", false),
        ("steps.Data.output", true),
        ("steps.Data.list", false),
        ("steps.Data.text", true),
        ("steps.Data", true),
        ("input.parts", false),
    ] {
        let expected: &[&str] = if wrong { &["/steps/2/for_each for_each_no_list"] } else { &[] };
        assert_eq!(findings(&over(items)), expected, "{items}");
    }
    assert!(is_sound(&fixed(&over("steps.Text.content"))));
}
