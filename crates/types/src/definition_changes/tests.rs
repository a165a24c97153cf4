use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;
use crate::limits::{MAX_CHANGE_POINTER_BYTES, MAX_FIELD_CHANGES};

fn definition(value: &Value) -> Definition {
    serde_json::from_value(value.clone()).unwrap()
}

fn of_steps(steps: &Value) -> Definition {
    definition(&json!({ "steps": steps }))
}

fn note(id: &str, prompt: &str) -> Value {
    json!({"id": id, "label": id, "type": "llm", "prompt": prompt})
}

/// The changes in short: `~a /prompt`, `+b`, `-c`, `>d` for a moved one, `>~e …` for both.
fn told(before: &Definition, after: &Definition) -> Vec<String> {
    let (_, steps) = definition_difference(before, after);
    let one = |change: StepChange| {
        let pointers: Vec<String> = change.fields.into_iter().map(|field| format!(" {}", field.pointer)).collect();
        let moved = if change.moved { ">" } else { "" };
        match change.kind {
            StepChangeKind::Added => format!("+{}", change.step_id),
            StepChangeKind::Removed => format!("-{}", change.step_id),
            StepChangeKind::Moved => format!(">{}", change.step_id),
            _ => format!("{moved}~{}{}", change.step_id, pointers.concat()),
        }
    };
    steps.into_iter().map(one).collect()
}

#[test]
fn each_kind_of_change_is_told() {
    let before = of_steps(&json!([note("a", "x"), note("b", "x"), note("c", "x"), note("d", "x")]));
    let after = of_steps(&json!([note("a", "y"), note("d", "x"), note("c", "x"), note("e", "x")]));
    assert_eq!(told(&before, &after), ["~a /prompt", ">d", "+e", "-b"]);
    assert_eq!(told(&after, &after), Vec::<String>::new());
    let (_, steps) = definition_difference(&before, &after);
    let change = |pointer: &str, before: Option<Value>, after: Option<Value>| FieldChange {
        pointer: pointer.into(),
        before,
        after,
    };
    assert_eq!(steps[0].fields, [change("/prompt", Some(json!("x")), Some(json!("y")))]);
    let all = |change: &StepChange| change.fields.iter().map(|field| field.pointer.clone()).collect::<Vec<_>>();
    assert_eq!(all(&steps[2]), ["/id", "/label", "/type", "/prompt", "/enabled"]);
    assert!(steps[2].fields.iter().all(|field| field.before.is_none() && field.after.is_some()));
    assert!(steps[3].fields.iter().all(|field| field.before.is_some() && field.after.is_none()));
}

#[test]
fn as_few_steps_as_possible_have_moved() {
    let list = |ids: &str| of_steps(&ids.chars().map(|id| note(&id.to_string(), "x")).collect());
    assert_eq!(told(&list("abcdef"), &list("bcdefa")), [">a"]);
    assert_eq!(told(&list("abcdef"), &list("fabcde")), [">f"]);
    assert_eq!(told(&list("abcdef"), &list("acbdfe")).len(), 2);
    assert_eq!(told(&list("abcd"), &list("dcba")).len(), 3);
    // Steps that come or go move no other.
    assert_eq!(told(&list("abcd"), &list("xbyd")), ["+x", "+y", "-a", "-c"]);
}

#[test]
fn a_container_is_told_without_its_steps() {
    let route = |first: &str, when: &str, small: &[&str], big: &[&str]| {
        let steps = |ids: &[&str]| ids.iter().map(|id| note(id, "x")).collect::<Vec<_>>();
        json!({"id": "route", "label": "route", "type": "conditional", "cases": [
            {"name": first, "when": when, "steps": steps(small)}, {"name": "big", "when": "true", "steps": steps(big)}]})
    };
    let before = of_steps(&json!([route("small", "input.a", &["a", "b"], &["c"]), note("z", "x")]));
    let after = of_steps(&json!([route("small", "input.b", &["a"], &["c", "b", "z"])]));
    assert_eq!(told(&before, &after), ["~route /cases/0/when", ">b", ">z"]);
    // A case with another name holds the same steps.
    let renamed = of_steps(&json!([route("tiny", "input.a", &["a", "b"], &["c"]), note("z", "x")]));
    assert_eq!(told(&before, &renamed), ["~route /cases/0/name"]);
    let swapped = of_steps(&json!([route("tiny", "input.a", &["b", "a"], &["c"]), note("z", "x")]));
    assert_eq!(told(&before, &swapped).len(), 2);
    // A list that comes with a case is told by its steps.
    let one = of_steps(&json!([{"id": "route", "label": "route", "type": "conditional", "cases": []}]));
    let (_, steps) = definition_difference(&one, &before);
    assert_eq!(steps[0].fields[0].pointer, "/cases");
    assert_eq!(steps[0].fields[0].after.as_ref().unwrap()[0], json!({"name": "small", "when": "input.a"}));
}

#[test]
fn fields_of_the_definition_and_of_the_version_are_told() {
    let before = definition(&json!({"context": {"a/b": 1, "same": [1]}, "model": "m", "steps": [note("a", "x")]}));
    let after = definition(&json!({"context": {"a/b": 2, "same": [1]}, "yolo": true, "steps": [note("a", "x")]}));
    let (fields, steps) = definition_difference(&before, &after);
    let pointers = |fields: &[FieldChange]| fields.iter().map(|field| field.pointer.clone()).collect::<BTreeSet<_>>();
    assert_eq!(pointers(&fields), ["/context/a~1b", "/model", "/yolo"].map(String::from).into());
    assert_eq!(steps, []);
    let version = |version: i64, name: &str, definition: Definition| WorkflowVersion {
        version,
        name: name.into(),
        description: String::new(),
        definition,
        created_by: None,
        origin: None,
        restored_version: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    let difference = version_difference(&version(3, "A", before), &version(2, "B", after));
    assert_eq!((difference.from_version, difference.to_version), (3, 2));
    let expected = ["/name", "/definition/context/a~1b", "/definition/model", "/definition/yolo"];
    assert_eq!(pointers(&difference.fields), expected.map(String::from).into());
}

#[test]
fn a_value_with_many_changes_is_one_change() {
    let with = |count: usize, value: u8| {
        let context: BTreeMap<String, u8> = (0..count).map(|at| (format!("k{at}"), value)).collect();
        definition(&json!({"context": context, "steps": []}))
    };
    let count = |count: usize| definition_difference(&with(count, 0), &with(count, 1)).0.len();
    assert_eq!((count(MAX_FIELD_CHANGES), count(MAX_FIELD_CHANGES + 1)), (MAX_FIELD_CHANGES, 1));
    // A pointer is not repeated for each part of a value with a long name.
    let named = |length: usize, value: u8| {
        let name = "x".repeat(length);
        definition(&json!({"context": {name: value}, "steps": []}))
    };
    let pointer = |length: usize| definition_difference(&named(length, 0), &named(length, 1)).0[0].pointer.len();
    let most = MAX_CHANGE_POINTER_BYTES - "/context/".len();
    assert_eq!((pointer(most), pointer(most + 1)), (MAX_CHANGE_POINTER_BYTES, "/context".len()));
}

/// Steps of a few ids in a few lists: in the root, in the body of a loop and in two cases.
fn tree() -> impl Strategy<Value = Definition> {
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h"].map(String::from).to_vec();
    let step = (0_usize..4, select(vec!["x", "y"]));
    (Just(ids).prop_shuffle(), 0_usize..=8, prop::collection::vec(step, 8)).prop_map(|(ids, count, steps)| {
        let mut lists = vec![Vec::new(); 4];
        for (id, (list, prompt)) in ids.iter().take(count).zip(steps) {
            lists[list].push(note(id, prompt));
        }
        let [root, body, first, second] = <[Vec<Value>; 4]>::try_from(lists).unwrap();
        let mut steps = root;
        let case = |name: &str, steps: Vec<Value>| json!({"name": name, "when": "true", "steps": steps});
        steps.push(json!({"id": "route", "label": "route", "type": "conditional", "cases": [
            case("one", first), case("two", second)]}));
        steps.push(json!({"id": "rounds", "label": "rounds", "type": "loop", "until": "true", "max_iterations": 2, "steps": body}));
        of_steps(&Value::Array(steps))
    })
}

/// Each step with its list, in order, without those that are given.
fn outline(definition: &Definition, without: &BTreeSet<StepId>) -> Vec<String> {
    let index = Index::of(definition);
    let staying = index.places().iter().filter(|place| !without.contains(&place.step.id));
    staying.map(|place| format!("{:?} {}", place.block, place.step.id)).collect()
}

proptest! {
    #[test]
    fn every_difference_is_told_once(before in tree(), after in tree()) {
        let (fields, steps) = definition_difference(&before, &after);
        prop_assert_eq!(fields, []);
        let ids: BTreeSet<StepId> = steps.iter().map(|change| change.step_id.clone()).collect();
        prop_assert_eq!(ids.len(), steps.len());
        // What is not told is the same in both.
        let elsewhere: BTreeSet<StepId> = steps
            .iter()
            .filter(|change| change.moved || matches!(change.kind, StepChangeKind::Added | StepChangeKind::Removed))
            .map(|change| change.step_id.clone())
            .collect();
        prop_assert_eq!(outline(&before, &elsewhere), outline(&after, &elsewhere));
        for place in Index::of(&after).places() {
            let same = before.step(&place.step.id).is_some_and(|step| fields::of_step(step) == fields::of_step(&place.step));
            let told = steps.iter().any(|change| change.step_id == place.step.id && !change.fields.is_empty());
            prop_assert_eq!(same, !told);
        }
        // On the way back, as many steps move.
        let moves = |steps: &[StepChange]| steps.iter().filter(|change| change.moved).count();
        prop_assert_eq!(moves(&definition_difference(&after, &before).1), moves(&steps));
        prop_assert_eq!(definition_difference(&before, &before.clone()), (Vec::new(), Vec::new()));
    }
}
