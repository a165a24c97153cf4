//! Reading leniently and strictly.

use proptest::prelude::*;
use serde_json::json;
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use super::*;
use crate::definition::StepCommon;
use crate::{
    Branch, Case, CreateWorkflow, EstimateWorkflow, Fallback, InputField, LlmStep, LoopStep, Otherwise, ReviewStep,
    UpdateWorkflow, ValidateWorkflow,
};

/// A definition of a newer version: something new at every level.
fn newer() -> Value {
    json!({"yolo": false, "budget": {"usd": 1.5}, "steps": [
        {"id": "a", "label": "A", "type": "llm", "enabled": true, "prompt": "x", "tools": ["search"], "effect": "pays",
            "fallbacks": [{"model": "m", "weight": 2}]},
        {"id": "b", "label": "B", "type": "debate", "enabled": false, "goal": "{{steps.A.content}}", "steps": [{"id": 7}],
            "prompt": 1, "next": "r"},
        {"id": "r", "label": "R", "type": "review", "enabled": true, "instructions": "", "shows": [], "on_expiry": "ask",
            "a/b": null},
    ]})
}

fn read(value: &Value) -> Definition {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn a_definition_of_a_newer_version_is_written_back_as_it_was_read() {
    let definition = read(&newer());
    assert_eq!(serde_json::to_value(&definition).unwrap(), newer());
    // As text, too: no key may be there twice.
    let text = serde_json::to_string(&definition).unwrap();
    assert_eq!(text.matches("\"effect\"").count(), 1, "{text}");
    assert_eq!(serde_json::from_str::<Definition>(&text).unwrap(), definition);
    let pointers: Vec<String> = definition.newer_parts().into_iter().map(|part| part.pointer).collect();
    assert_eq!(
        pointers,
        [
            "/budget",
            "/steps/0/effect",
            "/steps/0/tools",
            "/steps/0/fallbacks/0/weight",
            "/steps/1/type",
            "/steps/2/a~1b",
            "/steps/2/on_expiry"
        ]
    );
}

#[test]
fn what_is_not_known_may_change_something_elsewhere() {
    let definition = read(&newer());
    assert_eq!(definition.steps[0].effect(), StepEffect::Writes);
    assert_eq!(definition.steps[1].effect(), StepEffect::Writes);
    assert_eq!(definition.steps[2].effect(), StepEffect::Pure);
}

#[test]
fn errors_say_where_they_are() {
    for (step, expected) in [
        (
            json!({"label": "A", "type": "llm", "prompt": 1}),
            "/steps/0/prompt: invalid type: integer `1`, expected a string",
        ),
        (json!({"label": "A", "type": "llm", "prompt": "", "shows": []}), "/steps/0/shows: unknown field `shows`"),
        (
            json!({"label": "A", "type": "llm", "promt": ""}),
            "/steps/0/promt: unknown field `promt`, expected one of `id`",
        ),
        (json!({"lable": "A", "type": "llm", "prompt": ""}), "/steps/0/lable: unknown field `lable`"),
        (json!({"type": "llm", "prompt": ""}), "/steps/0: missing field `label`"),
        (json!({"label": "A", "type": "lllm"}), "/steps/0/type: \"lllm\" is not one of llm, agent"),
        (json!({"label": "A", "type": "unknown"}), "/steps/0/type: \"unknown\" is not one of llm, agent"),
        (json!({"label": "A", "type": 1}), "/steps/0/type: a text is expected"),
        (json!({"label": "A"}), "/steps/0: missing field `type`"),
        (json!({"label": "A", "type": "llm", "prompt": "", "timeout": -1}), "/steps/0/timeout: invalid value"),
        (
            json!({"label": "A", "type": "llm", "prompt": "", "effect": "reads twice"}),
            "/steps/0/effect: unknown value `reads twice`, expected one of `pure`, `reads`, `writes`",
        ),
        (json!({"label": "A", "type": "review", "on_expiry": "x"}), "/steps/0/on_expiry: unknown value `x`"),
        (
            json!({"label": "A", "type": "llm", "prompt": "", "fallbacks": [{"modell": "m"}]}),
            "/steps/0/fallbacks/0/modell: unknown field `modell`, expected one of `provider`, `model`",
        ),
    ] {
        let error = Definition::of_known_parts(&json!({"steps": [step]})).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let error = Definition::of_known_parts(&json!({"stepz": []})).unwrap_err().to_string();
    assert!(error.starts_with("/stepz: unknown field `stepz`, expected one of `yolo`"), "{error}");
}

#[test]
fn requests_take_only_what_is_known() {
    let with = |definition: Value| json!({"name": "N", "definition": definition});
    let known = || json!({"steps": [{"label": "A", "type": "review"}]});
    let alone = |definition: Value| json!({"definition": definition});
    assert!(crate::json::from_value::<CreateWorkflow>(with(known())).is_ok());
    assert!(crate::json::from_value::<ValidateWorkflow>(alone(known())).unwrap().definition.is_some());
    assert!(crate::json::from_value::<EstimateWorkflow>(alone(known())).unwrap().definition.is_some());
    assert!(crate::json::from_value::<ValidateWorkflow>(alone(Value::Null)).unwrap().definition.is_none());
    for at in [
        "/budget",
        "/steps/0/tools",
        "/steps/0/fallbacks/0/weight",
        "/steps/0/effect",
        "/steps/1",
        "/steps/2/on_expiry",
    ] {
        // Nothing new but this.
        let mut value = json!({"steps": []});
        let whole = newer();
        if let Some(step) = at.strip_prefix("/steps/").and_then(|rest| rest[..1].parse::<usize>().ok()) {
            let keep =
                |name: &str| ["id", "label", "type", "prompt"].contains(&name) || at.contains(name) || at == "/steps/1";
            let mut step = whole["steps"][step].clone();
            step.as_object_mut().unwrap().retain(|name, _| keep(name));
            if !at.ends_with("weight") {
                step.as_object_mut().unwrap().remove("fallbacks");
            }
            value["steps"] = json!([step]);
        } else {
            value["budget"] = whole["budget"].clone();
        }
        let refused = |error: Option<ReadError>| {
            let error = error.unwrap_or_else(|| panic!("{at}"));
            assert!(error.pointer.starts_with("/definition/"), "{error}");
            assert!(error.message.contains("unknown") || error.message.contains("is not one of"), "{error}");
        };
        refused(crate::json::from_value::<CreateWorkflow>(with(value.clone())).err());
        refused(crate::json::from_value::<ValidateWorkflow>(alone(value.clone())).err());
        refused(crate::json::from_value::<EstimateWorkflow>(alone(value.clone())).err());
        // An update is held against the stored definition.
        let update: UpdateWorkflow = crate::json::from_value(with(value.clone())).unwrap();
        assert!(update.definition.hold_to_known_parts(None).is_err(), "{at}");
        assert!(update.definition.hold_to_known_parts(Some(&read(&known()))).is_err(), "{at}");
        assert_eq!(update.definition.hold_to_known_parts(Some(&read(&value))), Ok(()), "{at}");
    }
}

#[test]
fn what_a_stored_definition_has_may_be_moved_but_not_changed() {
    let (stored, mut moved, mut changed) = (read(&newer()), newer(), newer());
    moved["steps"].as_array_mut().unwrap().reverse();
    moved["steps"][1]["label"] = "Renamed".into();
    assert_eq!(read(&moved).hold_to_known_parts(Some(&stored)), Ok(()));
    changed["steps"][1]["goal"] = "another".into();
    assert_eq!(read(&changed).hold_to_known_parts(Some(&stored)).unwrap_err().pointer, "/steps/1/type");
}

fn properties<T: PartialSchema>() -> Vec<String> {
    let RefOr::T(Schema::Object(object)) = T::schema() else { panic!("a struct has an object schema") };
    object.properties.keys().cloned().collect()
}

#[test]
fn the_fields_that_errors_list_are_those_of_the_structs() {
    let sorted = |fields: &[&str], without: &str| {
        let mut fields: Vec<String> =
            fields.iter().filter(|field| **field != without).map(ToString::to_string).collect();
        fields.sort();
        fields
    };
    let listed = |mut fields: Vec<String>| {
        fields.sort();
        fields
    };
    assert_eq!(sorted(DEFINITION_FIELDS, ""), listed(properties::<Definition>()));
    assert_eq!(sorted(COMMON_FIELDS, "type"), listed(properties::<StepCommon>()));
    assert_eq!(sorted(LLM_FIELDS, ""), listed(properties::<LlmStep>()));
    assert_eq!(sorted(REVIEW_FIELDS, ""), listed(properties::<ReviewStep>()));
    assert_eq!(sorted(FALLBACK_FIELDS, ""), listed(properties::<Fallback>()));
    assert_eq!(sorted(INPUT_FIELDS, ""), listed(properties::<InputField>()));
    assert_eq!(sorted(PARALLEL_FIELDS, ""), listed(properties::<ParallelStep>()));
    assert_eq!(sorted(BRANCH_FIELDS, ""), listed(properties::<Branch>()));
    assert_eq!(sorted(CONDITIONAL_FIELDS, ""), listed(properties::<ConditionalStep>()));
    assert_eq!(sorted(CASE_FIELDS, ""), listed(properties::<Case>()));
    assert_eq!(sorted(OTHERWISE_FIELDS, ""), listed(properties::<Otherwise>()));
    assert_eq!(sorted(LOOP_FIELDS, ""), listed(properties::<LoopStep>()));
}

/// Any JSON, a few levels deep.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // serde_json reads some numbers of 16 digits a last bit off.
        (-8000..8000).prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,4}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Fields that no version so far has, as `x-…`, and some whose names need care.
fn new_fields() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof!["x-\\PC{0,3}", Just("kind".to_owned()), Just("extra".to_owned()), Just("own".to_owned())];
    prop::collection::btree_map(name, json_value(), 0..3).prop_map(|map| map.into_iter().collect())
}

fn with(mut known: Value, fields: Map<String, Value>) -> Value {
    known.as_object_mut().unwrap().extend(fields);
    known
}

fn any_step() -> impl Strategy<Value = Value> {
    let common = json!({"id": "a", "label": "A", "enabled": true});
    let (llm, review, other) = (common.clone(), common.clone(), common);
    prop_oneof![
        (new_fields(), new_fields(), "[a-z]{1,6}").prop_map(move |(fields, of_fallback, effect)| {
            let fallback = with(json!({"model": "m"}), of_fallback);
            with(
                with(llm.clone(), fields),
                json!({"type": "llm", "prompt": "x", "effect": effect, "fallbacks": [fallback]})
                    .as_object()
                    .unwrap()
                    .clone(),
            )
        }),
        (new_fields(), "[a-z]{1,6}").prop_map(move |(fields, decision)| {
            with(
                with(review.clone(), fields),
                json!({"type": "review", "instructions": "", "shows": [], "on_expiry": decision})
                    .as_object()
                    .unwrap()
                    .clone(),
            )
        }),
        (new_fields(), json_value(), "\\PC{0,6}").prop_map(move |(fields, prompt, kind)| {
            with(
                with(other.clone(), fields),
                json!({"type": format!("x{kind}"), "prompt": prompt}).as_object().unwrap().clone(),
            )
        }),
    ]
}

/// Steps of all kinds, in containers a few levels deep.
fn any_tree() -> impl Strategy<Value = Value> {
    any_step().prop_recursive(3, 12, 3, |inner| {
        let steps = || prop::collection::vec(inner.clone(), 1..3);
        let step = |fields: Map<String, Value>, own: Value| {
            let common = with(json!({"id": "a", "label": "A", "enabled": true}), fields);
            with(common, own.as_object().cloned().unwrap_or_default())
        };
        let list = |fields: Map<String, Value>, steps: Vec<Value>| with(json!({"name": "b", "steps": steps}), fields);
        prop_oneof![
            (new_fields(), steps()).prop_map(move |(fields, steps)| {
                step(fields, json!({"type": "loop", "until": "x", "max_iterations": 2, "steps": steps}))
            }),
            (new_fields(), new_fields(), steps(), "[a-z]{1,6}").prop_map(move |(fields, inner, steps, word)| {
                step(fields, json!({"type": "parallel", "branches": [list(inner, steps)], "on_error": word}))
            }),
            (new_fields(), steps()).prop_map(move |(fields, steps)| {
                step(fields, json!({"type": "parallel", "for_each": "x", "steps": steps, "entry_step": "a"}))
            }),
            (new_fields(), new_fields(), steps(), steps()).prop_map(move |(fields, inner, steps, others)| {
                let case =
                    with(list(inner.clone(), steps), json!({"when": "x"}).as_object().cloned().unwrap_or_default());
                let otherwise = with(json!({"steps": others, "next": "end"}), inner);
                step(fields, json!({"type": "conditional", "cases": [case], "otherwise": otherwise}))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_definition_with_new_parts_is_written_back_equal(fields in new_fields(), steps in prop::collection::vec(any_tree(), 0..4)) {
        let wire = with(json!({"yolo": true, "steps": steps}), fields);
        let definition: Definition = serde_json::from_value(wire.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&definition).unwrap(), wire.clone());
        let text = serde_json::to_string(&definition).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), wire.clone());
        let is_known = definition.newer_parts().is_empty();
        prop_assert_eq!(Definition::of_known_parts(&wire).is_ok(), is_known);
    }
}
