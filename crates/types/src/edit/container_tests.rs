//! Edits of containers: their branches and cases, their fields, wrapping, moves between lists, copies.

use proptest::prelude::*;
use proptest::sample::Index as Any;
use serde_json::{Value, json};

use super::*;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, OnError, Step};
use crate::ids::{BranchName, StepId};
use crate::index::Index;
use crate::limits::MAX_NESTING;

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn name(text: &str) -> BranchName {
    BranchName::new(text).unwrap()
}

fn branch(text: &str) -> Slot {
    Slot::Branch(name(text))
}

fn case(text: &str) -> Slot {
    Slot::Case(name(text))
}

fn inner(parent: &str, slot: Slot) -> BlockAddress {
    BlockAddress::Inner { parent: id(parent), slot }
}

#[expect(clippy::needless_pass_by_value, reason = "tables read better without a sign before each macro")]
fn definition(steps: Value) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

fn llm(id: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "llm", "prompt": "x"})
}

fn tree() -> Definition {
    definition(json!([
        llm("a"),
        {"id": "fan", "label": "Fan", "type": "parallel", "branches": [
            {"name": "eu", "steps": [llm("b"), {"id": "c", "label": "C", "type": "llm", "prompt": "{{steps.B.content}} {{steps.A.content}} ${steps.b.output}"}]},
            {"name": "us", "steps": [llm("d")]},
        ]},
        {"id": "which", "label": "Which", "type": "conditional", "cases": [
            {"name": "yes", "when": "true", "steps": [llm("e")], "next": "z"},
        ]},
        {"id": "rounds", "label": "Rounds", "type": "loop", "until": "true", "max_iterations": 2, "steps": [llm("f")]},
        llm("z"),
    ]))
}

fn done(before: &Definition, edit: Edit) -> Definition {
    apply(before, edit).unwrap().definition
}

/// The tree in a few signs: `a fan(eu[b c] us[d])`.
fn shape(definition: &Definition) -> String {
    fn list(steps: &[std::sync::Arc<Step>]) -> String {
        let one = |step: &std::sync::Arc<Step>| {
            let lists: Vec<String> = step
                .kind
                .blocks()
                .iter()
                .map(|inner| {
                    let name = match &inner.slot {
                        Slot::Branch(name) | Slot::Case(name) => name.to_string(),
                        Slot::Each => "each".into(),
                        Slot::Otherwise => "otherwise".into(),
                        Slot::Body => "body".into(),
                    };
                    format!("{name}[{}]", list(inner.block.steps))
                })
                .collect();
            if lists.is_empty() { step.id.to_string() } else { format!("{}({})", step.id, lists.join(" ")) }
        };
        steps.iter().map(one).collect::<Vec<_>>().join(" ")
    }
    list(&definition.steps)
}

#[test]
fn branches_and_cases_come_and_go() {
    let before = tree();
    let add = |parent: &str, slot: Slot, position| Edit::AddSlot { parent: id(parent), slot, position };
    let after = done(&before, add("fan", branch("asia"), 1));
    assert!(shape(&after).starts_with("a fan(eu[b c] asia[] us[d])"));
    let after = done(&after, add("which", case("maybe"), 0));
    assert!(shape(&after).contains("which(maybe[] yes[e])"));
    let moved = done(&after, Edit::MoveSlot { parent: id("which"), slot: case("maybe"), position: 1 });
    assert!(shape(&moved).contains("which(yes[e] maybe[])"));
    let renamed = done(&moved, Edit::RenameSlot { parent: id("fan"), slot: branch("eu"), name: name("europe") });
    assert!(shape(&renamed).contains("fan(europe[b c] asia[] us[d])"));
    let removed = done(&renamed, Edit::RemoveSlot { parent: id("fan"), slot: branch("europe") });
    assert!(shape(&removed).contains("fan(asia[] us[d])"));
}

#[test]
fn wrong_branches_and_cases_are_refused() {
    let before = tree();
    let add = |parent: &str, slot: Slot, position| Edit::AddSlot { parent: id(parent), slot, position };
    let rename = |slot: Slot, to: &str| Edit::RenameSlot { parent: id("fan"), slot, name: name(to) };
    let taken = |of: &str| EditError::NameTaken(name(of));
    let no_list = |parent: &str, slot: Slot| EditError::NoSuchList(inner(parent, slot));
    for (edit, expected) in [
        (add("fan", branch("eu"), 0), taken("eu")),
        (add("which", case("otherwise"), 0), taken("otherwise")),
        (add("fan", case("x"), 0), no_list("fan", case("x"))),
        (add("rounds", Slot::Body, 0), no_list("rounds", Slot::Body)),
        (add("gone", branch("x"), 0), EditError::NoSuchStep(id("gone"))),
        (add("fan", branch("x"), 3), EditError::NoSuchPosition { position: 3, count: 2 }),
        (rename(branch("eu"), "us"), taken("us")),
        (rename(branch("x"), "y"), no_list("fan", branch("x"))),
        (Edit::RemoveSlot { parent: id("fan"), slot: branch("x") }, no_list("fan", branch("x"))),
        (Edit::MoveSlot { parent: id("fan"), slot: branch("x"), position: 0 }, no_list("fan", branch("x"))),
    ] {
        assert_eq!(apply(&before, edit), Err(expected));
    }
    assert_eq!(done(&before, rename(branch("eu"), "eu")), before);
}

#[test]
fn otherwise_is_there_while_it_holds_something() {
    let before = tree();
    let to = inner("which", Slot::Otherwise);
    let moved = done(&before, Edit::MoveStep { id: id("a"), to, position: 0 });
    assert!(shape(&moved).contains("which(yes[e] otherwise[a])"));
    let back = done(&moved, Edit::MoveStep { id: id("a"), to: BlockAddress::Root, position: 0 });
    assert_eq!(back, before);
    assert_eq!(shape(&done(&moved, Edit::RemoveStep(id("a")))), shape(&before).replacen("a ", "", 1));
    let next = StepField::Case(Slot::Otherwise, CaseField::Next(Some(id("z"))));
    let jumps = done(&before, Edit::UpdateStep { id: id("which"), field: next });
    assert!(shape(&jumps).contains("otherwise[]"));
    let none = StepField::Case(Slot::Otherwise, CaseField::Next(None));
    assert_eq!(done(&jumps, Edit::UpdateStep { id: id("which"), field: none }), before);
}

#[test]
fn containers_have_fields_of_their_own() {
    let set = |of: &str, field: StepField| Edit::UpdateStep { id: id(of), field };
    let after = [
        set("fan", ParallelField::MaxConcurrency(Some(2)).into()),
        set("fan", ParallelField::OnError(Some(OnError::Continue)).into()),
        set("which", StepField::Case(case("yes"), CaseField::When("false".into()))),
        set("rounds", LoopField::Until("done".into()).into()),
        set("rounds", LoopField::MaxIterations(9).into()),
    ]
    .into_iter()
    .fold(tree(), |before, edit| done(&before, edit));
    let wire = serde_json::to_value(&after).unwrap();
    assert_eq!((&wire["steps"][1]["max_concurrency"], &wire["steps"][1]["on_error"]), (&json!(2), &json!("continue")));
    assert_eq!(wire["steps"][2]["cases"][0]["when"], "false");
    assert_eq!((&wire["steps"][3]["until"], &wire["steps"][3]["max_iterations"]), (&json!("done"), &json!(9)));
    for (of, field) in [
        ("a", ParallelField::ForEach(String::new()).into()),
        ("fan", LoopField::MaxIterations(1).into()),
        ("rounds", StepField::Case(case("yes"), CaseField::Next(None))),
    ] {
        assert!(matches!(apply(&tree(), set(of, field)), Err(EditError::NoSuchField { .. })), "{of}");
    }
    for (slot, field) in [(case("no"), CaseField::Next(None)), (Slot::Otherwise, CaseField::When(String::new()))] {
        let refused = apply(&tree(), set("which", StepField::Case(slot.clone(), field)));
        assert_eq!(refused, Err(EditError::NoSuchList(inner("which", slot))));
    }
}

#[test]
fn a_step_is_wrapped_at_its_place() {
    let mut before = tree();
    before.entry_step = Some(id("a"));
    let before = done(&before, Edit::UpdateStep { id: id("a"), field: StepField::Next(Some(id("rounds"))) });
    for (within, expected) in [
        (Wrapping::Parallel, "parallel(A[a])"),
        (Wrapping::Condition, "condition(yes[a])"),
        (Wrapping::Loop, "loop(body[a])"),
        (Wrapping::ForEach, "for-each(each[a])"),
    ] {
        let wrapped = apply(&before, Edit::WrapStep { id: id("a"), within }).unwrap();
        let container = wrapped.step.unwrap();
        assert!(shape(&wrapped.definition).starts_with(expected), "{}", shape(&wrapped.definition));
        // Jumps lead around the container.
        assert_eq!(wrapped.definition.entry_step, Some(container.clone()));
        assert_eq!(wrapped.definition.step(&container).unwrap().next, Some(id("rounds")));
        assert_eq!(wrapped.definition.step(&id("a")).unwrap().next, None);
        let back = apply(&wrapped.definition, Edit::UnwrapStep(container)).unwrap();
        assert_eq!((back.definition, back.step), (before.clone(), Some(id("a"))));
    }
    let wrapped = done(&before, Edit::WrapStep { id: id("z"), within: Wrapping::Loop });
    let wire = serde_json::to_value(&wrapped).unwrap();
    assert_eq!(wire["steps"][2]["cases"][0]["next"], "loop");
}

#[test]
fn a_container_is_unwrapped_into_its_list() {
    let before = tree();
    let unwrap = |of: &str| apply(&before, Edit::UnwrapStep(id(of)));
    assert!(shape(&unwrap("fan").unwrap().definition).starts_with("a b c d which("));
    assert_eq!(unwrap("a"), Err(EditError::NoContainer(id("a"))));
    assert_eq!(unwrap("gone"), Err(EditError::NoSuchStep(id("gone"))));
    // The end of a branch is not the end of the list around it.
    let ends = done(&before, Edit::UpdateStep { id: id("b"), field: StepField::Next(StepId::new("end").ok()) });
    let after = done(&ends, Edit::UnwrapStep(id("fan")));
    assert_eq!(after.step(&id("b")).unwrap().next, Some(id("which")));
    let empty = done(&before, Edit::RemoveStep(id("f")));
    let gone = apply(&empty, Edit::UnwrapStep(id("rounds"))).unwrap();
    assert_eq!((gone.step, gone.definition.steps.len()), (None, 4));
}

#[test]
fn a_copy_of_a_container_has_names_of_its_own() {
    let copied = apply(&tree(), Edit::DuplicateStep(id("fan"))).unwrap();
    assert!(shape(&copied.definition).contains("fan-2(eu[b-2 c-2] us[d-2]) which"), "{}", shape(&copied.definition));
    let copy = copied.definition.step(&id("c-2")).unwrap();
    // The copies refer to each other, and to what stands before both.
    let text = copy.templates()[0].1.to_owned();
    assert_eq!(text, "{{steps.B 2.content}} {{steps.A.content}} ${steps.B 2.output}");
    let copied = done(&tree(), Edit::DuplicateStep(id("which")));
    let wire = serde_json::to_value(&copied).unwrap();
    assert_eq!((&wire["steps"][3]["cases"][0]["next"], &wire["steps"][3]["id"]), (&Value::Null, &json!("which-2")));
}

#[test]
fn nothing_is_put_too_deep() {
    let mut deep = definition(json!([llm("x"), llm("y")]));
    for _ in 0..MAX_NESTING {
        deep = done(&deep, Edit::WrapStep { id: id("x"), within: Wrapping::Loop });
    }
    assert_eq!(apply(&deep, Edit::WrapStep { id: id("x"), within: Wrapping::Loop }), Err(EditError::TooDeep));
    let place = Index::of(&deep).place(&id("x")).unwrap().block.clone();
    let into = |to: &BlockAddress, of: &str| apply(&deep, Edit::MoveStep { id: id(of), to: to.clone(), position: 0 });
    assert!(into(&place, "y").is_ok());
    let loop_of_y = done(&deep, Edit::WrapStep { id: id("y"), within: Wrapping::Loop });
    let container = Index::of(&loop_of_y).place(&id("y")).unwrap().block.clone();
    let BlockAddress::Inner { parent, .. } = container else { panic!("in a loop") };
    assert_eq!(apply(&loop_of_y, Edit::MoveStep { id: parent, to: place, position: 0 }), Err(EditError::TooDeep));
}

#[test]
fn a_step_does_not_move_into_itself() {
    let inside = inner("fan", branch("eu"));
    let edit = Edit::MoveStep { id: id("fan"), to: inside.clone(), position: 0 };
    assert_eq!(apply(&tree(), edit), Err(EditError::NoSuchList(inside)));
}

fn sorted_ids(definition: &Definition) -> Vec<String> {
    let mut ids: Vec<String> = Index::of(definition).places().iter().map(|place| place.step.id.to_string()).collect();
    ids.sort();
    ids
}

proptest! {
    #[test]
    fn a_move_in_a_tree_is_a_permutation(moves in prop::collection::vec((any::<Any>(), any::<Any>(), any::<Any>()), 1..12)) {
        let mut now = tree();
        for (of, to, position) in moves {
            let index = Index::of(&now);
            let of = index.places()[of.index(index.places().len())].step.id.clone();
            let mut lists: Vec<BlockAddress> = index.addresses().cloned().collect();
            lists.sort();
            let to = lists[to.index(lists.len())].clone();
            let own = usize::from(index.place(&of).unwrap().block == to);
            let position = position.index(index.len_of(&to) - own + 1);
            let Ok(applied) = apply(&now, Edit::MoveStep { id: of.clone(), to: to.clone(), position }) else { continue };
            prop_assert_eq!(sorted_ids(&applied.definition), sorted_ids(&now));
            let after = Index::of(&applied.definition);
            let place = after.place(&of).unwrap();
            prop_assert_eq!((&place.block, place.position), (&to, position));
            now = applied.definition;
        }
    }
}
