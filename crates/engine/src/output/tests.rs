//! Schemas that people write, and schemas that are made to explode. All of it runs on a small stack.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sluice_schema::SchemaError;
use sluice_types::ErrorCode;
use sluice_types::limits::{
    MAX_PATTERNS, MAX_SCHEMA_APPLICATIONS, MAX_SCHEMA_BYTES, MAX_SCHEMA_CHAIN, MAX_SCHEMA_DEPTH, MAX_SCHEMA_VALUES,
};

use super::{check_schema, output_of};

/// The result of `work`. Fails when it overflows a stack smaller than a server thread's, or hangs.
fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let thread = thread::Builder::new().stack_size(512 * 1024).spawn(move || done.send(work())).unwrap();
    let result = result.recv_timeout(Duration::from_secs(20)).expect("it neither ends nor panics");
    thread.join().unwrap().unwrap();
    result
}

fn checked(schema: &Value) -> Result<(), SchemaError> {
    let schema = schema.clone();
    bounded(move || check_schema(&schema))
}

fn refused_at(schema: &Value) -> SchemaError {
    let error = checked(schema).expect_err(&schema.to_string().chars().take(200).collect::<String>());
    // A schema that was saved before the check knew it is refused with the answer, too.
    let schema = schema.clone();
    let failure = bounded(move || output_of("{}", Some(&schema))).unwrap_err();
    assert_eq!((failure.code, failure.retryable), (ErrorCode::OutputInvalid, false));
    error
}

/// The mismatch of an answer; `None` when it fits. The schema is one that passes the check.
fn misfit(schema: &Value, answer: &Value) -> Option<String> {
    assert_eq!(checked(schema), Ok(()));
    let (schema, content) = (schema.clone(), answer.to_string());
    let failure = bounded(move || output_of(&content, Some(&schema))).err()?;
    assert_eq!((failure.code, failure.retryable), (ErrorCode::OutputInvalid, true));
    assert!(failure.message.len() < 1_000, "{}", failure.message);
    Some(failure.message)
}

#[test]
fn text_is_text_and_json_must_fit() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    assert_eq!(output_of("{\"n\": 1}", None), Ok(json!("{\"n\": 1}")));
    assert_eq!(output_of("```json\n{\"n\": 1}\n```", Some(&schema)), Ok(json!({"n": 1})));
    for wrong in ["no", "{\"n\": \"x\"}", "{}"] {
        assert_eq!(output_of(wrong, Some(&schema)).unwrap_err().code, ErrorCode::OutputInvalid, "{wrong}");
    }
    let message = misfit(&schema, &json!({"n": "x"})).unwrap();
    assert!(message.contains("at `/n`: \"x\" is not of type \"integer\""), "{message}");
}

/// A user interface: each of its nodes is one of several, and most of them have children.
fn user_interface() -> Value {
    let node = |kind: &str| {
        json!({"type": "object", "required": ["kind"], "properties": {
            "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}, "kind": {"const": kind}}})
    };
    json!({"$ref": "#/$defs/node", "$defs": {"node": {"anyOf": [node("row"), node("column"), node("card")]}}})
}

#[test]
fn schemas_that_people_write_are_taken() {
    let comments = json!({"type": "object", "properties": {
        "text": {"type": "string"}, "replies": {"type": "array", "items": {"$ref": "#"}}}});
    let list = json!({"$ref": "#/$defs/list", "$defs": {"list": {"anyOf": [
        {"type": "null"}, {"type": "object", "properties": {"head": true, "tail": {"$ref": "#/$defs/list"}}}]}}});
    let binary = json!({"$anchor": "tree", "properties": {"left": {"$ref": "#tree"}, "right": {"$ref": "#tree"}}});
    let company = json!({"$ref": "#/$defs/company", "$defs": {
        "company": {"properties": {
            "people": {"items": {"$ref": "#/$defs/person"}}, "offices": {"items": {"$ref": "#/$defs/office"}}}},
        "person": {"properties": {"company": {"$ref": "#/$defs/company"}}},
        "office": {"properties": {"company": {"$ref": "#/$defs/company"}}}}});
    let draft7 = json!({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.com/a.json",
        "definitions": {"a b/c": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "format": "regex"}},
        "type": "object", "properties": {"$id": {"$ref": "#/definitions/a%20b~1c"}, "$ref": {"type": "string"}},
        "additionalProperties": false, "if": {"required": ["$id"]}, "then": {"required": ["$ref"]}});
    let titled: Vec<Value> = (0..900).map(|at| json!({"const": format!("choice {at}"), "title": "T"})).collect();
    let open = json!({"allOf": [{"$ref": "#/$defs/base"}], "unevaluatedProperties": false,
        "properties": {"more": {"type": "integer"}}, "$defs": {"base": {"properties": {"id": {"type": "string"}}}}});
    let words = json!({"properties": {"date": {"pattern": r"^\d{4}-\d{2}-\d{2}$"}, "word": {"pattern": r"^\w{1,200}$"},
        "name": {"pattern": r"^\p{L}[\p{L}' -]*$"}, "mail": {"pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$"}}});
    for schema in [
        json!(true),
        json!({}),
        comments,
        list,
        binary,
        company,
        draft7,
        json!({"oneOf": titled}),
        open,
        words,
        user_interface(),
        json!({"const": {"$ref": "https://example.com"}, "examples": [{"$id": "x"}]}),
    ] {
        assert_eq!(checked(&schema), Ok(()), "{schema}");
    }
}

#[test]
fn schemas_without_bound_are_refused_with_their_place() {
    let refer = |to: &str| json!({"$ref": to});
    let same = json!({"$defs": {"a": {"allOf": [refer("#/$defs/a"), refer("#/$defs/a")]}}});
    let around =
        json!({"anyOf": [refer("#/$defs/a")], "$defs": {"a": {"not": refer("#/$defs/b")}, "b": {"then": refer("#")}}});
    let levels = json!({"allOf": [{"properties": {"a": refer("#")}}, {"properties": {"a": refer("#")}}]});
    let mixed = json!({"properties": {"a": refer("#")}, "patternProperties": {"^a": refer("#")}});
    let items = json!({"items": refer("#"), "contains": refer("#")});
    let tuples = json!({"prefixItems": [refer("#")], "allOf": [{"items": refer("#")}]});
    for (schema, place, says) in [
        (refer("#"), "", "without end"),
        (same, "/$defs/a/allOf/", "without end"),
        (around, "/$defs/b/then", "without end"),
        (levels, "", "can apply to one value"),
        (mixed, "", "can apply to one value"),
        (items, "", "can apply to one value"),
        (tuples, "", "can apply to one value"),
        (json!({"items": refer("https://example.com/a.json")}), "/items/$ref", "none is fetched"),
        (json!({"items": refer("file:///etc/passwd")}), "/items/$ref", "none is fetched"),
        (json!({"$defs": {"a~b/c": refer("other.json#/$defs/a")}}), "/$defs/a~0b~1c/$ref", "none is fetched"),
        (refer("#/$defs/none"), "/$ref", "nothing stands"),
        (refer("#none"), "/$ref", "nothing stands"),
        (json!({"$dynamicRef": "#"}), "/$dynamicRef", "not supported"),
        (json!({"items": {"$id": "https://example.com/"}}), "/items/$id", "at the top only"),
        (json!({"items": {"$schema": "http://json-schema.org/draft-07/schema#"}}), "/items/$schema", "at the top only"),
        (json!({"$schema": "https://example.com/meta"}), "/$schema", "is not known"),
        (json!({"items": {"type": "nothing"}}), "/items/type", "not valid"),
        (json!({"items": {"pattern": "a(?=b)"}}), "/items/pattern", "look-around"),
        (json!({"pattern": "((((a{9}){9}){9}){9}){9}"}), "/pattern", "compiles to at most"),
        (json!({"patternProperties": {"(a)\\1": true}}), "/patternProperties", "look-around"),
    ] {
        let error = refused_at(&schema);
        assert!(error.pointer.starts_with(place) && error.message.contains(says), "{schema}: {error:?}");
    }
}

/// Definitions that each apply the next one twice: `depth` of them make 2^`depth` paths.
fn doubling(depth: usize, wrap: impl Fn(Value) -> Value) -> Value {
    let mut definitions = Map::from_iter([(depth.to_string(), json!({"type": "string"}))]);
    for at in 0..depth {
        let next = wrap(json!({"$ref": format!("#/$defs/{}", at + 1)}));
        definitions.insert(at.to_string(), json!({"allOf": [next, next]}));
    }
    json!({"$ref": "#/$defs/0", "$defs": definitions})
}

#[test]
fn doubling_is_refused_however_it_is_made() {
    let wraps: [fn(Value) -> Value; 5] = [
        |next| next,
        |next| json!({"anyOf": [next]}),
        |next| json!({"properties": {"a": next}}),
        |next| json!({"additionalProperties": next}),
        |next| json!({"items": next}),
    ];
    for wrap in wraps {
        for depth in [14, 40, 400] {
            refused_at(&doubling(depth, wrap));
        }
        // Few levels are no harm.
        assert_eq!(checked(&doubling(3, wrap)), Ok(()));
    }
}

#[test]
fn limits_hold_at_the_limit_and_one_past_it() {
    let applications = usize::try_from(MAX_SCHEMA_APPLICATIONS).unwrap();
    let chain = usize::try_from(MAX_SCHEMA_CHAIN).unwrap();
    // An outer schema is one more subschema, one more level or one more value.
    let many = |count: usize| json!({"anyOf": vec![json!(true); count - 1]});
    let deep = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"items": inner}));
    let long = |count: usize| (1..count).fold(json!({}), |inner, _| json!({"not": inner}));
    let values = |count: usize| json!({"enum": (0..count - 2).collect::<Vec<_>>()});
    let patterns =
        |count: usize| json!({"anyOf": (0..count).map(|at| json!({"pattern": format!("{at}.b")})).collect::<Vec<_>>()});
    for (within, past) in [
        (patterns(MAX_PATTERNS), patterns(MAX_PATTERNS + 1)),
        (many(applications), many(applications + 1)),
        (deep(MAX_SCHEMA_DEPTH), deep(MAX_SCHEMA_DEPTH + 1)),
        (long(chain), long(chain + 1)),
        (values(MAX_SCHEMA_VALUES), values(MAX_SCHEMA_VALUES + 1)),
    ] {
        assert_eq!(checked(&within), Ok(()));
        refused_at(&past);
    }
}

#[test]
fn a_schema_of_a_mebibyte_and_10_000_levels_overflows_no_stack() {
    let mut schema = json!({"description": "x".repeat(1024 * 1024)});
    for _ in 0..10_000 {
        schema = Value::Object(Map::from_iter([("not".to_owned(), schema)]));
    }
    // Leaked: dropping it would recurse, and only the check is tested here.
    let schema: &'static Value = Box::leak(Box::new(schema));
    let error = bounded(|| check_schema(schema)).unwrap_err();
    assert!(error.message.contains("deeper than"), "{error:?}");
    let failure = bounded(|| output_of("{}", Some(schema))).unwrap_err();
    assert_eq!((failure.code, failure.retryable), (ErrorCode::OutputInvalid, false));
}

fn nested(levels: usize, inner: Value, wrap: impl Fn(Value) -> Value) -> Value {
    (0..levels).fold(inner, |inner, _| wrap(inner))
}

#[test]
fn an_error_deep_in_nested_unions_is_answered() {
    let row = |inner: Value| json!({"kind": "row", "children": [inner]});
    let schema = user_interface();
    assert_eq!(misfit(&schema, &nested(60, json!({"kind": "card"}), row)), None);
    assert!(misfit(&schema, &nested(60, json!({"kind": "oops"}), row)).unwrap().contains("takes too long to find"));
    // Each branch of this union goes into the same member, and none of them excludes the others.
    let branch = |minimum: usize| json!({"properties": {"a": {"$ref": "#"}}, "minProperties": minimum});
    let schema = json!({"type": "object", "anyOf": [branch(3), branch(2), branch(1)]});
    let wrap = |inner: Value| json!({"a": inner});
    assert!(misfit(&schema, &nested(60, json!(1), wrap)).is_some());
    assert_eq!(misfit(&schema, &nested(60, json!({"b": 1}), wrap)), None);
}

#[test]
fn the_longest_chain_on_each_level_of_the_deepest_answer_overflows_no_stack() {
    for (keyword, beside) in
        [("allOf", "minItems"), ("anyOf", "minItems"), ("oneOf", "minItems"), ("anyOf", "unevaluatedItems")]
    {
        let beside_value = if beside == "minItems" { json!(0) } else { json!(false) };
        let mut definitions = Map::new();
        // A definition and its branch are two subschemas of the chain.
        let last = MAX_SCHEMA_CHAIN / 2 - 1;
        for at in 0..last {
            let next = json!({"$ref": format!("#/$defs/{}", at + 1)});
            definitions.insert(at.to_string(), json!({keyword: [next], beside: beside_value}));
        }
        let inner = json!({"type": "array", "items": {"$ref": "#/$defs/0"}});
        definitions.insert(last.to_string(), inner);
        let schema = json!({"$ref": "#/$defs/0", "$defs": definitions});
        let wrap = |inner: Value| json!([inner]);
        let wide: Value = vec![json!([]); 1_000].into();
        let fits = misfit(&schema, &nested(120, json!([]), wrap)).is_none();
        assert!(fits || beside == "unevaluatedItems");
        misfit(&schema, &nested(120, wide, wrap));
        assert!(misfit(&schema, &nested(120, json!(1), wrap)).is_some());
    }
}

#[test]
fn patterns_are_linear() {
    let text = format!("{}!", "a".repeat(100_000));
    for pattern in ["^(a+)+$", "^(a|aa)+$", "(.*)*b$", "^(([a-z])+.)+[A-Z]([a-z])+$"] {
        assert!(misfit(&json!({"pattern": pattern}), &json!(text)).is_some(), "{pattern}");
        assert!(
            misfit(&json!({"patternProperties": {pattern: true}, "additionalProperties": false}), &json!({&text: 1}))
                .is_some()
        );
    }
    // As slow as a linear pattern gets: it keeps one state for each of the last 400 characters.
    let coin = |at: u64| at.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).wrapping_mul(at) >> 63;
    let text: String = (0..20_000_u64).map(|at| if coin(at) == 0 { 'a' } else { 'b' }).collect();
    assert!(misfit(&json!({"pattern": "[ab]*a[ab]{400}c"}), &json!(text)).is_some());
    let large = json!({"pattern": "[ab]*a[ab]{4000}c"});
    assert!(misfit(&large, &json!(text.repeat(10))).unwrap().contains("steps"));
}

#[test]
fn large_answers_are_bounded_in_time_and_memory() {
    let numbers = (0..300_000).collect::<Value>();
    assert_eq!(misfit(&json!({"uniqueItems": true, "items": {"type": "integer"}}), &numbers), None);
    assert!(misfit(&json!({"items": {"type": "string"}}), &numbers).unwrap().contains("at `/0`"));
    let all = json!({"items": {"allOf": vec![json!(true); 1_900]}});
    assert!(misfit(&all, &numbers).is_none_or(|why| why.contains("steps")));
    let none = json!({"anyOf": [{"items": {"anyOf": vec![json!(false); 1_900]}}, {"type": "string"}]});
    assert!(misfit(&none, &numbers).is_some());
    let choices = json!({"items": {"enum": (1_000_000..1_010_000).collect::<Vec<_>>()}});
    assert!(misfit(&choices, &numbers).is_some());
    let long = json!({"n": "x".repeat(1_000_000)});
    assert!(misfit(&json!({"properties": {"n": {"type": "integer"}}}), &long).is_some());
    assert!(misfit(&json!({"additionalProperties": false}), &json!({"y".repeat(1_000_000): 1})).is_some());
    for (divisor, number) in
        [(json!(1e-300), json!(1e308)), (json!(0.1), json!(u64::MAX)), (json!(1e308), json!(5e-324))]
    {
        misfit(&json!({"multipleOf": divisor}), &number);
    }
    let tree = json!({"type": "array", "items": {"$ref": "#"}});
    assert_eq!(misfit(&tree, &nested(120, json!([]), |inner| json!([inner]))), None);
}

#[test]
fn a_schema_at_its_size_limit_compiles_in_time() {
    // Each refers into the middle of the others, which the validator compiles again for each way in.
    let mut definitions = Map::new();
    for at in 0..600 {
        let next = |by: usize| format!("#/$defs/{}/properties/a", (at * 7 + by) % 600);
        definitions.insert(
            at.to_string(),
            json!({"properties": {"a": {"properties": {"b": {"$ref": next(1)}, "c": {"$ref": next(5)}}}}}),
        );
    }
    let schema = json!({"$ref": "#/$defs/0", "$defs": definitions});
    assert!(schema.to_string().len() < MAX_SCHEMA_BYTES * 2);
    assert_eq!(checked(&schema), Ok(()));
    let names: Map<String, Value> = (0..1_500).map(|at| (format!("n{at}"), json!({"type": "string"}))).collect();
    assert_eq!(checked(&json!({"properties": names, "unevaluatedProperties": false})), Ok(()));
}

fn schemas() -> impl Strategy<Value = Value> {
    let reference = (0..4_usize).prop_map(|at| json!({"$ref": format!("#/$defs/{at}")}));
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!({"type": "string"})),
        Just(json!({"type": "object"})),
        Just(json!({"minItems": 1})),
        reference.clone(),
        reference,
        Just(json!({"$ref": "#"})),
    ];
    let inner = leaf.prop_recursive(4, 24, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            list.clone().prop_map(|all| json!({"allOf": all})),
            list.clone().prop_map(|any| json!({"anyOf": any})),
            list.prop_map(|one| json!({"oneOf": one, "unevaluatedProperties": false})),
            inner.clone().prop_map(|not| json!({"not": not})),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"properties": {"a": a, "b": b}})),
            (inner.clone(), inner.clone())
                .prop_map(|(a, rest)| json!({"properties": {"a": a}, "additionalProperties": rest})),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"patternProperties": {"^a": a, "b$": b}})),
            (inner.clone(), inner.clone()).prop_map(|(items, some)| json!({"items": items, "contains": some})),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| json!({"if": a, "then": b, "else": c})),
        ]
    });
    (inner.clone(), prop::collection::vec(inner, 4)).prop_map(|(root, definitions)| {
        let definitions: Map<String, Value> =
            definitions.into_iter().enumerate().map(|(at, schema)| (at.to_string(), schema)).collect();
        json!({"allOf": [root], "$defs": definitions})
    })
}

fn answers() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(1)), Just(json!("a")), Just(json!({})), Just(json!([]))];
    let wide = leaf.prop_recursive(4, 32, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            (inner.clone(), inner).prop_map(|(a, b)| json!({"a": a, "b": b})),
        ]
    });
    (wide, 0..30_usize, any::<bool>()).prop_map(|(inner, levels, members)| {
        nested(levels, inner, |inner| if members { json!({"a": inner}) } else { json!([inner]) })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_passes_the_check_validates_any_answer(schema in schemas(), answer in answers()) {
        if checked(&schema).is_ok() {
            // The test is about the bound: the verdict may be either.
            misfit(&schema, &answer);
        }
    }
}
