//! Edits that name steps: added, replaced, ordered, connected and forgotten as they are called.

use serde_json::{Value, json};

use super::*;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, Step};
use crate::ids::{BranchName, StepId};
use crate::limits::{MAX_POSITION, MAX_STEPS};

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn step(value: &Value) -> Box<Step> {
    Box::new(serde_json::from_value(value.clone()).unwrap())
}

fn note(label: &str, prompt: &str) -> Value {
    json!({"label": label, "type": "llm", "prompt": prompt})
}

/// A step, a condition that uses it, and a step that uses both.
fn before() -> Definition {
    let case = json!({"name": "big", "when": "steps.A.content == 'x'", "steps": [note("B", "{{steps.A.content}}")]});
    serde_json::from_value(json!({"steps": [
        note("A", "x"),
        {"label": "Route", "type": "conditional", "cases": [case]},
        note("Z", "{{steps.A.content}}, {{ steps.A.content | upper }} and ${steps.Route.content}"),
    ]}))
    .unwrap()
}

fn done(edit: Edit) -> Definition {
    apply(&before(), edit).unwrap().definition
}

fn refused(edit: Edit) -> EditError {
    apply(&before(), edit).unwrap_err()
}

fn prompts(definition: &Definition) -> Vec<String> {
    let steps = ["b", "z"].map(|step| definition.step(&id(step)).map(|step| step.texts()[0].source.to_owned()));
    steps.into_iter().flatten().collect()
}

#[test]
fn a_step_is_added_as_it_is_called() {
    let insert = |value: &Value, to: BlockAddress| Edit::InsertStep { step: step(value), to, position: 0 };
    let within = BlockAddress::Inner { parent: id("route"), slot: Slot::Case(BranchName::new("big").unwrap()) };
    let added = done(insert(&json!({"id": "own", "label": "New", "type": "llm", "prompt": "x", "next": "b"}), within));
    let new = added.step(&id("own")).unwrap();
    assert_eq!((new.label.as_str(), new.next.as_ref()), ("New", Some(&id("b"))));
    for (value, error) in [
        (json!({"id": "b", "label": "New", "type": "review"}), EditError::IdTaken(id("b"))),
        (json!({"id": "end", "label": "New", "type": "review"}), EditError::IdTaken(id("end"))),
        (note("Z", "x"), EditError::IdTaken(id("z"))),
        (json!({"id": "y", "label": "Z", "type": "review"}), EditError::LabelTaken("Z".into())),
    ] {
        assert_eq!(refused(insert(&value, BlockAddress::Root)), error);
    }
    let many: Vec<Value> = (0..MAX_STEPS).map(|at| note(&format!("S{at}"), "x")).collect();
    let many = json!({"label": "All", "type": "loop", "steps": many});
    assert_eq!(refused(insert(&many, BlockAddress::Root)), EditError::TooManySteps);
    assert_eq!(usize::try_from(MAX_POSITION), Ok(MAX_STEPS));
}

#[test]
fn a_replaced_step_keeps_its_place_and_is_followed_by_its_references() {
    let renamed = done(Edit::ReplaceStep(step(&json!({"id": "a", "label": "First", "type": "review"}))));
    assert_eq!(renamed.steps[0].label, "First");
    assert_eq!(
        prompts(&renamed),
        [
            "{{steps.First.content}}",
            "{{steps.First.content}}, {{ steps.First.content | upper }} and ${steps.Route.content}"
        ]
    );
    // The steps inside go with it, and their names are free.
    let other = json!({"id": "route", "label": "Route", "type": "loop", "until": "true", "max_iterations": 2,
        "steps": [note("B", "new")]});
    assert_eq!(prompts(&done(Edit::ReplaceStep(step(&other))))[0], "new");
    let clash = json!({"id": "route", "label": "Route", "type": "loop", "steps": [note("Z", "x")]});
    assert_eq!(refused(Edit::ReplaceStep(step(&clash))), EditError::IdTaken(id("z")));
    assert_eq!(refused(Edit::ReplaceStep(step(&note("Gone", "x")))), EditError::NoSuchStep(id("gone")));
}

#[test]
fn an_order_names_each_step_once() {
    let order = |ids: &[&str]| Edit::ReorderSteps {
        block: BlockAddress::Root,
        order: ids.iter().map(|step| id(step)).collect(),
    };
    let ids: Vec<_> = done(order(&["z", "a", "route"])).steps.iter().map(|step| step.id.to_string()).collect();
    assert_eq!(ids, ["z", "a", "route"]);
    for wrong in [&["a", "z"][..], &["a", "z", "z"], &["a", "z", "b"], &["a", "route", "z", "a"]] {
        assert_eq!(refused(order(wrong)), EditError::NotTheSteps { count: 3 });
    }
}

#[test]
fn a_connection_leads_forward_in_its_list() {
    let connect =
        |from: &str, port: Port, target: Option<&str>| Edit::Connect { id: id(from), port, target: target.map(id) };
    let case = || Port::Case(BranchName::new("big").unwrap());
    assert_eq!(done(connect("a", Port::Next, Some("z"))).steps[0].next, Some(id("z")));
    assert_eq!(done(connect("a", Port::Next, Some("end"))).steps[0].next, Some(id("end")));
    let by_case = done(connect("route", case(), Some("z")));
    assert_eq!(serde_json::to_value(&by_case.steps[1]).unwrap()["cases"][0]["next"], "z");
    for target in ["a", "b", "gone"] {
        assert_eq!(refused(connect("a", Port::Next, Some(target))), EditError::NotLater(id(target)));
    }
    assert!(matches!(refused(connect("a", case(), Some("z"))), EditError::NoSuchField { .. }));
    assert!(matches!(refused(connect("route", Port::Otherwise, Some("z"))), EditError::NoSuchList(_)));
}

#[test]
fn a_forgotten_step_is_taken_out_where_it_is_only_inserted() {
    let forgotten = done(Edit::ForgetStep(id("a")));
    assert_eq!(prompts(&forgotten), ["", ", {{ steps.A.content | upper }} and ${steps.Route.content}"]);
    let when = serde_json::to_value(&forgotten.steps[1]).unwrap()["cases"][0]["when"].clone();
    assert_eq!(when, "steps.A.content == 'x'");
}
