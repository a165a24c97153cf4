//! Tests of [`super`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::{Definition, Execution, Workflow, built_in_templates, step_templates};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Round(f64),
    Pair(i32, i64),
    Named { side: u8 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    shapes: Vec<Shape>,
    by_name: BTreeMap<String, Option<bool>>,
    pair: (char, u16),
    any: Value,
    #[serde(default)]
    none: Option<String>,
}

fn all() -> Value {
    json!({
        "shapes": ["Empty", {"Round": 1.5}, {"Round": 2}, {"Pair": [-1, 9_000_000_000_i64]}, {"Named": {"side": 3}}],
        "by_name": {"a/b~c": true, "d": null}, "pair": ["x", 7], "any": [1, {"deep": [-2, 0.5, null, "t"]}], "none": null,
    })
}

fn refused<T: DeserializeOwned + fmt::Debug>(value: Value) -> (String, String) {
    let ReadError { pointer, message } = from_value_strictly::<T>(value).unwrap_err();
    (pointer, message)
}

#[test]
fn every_shape_is_read_as_serde_json_reads_it() {
    let read: All = from_value_strictly(all()).unwrap();
    assert_eq!(read, serde_json::from_value(all()).unwrap());
    assert_eq!(from_value_strictly::<All>(serde_json::to_value(&read).unwrap()).unwrap(), read);
}

#[test]
fn the_types_of_the_api_are_read_as_serde_json_reads_them() {
    for template in built_in_templates() {
        let value = serde_json::to_value(template).unwrap();
        assert_eq!(&from_value_strictly::<crate::WorkflowTemplate>(value).unwrap(), template);
    }
    for template in step_templates() {
        let value = serde_json::to_value(template).unwrap();
        assert_eq!(&from_value_strictly::<crate::StepTemplate>(value).unwrap(), template);
    }
    for value in [json!({"steps": []}), json!([]), json!({"steps": [{"label": 1}]}), json!({"stepz": []}), json!(7)] {
        let theirs = serde_json::from_value::<Definition>(value.clone());
        assert_eq!(from_value_strictly::<Definition>(value.clone()).ok(), theirs.ok(), "{value}");
        assert!(from_value_strictly::<Workflow>(value.clone()).is_err(), "{value}");
        assert!(from_value_strictly::<Execution>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let with = |pointer: &str, value: Value| {
        let mut all = all();
        *all.pointer_mut(pointer).unwrap() = value;
        refused::<All>(all)
    };
    let told = |pointer: &str, message: &str| (pointer.to_owned(), message.to_owned());
    assert_eq!(with("/pair/1", json!(70_000)), told("/pair/1", "invalid value: integer `70000`, expected u16"));
    assert_eq!(with("/pair", json!(["x"])), told("/pair", "invalid length 1, expected a tuple of size 2"));
    assert_eq!(
        with("/by_name/a~1b~0c", json!(1)),
        told("/by_name/a~1b~0c", "invalid type: integer `1`, expected a boolean")
    );
    assert_eq!(
        with("/shapes/4/Named/side", json!("3")),
        told("/shapes/4/Named/side", "invalid type: string \"3\", expected u8")
    );
    assert_eq!(with("/shapes/3/Pair", json!([1])).0, "/shapes/3/Pair");
    assert_eq!(with("/shapes/0", json!({"Empty": 1})).0, "/shapes/0/Empty");
    assert_eq!(with("/shapes/0", json!({"Empty": 1, "Round": 1})).0, "/shapes/0");
    assert!(with("/shapes/0", json!("Square")).1.starts_with("unknown variant `Square`"));
    assert_eq!(with("/shapes", json!({})), told("/shapes", "invalid type: map, expected a sequence"));
    assert_eq!(with("/none", json!(-1)), told("/none", "invalid type: integer `-1`, expected a string"));
    assert_eq!(refused::<All>(json!({"pair": ["x", 7]})), told("", "missing field `shapes`"));
    let (pointer, message) = refused::<All>(json!({"more": 1}));
    assert_eq!(pointer, "/more");
    assert!(message.starts_with("unknown field `more`, expected one of"), "{message}");
    assert_eq!(refused::<Vec<f64>>(json!([1, null])), told("/1", "invalid type: null, expected f64"));
}

#[test]
fn an_array_is_not_an_object() {
    assert_eq!(
        refused::<crate::Fallback>(json!(["demo", "demo"])).1,
        "invalid type: sequence, expected struct Fallback"
    );
}

#[test]
fn places_reach_into_parts_that_are_read_by_themselves() {
    let definition = json!({"steps": [{"label": "A", "type": "review"}, {"label": "B", "type": "llm", "prompt": "x",
        "fallbacks": [{"model": "demo"}, {"model": 7}]}]});
    let (pointer, message) = refused::<Definition>(definition);
    assert_eq!(pointer, "/steps/1/fallbacks/1/model");
    assert_eq!(message, "invalid type: integer `7`, expected a string");
}

#[test]
fn texts_that_are_not_json_are_told_as_such() {
    assert!(from_str::<Value>("{").unwrap_err().message.contains("EOF while parsing"));
    assert!(from_str::<Value>("1 x").unwrap_err().to_string().contains("trailing characters"));
    assert_eq!(
        from_str::<crate::Fallback>(r#"{"model": 1}"#).unwrap_err().to_string(),
        "/model: invalid type: integer `1`, expected a string"
    );
}

#[derive(Debug, PartialEq, Deserialize)]
struct Answer {
    needed: u8,
    may_be_null: Option<u8>,
    #[serde(default = "seven")]
    has_default: u8,
    #[serde(default)]
    last: Vec<u8>,
}

const fn seven() -> u8 {
    7
}

#[test]
fn what_is_left_out_is_null_or_its_default() {
    let whole = Answer { needed: 1, may_be_null: None, has_default: 7, last: Vec::new() };
    for value in [json!({"needed": 1}), json!({"may_be_null": null, "needed": 1, "last": []})] {
        assert_eq!(from_value_strictly::<Answer>(value).unwrap(), whole);
    }
    let told = |value: Value| refused::<Answer>(value);
    assert_eq!(told(json!({})), (String::new(), "missing field `needed`".to_owned()));
    // It is there, and is not what it should be.
    assert_eq!(told(json!({"needed": 1, "has_default": null})).0, "/has_default");
    assert_eq!(told(json!({"needed": 1, "last": [1, 256]})).0, "/last/1");
}

#[test]
fn fields_that_are_not_known_are_passed_over_in_texts_only() {
    assert_eq!(from_str::<Answer>(r#"{"newer": {"a": 1}, "needed": 2}"#).unwrap().needed, 2);
    let (pointer, message) = refused::<Answer>(json!({"newer": {"a": 1}, "needed": 2}));
    assert_eq!(pointer, "/newer");
    assert!(message.starts_with("unknown field `newer`"), "{message}");
    let inside = json!([{"needed": 2}, {"needed": 2, "newer": 1}]);
    assert_eq!(refused::<Vec<Answer>>(inside.clone()).0, "/1/newer");
    assert_eq!(from_str::<Vec<Answer>>(&inside.to_string()).unwrap().len(), 2);
}
