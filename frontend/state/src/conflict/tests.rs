//! Tables of conflicts, and the property that a merge loses no change.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::edit::{BranchChange, Edit, LlmField, StepField};
use sluice_types::{BlockAddress, BranchName, OnTruncated, Position, Slot, StepId};

use super::*;
use crate::editor::{Draft, DraftEdit};

fn draft() -> Draft {
    let text = json!({"name": "Brief", "description": "d", "tags": ["a"], "definition": {"provider": "demo", "steps": [
        {"id": "research", "label": "Research", "type": "llm", "prompt": "one", "temperature": 0.3},
        {"id": "check", "label": "Check", "type": "review", "shows": ["research"]},
        {"id": "brief", "label": "Text", "type": "llm", "prompt": "two", "next": "end"},
    ]}});
    Draft::from_create(crate::import::read("x.json", &text.to_string()).unwrap())
}

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn edited(draft: &Draft, edits: Vec<DraftEdit>) -> Draft {
    edits.into_iter().fold(draft.clone(), |draft, edit| draft.apply(edit).unwrap().draft)
}

fn prompt(of: &str, text: &str) -> DraftEdit {
    Edit::UpdateStep { id: id(of), field: LlmField::Prompt(text.into()).into() }.into()
}

fn add(label: &str, position: usize) -> DraftEdit {
    let step: Value = json!({"label": label, "type": "llm", "prompt": "new"});
    let step = Box::new(serde_json::from_value(step).unwrap());
    Edit::AddStep { step, to: BlockAddress::Root, position }.into()
}

fn moved(of: &str, position: usize) -> DraftEdit {
    Edit::MoveStep { id: id(of), to: BlockAddress::Root, position }.into()
}

fn removed(of: &str) -> DraftEdit {
    Edit::RemoveSteps(vec![id(of)]).into()
}

fn labels(draft: &Draft) -> Vec<&str> {
    draft.ids().into_iter().map(|id| draft.step(id).unwrap().label.as_str()).collect()
}

#[test]
fn a_merge_keeps_what_a_newer_version_has_added_and_makes_nothing_of_the_kind() {
    let newer = |goal: &str, budget: u32| {
        let value = json!({"name": {"budget": budget}, "steps": [
            {"id": "plan", "label": "Plan", "type": "debate", "goal": goal},
            {"id": "write", "label": "Write", "type": "llm", "prompt": "x", "tools": [1]},
        ]});
        Draft::from_definition(serde_json::from_value(value).unwrap())
    };
    let (base, theirs) = (newer("think", 1), newer("think twice", 2));
    let mine =
        edited(&base, vec![Edit::RenameStep { id: id("plan"), label: "Idea".into() }.into(), prompt("write", "y")]);
    let merged = merge(&base, &mine, &theirs).unwrap();
    let written = serde_json::to_value(merged.to_definition()).unwrap();
    assert_eq!((&written["name"], &written["steps"][0]["goal"]), (&json!({"budget": 2}), &json!("think twice")));
    assert_eq!((&written["steps"][0]["label"], &written["steps"][1]["tools"]), (&json!("Idea"), &json!([1])));
    let told: Vec<_> = compare(Some(&base), &mine, &theirs).into_iter().map(|it| (it.what, it.changed_by)).collect();
    assert!(told.contains(&("Workflow: name".into(), ChangedBy::Theirs)), "{told:?}");
    // A review has no temperature: it is not kept as if it were a field of a newer version.
    let base = draft();
    let update = |field| Edit::UpdateStep { id: id("brief"), field }.into();
    let mine = edited(&base, vec![update(StepField::Type(sluice_types::StepType::Review)), prompt("research", "z")]);
    let theirs = edited(&base, vec![update(LlmField::Temperature(Some(1.0)).into())]);
    assert_eq!(merge(&base, &mine, &theirs), None);
}

#[test]
fn differences_say_who() {
    let base = draft();
    let mine = edited(
        &base,
        vec![DraftEdit::SetName("Mine".into()), prompt("research", "mine"), removed("brief"), moved("check", 0)],
    );
    let theirs = edited(
        &base,
        vec![
            DraftEdit::SetName("Theirs".into()),
            Edit::SetYolo(true).into(),
            Edit::SetDefaults { provider: None, model: None }.into(),
            DraftEdit::SetTags(vec!["a".into(), "b".into()]),
            add("More", 3),
        ],
    );
    let found: Vec<(String, String, String, ChangedBy)> = compare(Some(&base), &mine, &theirs)
        .into_iter()
        .map(|found| (found.what, found.mine, found.theirs, found.changed_by))
        .collect();
    let row = |what: &str, mine: &str, theirs: &str, by| (what.to_owned(), mine.to_owned(), theirs.to_owned(), by);
    assert_eq!(
        found,
        [
            row("Name", "Mine", "Theirs", ChangedBy::Both),
            row("Tags", "a", "a, b", ChangedBy::Theirs),
            row("Skip reviews", "no", "yes", ChangedBy::Theirs),
            row("Provider", "demo", "", ChangedBy::Theirs),
            row("Step Research: prompt", "mine", "one", ChangedBy::Mine),
            row("Step Text", "removed", "kept", ChangedBy::Mine),
            row("Step More", "", "added", ChangedBy::Theirs),
            row("Order of the steps", "Check, Research", "Research, Check", ChangedBy::Mine),
        ]
    );
    assert!(compare(None, &mine, &theirs).iter().all(|found| found.changed_by == ChangedBy::Both));
    assert_eq!(compare(None, &mine, &mine), []);
}

#[test]
fn fields_are_called_as_in_the_builder() {
    let base = draft();
    let set = |field: StepField| Edit::UpdateStep { id: id("research"), field }.into();
    let mine = edited(
        &base,
        vec![set(LlmField::OnTruncated(Some(OnTruncated::Fail)).into()), set(StepField::IdleTimeout(Some(5)))],
    );
    let called: Vec<String> = compare(Some(&base), &mine, &base).into_iter().map(|found| found.what).collect();
    assert_eq!(called, ["Step Research: handling of cut answers", "Step Research: longest silence"]);
}

#[test]
fn long_texts_are_compared_line_by_line() {
    let is_text = |mine: &str, theirs: &str| {
        let (mine, theirs) = (mine.to_owned(), theirs.to_owned());
        Difference { what: "Name".into(), mine, theirs, changed_by: ChangedBy::Both }.is_text()
    };
    assert!(is_text("one\ntwo", "one") && is_text("a", &"b".repeat(81)));
    assert!(!is_text("a", &"b".repeat(80)) && !is_text("one\ntwo", "") && !is_text("no", "yes"));
}

#[test]
fn changes_in_different_places_are_joined() {
    let base = draft();
    let mine = edited(
        &base,
        vec![
            DraftEdit::SetName("Mine".into()),
            prompt("research", "mine"),
            add("First", 0),
            add("Last", 4),
            DraftEdit::SetTags(vec!["same".into()]),
        ],
    );
    let retries = Edit::UpdateStep { id: id("research"), field: StepField::Retries(Some(5)) }.into();
    let theirs = edited(
        &base,
        vec![
            DraftEdit::SetDescription("theirs".into()),
            Edit::SetDefaults { provider: None, model: Some("m".into()) }.into(),
            retries,
            moved("brief", 0),
            removed("check"),
            DraftEdit::SetTags(vec!["same".into()]),
        ],
    );
    let merged = merge(&base, &mine, &theirs).unwrap();
    assert_eq!((merged.name.as_str(), merged.description.as_str(), merged.tags.len()), ("Mine", "theirs", 1));
    assert_eq!((merged.provider.as_deref(), merged.model.as_deref()), (None, Some("m")));
    assert_eq!(labels(&merged), ["First", "Text", "Last", "Research"]);
    let research = merged.step(&id("research")).unwrap();
    assert_eq!((research.max_retries, research.templates()), (Some(5), vec![("prompt".into(), "mine")]));
    assert!(Arc::ptr_eq(merged.step(&id("brief")).unwrap(), base.step(&id("brief")).unwrap()));
}

#[test]
fn what_both_changed_is_not_joined() {
    let base = draft();
    for (mine, theirs) in [
        (DraftEdit::SetName("a".into()), DraftEdit::SetName("b".into())),
        (prompt("research", "a"), prompt("research", "b")),
        (prompt("research", "a"), removed("research")),
        (moved("research", 2), moved("brief", 0)),
    ] {
        let (mine, theirs) = (edited(&base, vec![mine]), edited(&base, vec![theirs]));
        assert_eq!(merge(&base, &mine, &theirs), None);
        assert!(compare(Some(&base), &mine, &theirs).iter().any(|found| found.changed_by == ChangedBy::Both));
    }
    let both = edited(&base, vec![add("New", 0)]);
    assert_eq!(merge(&base, &both, &both), Some(both));
}

#[test]
fn a_merge_loses_no_step_of_a_container() {
    let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
    let definition = json!({"steps": [
        llm("a"),
        {"id": "one", "label": "One", "type": "parallel", "branches": [{"name": "x", "steps": [llm("b")]}, {"name": "y", "steps": [llm("c")]}]},
        {"id": "two", "label": "Two", "type": "loop", "until": "true", "max_iterations": 2, "steps": [llm("d")]},
    ]});
    let base = Draft::from_definition(serde_json::from_value(definition).unwrap());
    let branch = |name: &str| Slot::Branch(BranchName::new(name).unwrap());
    let into = |of: &str, parent: &str, slot: Slot| -> DraftEdit {
        Edit::MoveStep { id: id(of), to: BlockAddress::Inner { parent: id(parent), slot }, position: 0 }.into()
    };
    let change = |change| -> DraftEdit { Edit::ChangeBranches { parent: id("one"), change }.into() };
    let rename: DraftEdit =
        change(BranchChange::Rename { from: BranchName::new("x").unwrap(), to: BranchName::new("z").unwrap() });
    let with = |edit: DraftEdit| edited(&base, vec![edit]);
    for (mine, theirs) in [
        (with(rename), with(into("a", "one", branch("x")))),
        (with(change(BranchChange::Remove(branch("x")))), with(into("a", "one", branch("x")))),
        (with(into("one", "two", Slot::Body)), with(into("two", "one", branch("x")))),
    ] {
        assert_eq!(merge(&base, &mine, &theirs), None);
        assert_eq!(merge(&base, &theirs, &mine), None);
    }
    let both = merge(&base, &with(prompt("b", "mine")), &with(prompt("d", "theirs"))).unwrap();
    assert_eq!(both, edited(&base, vec![prompt("b", "mine"), prompt("d", "theirs")]));
}

fn any_edit() -> impl Strategy<Value = DraftEdit> {
    let step = prop_oneof![Just("research"), Just("check"), Just("brief"), Just("new")];
    let id_of = step.clone().prop_map(id);
    let of_definition = prop_oneof![
        any::<bool>().prop_map(Edit::SetYolo),
        prop::option::of("[ab]").prop_map(|model| Edit::SetDefaults { provider: None, model }),
        prop::option::of(id_of.clone()).prop_map(|entry| Edit::SetEntryStep { block: BlockAddress::Root, entry }),
        id_of.clone().prop_map(|id| Edit::RemoveSteps(vec![id])),
        id_of.clone().prop_map(|id| Edit::DuplicateSteps(vec![id])),
        (id_of.clone(), "[A-C]").prop_map(|(id, label)| Edit::RenameStep { id, label }),
        (id_of.clone(), "[ab]{0,2}")
            .prop_map(|(id, text)| Edit::UpdateStep { id, field: LlmField::Prompt(text).into() }),
        (id_of, prop::option::of(0..3_u32)).prop_map(|(id, n)| Edit::UpdateStep { id, field: StepField::Retries(n) }),
    ];
    prop_oneof![
        1 => "[ab]{0,2}".prop_map(DraftEdit::SetName),
        1 => "[ab]{0,2}".prop_map(DraftEdit::SetCategory),
        8 => of_definition.prop_map(DraftEdit::Definition),
        1 => (0..4_usize).prop_map(|at| add("New", at)),
        1 => (step, 0..4_usize).prop_map(|(of, to)| moved(of, to)),
    ]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    prop::collection::vec(any_edit(), 0..8).prop_map(|edits| {
        edits.into_iter().fold(draft(), |draft, edit| draft.apply(edit).map_or(draft, |applied| applied.draft))
    })
}

proptest! {
    #[test]
    fn one_side_alone_is_taken_whole(base in any_draft(), changed in any_draft()) {
        prop_assert_eq!(merge(&base, &base, &changed), Some(changed.clone()));
        prop_assert_eq!(merge(&base, &changed, &base), Some(changed.clone()));
        prop_assert_eq!(merge(&base, &changed, &changed), Some(changed.clone()));
    }

    #[test]
    fn a_merge_is_refused_when_both_changed_something(base in any_draft(), mine in any_draft(), theirs in any_draft()) {
        let differences = compare(Some(&base), &mine, &theirs);
        let both = differences.iter().any(|found| found.changed_by == ChangedBy::Both);
        let merged = merge(&base, &mine, &theirs);
        prop_assert_eq!(merged.is_none(), both, "{:#?}", differences);
        prop_assert_eq!(differences.is_empty(), mine == theirs);
        if let Some(merged) = merged {
            let mut ids = merged.ids();
            let count = ids.len();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), count);
        }
    }
}

#[test]
fn positions_of_both_are_kept_and_are_no_conflict() {
    let base = draft();
    let ids: Vec<StepId> = base.ids().into_iter().take(2).cloned().collect();
    let at = |x| Position { x, y: 0.0 };
    let placed = |at_first: f64, id: &StepId, x| {
        edited(&base, vec![DraftEdit::Place(ids[0].clone(), at(at_first)), DraftEdit::Place(id.clone(), at(x))])
    };
    let (mine, theirs) = (placed(1.0, &ids[0], 1.0), placed(2.0, &ids[1], 3.0));
    assert_eq!(compare(Some(&base), &mine, &theirs), []);
    let merged = merge(&base, &mine, &theirs).unwrap();
    let expected = ids.iter().cloned().zip([at(1.0), at(3.0)]).collect();
    assert_eq!(**merged.layout(), expected);
}
