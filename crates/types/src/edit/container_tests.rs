//! Edits of containers, and their properties.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index as Any;
use serde_json::{Value, json};

use super::*;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, Step, StepKind};
use crate::ids::{BranchName, StepId};
use crate::index::Index;
use crate::limits::{MAX_CASES, MAX_NESTING, MAX_PARALLEL_BRANCHES, MAX_STEPS};
use crate::lint::{LintContext, lint};

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn branch(text: &str) -> BranchName {
    BranchName::new(text).unwrap()
}

fn step(value: &Value) -> Step {
    serde_json::from_value(value.clone()).unwrap()
}

fn definition(steps: &Value) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

fn note(label: &str) -> Value {
    json!({"label": label, "type": "llm", "prompt": "x"})
}

fn list(parent: &str, slot: Slot) -> BlockAddress {
    BlockAddress::Inner { parent: id(parent), slot }
}

fn case(name: &str) -> Slot {
    Slot::Case(branch(name))
}

/// A list, a condition and a loop in it.
pub(crate) fn tree() -> Definition {
    let polish = json!({"label": "Polish", "type": "loop", "until": "steps.Judge.content == 'ok'", "max_iterations": 3,
    "entry_step": "draft", "steps": [
        {"label": "Draft", "type": "llm", "prompt": "{{ previous }} {{ steps.First.content }}", "next": "judge"},
        {"label": "Judge", "type": "llm", "prompt": "{{ steps.Draft.content }} {{ steps.draft.content }}"},
        {"label": "Look", "type": "review", "shows": ["judge", "first"]},
    ]});
    let route = json!({"label": "Route", "type": "conditional",
        "cases": [{"name": "big", "when": "input.big", "next": "last", "steps": [polish]}, {"name": "small", "when": "input.small"}],
        "otherwise": {"steps": [note("Small")]}});
    definition(&json!([note("First"), route, note("Middle"), note("Last")]))
}

fn done(before: &Definition, edit: Edit) -> Definition {
    apply(before, edit).unwrap().definition
}

fn refused(before: &Definition, edit: Edit) -> EditError {
    apply(before, edit).unwrap_err()
}

/// The labels as a tree: `A[B C]`.
fn outline(definition: &Definition) -> String {
    fn of(steps: &[Arc<Step>]) -> String {
        let one = |step: &Arc<Step>| {
            let blocks = step.kind.blocks();
            let lists: Vec<String> = blocks.iter().map(|inner| format!("[{}]", of(inner.block.steps))).collect();
            format!("{}{}", step.label, lists.concat())
        };
        steps.iter().map(one).collect::<Vec<_>>().join(" ")
    }
    of(&definition.steps)
}

fn findings(definition: &Definition) -> Vec<String> {
    let report = lint(definition, &LintContext::default(), None);
    report.findings.into_iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect()
}

#[test]
fn steps_move_between_lists() {
    let before = tree();
    assert_eq!(outline(&before), "First Route[Polish[Draft Judge Look]][][Small] Middle Last");
    let into = Edit::MoveStep { id: id("middle"), to: list("route", case("small")), position: 0 };
    let after = done(&before, into);
    assert_eq!(outline(&after), "First Route[Polish[Draft Judge Look]][Middle][Small] Last");
    let out = Edit::MoveStep { id: id("draft"), to: BlockAddress::Root, position: 1 };
    let after = done(&after, out);
    assert_eq!(outline(&after), "First Draft Route[Polish[Judge Look]][Middle][Small] Last");
    assert!(after.step(&id("draft")).unwrap().next.is_none(), "its jump leads out of its list");
    let StepKind::Loop(polish) = &after.step(&id("polish")).unwrap().kind else { panic!("a loop") };
    assert_eq!(polish.entry_step, None);
    // The jumps of cases lead in the list of the step.
    let deeper = done(
        &before,
        Edit::AddStep {
            step: Box::new(step(&json!({"label": "Box", "type": "loop"}))),
            to: BlockAddress::Root,
            position: 0,
        },
    );
    let after = done(&deeper, Edit::MoveStep { id: id("route"), to: list("box", Slot::Body), position: 0 });
    let StepKind::Conditional(route) = &after.step(&id("route")).unwrap().kind else { panic!("a conditional") };
    assert_eq!(route.cases[0].next, None);
    // A step does not move into itself.
    let inside = list("polish", Slot::Body);
    let edit = Edit::MoveStep { id: id("route"), to: inside.clone(), position: 0 };
    assert_eq!(refused(&before, edit), EditError::NoSuchList(inside));
}

#[test]
fn a_removed_step_takes_those_inside_along() {
    let shown = done(&tree(), Edit::UpdateStep { id: id("look"), field: ReviewField::Shows(vec![id("first")]).into() });
    let after = done(&shown, Edit::RemoveSteps(vec![id("last")]));
    let StepKind::Conditional(route) = &after.step(&id("route")).unwrap().kind else { panic!("a conditional") };
    assert_eq!(route.cases[0].next, None);
    let after = done(&after, Edit::RemoveSteps(vec![id("first")]));
    let StepKind::Review(look) = &after.step(&id("look")).unwrap().kind else { panic!("a review") };
    assert_eq!(look.shows, []);
    let after = done(&after, Edit::RemoveSteps(vec![id("polish")]));
    assert_eq!(outline(&after), "Route[][][Small] Middle");
    let after = done(&tree(), Edit::ChangeBranches { parent: id("route"), change: BranchChange::Remove(case("big")) });
    assert_eq!(outline(&after), "First Route[][Small] Middle Last");
}

#[test]
fn a_copy_of_a_container_refers_to_its_own_steps() {
    let after = apply(&tree(), Edit::DuplicateSteps(vec![id("polish")])).unwrap();
    assert_eq!(after.step, Some(id("polish-2")));
    let after = after.definition;
    assert_eq!(
        outline(&after),
        "First Route[Polish[Draft Judge Look] Polish 2[Draft 2 Judge 2 Look 2]][][Small] Middle Last"
    );
    let copy = after.step(&id("polish-2")).unwrap();
    let StepKind::Loop(polish) = &copy.kind else { panic!("a loop") };
    assert_eq!(
        (polish.until.as_str(), polish.entry_step.clone()),
        ("steps.Judge 2.content == 'ok'", Some(id("draft-2")))
    );
    assert_eq!(polish.steps[0].next, Some(id("judge-2")));
    assert_eq!(polish.steps[0].templates()[0].1, "{{ previous }} {{ steps.First.content }}");
    assert_eq!(polish.steps[1].templates()[0].1, "{{ steps.Draft 2.content }} {{ steps.draft-2.content }}");
    let StepKind::Review(look) = &polish.steps[2].kind else { panic!("a review") };
    assert_eq!(look.shows, [id("judge-2"), id("first")]);
    assert_eq!(findings(&after), findings(&tree()));
    // A container that uses its own label inside.
    let own = json!({"label": "Each", "type": "parallel", "for_each": "input.a", "steps": [
        {"label": "A", "type": "llm", "prompt": "{{ steps.Each.item }}"}]});
    let after = done(&definition(&json!([own])), Edit::DuplicateSteps(vec![id("each")]));
    assert_eq!(after.step(&id("a-2")).unwrap().templates()[0].1, "{{ steps.Each 2.item }}");
}

#[test]
fn copies_of_several_steps_refer_to_each_other() {
    let before = definition(&json!([
        note("First"),
        {"label": "Plan", "type": "llm", "prompt": "{{ steps.First.content }}", "next": "last"},
        {"label": "Write", "type": "llm", "prompt": "{{ steps.Plan.content }} {{ steps.First.content }}", "next": "look"},
        {"label": "Skip", "type": "llm", "prompt": "x"},
        {"label": "Look", "type": "review", "shows": ["write", "first"]},
        note("Last"),
    ]));
    let ids = ["look", "plan", "skip", "write"].map(id);
    let after = apply(&before, Edit::DuplicateSteps(ids.to_vec())).unwrap();
    assert_eq!(after.step, Some(id("plan-2")));
    let after = after.definition;
    assert_eq!(outline(&after), "First Plan Write Skip Look Plan 2 Write 2 Skip 2 Look 2 Last");
    let copy = |name: &str| after.step(&id(name)).unwrap();
    assert_eq!(copy("write-2").templates()[0].1, "{{ steps.Plan 2.content }} {{ steps.First.content }}");
    // A jump out of the copied steps is left out.
    assert_eq!((&copy("plan-2").next, &copy("write-2").next), (&None, &Some(id("look-2"))));
    let StepKind::Review(look) = &copy("look-2").kind else { panic!("a review") };
    assert_eq!(look.shows, [id("write-2"), id("first")]);
    let apart = Edit::DuplicateSteps(vec![id("first"), id("last")]);
    assert_eq!(refused(&before, apart), EditError::NotOneAfterAnother);
    assert_eq!(refused(&before, Edit::DuplicateSteps(Vec::new())), EditError::NotOneAfterAnother);
}

#[test]
fn several_steps_are_removed_at_once() {
    let remove = |ids: &[&str]| Edit::RemoveSteps(ids.iter().map(|text| id(text)).collect());
    let after = done(&tree(), remove(&["draft", "judge"]));
    assert_eq!(outline(&after), "First Route[Polish[Look]][][Small] Middle Last");
    let StepKind::Review(look) = &after.step(&id("look")).unwrap().kind else { panic!("a review") };
    assert_eq!(look.shows, [id("first")]);
    // One stands inside another.
    assert_eq!(outline(&done(&tree(), remove(&["polish", "draft", "last"]))), "First Route[][][Small] Middle");
    assert_eq!(refused(&tree(), remove(&["first", "gone"])), EditError::NoSuchStep(id("gone")));
}

#[test]
fn a_rename_goes_through_expressions() {
    let after = done(&tree(), Edit::RenameStep { id: id("judge"), label: "The critic".into() });
    assert_eq!(after.step(&id("polish")).unwrap().expressions()[0].source, "steps.The critic.content == 'ok'");
}

#[test]
fn branches_and_cases_are_edited() {
    let before = tree();
    let parent = || id("route");
    let after = done(&before, Edit::ChangeBranches { parent: parent(), change: BranchChange::Add(branch("big")) });
    let after = done(&after, Edit::ChangeBranches { parent: parent(), change: BranchChange::Add(branch("otherwise")) });
    let names = |definition: &Definition| {
        let blocks = definition.step(&id("route")).unwrap().kind.blocks();
        blocks
            .into_iter()
            .map(|inner| match inner.slot {
                Slot::Branch(name) | Slot::Case(name) => name.to_string(),
                slot => format!("{slot:?}"),
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(names(&after), "big small big-2 otherwise-2 Otherwise");
    let after = done(
        &after,
        Edit::ChangeBranches { parent: parent(), change: BranchChange::Move { name: branch("big-2"), position: 0 } },
    );
    assert_eq!(names(&after), "big-2 big small otherwise-2 Otherwise");
    let rename = |from: &str, to: &str| Edit::ChangeBranches {
        parent: parent(),
        change: BranchChange::Rename { from: branch(from), to: branch(to) },
    };
    assert_eq!(names(&done(&after, rename("big-2", "huge"))), "huge big small otherwise-2 Otherwise");
    assert_eq!(done(&after, rename("big", "big")), after);
    for taken in ["big", "otherwise"] {
        assert_eq!(refused(&after, rename("small", taken)), EditError::BranchName(branch(taken)));
    }
    assert_eq!(refused(&after, rename("gone", "x")), EditError::NoSuchBranch(branch("gone")));
    let too_far =
        Edit::ChangeBranches { parent: parent(), change: BranchChange::Move { name: branch("big"), position: 4 } };
    assert_eq!(refused(&after, too_far), EditError::NoSuchPosition { position: 4, count: 3 });
    let after = done(&after, Edit::ChangeBranches { parent: parent(), change: BranchChange::Remove(Slot::Otherwise) });
    let gone = Edit::ChangeBranches { parent: parent(), change: BranchChange::Remove(Slot::Otherwise) };
    assert_eq!(refused(&after, gone), EditError::NoSuchList(list("route", Slot::Otherwise)));
    assert_eq!(
        names(&done(&after, Edit::ChangeBranches { parent: parent(), change: BranchChange::AddOtherwise })),
        "big-2 big small otherwise-2 Otherwise"
    );
    for edit in [
        Edit::ChangeBranches { parent: id("first"), change: BranchChange::Add(branch("a")) },
        Edit::ChangeBranches { parent: id("polish"), change: BranchChange::AddOtherwise },
        Edit::ChangeBranches { parent: id("polish"), change: BranchChange::Move { name: branch("a"), position: 0 } },
    ] {
        assert!(matches!(refused(&before, edit), EditError::NoSuchField { .. }));
    }
    let each = definition(&json!([{"label": "Each", "type": "parallel", "for_each": "input.a", "steps": []}]));
    let add = |name: &str| Edit::ChangeBranches { parent: id("each"), change: BranchChange::Add(branch(name)) };
    assert_eq!(refused(&each, add("a")), EditError::BranchesAndItems);
    let without = done(&each, Edit::ChangeBranches { parent: id("each"), change: BranchChange::Remove(Slot::Each) });
    let with_branch = done(&without, add("a"));
    let items = ParallelField::ForEach(Some("input.a".into())).into();
    let edit = Edit::UpdateStep { id: id("each"), field: items };
    assert_eq!(refused(&with_branch, edit), EditError::BranchesAndItems);
    let full = |kind: &str, most: usize| {
        let before = definition(&json!([{"label": "A", "type": kind, "cases": []}]));
        let add = || Edit::ChangeBranches { parent: id("a"), change: BranchChange::Add(branch("b")) };
        let full = (0..most).fold(before, |before, _| done(&before, add()));
        refused(&full, add())
    };
    assert_eq!(full("conditional", MAX_CASES), EditError::TooManyBranches { most: MAX_CASES });
    assert_eq!(full("parallel", MAX_PARALLEL_BRANCHES), EditError::TooManyBranches { most: MAX_PARALLEL_BRANCHES });
}

#[test]
fn containers_have_fields_of_their_own() {
    let before = definition(&json!([
        {"label": "Fan", "type": "parallel"}, {"label": "Route", "type": "conditional", "cases": [{"name": "a"}], "otherwise": {}},
        {"label": "Polish", "type": "loop"}, note("Last"),
    ]));
    let set = |of: &str, field: StepField| apply(&before, Edit::UpdateStep { id: id(of), field });
    let next = |slot: Slot| CaseField::Next { slot, next: Some(id("last")) };
    for (of, field, pointer, value) in [
        ("fan", ParallelField::ForEach(Some("input.a".into())).into(), "/steps/0/for_each", json!("input.a")),
        ("fan", ParallelField::MaxConcurrency(Some(3)).into(), "/steps/0/max_concurrency", json!(3)),
        (
            "route",
            CaseField::When { case: branch("a"), when: "true".into() }.into(),
            "/steps/1/cases/0/when",
            json!("true"),
        ),
        ("route", next(case("a")).into(), "/steps/1/cases/0/next", json!("last")),
        ("route", next(Slot::Otherwise).into(), "/steps/1/otherwise/next", json!("last")),
        ("polish", LoopField::Until("true".into()).into(), "/steps/2/until", json!("true")),
        ("polish", LoopField::MaxIterations(4).into(), "/steps/2/max_iterations", json!(4)),
    ] {
        let field: StepField = field;
        let after = serde_json::to_value(set(of, field.clone()).unwrap().definition).unwrap();
        assert_eq!(after.pointer(pointer), Some(&value));
        assert!(matches!(set("last", field), Err(EditError::NoSuchField { .. })));
    }
    assert_eq!(set("route", next(case("b")).into()), Err(EditError::NoSuchList(list("route", case("b")))));
}

#[test]
fn steps_are_wrapped_and_unwrapped() {
    let before = definition(&json!([
        {"label": "A", "type": "llm", "prompt": "x", "next": "b"}, {"label": "B", "type": "llm", "prompt": "x", "next": "d"},
        {"label": "C", "type": "llm", "prompt": "x", "next": "e"}, note("D"), note("E"),
    ]));
    let wrap = |ids: &[&str], wrapper| Edit::WrapSteps { ids: ids.iter().map(|text| id(text)).collect(), wrapper };
    let looped = apply(&before, wrap(&["c", "b"], Wrapper::Loop)).unwrap();
    assert_eq!((outline(&looped.definition).as_str(), looped.step), ("A Loop[B C] D E", Some(id("loop"))));
    let after = looped.definition;
    let nexts = |definition: &Definition| {
        let index = Index::of(definition);
        let next =
            |place: &crate::index::Place| place.step.next.as_ref().map(|next| format!("{}>{next}", place.step.id));
        index.places().iter().filter_map(next).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(nexts(&after), "a>loop loop>e");
    let back = done(&after, Edit::UnwrapStep(id("loop")));
    assert_eq!((outline(&back).as_str(), nexts(&back).as_str()), ("A B C D E", "a>b c>e"));
    for (wrapper, expected) in [
        (Wrapper::Branches, "A Parallel[B][C] D E"),
        (Wrapper::ForEach, "A For each[B C] D E"),
        (Wrapper::Conditional, "A Condition[B C] D E"),
    ] {
        let wrapped = apply(&before, wrap(&["b", "c"], wrapper)).unwrap();
        assert_eq!(outline(&wrapped.definition), expected);
        let back = done(&wrapped.definition, Edit::UnwrapStep(wrapped.step.unwrap()));
        assert_eq!((outline(&back).as_str(), nexts(&back).as_str()), ("A B C D E", "a>b c>e"));
    }
    for ids in [&["a", "c"][..], &[]] {
        assert_eq!(refused(&before, wrap(ids, Wrapper::Loop)), EditError::NotOneAfterAnother);
    }
    let mixed = done(&before, wrap(&["b"], Wrapper::Loop));
    assert_eq!(refused(&mixed, wrap(&["a", "b"], Wrapper::Loop)), EditError::NotOneAfterAnother);
    assert!(matches!(refused(&before, Edit::UnwrapStep(id("a"))), EditError::NoSuchField { .. }));
    // The end of an inner list is not that of the list around it.
    let ends = definition(&json!([
        {"label": "Fan", "type": "parallel", "branches": [
            {"name": "a", "steps": [{"label": "A", "type": "llm", "prompt": "x", "next": "end"}, note("B")]},
            {"name": "b", "steps": [{"label": "C", "type": "llm", "prompt": "x", "next": "end"}, note("D")]},
        ]},
        note("E"),
    ]));
    assert_eq!(nexts(&done(&ends, Edit::UnwrapStep(id("fan")))), "a>c c>e");
}

#[test]
fn edits_keep_the_limits() {
    let wrap = |of: &str| Edit::WrapSteps { ids: vec![id(of)], wrapper: Wrapper::Loop };
    let deepest = (0..MAX_NESTING).fold(definition(&json!([note("A")])), |before, _| done(&before, wrap("a")));
    assert_eq!(refused(&deepest, wrap("a")), EditError::TooDeep);
    let innermost = Index::of(&deepest).place(&id("a")).unwrap().block.clone();
    let add =
        |value: Value, to: &BlockAddress| Edit::AddStep { step: Box::new(step(&value)), to: to.clone(), position: 0 };
    assert!(apply(&deepest, add(note("B"), &innermost)).is_ok());
    assert_eq!(refused(&deepest, add(json!({"label": "B", "type": "loop"}), &innermost)), EditError::TooDeep);
    let beside = done(&deepest, add(json!({"label": "B", "type": "loop"}), &BlockAddress::Root));
    let into = Edit::MoveStep { id: id("b"), to: innermost, position: 0 };
    assert_eq!(refused(&beside, into), EditError::TooDeep);
    let most: Vec<Value> = (0..MAX_STEPS - 1).map(|at| note(&format!("S{at}"))).collect();
    let full = definition(&json!(most));
    let pair = json!({"label": "L", "type": "loop", "steps": [note("In")]});
    assert_eq!(refused(&full, add(pair, &BlockAddress::Root)), EditError::TooManySteps);
    assert_eq!(refused(&done(&full, wrap("s0")), wrap("s1")), EditError::TooManySteps);
}

/// An edit of a tree: which, of which step, to where, and a name.
pub(crate) type Drawn = (u8, Any, Any, Any, String);

pub(crate) fn any_edit() -> impl Strategy<Value = Drawn> {
    (0..18_u8, any::<Any>(), any::<Any>(), any::<Any>(), "[a-c]{1,2}")
}

fn addresses(index: &Index) -> Vec<BlockAddress> {
    let mut all: Vec<BlockAddress> = index.addresses().cloned().collect();
    all.sort();
    all
}

pub(crate) fn edit_of(before: &Definition, (kind, of, to, at, name): Drawn) -> Edit {
    let index = Index::of(before);
    let blocks = addresses(&index);
    let block = blocks[to.index(blocks.len())].clone();
    let position = at.index(index.len_of(&block) + 1);
    let add = |value: Value| Edit::AddStep { step: Box::new(step(&value)), to: block.clone(), position };
    let places = index.places();
    let Some(place) = (!places.is_empty()).then(|| &places[of.index(places.len())]) else { return add(note(&name)) };
    let id = place.step.id.clone();
    let slots: Vec<Slot> = place.step.kind.blocks().into_iter().map(|inner| inner.slot).collect();
    let slot = if slots.is_empty() { Slot::Body } else { slots[at.index(slots.len())].clone() };
    let own = match &slot {
        Slot::Branch(own) | Slot::Case(own) => own.clone(),
        Slot::Each | Slot::Otherwise | Slot::Body => branch("gone"),
    };
    let later = index.nth(&place.block, place.position + 1 + at.index(3)).map(|place| place.step.id.clone());
    let count = 1 + at.index(3);
    let several = index.block(&place.block).skip(place.position).take(count).map(|place| place.step.id.clone());
    let several: Vec<StepId> = several.collect();
    match kind {
        0 => Edit::DuplicateSteps(several),
        1 => Edit::RemoveSteps(several),
        2 => Edit::RenameStep { id, label: name },
        3 | 4 => Edit::MoveStep { id, to: block, position },
        5 => {
            let wrappers = [Wrapper::Branches, Wrapper::ForEach, Wrapper::Conditional, Wrapper::Loop];
            Edit::WrapSteps { ids: several, wrapper: wrappers[to.index(4)] }
        }
        6 => Edit::UnwrapStep(id),
        7 => Edit::ChangeBranches { parent: id, change: BranchChange::Add(branch(&name)) },
        8 => Edit::ChangeBranches { parent: id, change: BranchChange::AddOtherwise },
        9 => Edit::ChangeBranches { parent: id, change: BranchChange::Remove(slot) },
        10 => Edit::ChangeBranches { parent: id, change: BranchChange::Rename { from: own, to: branch(&name) } },
        11 => Edit::ChangeBranches { parent: id, change: BranchChange::Move { name: own, position: at.index(3) } },
        12 => Edit::UpdateStep { id, field: StepField::Next(later) },
        13 => Edit::InsertStep { step: Box::new(step(&note(&name))), to: block, position },
        14 => Edit::Connect { id, port: Port::Next, target: later },
        15 => {
            let other = match &place.step.kind {
                StepKind::Llm(_) => json!({"id": id, "label": name, "type": "review"}),
                _ => json!({"id": id, "label": name, "type": "llm", "prompt": "y"}),
            };
            Edit::ReplaceStep(Box::new(step(&other)))
        }
        16 => Edit::ForgetStep(id),
        _ => add(
            json!({"label": name, "type": "conditional", "cases": [{"name": "x", "when": "true", "steps": [note("In")]}]}),
        ),
    }
}

proptest! {
    #[test]
    fn edits_of_trees_keep_the_invariants(edits in prop::collection::vec(any_edit(), 0..30)) {
        let mut definition = tree();
        for edit in edits {
            let edit = edit_of(&definition, edit);
            let moves_within = match &edit {
                Edit::MoveStep { id, to, .. } => Index::of(&definition).place(id).is_some_and(|place| place.block == *to),
                _ => false,
            };
            // A move within a list may turn a jump round, which the lint tells.
            if moves_within {
                continue;
            }
            if let Ok(applied) = apply(&definition, edit) {
                definition = applied.definition;
            }
        }
        let report = lint(&definition, &LintContext::default(), None);
        for code in [
            "duplicate_id", "duplicate_label", "reserved_id", "empty_label", "unknown_next", "backward_next",
            "unknown_entry_step", "duplicate_name", "reserved_name", "too_deep", "branches_and_for_each",
        ] {
            let found = report.findings.iter().find(|finding| finding.code == code);
            prop_assert!(found.is_none(), "{found:?} in {}", outline(&definition));
        }
        let written = serde_json::to_value(&definition).unwrap();
        prop_assert_eq!(serde_json::from_value::<Definition>(written).unwrap(), definition);
    }

    #[test]
    fn a_wrapped_list_unwraps_to_the_same_order(from in 0..4_usize, count in 1..4_usize, wrapper in 0..4_usize) {
        let before = tree();
        let wrapper = [Wrapper::Branches, Wrapper::ForEach, Wrapper::Conditional, Wrapper::Loop][wrapper];
        let ids: Vec<StepId> = before.steps.iter().skip(from).take(count).map(|step| step.id.clone()).collect();
        let wrapped = apply(&before, Edit::WrapSteps { ids, wrapper }).unwrap();
        let back = done(&wrapped.definition, Edit::UnwrapStep(wrapped.step.unwrap()));
        prop_assert_eq!(outline(&back), outline(&before));
    }
}
