//! Tables of conflicts, and that a merge loses nothing.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::StepId;

use super::*;
use crate::editor::{Draft, Edit, StepField};

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

fn edited(draft: &Draft, edits: Vec<Edit>) -> Draft {
    edits.into_iter().fold(draft.clone(), |draft, edit| draft.apply(edit).unwrap().draft)
}

fn prompt(of: &str, text: &str) -> Edit {
    Edit::UpdateStep { id: id(of), field: StepField::Prompt(text.into()) }
}

fn add(label: &str, at: usize) -> Edit {
    let step: Value = json!({"label": label, "type": "llm", "prompt": "new"});
    Edit::AddStep { template: Box::new(serde_json::from_value(step).unwrap()), at: Some(at) }
}

fn labels(draft: &Draft) -> Vec<&str> {
    draft.steps.iter().map(|step| step.label.as_str()).collect()
}

#[test]
fn differences_say_who() {
    let base = draft();
    let mine = edited(
        &base,
        vec![
            Edit::SetName("Mine".into()),
            prompt("research", "mine"),
            Edit::RemoveStep(id("brief")),
            Edit::MoveStep { from: 1, to: 0 },
        ],
    );
    let theirs = edited(
        &base,
        vec![
            Edit::SetName("Theirs".into()),
            Edit::SetYolo(true),
            Edit::SetDefaults { provider: None, model: None },
            Edit::SetTags(vec!["a".into(), "b".into()]),
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
fn changes_in_different_places_are_joined() {
    let base = draft();
    let mine = edited(
        &base,
        vec![
            Edit::SetName("Mine".into()),
            prompt("research", "mine"),
            add("First", 0),
            add("Last", 4),
            Edit::SetTags(vec!["same".into()]),
        ],
    );
    let retries = Edit::UpdateStep { id: id("research"), field: StepField::Retries(Some(5)) };
    let theirs = edited(
        &base,
        vec![
            Edit::SetDescription("theirs".into()),
            Edit::SetDefaults { provider: None, model: Some("m".into()) },
            retries,
            Edit::MoveStep { from: 2, to: 0 },
            Edit::RemoveStep(id("check")),
            Edit::SetTags(vec!["same".into()]),
        ],
    );
    let merged = merge(&base, &mine, &theirs).unwrap();
    assert_eq!((merged.name.as_str(), merged.description.as_str(), merged.tags.len()), ("Mine", "theirs", 1));
    assert_eq!((merged.provider.as_deref(), merged.model.as_deref()), (None, Some("m")));
    assert_eq!(labels(&merged), ["First", "Text", "Last", "Research"]);
    let research = merged.step(&id("research")).unwrap();
    assert_eq!((research.max_retries, research.templates()), (Some(5), vec![("prompt", "mine")]));
    assert!(Arc::ptr_eq(merged.step(&id("brief")).unwrap(), base.step(&id("brief")).unwrap()));
}

#[test]
fn what_both_changed_is_not_joined() {
    let base = draft();
    for (mine, theirs) in [
        (Edit::SetName("a".into()), Edit::SetName("b".into())),
        (prompt("research", "a"), prompt("research", "b")),
        (prompt("research", "a"), Edit::RemoveStep(id("research"))),
        (Edit::MoveStep { from: 0, to: 2 }, Edit::MoveStep { from: 2, to: 0 }),
    ] {
        let (mine, theirs) = (edited(&base, vec![mine]), edited(&base, vec![theirs]));
        assert_eq!(merge(&base, &mine, &theirs), None);
        assert!(compare(Some(&base), &mine, &theirs).iter().any(|found| found.changed_by == ChangedBy::Both));
    }
    let both = edited(&base, vec![add("New", 0)]);
    assert_eq!(merge(&base, &both, &both), Some(both));
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let step = prop_oneof![Just("research"), Just("check"), Just("brief"), Just("new")].prop_map(id);
    prop_oneof![
        "[ab]{0,2}".prop_map(Edit::SetName),
        "[ab]{0,2}".prop_map(Edit::SetCategory),
        any::<bool>().prop_map(Edit::SetYolo),
        prop::option::of("[ab]").prop_map(|model| Edit::SetDefaults { provider: None, model }),
        prop::option::of(step.clone()).prop_map(Edit::SetEntryStep),
        (0..4_usize).prop_map(|at| add("New", at)),
        (0..4_usize, 0..4_usize).prop_map(|(from, to)| Edit::MoveStep { from, to }),
        step.clone().prop_map(Edit::RemoveStep),
        step.clone().prop_map(Edit::DuplicateStep),
        (step.clone(), "[A-C]").prop_map(|(id, label)| Edit::RenameStep { id, label }),
        (step.clone(), "[ab]{0,2}").prop_map(|(id, text)| Edit::UpdateStep { id, field: StepField::Prompt(text) }),
        (step, prop::option::of(0..3_u32)).prop_map(|(id, n)| Edit::UpdateStep { id, field: StepField::Retries(n) }),
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
            let mut ids: Vec<&StepId> = merged.steps.iter().map(|step| &step.id).collect();
            let count = ids.len();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), count);
        }
    }
}
