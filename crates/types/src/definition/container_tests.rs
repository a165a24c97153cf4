//! Reading, writing and addressing of containers.

use serde_json::{Value, json};

use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, Step, StepType};
use crate::index::Index;
use crate::limits::MAX_READ_NESTING;

/// All containers, one inside the other, with something new in each part.
fn tree() -> Value {
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "enabled": true, "for_each": "input.parts",
    "max_concurrency": 4, "on_error": "continue", "entry_step": "note", "steps": [
        {"id": "draft", "label": "Draft", "type": "llm", "enabled": true, "prompt": "{{item}}"},
        {"id": "note", "label": "Note", "type": "review", "enabled": true, "instructions": "", "shows": []},
    ]});
    let other = json!({"id": "other", "label": "Other", "type": "debate", "enabled": true, "goal": 1});
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "enabled": true, "on_error": "later", "branches": [
        {"name": "eu", "v": "new", "steps": [other]},
    ]});
    let polish = json!({"id": "polish", "label": "Polish", "type": "loop", "enabled": true, "until": "iteration > 1",
        "max_iterations": 5, "w": [], "steps": [fan]});
    let cases = json!([
        {"name": "big", "when": "input.size > 3", "next": "end", "y": 2, "steps": [each]},
        {"name": "small", "when": "true", "steps": []},
    ]);
    json!({"yolo": false, "steps": [
        {"id": "route", "label": "Route", "type": "conditional", "enabled": true, "x": 1, "cases": cases,
            "otherwise": {"entry_step": "polish", "z": null, "steps": [polish]}},
    ]})
}

fn read(value: &Value) -> Definition {
    serde_json::from_value(value.clone()).unwrap()
}

fn pointers(definition: &Definition) -> Vec<String> {
    definition.newer_parts().into_iter().map(|part| part.pointer).collect()
}

#[test]
fn containers_are_written_back_as_they_were_read() {
    let definition = read(&tree());
    assert_eq!(serde_json::to_value(&definition).unwrap(), tree());
    let text = serde_json::to_string(&definition).unwrap();
    assert_eq!(serde_json::from_str::<Definition>(&text).unwrap(), definition);
    let polish = "/steps/0/otherwise/steps/0";
    assert_eq!(
        pointers(&definition),
        [
            "/steps/0/x".to_owned(),
            "/steps/0/cases/0/y".into(),
            "/steps/0/otherwise/z".into(),
            format!("{polish}/w"),
            format!("{polish}/steps/0/on_error"),
            format!("{polish}/steps/0/branches/0/v"),
            format!("{polish}/steps/0/branches/0/steps/0/type"),
        ]
    );
    let types: Vec<StepType> = Index::of(&definition).places().iter().map(|place| place.step.step_type()).collect();
    let (inner, body) = ([StepType::Parallel, StepType::Llm, StepType::Review], [StepType::Loop, StepType::Parallel]);
    assert_eq!(types, [&[StepType::Conditional], &inner[..], &body, &[StepType::Unknown]].concat());
}

#[test]
fn an_empty_list_counts_as_left_out() {
    let both = |branches: Value, steps: Value| {
        let step = json!({"label": "A", "type": "parallel", "branches": branches, "steps": steps});
        let step: Step = serde_json::from_value(step).unwrap();
        step.kind.blocks().into_iter().map(|inner| inner.slot).collect::<Vec<_>>()
    };
    let (branch, step) = (json!([{"name": "a"}]), json!([{"label": "B", "type": "review"}]));
    assert_eq!(both(json!([]), json!([])), [Slot::Each]);
    assert_eq!(both(branch.clone(), json!([])), [Slot::Branch("a".parse().unwrap())]);
    assert_eq!(both(json!([]), step.clone()), [Slot::Each]);
    assert_eq!(both(branch, step), [Slot::Branch("a".parse().unwrap()), Slot::Each]);
}

#[test]
fn every_step_is_found_at_its_pointer_and_can_be_changed() {
    let wire = tree();
    let mut definition = read(&wire);
    let index = Index::of(&definition);
    for place in index.places() {
        assert_eq!(wire.pointer(&format!("{}/id", place.pointer)), Some(&place.step.id.as_str().into()));
        let (found, rest) = index.at_pointer(&place.pointer).unwrap();
        assert_eq!((&found.step.id, rest), (&place.step.id, ""));
        assert_eq!(index.nth(&place.block, place.position).map(|at| &at.step.id), Some(&place.step.id));
        assert_eq!(definition.step(&place.step.id), Some(&place.step));
        definition.step_mut(&place.step.id).unwrap().enabled = false;
        let block = definition.block_mut(&place.block).unwrap();
        assert!(!block.steps[place.position].enabled);
    }
    let mut changed = 0;
    definition.each_step_mut(|step| changed += usize::from(!step.enabled));
    assert_eq!(changed, index.places().len());
    let each = BlockAddress::Inner { parent: "each".parse().unwrap(), slot: Slot::Each };
    assert_eq!((index.entry(&each), index.len_of(&each)), (1, 2));
    let path = |text: &str| text.parse().unwrap();
    for (text, id) in [("route.big.each.7.draft", "draft"), ("route.otherwise.polish.1.fan.eu.other", "other")] {
        assert_eq!(index.at(&path(text)).unwrap().step.id.as_str(), id);
        assert!(index.order_key(&path(text)).is_some());
    }
}

#[test]
fn ids_are_numbered_across_the_tree() {
    let step = |label: &str| json!({"label": label, "type": "review"});
    let mut given = step("Z");
    given["id"] = "a".into();
    let definition = read(&json!({"steps": [
        step("A"),
        {"label": "A", "type": "loop", "until": "true", "max_iterations": 1, "steps": [
            step("A"),
            {"label": "B", "type": "parallel", "branches": [{"name": "x", "steps": [step("B"), given]}, {"name": "y", "steps": [step("A")]}]},
        ]},
        {"label": "C", "type": "conditional", "cases": [{"name": "c", "when": "true", "steps": [step("C")]}], "otherwise": {"steps": [step("End")]}},
    ]}));
    let index = Index::of(&definition);
    let ids: Vec<&str> = index.places().iter().map(|place| place.step.id.as_str()).collect();
    assert_eq!(ids, ["a-2", "a-3", "a-4", "b", "b-2", "a", "a-5", "c", "c-2", "end-2"]);
}

#[test]
fn errors_inside_containers_say_where_they_are() {
    let wrong = json!({"label": "B", "type": "llm", "prompt": 1});
    let case = json!({"name": "a", "when": "true", "steps": [wrong]});
    for (step, expected) in [
        (
            json!({"label": "A", "type": "conditional", "cases": [case]}),
            "/steps/0/cases/0/steps/0/prompt: invalid type: integer `1`, expected a string",
        ),
        (
            json!({"label": "A", "type": "conditional", "cases": [{"names": "a", "when": "true", "steps": []}]}),
            "/steps/0/cases/0/names: unknown field `names`, expected one of `name`, `when`",
        ),
        (
            json!({"label": "A", "type": "conditional", "cases": [{"name": "a b", "when": "true", "steps": []}]}),
            "/steps/0/cases/0/name: \"a b\" is not a valid branch name",
        ),
        (
            json!({"label": "A", "type": "conditional", "cases": [], "otherwise": {"when": "true", "steps": []}}),
            "/steps/0/otherwise/when: unknown field `when`, expected one of `steps`",
        ),
        (
            json!({"label": "A", "type": "parallel", "branches": [{"name": "a", "steps": [{"label": "B", "type": "x"}]}]}),
            "/steps/0/branches/0/steps/0/type: \"x\" is not one of llm, agent, tool, review, parallel, conditional, loop",
        ),
        (
            json!({"label": "A", "type": "loop", "until": "true", "max_iterations": 1.5, "steps": []}),
            "/steps/0/max_iterations: invalid value: number `1.5`, expected an integer from 0",
        ),
        (
            json!({"label": "A", "type": "loop", "until": "true", "max_iterations": 2, "steps": [{"label": "B"}]}),
            "/steps/0/steps/0: missing field `type`",
        ),
        (
            json!({"label": "A", "type": "loop", "max_iteration": 1, "steps": []}),
            "/steps/0/max_iteration: unknown field `max_iteration`, expected one of `id`",
        ),
        (
            json!({"label": "A", "type": "parallel", "for_each": "input", "on_error": "stop", "steps": []}),
            "/steps/0/on_error: unknown value `stop`, expected one of `fail`, `continue`",
        ),
    ] {
        let error = Definition::of_known_parts(&json!({"steps": [step]})).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn nesting_that_is_read_has_a_limit() {
    let nested = |levels: usize| {
        let leaf = json!({"label": "Leaf", "type": "review"});
        let wrap = |inner: Value, at: usize| {
            let case = json!({"name": "a", "when": "true", "steps": [inner]});
            json!({"label": format!("L{at}"), "type": "conditional", "cases": [case]})
        };
        let step = (0..levels).fold(leaf, wrap);
        Definition::of_known_parts(&json!({"steps": [step]}))
    };
    let deepest = nested(MAX_READ_NESTING).unwrap();
    assert_eq!(Index::of(&deepest).places().len(), MAX_READ_NESTING + 1);
    let error = nested(MAX_READ_NESTING + 1).unwrap_err();
    assert_eq!(error.message, "steps are nested in more than 16 containers");
    assert!(error.pointer.starts_with("/steps/0/cases/0/steps/0/"), "{error}");
}
