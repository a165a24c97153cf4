//! Drafts with containers: what they keep, what they share, and where their findings stand.

use serde_json::{Value, json};
use sluice_types::edit::{BranchChange, CaseField, Edit, LlmField, StepField, Wrapper};
use sluice_types::{BlockAddress, BranchName, Definition, Index, LintContext, Slot, StepId, lint};

use super::*;
use crate::history::History;

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn name(text: &str) -> BranchName {
    BranchName::new(text).unwrap()
}

fn llm(id: &str) -> Value {
    json!({"id": id, "label": id, "type": "llm", "prompt": "x", "enabled": true})
}

fn draft(steps: &Value) -> Draft {
    let definition: Definition = serde_json::from_value(json!({"yolo": false, "steps": steps})).unwrap();
    Draft::from_definition(definition)
}

fn tree() -> Value {
    json!([
        {"id": "fan", "label": "Fan", "type": "parallel", "enabled": true, "branches": [
            {"name": "y", "steps": [llm("a")]}, {"name": "x", "entry_step": "c", "steps": [llm("b"), llm("c")]},
        ]},
        {"id": "which", "label": "Which", "type": "conditional", "enabled": true, "cases": [
            {"name": "yes", "when": "input.a", "steps": [
                {"id": "again", "label": "Again", "type": "loop", "until": "input.b", "max_iterations": 2, "enabled": true, "steps": [llm("d")]},
            ]},
        ]},
    ])
}

fn steps(draft: &Draft) -> Value {
    serde_json::to_value(draft.to_definition()).unwrap()["steps"].clone()
}

#[test]
fn a_tree_is_kept_as_it_is() {
    let draft = draft(&tree());
    assert_eq!(steps(&draft), tree());
    let ids: Vec<&str> = draft.ids().into_iter().map(StepId::as_str).collect();
    assert_eq!(ids, ["fan", "a", "b", "c", "which", "again", "d"]);
    let slots: Vec<Slot> = draft.containers()[&id("fan")].to_vec();
    assert_eq!(slots, [Slot::Branch(name("y")), Slot::Branch(name("x"))]);
}

#[test]
fn an_edit_deep_inside_leaves_the_rest_shared() {
    let before = draft(&tree());
    let edit = Edit::UpdateStep { id: id("d"), field: LlmField::Prompt("new".into()).into() };
    let after = before.apply(edit).unwrap().draft;
    let changed: Vec<&str> = after
        .nodes()
        .iter()
        .filter(|(id, step)| before.step(id).is_none_or(|same| !std::sync::Arc::ptr_eq(same, step)))
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(changed, ["d"]);
    assert_eq!(crate::tree::Tree::of(&before), crate::tree::Tree::of(&after));
    let field = StepField::from(CaseField::When { case: name("yes"), when: "input.z".into() });
    let after = before.apply(Edit::UpdateStep { id: id("which"), field }).unwrap().draft;
    assert_eq!(after.step(&id("which")).unwrap().kind.blocks().len(), 1);
    assert_eq!(steps(&after)[1]["cases"][0]["steps"], tree()[1]["cases"][0]["steps"]);
}

#[test]
fn no_step_is_lost_where_names_or_lists_are_wrong() {
    let twice = json!([
        {"id": "fan", "label": "Fan", "type": "parallel", "branches": [
            {"name": "x", "steps": [llm("a")]}, {"name": "x", "steps": [llm("b")]}, {"name": "x-2", "steps": [llm("c")]},
        ]},
        {"id": "each", "label": "Each", "type": "parallel", "steps": [llm("d")]},
    ]);
    let draft = draft(&twice);
    let ids: Vec<&str> = draft.ids().into_iter().map(StepId::as_str).collect();
    assert_eq!(ids, ["fan", "a", "b", "c", "each", "d"]);
    let saved = steps(&draft);
    let names = saved[0]["branches"].as_array().unwrap().iter().map(|branch| branch["name"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["x", "x-3", "x-2"]);
    assert_eq!((&saved[1]["steps"][0]["id"], &saved[1]["for_each"]), (&json!("d"), &json!("")));
}

#[test]
fn edits_of_containers_are_called_and_undone() {
    let before = draft(&tree());
    let branch = || Slot::Branch(name("x"));
    let change = |change| Edit::ChangeBranches { parent: id("fan"), change };
    for (edit, expected) in [
        (change(BranchChange::Add(name("z"))), "add branch to Fan"),
        (change(BranchChange::Remove(branch())), "remove branch x of Fan"),
        (change(BranchChange::Rename { from: name("x"), to: name("z") }), "rename branch x to z"),
        (change(BranchChange::Move { name: name("x"), position: 0 }), "move branch x"),
        (Edit::WrapSteps { ids: vec![id("a")], wrapper: Wrapper::ForEach }, "wrap a in For each"),
        (Edit::UnwrapStep(id("which")), "unwrap Which"),
    ] {
        let done = before.apply(edit).unwrap();
        assert_eq!(done.label, expected);
        let mut history = History::new(before.clone());
        assert!(history.edit(done.label, done.group, done.draft));
        history.undo();
        assert_eq!(**history.present(), before);
    }
}

#[test]
fn otherwise_is_there_while_it_holds_something() {
    let before = draft(&tree());
    let to = BlockAddress::Inner { parent: id("which"), slot: Slot::Otherwise };
    let moved = before.apply(Edit::MoveStep { id: id("a"), to: to.clone(), position: 0 }).unwrap().draft;
    assert_eq!(steps(&moved)[1]["otherwise"]["steps"][0]["id"], "a");
    let fan = BlockAddress::Inner { parent: id("fan"), slot: Slot::Branch(name("y")) };
    let back = moved.apply(Edit::MoveStep { id: id("a"), to: fan, position: 0 }).unwrap().draft;
    assert_eq!((steps(&back), &back), (tree(), &before));
    let removed = moved.apply(Edit::RemoveSteps(vec![id("a")])).unwrap().draft;
    assert!(steps(&removed)[1].get("otherwise").is_none() && removed.list(&to).is_none());
    let next = |next: Option<&str>| {
        let next = next.map(|next| StepId::new(next).unwrap());
        Edit::UpdateStep { id: id("which"), field: CaseField::Next { slot: Slot::Otherwise, next }.into() }
    };
    let jumps = before.apply(next(Some("end"))).unwrap().draft;
    assert_eq!(steps(&jumps)[1]["otherwise"]["next"], "end");
    assert_eq!(jumps.apply(next(None)).unwrap().draft, before);
}

#[test]
fn the_focus_goes_to_the_first_step_that_was_inside() {
    let before = draft(&tree());
    let focus = |of: &str| before.apply(Edit::UnwrapStep(id(of))).unwrap().focus;
    assert_eq!((focus("fan"), focus("which")), (Some(id("a")), Some(id("again"))));
}

#[test]
fn findings_stand_by_their_lanes_and_are_counted_outside() {
    let mut wrong = tree();
    wrong[0]["branches"][0]["steps"] = json!([]);
    wrong[1]["cases"][0]["when"] = "".into();
    wrong[1]["cases"][0]["steps"][0]["steps"][0]["prompt"] = "".into();
    let draft = draft(&wrong);
    let definition = draft.to_definition();
    let findings = Findings::new(lint(&definition, &LintContext::default(), None), &Index::of(&definition), &[]);
    assert_eq!(findings.of_lane(&id("fan"), "branches/0").len(), 1, "{findings:?}");
    assert_eq!(findings.of_lane(&id("fan"), "branches/1").len(), 0);
    assert_eq!(findings.of_field(&id("which"), "cases/0/when").len(), 1);
    assert_eq!(findings.of_lane(&id("which"), "cases/0").len(), 0);
    let analysis = Analysis::of(&draft, None, None, None);
    let case = BlockAddress::Inner { parent: id("which"), slot: Slot::Case(name("yes")) };
    let body = BlockAddress::Inner { parent: id("again"), slot: Slot::Body };
    assert_eq!((analysis.inside(&case).errors, analysis.inside(&body).errors), (1, 1));
    assert_eq!(analysis.inside(&BlockAddress::Root).errors, 3);
}
