use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn described(field: &Field) -> String {
    let kind = match &field.kind {
        Kind::Text => "text".to_owned(),
        Kind::Number { whole: true, .. } => "whole".to_owned(),
        Kind::Number { .. } => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Choice(values) => format!("choice of {}", values.len()),
        Kind::List(item) => format!("list of {}", described(item)),
        Kind::Group(fields) => format!("group({})", fields.iter().map(described).collect::<Vec<_>>().join(" ")),
        Kind::Json => "json".to_owned(),
    };
    let needed = if field.required { "!" } else { "" };
    format!("{}{needed}:{kind}", field.name)
}

fn form(schema: &Value) -> Option<String> {
    Some(fields(schema)?.iter().map(described).collect::<Vec<_>>().join(" "))
}

fn of_property(schema: &Value) -> String {
    form(&json!({"type": "object", "properties": {"a": schema}, "$defs": {"Mode": {"enum": ["r", "w"]}}})).unwrap()
}

#[test]
fn each_simple_schema_is_a_field() {
    for (schema, expected) in [
        (json!({"type": "string"}), "a:text"),
        (json!({"type": ["string", "null"]}), "a:text"),
        (json!({"type": "integer"}), "a:whole"),
        (json!({"type": "number"}), "a:number"),
        (json!({"type": "boolean"}), "a:boolean"),
        (json!({"enum": ["x", "y", null]}), "a:choice of 2"),
        (json!({"const": 1}), "a:choice of 1"),
        (json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), "a:whole"),
        (json!({"oneOf": [{"const": "x", "title": "X"}, {"const": "y"}]}), "a:choice of 2"),
        (json!({"$ref": "#/$defs/Mode"}), "a:choice of 2"),
        (json!({"type": "array", "items": {"type": "string"}}), "a:list of item!:text"),
        (
            json!({"type": "array", "items": {"type": "object", "properties": {"b": {"type": "string"}}}}),
            "a:list of item!:group(b:text)",
        ),
        (json!({"type": "object", "properties": {"b": {"type": "boolean"}}, "required": ["b"]}), "a:group(b!:boolean)"),
    ] {
        assert_eq!(of_property(&schema), expected, "{schema}");
    }
}

#[test]
fn what_a_form_cannot_show_is_json() {
    for schema in [
        json!(true),
        json!({}),
        json!({"type": "object"}),
        json!({"type": "array"}),
        json!({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}}),
        json!({"type": ["string", "integer"]}),
        json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"enum": [{"x": 1}]}),
        json!({"$ref": "#/nowhere"}),
        json!({"$ref": "https://example.com/schema"}),
    ] {
        assert_eq!(of_property(&schema), "a:json", "{schema}");
    }
}

#[test]
fn a_recursive_schema_ends() {
    let node = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}});
    let schema = json!({"type": "object", "properties": {"node": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}});
    let text = form(&schema).unwrap();
    assert!(text.ends_with("next:json))))"), "{text}");
    let itself =
        json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"$ref": "#/$defs/A"}}});
    assert_eq!(form(&itself).unwrap(), "a:json");
}

#[test]
fn only_json_shows_a_schema_that_is_too_large_or_has_no_fields() {
    let wide = |count: usize| {
        let properties: Map<String, Value> =
            (0..count).map(|at| (format!("p{at}"), json!({"type": "string"}))).collect();
        fields(&json!({"type": "object", "properties": properties})).map(|fields| fields.len())
    };
    assert_eq!((wide(200), wide(300), wide(301)), (Some(200), Some(300), None));
    assert_eq!(form(&json!({"type": "object"})), Some(String::new()));
    assert_eq!(form(&json!({"type": "object", "additionalProperties": false})), Some(String::new()));
    assert_eq!(form(&json!({"type": "object", "additionalProperties": {"type": "string"}})), None);
    assert_eq!(form(&json!({"oneOf": [{"type": "object"}]})), None);
    assert_eq!(form(&json!(true)), None);
}

#[test]
fn what_is_needed_comes_first_and_is_named_in_words() {
    let schema = json!({
        "type": "object", "required": ["newText", "path"],
        "properties": {
            "dry_run": {"type": "boolean", "default": false},
            "path": {"type": "string", "description": " Where. "},
            "newText": {"type": "string", "title": "Text"},
        },
    });
    let fields = fields(&schema).unwrap();
    let labels: Vec<&str> = fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, ["Path", "Text", "Dry run"]);
    assert_eq!((fields[0].description.as_str(), placeholder(&fields[2]).as_str()), ("Where.", "false"));
}

fn field(kind: Kind, required: bool) -> Field {
    Field { name: "a".into(), label: "A".into(), description: String::new(), required, kind, default: None }
}

const ANY: (Option<f64>, Option<f64>) = (None, None);

#[test]
fn a_typed_text_is_the_value_that_it_means() {
    let whole = Kind::Number { whole: true, range: ANY };
    let choice = Kind::Choice(vec![json!("r"), json!(2)]);
    for (kind, text, expected) in [
        (&Kind::Text, "", None),
        (&Kind::Text, " ", Some(json!(" "))),
        (&Kind::Text, "42", Some(json!("42"))),
        (&whole, "42", Some(json!(42))),
        (&whole, " ", None),
        (&whole, "4x", Some(json!("4x"))),
        (&whole, "{{input.n}}", Some(json!("{{input.n}}"))),
        (&Kind::Number { whole: false, range: ANY }, "1.5", Some(json!(1.5))),
        (&Kind::Number { whole: false, range: ANY }, "inf", Some(json!("inf"))),
        (&Kind::Boolean, "true", Some(json!(true))),
        (&choice, "2", Some(json!(2))),
        (&Kind::Json, "[1]", Some(json!([1]))),
        (&Kind::Json, "{{steps.A.output}}", Some(json!("{{steps.A.output}}"))),
    ] {
        assert_eq!(typed(kind, text), expected, "{text:?}");
    }
    let number = Kind::Number { whole: false, range: ANY };
    assert_eq!(as_typed(&number, "1.", Some(&json!(1.0))), "1.");
    assert_eq!(as_typed(&number, "1.", Some(&json!(2))), "2");
}

#[test]
fn what_does_not_fit_is_told_and_a_template_is_left_to_the_run() {
    let number = |range| Kind::Number { whole: true, range };
    for (field, value, wrong) in [
        (field(Kind::Text, true), None, true),
        (field(Kind::Text, false), None, false),
        (field(Kind::Text, true), Some(json!(1)), true),
        (field(number(ANY), true), Some(json!("4x")), true),
        (field(number(ANY), true), Some(json!(1.5)), true),
        (field(number((Some(1.0), Some(3.0))), true), Some(json!(4)), true),
        (field(number((Some(1.0), Some(3.0))), true), Some(json!(3)), false),
        (field(number(ANY), true), Some(json!("{{input.n}}")), false),
        (field(Kind::Boolean, false), Some(json!("maybe")), true),
        (field(Kind::Choice(vec![json!("r")]), false), Some(json!("w")), true),
        (field(Kind::List(Box::new(field(Kind::Text, true))), false), Some(json!("${steps.a.output}")), false),
    ] {
        assert_eq!(fault(&field, value.as_ref()).is_some(), wrong, "{:?} {value:?}", field.kind);
    }
}

fn name(name: &str) -> Part {
    Part::Name(name.into())
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn values_are_put_and_taken_by_their_place() {
    let empty = Map::new();
    let path = [name("edits"), Part::Item(0), name("old/text")];
    let put_in = put(&empty, &path, Some(json!("x")));
    assert_eq!(Value::Object(put_in.clone()), json!({"edits": [{"old/text": "x"}]}));
    assert_eq!(pointer(&path), "/edits/0/old~1text");
    assert_eq!(value_at(&put_in, &path), Some(&json!("x")));
    // An item stays when its last field is emptied: the list has a button for that.
    assert_eq!(Value::Object(put(&put_in, &path, None)), json!({"edits": [{}]}));
    assert_eq!(remove_item(&put_in, &[name("edits")], 0), empty);
    let group = [name("where"), name("folder")];
    assert_eq!(put(&put(&empty, &group, Some(json!("x"))), &group, None), empty);
    let texts = push_item(&empty, &[name("paths")], &field(Kind::Text, true));
    assert_eq!(Value::Object(texts), json!({"paths": [""]}));
}

#[test]
fn names_without_a_field_are_found() {
    let known = [field(Kind::Text, true)];
    assert_eq!(unknown_names(&known, &map(&json!({"a": 1, "b": 2}))), ["b"]);
}

#[test]
fn arguments_as_json_are_an_object() {
    assert_eq!(parse_arguments(" "), Ok(Map::new()));
    assert_eq!(parse_arguments(r#"{"a": 1}"#), Ok(map(&json!({"a": 1}))));
    for wrong in ["[1]", "{", "{\"a\": }"] {
        assert!(parse_arguments(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_value_at_any_place_is_found_again(names in prop::collection::vec("[a-c/~]{1,3}", 1..4), item in prop::option::of(0_usize..1), text in "\\PC{1,8}") {
        let mut path: Vec<Part> = names.into_iter().map(Part::Name).collect();
        path.extend(item.map(Part::Item));
        let arguments = put(&Map::new(), &path, Some(Value::String(text.clone())));
        prop_assert_eq!(value_at(&arguments, &path), Some(&Value::String(text)));
        prop_assert_eq!(Value::Object(arguments).pointer(&pointer(&path)).is_some(), true);
    }

    #[test]
    fn any_schema_is_read_without_panic(text in "\\PC{0,60}", kind in prop::sample::select(vec!["object", "array", "string", "x"])) {
        let _fields = fields(&json!({"type": "object", "properties": {text: {"type": kind, "properties": {"a": {"$ref": "#"}}}}}));
    }
}
