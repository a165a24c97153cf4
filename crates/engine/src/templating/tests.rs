//! Results and limits of templates.

use serde_json::{Value, json};
use sluice_types::{Definition, Index, Place, StepPath, StepRun, StepRunStatus};

use super::*;
use crate::machine::pending_run;

/// Fills a template in with this input.
fn fill_with(input: &Value, source: &str) -> Result<String, String> {
    let definition: Definition = serde_json::from_value(json!({"context": {"TONE": "dry"}, "steps": [
        {"id": "idea", "label": "Idea Generation", "type": "llm", "prompt": "x"},
        {"id": "data", "label": "Data", "type": "llm", "prompt": "x"},
        {"id": "late", "label": "Late", "type": "llm", "prompt": "x"},
    ]}))
    .unwrap();
    let done = |at: usize, output: Value| StepRun {
        status: StepRunStatus::Completed,
        content: Some(text_of(&output)),
        output: Some(output),
        ..pending_run(&StepPath::top(&definition.steps[at].id), &definition.steps[at])
    };
    let runs = [done(0, json!("a <b> idea")), done(1, json!({"title": "T", "items": [1, 2], "alpha": null}))];
    let run_of = |place: &Place| runs.iter().find(|run| run.step_id == place.step.id);
    let index = Index::of(&definition);
    Scope::new(&index, &definition.context, input, &run_of).fill("prompt", source).map_err(|error| error.message)
}

fn fill(source: &str) -> Result<String, String> {
    let input = json!({"topic": "tea", "user_input": "make tea", "größe": "XL", "名前": "Aki", "user-name": "u", "yes": true,
        "nothing_yet": null, "list": ["b", "a", "c"], "rows": [{"z": 1, "a": "x"}, {"z": 2, "a": "y"}]});
    fill_with(&input, source)
}

#[test]
fn all_spellings_are_filled_in_without_escaping() {
    for source in [
        "{{steps.Idea Generation.content}}",
        "{{ steps[\"Idea Generation\"].content }}",
        "${steps.idea.output}",
        "{{steps.idea.content}}",
        "{{\u{a0}steps.idea.content\u{a0}}}",
    ] {
        assert_eq!(fill(source).as_deref(), Ok("a <b> idea"), "{source}");
    }
    assert_eq!(fill("${user_input} ${context.TONE} {{input.topic}}").as_deref(), Ok("make tea dry tea"));
    assert_eq!(fill("{{input.größe}} {{ input.名前 }} {{input[\"user-name\"]}}").as_deref(), Ok("XL Aki u"));
    assert_eq!(fill("plain").as_deref(), Ok("plain"));
}

#[test]
fn json_outputs_have_fields_in_their_order() {
    assert_eq!(
        fill("{{steps.Data.title}} {% for i in steps.Data.items %}[{{i}}]{% endfor %}").as_deref(),
        Ok("T [1][2]")
    );
    let whole = r#"{"title":"T","items":[1,2],"alpha":null}"#;
    assert_eq!(fill("{{steps.Data.content}}").as_deref(), Ok(whole));
    assert_eq!(fill("{{steps.Data.output}}").as_deref(), Ok(whole));
    assert_eq!(fill("{{ input.rows }}").as_deref(), Ok(r#"[{"z":1,"a":"x"},{"z":2,"a":"y"}]"#));
}

#[test]
fn values_read_as_json() {
    assert_eq!(
        fill("{{input.yes}} {{input.nothing_yet}} {{ none }} {{ not true }}").as_deref(),
        Ok("true null null false")
    );
    assert_eq!(fill("{{ input.yes ~ input.nothing_yet ~ 1 ~ 1.5 }}").as_deref(), Ok("truenull11.5"));
    assert_eq!(fill("{{ input.rows | join(';') }}").as_deref(), Ok(r#"{"z":1,"a":"x"};{"z":2,"a":"y"}"#));
    assert_eq!(fill("{{ steps.Idea Generation.content | tojson }}").as_deref(), Ok("\"a <b> idea\""));
    assert_eq!(fill("{{ input.list | tojson(indent=1) }}").as_deref(), Ok("[\n \"b\",\n \"a\",\n \"c\"\n]"));
    // A run without an input has an empty one.
    assert_eq!(fill_with(&Value::Null, "[{{input}}${user_input}]").as_deref(), Ok("[]"));
    assert!(fill_with(&Value::Null, "{{input.topic}}").is_err());
}

#[test]
fn filters_operators_and_statements_do_what_they_did() {
    for (source, expected) in [
        ("{{ input.list | sort | join(', ') }}", "a, b, c"),
        ("{{ input.rows | map(attribute='a') | join('+') | upper }}", "X+Y"),
        ("{{ input.rows | selectattr('z', 'gt', 1) | length }}", "1"),
        ("{{ input.list | reverse | first }}{{ input.list[-1] }}{{ input.list[1:] | join }}", "ccac"),
        ("{{ input.topic[1:] }}{{ input.topic[::-1] }}{{ 'ea' in input.topic }}", "eaaettrue"),
        ("{{ '=' * 5 }}{{ 2 * 3 }} {{ 1.5 * 2 }} {{ 7 // 2 }} {{ 2 ** 10 }} {{ -3 }}", "=====6 3.0 3 1024 -3"),
        ("{{ ([1, 2] + [3]) | sum }}{{ 'a' + 'b' }}{{ 1 + 2 }}", "6ab3"),
        ("{% set x %}<{{ input.topic }}>{% endset %}{{ x }}{{ x | length }}", "<tea>5"),
        ("{% filter upper %}a{{ input.topic }}{% endfilter %}", "ATEA"),
        ("{% for a, b in {'k': 'v'} | items %}{{ loop.index }}{{ a }}{{ b }}{% endfor %}", "1kv"),
        ("{% for i in range(4) if i is odd %}{{ loop.cycle('x', 'y') }}{{ i }}{% else %}none{% endfor %}", "x1y3"),
        ("{% with a = 1 %}{{ a if a == 1 else 2 }}{{ 'no' if false }}{% endwith %}", "1"),
        ("{{ 'a,b' | split(',') | last }}{{ 'x' | replace('x', 'y') }}{{ 'a\nb' | indent(2) }}", "bya\n  b"),
        ("{{ '%.2f' | format(1.234) }}{{ 3.14159 | round(1) }}{{ '5' | int + 1 }}", "1.233.16"),
        ("{{ [1, 2, 3] | batch(2) }}{{ [3, 1] | max }}{{ [1, 1] | unique }}", "[[1,2],[3]]3[1]"),
        ("{% for g in input.rows | groupby('a') %}{{ g.grouper }}{{ g.list | length }}{% endfor %}", "x1y1"),
        ("{% if 1 < 2 < 3 and not input.nope %}yes{% elif true %}no{% endif %}", "yes"),
        ("{{ 10 - 2 - 3 }}{{ not not true }}{{ 1 and 2 and 3 }}{{ none or '' or 'x' }}{{ - (1 - 3) }}", "5true3x2"),
        ("{{ {'b': 1, 'a': [true, none]} }}", r#"{"b":1,"a":[true,null]}"#),
        ("{{ ['ö', 'Z', 'a'] | sort | join }}{{ 'ÄÖ' | lower }}", "aZöäö"),
    ] {
        assert_eq!(fill(source).as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn what_is_missing_is_an_error_that_says_where() {
    assert!(fill("{{steps.Late.content}}").unwrap_err().starts_with("`prompt`: line 1: undefined value"));
    assert!(fill("\n{{input.nothing}}").unwrap_err().starts_with("`prompt`: line 2: undefined value"));
    assert!(fill("{{input.nothing ~ 'x'}}").unwrap_err().contains("undefined"));
    assert!(fill("{{input.nothing | upper}}").unwrap_err().contains("undefined"));
    assert_eq!(fill("{{ input.nothing | default('x') }}{% if input.nothing %}y{% endif %}").as_deref(), Ok("x"));
}

#[test]
fn a_step_without_an_output_can_be_done_without() {
    for (source, expected) in [
        ("[{{steps.Late.content | default('none')}}]", "[none]"),
        ("{{steps.Late.score | default(0) + 1}}{{steps.Late.content | d('-')}}", "1-"),
        ("{% for i in steps.Late.items | default([]) %}x{% endfor %}{{steps.Late.content is defined}}", "false"),
        ("{% if steps.Late.content %}x{% else %}y{% endif %}", "y"),
        ("{{steps.Late | default('none')}}{% if steps.Late %}{{steps.Late.content}}{% endif %}", "none"),
        ("{{steps.Late is defined}}", "false"),
        ("{{steps.Data.nothing | default('none')}}", "none"),
    ] {
        assert_eq!(fill(source).as_deref(), Ok(expected), "{source}");
    }
    assert!(fill("{{steps.Late.content}}{{steps.Late.content | default('x')}}").unwrap_err().contains("undefined"));
}

#[test]
fn what_cannot_be_bounded_is_refused_by_name() {
    for (source, message) in [
        ("{% set ns = namespace(a=1) %}", "line 1: there is no function `namespace`"),
        ("\n{{ dict(a=1) }}", "line 2: there is no function `dict`"),
        ("{% set a.b = 1 %}", "only names can be set"),
        ("{{ 'a'.upper() }}", "values have no methods: write a filter"),
        ("{{ loop.cycle() }}", "values have no methods"),
        ("{% for a in [1] recursive %}{{ loop([2]) }}{% endfor %}", "`recursive` loops are not available"),
        ("{% autoescape true %}{% endautoescape %}", "`autoescape` is not available"),
        ("{{ [1] | join(*[2]) }}", "arguments cannot be unpacked"),
        ("{% include 'x' %}", "unknown statement include"),
        ("{% macro a() %}{% endmacro %}", "unknown statement macro"),
        ("{{ 1 | pprint }}", "unknown filter"),
        ("{{ range }}{{ [range] }}", "a function is not a value"),
        ("{{ '%100d' | format(1) }}", "at most two digits"),
        ("{{ ['a'] | sum(start='') }}", "`sum` adds up numbers"),
    ] {
        let error = fill(source).unwrap_err();
        assert!(error.contains(message), "{source}: {error}");
    }
}

#[test]
fn endless_work_is_stopped() {
    let error = fill("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}").unwrap_err();
    assert!(error.contains("more than 100000 steps"), "{error}");
}

#[test]
fn a_template_that_inserts_little_is_quick() {
    let definition: Definition = serde_json::from_value(json!({"context": {"TONE": "dry"}, "steps": [
        {"id": "idea", "label": "Idea", "type": "llm", "prompt": "x"},
    ]}))
    .unwrap();
    let idea = &definition.steps[0];
    let run = StepRun {
        status: StepRunStatus::Completed,
        output: Some(json!("i".repeat(1_000))),
        ..pending_run(&StepPath::top(&idea.id), idea)
    };
    let run_of = |_: &Place| Some(&run);
    let (index, input) = (Index::of(&definition), json!({"topic": "tea"}));
    let scope = Scope::new(&index, &definition.context, &input, &run_of);
    let quick = |source: &str, mut room: usize| {
        let filled = scope.fill_if_quick("prompt", source, &mut room)?;
        Some((filled.map_err(|error| error.message), room))
    };
    assert_eq!(quick("plain", 5), Some((Ok("plain".into()), 0)));
    assert_eq!(quick("plain", 4), None);
    let source = "{{steps.Idea.content}}";
    // The input and the context count for each expression: 32 bytes for each value, 12 of text.
    let bytes = source.len() + 3 * 32 + "topicTONEtea".len() + "dry".len() + 32 + 1_000;
    assert_eq!(quick(source, bytes), Some((Ok("i".repeat(1_000)), 0)));
    assert_eq!(quick(source, bytes - 1), None);
    assert_eq!(quick("{{ input.topic | upper }}", 10_000), None, "it computes");
    assert_eq!(quick("{{ input }}{% for a in range(9) %}{% endfor %}", 10_000), None, "it computes");
    assert_eq!(quick(&format!("{{{{ input{} }}}}", "[0]".repeat(100)), 10_000), None, "it is nested deep");
    assert!(quick("{{ input. }}", 10_000).unwrap().0.unwrap_err().starts_with("`prompt`: line 1"));
}
