//! Templates that mean harm. Each must end with a text within its limit or with an error, and none may
//! take more memory than a child process of this test has.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::limits::{MAX_FILLED_BYTES, MAX_PROMPT_BYTES};
use sluice_types::{Definition, Index, Place};

use super::*;

static INPUT: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "text": "word ".repeat(20_000), "lines": "a\n".repeat(50_000), "list": vec!["x"; 10_000],
        "numbers": (0..10_000).collect::<Vec<_>>(), "map": {"k": "v".repeat(100_000)}, "deep": deep(120),
    })
});

fn fill(source: &str) -> Result<String, String> {
    let (index, context) = (Index::default(), BTreeMap::new());
    Scope::new(&index, &context, &INPUT, &|_| None).fill("prompt", source).map_err(|error| error.message)
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(json!("x"), |inner, _| json!([inner]))
}

/// Renders a template; the result is within the limit.
fn attack(source: &str) -> Result<String, String> {
    let filled = fill(source);
    assert!(filled.as_ref().map_or_else(String::len, String::len) <= MAX_FILLED_BYTES);
    filled
}

#[test]
fn texts_do_not_grow_without_bound() {
    let doubled = |first: &str, step: &str| {
        let steps: String = (0..60).map(|_| step).collect();
        format!("{{% set a = {first} %}}{steps}{{{{ a | length }}}}")
    };
    let sets = |first: &str, next: &str| doubled(first, &format!("{{% set a = {next} %}}"));
    for source in [
        r#"{% set a = "x" * 100000000 %}{% set b = a~a~a~a~a~a~a~a %}{% set c = b~b~b~b~b~b~b~b %}{{ c|length }}"#
            .to_owned(),
        r#"{{ "x" * 100000000 }}"#.to_owned(),
        r#"{{ ("x" * 30000000) ~ ("y" * 30000000) }}"#.to_owned(),
        r#"{{ 3000000000 * "x" }}"#.to_owned(),
        sets("'x'", "a ~ a"),
        sets("'x'", "a + a"),
        sets("'x'", "a * 2"),
        sets("[1]", "a + a"),
        sets("[1]", "[a, a]"),
        sets("[1]", "(a, a)"),
        sets("[1]", "{'a': a, 'b': a}"),
        sets("[1, 2]", "a | map('string') | list + a"),
        sets("'xx'", "a | replace('x', 'xx')"),
        sets("'xx'", "a | replace('', a)"),
        sets("'x\ny'", "(a ~ a) | indent(40)"),
        sets("'x'", "[a, a] | join(a)"),
        sets("'x'", "'%s%s' | format(a, a)"),
        sets("'x'", "[a, a] | tojson(indent=8)"),
        sets("'<'", "a | tojson | tojson | tojson"),
        sets("['x', 'y']", "a | batch(1) | list + a"),
        doubled("'x'", "{% set a %}{{ a }}{{ a }}{% endset %}"),
        doubled("'x'", "{% set a %}{% filter upper %}{{ a }}{{ a }}{% endfilter %}{% endset %}"),
        "{{ input.text | replace('', input.text) }}".to_owned(),
        "{{ input.list | replace('', input.text) }}".to_owned(),
        "{{ input.text | replace('', input.list) }}".to_owned(),
        "{{ input.list | join(input.text) }}".to_owned(),
        "{{ input.lines | indent(1000000) }}".to_owned(),
        "{{ 'a' | indent(4000000000) }}".to_owned(),
        "{{ 'a' | indent(width=4000000000, first=true) }}".to_owned(),
        "{{ [1] | batch(4000000000, 'x') }}".to_owned(),
        "{{ [1] | slice(4000000000) }}".to_owned(),
        "{{ [1] | tojson(4000000000) }}".to_owned(),
        "{{ '%4000000000d' | format(1) }}".to_owned(),
        "{{ '%.4000000000f' | format(1) }}".to_owned(),
        "{{ '%*d' | format(4000000000, 1) }}".to_owned(),
        "{{ ['a'] | map('indent', 4000000000) | list }}".to_owned(),
        "{{ [input.text] | map('replace', '', input.text) | list }}".to_owned(),
        "{{ ['%4000000000d'] | map('format', 1) | list }}".to_owned(),
        format!("{{{{ '{}' | format(a=input.text) }}}}", "%(a)s".repeat(1_000)),
        "{{ range(1000000000) }}".to_owned(),
        "{{ range(0, 100000) | list | map('string') | join(input.text) }}".to_owned(),
    ] {
        assert!(attack(&source).is_err(), "{}", &source[..source.len().min(200)]);
    }
}

#[test]
fn work_without_a_result_is_paid_for() {
    let in_loop = |body: &str| format!("{{% for i in range(90000) %}}{{% set x = {body} %}}{{% endfor %}}");
    for source in [
        in_loop("input.text == input.text"),
        in_loop("input.text < input.text"),
        in_loop("'no such word' in input.text"),
        in_loop("'no' in input.list"),
        in_loop("input.list == input.list"),
        in_loop("1 < 2 < input.numbers"),
        in_loop("input.text is startingwith(input.text)"),
        in_loop("input.text[99999]"),
        in_loop("input.text[-1:]"),
        in_loop("input[input.text]"),
        in_loop("input.text | length"),
        in_loop("input.list | sort | first"),
        in_loop("input.list | select('eq', 'y') | list"),
        in_loop("input.list | map('upper') | first"),
        in_loop("input.text | trim(input.text)"),
        in_loop("input.numbers | sum"),
        in_loop("input.numbers | max"),
        in_loop("input.text | int(0)"),
        in_loop("(range(100000) | list)[99999]"),
        "{{ input.text | trim(input.text) }}".repeat(50),
        format!("{{{{ input.list | map({}) | list }}}}", ["'default'"; 400].join(", ")),
        "{% for a in range(90000) %}{% for b in input.list %}{% endfor %}{% endfor %}".to_owned(),
        "{% for a in range(90000) %}{% for b in input.list if false %}{% endfor %}{% endfor %}".to_owned(),
        format!("{{% for a in range(90000) %}}{}{{% endfor %}}", "x".repeat(1_000)),
        format!("{{% for a in range(90000) %}}{{% set b %}}{}{{% endset %}}{{% endfor %}}", "x".repeat(1_000)),
        format!("{{% for a in range(90000) %}}{{{{ input.{} }}}}{{% endfor %}}", "n".repeat(500_000)),
    ] {
        assert!(attack(&source).is_err(), "{}", &source[..source.len().min(200)]);
    }
}

#[test]
fn deep_templates_do_not_overflow_the_stack() {
    let nested = |open: &str, inner: &str, close: &str, levels: usize| {
        format!("{{{{ {}{inner}{} }}}}", open.repeat(levels), close.repeat(levels))
    };
    for levels in [20, 40, 70, 140, 490, 980, 100_000] {
        for source in [
            nested("(", "1", ")", levels),
            nested("[", "1", "]", levels),
            nested("{1:", "1", "}", levels),
            nested("not ", "1", "", levels),
            nested("-", "1", "", levels),
            nested("", "1", " ~ 1", levels),
            nested("", "1", " ** 1", levels),
            nested("", "input.map.k and input.list", " and 1", levels),
            nested("", "1", " == 1", levels),
            nested("", "1", " is defined", levels),
            nested("", "1", " | string", levels),
            nested("", "input", ".a", levels),
            nested("", "input", "[0]", levels),
            nested("", "input", "[:]", levels),
            nested("", "1", " if 1 else 1", levels),
            nested("", "1", " and 1", levels),
            nested("", "range", "()", levels),
            nested("range(", "1", ")", levels),
            nested("input[", "1", "]", levels),
            nested("1 | default(", "1", ")", levels),
            format!("{}x{}", "{% if 1 %}".repeat(levels), "{% endif %}".repeat(levels)),
            format!("{}x{}", "{% for a in [1] %}".repeat(levels), "{% endfor %}".repeat(levels)),
            format!("{}x{}", "{% with a = 1 %}".repeat(levels), "{% endwith %}".repeat(levels)),
            format!("{}x{}", "{% set a %}".repeat(levels), "{% endset %}".repeat(levels)),
            format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(levels)),
            format!("{{% set a = [1] %}}{}{{{{ a }}}}", "{% set a = [a] %}".repeat(levels)),
            format!("{{% set a = [1] %}}{}", "{% set a = {1: a} %}".repeat(levels)),
        ] {
            if source.len() <= MAX_PROMPT_BYTES {
                let _ = attack(&source);
            }
        }
    }
    assert_eq!(attack("{{ input.deep | string | length }}").as_deref(), Ok("243"));
}

#[test]
fn panics_of_the_library_fail_one_template() {
    // Slices with a start before their end and a step backwards, and the least of numbers.
    for source in
        ["{{ [1, 2, 3][0:2:-1] }}", "{{ 'abc'[::-9223372036854775808] }}", "{{ 'abc'[-9223372036854775808:] }}"]
    {
        let _ = attack(source);
    }
}

#[test]
fn a_check_of_many_costly_templates_ends() {
    let loops = "{% for a in range(30000) %}{% endfor %}";
    let steps: Vec<Value> = (0..1_000)
        .map(|n| json!({"id": format!("s{n}"), "label": format!("S{n}"), "type": "llm", "prompt": loops, "system_prompt": loops}))
        .collect();
    let definition: Definition = serde_json::from_value(json!({"steps": steps})).unwrap();
    let (input, index) = (json!({}), Index::of(&definition));
    let runs = stand_ins(&index);
    let run_of = |place: &Place| runs.get(&place.step.id);
    let mut trial = Trial::new(Scope::new(&index, &definition.context, &input, &run_of), true);
    let mut check = |source: &str| trial.check(source, false);
    for step in &definition.steps {
        for (_, source) in step.templates() {
            assert_eq!(check(source), Ok(()));
        }
    }
    // Compile errors are still reported.
    assert!(check("{{ a.b() }}").is_err());
    assert!(trial.is_exhausted());
}

const LEAVES: [&str; 24] = [
    "input.text",
    "input.list",
    "input.numbers",
    "input.map",
    "input.lines",
    "input.deep",
    "a",
    "b",
    "'x'",
    "''",
    "0",
    "-1",
    "1",
    "3",
    "100000",
    "100000000",
    "9223372036854775807",
    "1.5",
    "true",
    "none",
    "range(100000)",
    "[1, 2]",
    "{'k': 1}",
    "input.none",
];
const OPERATORS: [&str; 12] = ["~", "+", "*", "-", "**", "//", "%", "==", "<", "in", "and", "or"];
const FILTERS: [&str; 20] = [
    "upper",
    "list",
    "string",
    "tojson",
    "sort",
    "reverse",
    "lines",
    "unique",
    "length",
    "first",
    "last",
    "sum",
    "items",
    "title",
    "escape",
    "int",
    "abs",
    "max",
    "dictsort",
    "capitalize",
];
/// Filters that are given one argument more, the last.
const FILTERS_WITH: [&str; 20] = [
    "join(",
    "indent(",
    "batch(",
    "slice(",
    "split(",
    "default(",
    "replace('x', ",
    "replace('', ",
    "map('indent', ",
    "map('replace', '', ",
    "select('eq', ",
    "select('in', ",
    "trim(",
    "round(",
    "tojson(",
    "format(",
    "groupby(",
    "attr(",
    "map('batch', ",
    "map('join', ",
];

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(&LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(6, 40, 3, |inner| {
        let (operator, filter) = (prop::sample::select(&OPERATORS), prop::sample::select(&FILTERS));
        let filter_with = prop::sample::select(&FILTERS_WITH);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(l, o, r)| format!("({l} {o} {r})")),
            (inner.clone(), filter).prop_map(|(e, f)| format!("({e} | {f})")),
            (inner.clone(), filter_with, inner.clone()).prop_map(|(e, f, x)| format!("({e} | {f}{x}))")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(e, f, t)| format!("({e})[{f}:{t}]")),
            (inner.clone(), inner.clone()).prop_map(|(e, k)| format!("({e})[{k}]")),
            (inner.clone(), inner.clone()).prop_map(|(e, f)| format!("[{e}, {f}, {e}]")),
            (inner.clone(), inner.clone(), inner).prop_map(|(e, c, f)| format!("({e} if {c} else {f})")),
        ]
    })
}

fn template() -> impl Strategy<Value = String> {
    let piece = expression().prop_map(|e| format!("{{{{ {e} }}}}"));
    piece.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            expression().prop_map(|e| format!("{{% set a = {e} %}}{{% set b = a ~ a %}}")),
            inner.clone().prop_map(|body| format!("{{% set a %}}{body}{body}{{% endset %}}")),
            (expression(), inner.clone()).prop_map(|(e, body)| format!("{{% for b in {e} %}}{body}{{% endfor %}}")),
            (expression(), inner.clone()).prop_map(|(e, body)| format!("{{% if {e} %}}{body}{{% endif %}}")),
            inner.clone().prop_map(|body| format!("{{% filter upper %}}{body}{{% endfilter %}}")),
            prop::collection::vec(inner, 1..4).prop_map(|pieces| pieces.concat()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, max_shrink_iters: 50, ..ProptestConfig::default() })]

    #[test]
    fn generated_templates_stay_within_their_limits(source in template()) {
        let _ = attack(&source);
    }
}

/// The tests of texts that grow once more, in a process that cannot have more memory.
#[test]
fn attacks_fit_into_a_small_process() {
    const KIB: usize = 1024 * 1024;
    let test = std::env::current_exe().unwrap();
    let output = std::process::Command::new("bash")
        .arg("-c")
        .arg(format!("ulimit -v {KIB}; exec \"$0\" \"$@\""))
        .arg(test)
        .args(["attacks::texts_do_not", "attacks::generated", "attacks::panics", "--test-threads", "1"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", output.status);
    assert!(told.contains("generated_templates_stay_within_their_limits ... ok"), "{told}");
}
