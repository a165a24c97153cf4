//! Tables of edits, and their properties.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index as Any;
use serde_json::{Value, json};

use super::*;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, OnExpiry, OnTruncated, ReasoningEffort, Step, StepKind, StepType};
use crate::ids::StepId;
use crate::index::Index;
use crate::limits::{MAX_NAME_CHARS, MAX_STEPS};
use crate::lint::{LintContext, LintFix, lint};
use crate::template::Root;

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn step(value: Value) -> Step {
    serde_json::from_value(value).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "tables read better without a sign before each macro")]
fn definition(steps: Value) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

fn three() -> Definition {
    definition(json!([
        {"id": "research", "label": "Research", "type": "llm", "prompt": "About {{input.topic}}", "next": "brief"},
        {"id": "check", "label": "Check", "type": "review", "shows": ["research"]},
        {"id": "brief", "label": "Brief", "type": "llm",
         "prompt": "Use {{steps.Research.content}} and ${steps.research.content}", "system_prompt": "{{ steps[\"Research\"].output }}"},
    ]))
}

fn done(before: &Definition, edit: Edit) -> Definition {
    apply(before, edit).unwrap().definition
}

fn add(label: &str, position: usize) -> Edit {
    let step = Box::new(step(json!({"id": "a", "label": label, "type": "llm", "prompt": "x", "next": "brief"})));
    Edit::AddStep { step, to: BlockAddress::Root, position }
}

fn move_to(of: &str, position: usize) -> Edit {
    Edit::MoveStep { id: id(of), to: BlockAddress::Root, position }
}

fn set(of: &str, field: impl Into<StepField>) -> Edit {
    Edit::UpdateStep { id: id(of), field: field.into() }
}

/// Which steps are shared between the two, by the position in the second.
fn shared(before: &Definition, after: &Definition) -> Vec<bool> {
    after.steps.iter().map(|step| before.steps.iter().any(|other| Arc::ptr_eq(step, other))).collect()
}

fn labels(definition: &Definition) -> Vec<&str> {
    definition.steps.iter().map(|step| step.label.as_str()).collect()
}

fn prompt(definition: &Definition, position: usize) -> &str {
    definition.steps[position].templates()[0].1
}

#[test]
fn a_changed_field_copies_one_step() {
    let before = three();
    let after = done(&before, set("brief", LlmField::Prompt("x".into())));
    assert_eq!((shared(&before, &after), prompt(&after, 2)), (vec![true, true, false], "x"));
    let nothing = done(&before, set("brief", LlmField::Prompt(prompt(&before, 2).to_owned())));
    assert_eq!(shared(&before, &nothing), [true; 3]);
    assert_eq!(apply(&before, set("gone", StepField::Enabled(true))), Err(EditError::NoSuchStep(id("gone"))));
}

#[test]
fn an_added_step_gets_a_name_of_its_own() {
    let once = apply(&three(), add("Research", 0)).unwrap();
    assert_eq!(labels(&once.definition), ["Research 2", "Research", "Check", "Brief"]);
    assert_eq!((once.step, once.definition.steps[0].next.as_ref()), (Some(id("research-2")), None));
    assert_eq!(labels(&done(&once.definition, add("Research", 4)))[4], "Research 3");
    assert_eq!(labels(&done(&Definition::default(), add("Research", 0))), ["Research"]);
    let too_far = EditError::NoSuchPosition { position: 4, count: 3 };
    assert_eq!(apply(&three(), add("Research", 4)), Err(too_far));
    // The label is not another step's id, nor the id another step's label.
    let idea = definition(json!([{"id": "text", "label": "idea", "type": "llm", "prompt": ""}]));
    let added = |label: &str| {
        let step = Arc::clone(&done(&idea, add(label, 0)).steps[0]);
        (step.label.clone(), step.id.to_string())
    };
    assert_eq!(added("text"), ("text 2".into(), "text-2".into()));
    assert_eq!(added("Idea"), ("Idea".into(), "idea-2".into()));
    assert_eq!(added("End"), ("End".into(), "end-2".into()));
    assert_eq!(added(" "), ("Step 2".into(), "step-2".into()));
    assert_eq!(added(&"x".repeat(300)).1.len(), 100);
}

#[test]
fn a_copy_stands_behind_and_jumps_nowhere() {
    let copied = apply(&three(), Edit::DuplicateSteps(vec![id("research")])).unwrap();
    assert_eq!(labels(&copied.definition), ["Research", "Research 2", "Check", "Brief"]);
    assert_eq!((copied.step, copied.definition.steps[1].next.as_ref()), (Some(id("research-2")), None));
    let full = definition((0..MAX_STEPS).map(|n| json!({"label": format!("S{n}"), "type": "review"})).collect());
    assert_eq!(apply(&full, Edit::DuplicateSteps(vec![id("s0")])), Err(EditError::TooManySteps));
}

#[test]
fn steps_move_within_lists_that_exist() {
    let before = three();
    let after = done(&before, move_to("research", 2));
    assert_eq!((labels(&after), shared(&before, &after)), (vec!["Check", "Brief", "Research"], vec![true; 3]));
    let too_far = EditError::NoSuchPosition { position: 3, count: 2 };
    assert_eq!(apply(&before, move_to("research", 3)), Err(too_far));
    assert_eq!(apply(&before, move_to("gone", 0)), Err(EditError::NoSuchStep(id("gone"))));
    let inside = BlockAddress::Inner { parent: id("research"), slot: Slot::Body };
    for edit in [
        Edit::MoveStep { id: id("research"), to: inside.clone(), position: 0 },
        Edit::SetEntryStep { block: inside.clone(), entry: None },
    ] {
        assert_eq!(apply(&before, edit), Err(EditError::NoSuchList(inside.clone())));
    }
}

#[test]
fn nothing_jumps_to_a_removed_step_or_shows_it() {
    let entry = Edit::SetEntryStep { block: BlockAddress::Root, entry: Some(id("research")) };
    let before = done(&three(), entry);
    let after = done(&before, Edit::RemoveSteps(vec![id("research")]));
    let StepKind::Review(review) = &after.steps[0].kind else { panic!("a review") };
    assert!(review.shows.is_empty() && after.entry_step.is_none());
    let after = done(&before, Edit::RemoveSteps(vec![id("brief")]));
    assert_eq!((after.steps[0].next.as_ref(), shared(&before, &after)), (None, vec![false, true]));
    assert_eq!(after.entry_step, Some(id("research")));
    assert_eq!(apply(&after, Edit::RemoveSteps(vec![id("brief")])), Err(EditError::NoSuchStep(id("brief"))));
}

#[test]
fn a_rename_goes_through_all_prompts() {
    let before = three();
    let rename = |of: &str, label: &str| apply(&before, Edit::RenameStep { id: id(of), label: label.into() });
    let renamed = rename("research", " Deep dive ").unwrap().definition;
    assert_eq!(prompt(&renamed, 2), "Use {{steps.Deep dive.content}} and ${steps.research.content}");
    assert_eq!(shared(&before, &renamed), [false, true, false]);
    assert!(lint(&renamed, &LintContext::default(), None).valid);
    // Labels take precedence over ids: references by the id are rewritten to its label.
    let taken = rename("check", "research").unwrap().definition;
    assert_eq!(prompt(&taken, 2), "Use {{steps.Research.content}} and ${steps.Research.content}");
    for wrong in ["", " ", "Brief", "a{b", "a\nb", &"x".repeat(MAX_NAME_CHARS + 1)] {
        assert!(matches!(rename("research", wrong), Err(EditError::Label(_))), "{wrong}");
    }
    assert_eq!(rename("research", "Research").unwrap().definition, before);
    // A half typed prompt stays as it is.
    let half = done(&before, set("brief", LlmField::Prompt("{{steps.Research.content}} {{".into())));
    let renamed = done(&half, Edit::RenameStep { id: id("research"), label: "R".into() });
    assert_eq!(prompt(&renamed, 2), "{{steps.Research.content}} {{");
}

#[test]
fn several_labels_are_renamed_at_once() {
    let mut swapped = definition(json!([
        {"id": "a", "label": "Two", "type": "llm", "prompt": "x"},
        {"id": "b", "label": "One", "type": "llm", "prompt": "x"},
        {"id": "c", "label": "C", "type": "llm", "prompt": "{{steps.One.content}} {{steps.Two.content}} renamed-0 {{steps.renamed-.content}}"},
    ]));
    let before = swapped.clone();
    let renamed = [("One", "Two"), ("Two", "One")].map(|(old, new)| (old.to_owned(), new.to_owned()));
    rename_references(&mut swapped, &BTreeMap::from(renamed));
    let text = "{{steps.Two.content}} {{steps.One.content}} renamed-0 {{steps.renamed-.content}}";
    assert_eq!((prompt(&swapped, 2), shared(&before, &swapped)), (text, vec![true, true, false]));
}

#[test]
fn a_change_of_type_keeps_the_common_fields() {
    let before = done(&three(), set("research", StepField::Retries(Some(4))));
    let review = done(&before, set("research", StepField::Type(StepType::Review)));
    assert_eq!((review.steps[0].step_type(), prompt(&review, 0)), (StepType::Review, "About {{input.topic}}"));
    assert_eq!((review.steps[0].max_retries, review.steps[0].next.as_ref()), (Some(4), Some(&id("brief"))));
    assert_eq!(done(&review, set("research", StepField::Type(StepType::Llm))), before);
}

#[test]
fn each_kind_has_its_fields() {
    let refused = |of: &str, step_type| Err(EditError::NoSuchField { id: id(of), step_type });
    for field in [
        LlmField::SystemPrompt("s".into()),
        LlmField::Persona(None),
        LlmField::Temperature(Some(0.5)),
        LlmField::MaxTokens(Some(5)),
        LlmField::Reasoning(Some(ReasoningEffort::High)),
        LlmField::OnTruncated(Some(OnTruncated::Fail)),
        LlmField::Schema(Some(json!({}))),
        LlmField::Fallbacks(vec![]),
    ] {
        assert!(apply(&three(), set("research", field.clone())).is_ok(), "{field:?}");
        assert_eq!(apply(&three(), set("check", field)), refused("check", StepType::Review));
    }
    for field in [
        ReviewField::Instructions("i".into()),
        ReviewField::Shows(vec![]),
        ReviewField::ExpiresIn(Some(60)),
        ReviewField::OnExpiry(Some(OnExpiry::Approve)),
    ] {
        assert!(apply(&three(), set("check", field.clone())).is_ok(), "{field:?}");
        assert_eq!(apply(&three(), set("research", field)), refused("research", StepType::Llm));
    }
    for field in [
        StepField::Enabled(false),
        StepField::Timeout(Some(9)),
        StepField::IdleTimeout(Some(8)),
        StepField::Effect(None),
        StepField::Next(None),
    ] {
        for of in ["check", "research"] {
            assert!(apply(&three(), set(of, field.clone())).is_ok(), "{field:?} of {of}");
        }
    }
    let model = LlmField::Model { provider: Some("demo".into()), model: Some(" ".into()) };
    let after = done(&three(), set("research", model));
    let StepKind::Llm(llm) = &after.steps[0].kind else { panic!("an llm step") };
    assert_eq!((llm.provider.as_deref(), llm.model.as_deref()), (Some("demo"), None));
}

#[test]
fn a_fix_of_the_lint_mends() {
    let broken = done(&three(), set("brief", LlmField::Prompt("{{steps.Researches.content}}".into())));
    let report = lint(&broken, &LintContext::default(), None);
    let fix = report.findings.iter().find_map(|finding| finding.fix.clone()).unwrap();
    let fixed = done(&broken, Edit::ApplyFix(fix));
    assert_eq!((prompt(&fixed, 2), shared(&broken, &fixed)), ("{{steps.Research.content}}", vec![true, true, false]));
    for (pointer, value) in [
        ("/steps/9/prompt", json!("x")),
        ("/steps/0/prompt", json!(1)),
        ("", json!({})),
        ("/steps/0/nothing", json!(1)),
    ] {
        let fix = LintFix { title: "t".into(), pointer: pointer.into(), value };
        assert_eq!(apply(&broken, Edit::ApplyFix(fix)), Err(EditError::FixDoesNotFit), "{pointer}");
    }
}

#[test]
fn the_workflow_has_fields_of_its_own() {
    let defaults = Edit::SetDefaults { provider: Some(String::new()), model: Some("m".into()) };
    let context = BTreeMap::from([("TONE".to_owned(), json!("dry"))]);
    let after = [defaults, Edit::SetYolo(true), Edit::SetContext(context.clone()), Edit::SetPersona(None)]
        .into_iter()
        .fold(three(), |before, edit| done(&before, edit));
    assert_eq!((after.provider.as_deref(), after.model.as_deref(), after.yolo), (None, Some("m"), true));
    assert_eq!(after.context, context);
    let replaced = done(&three(), Edit::ReplaceAll(Box::new(after.clone())));
    assert_eq!(replaced, after);
    let before = three();
    assert_eq!(shared(&before, &done(&before, Edit::ReplaceAll(Box::new(three())))), [true; 3]);
}

/// The ids of the steps that the references of all prompts mean.
fn targets(definition: &Definition) -> Vec<Option<StepId>> {
    let index = Index::of(definition);
    let sources = index.places().iter().flat_map(|place| place.step.templates());
    sources
        .flat_map(|(_, text)| index.references(text).unwrap())
        .filter(|reference| reference.root == Root::Steps)
        .map(|reference| index.named(&reference.name).map(|place| place.step.id.clone()))
        .collect()
}

/// Edits of three steps and of those that are added to them.
fn any_edit() -> impl Strategy<Value = (u8, Any, Any, String)> {
    (0..6_u8, any::<Any>(), any::<Any>(), "[ABend]{0,2}( [0-9])?")
}

fn edit_of(before: &Definition, (kind, of, to, label): (u8, Any, Any, String)) -> Edit {
    let count = before.steps.len();
    let Some(id) = (count > 0).then(|| before.steps[of.index(count)].id.clone()) else { return add(&label, 0) };
    match kind {
        0 => Edit::DuplicateSteps(vec![id]),
        1 => Edit::RemoveSteps(vec![id]),
        2 => Edit::RenameStep { id, label },
        3 => Edit::MoveStep { id, to: BlockAddress::Root, position: to.index(count) },
        4 => Edit::UpdateStep { id, field: LlmField::Prompt(label).into() },
        _ => add(&label, to.index(count + 1)),
    }
}

proptest! {
    #[test]
    fn prompts_mean_the_same_steps_after_a_rename(
        names in prop::collection::btree_set("[A-Za-z][A-Za-z &'-]{0,6}[a-z]", 2..6),
        of in any::<Any>(),
        label in "[A-Za-z][A-Za-z &'\"-]{0,6}[a-z]|step-[0-4]",
        by_id in any::<bool>(),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let called = |position: usize| if by_id { format!("step-{position}") } else { names[position].clone() };
        let text = (0..names.len()).map(|at| format!("{{{{steps.{}.content}}}}", called(at))).collect::<Vec<_>>().join(" ");
        let steps: Value = names
            .iter()
            .enumerate()
            .map(|(at, name)| json!({"id": format!("step-{at}"), "label": name, "type": "llm", "prompt": text}))
            .collect();
        let before = definition(steps);
        let id = before.steps[of.index(names.len())].id.clone();
        if let Ok(applied) = apply(&before, Edit::RenameStep { id: id.clone(), label: label.clone() }) {
            prop_assert_eq!(&applied.definition.step(&id).unwrap().label, &label);
            prop_assert_eq!(targets(&applied.definition), targets(&before));
        }
    }

    #[test]
    fn ids_and_labels_stay_unique(edits in prop::collection::vec(any_edit(), 0..25)) {
        let mut definition = three();
        for edit in edits {
            let edit = edit_of(&definition, edit);
            if let Ok(applied) = apply(&definition, edit) {
                definition = applied.definition;
            }
        }
        let report = lint(&definition, &LintContext::default(), None);
        for code in ["duplicate_id", "duplicate_label", "reserved_id", "empty_label", "unknown_next"] {
            prop_assert!(!report.findings.iter().any(|finding| finding.code == code), "{code}: {:?}", labels(&definition));
        }
    }

    #[test]
    fn a_move_is_a_permutation_that_can_be_taken_back(from in 0..3_usize, position in 0..3_usize) {
        let before = three();
        let id = before.steps[from].id.clone();
        let move_to = |position| Edit::MoveStep { id: id.clone(), to: BlockAddress::Root, position };
        let after = done(&before, move_to(position));
        prop_assert_eq!(&after.steps[position].id, &id);
        prop_assert_eq!(shared(&before, &after), [true; 3]);
        prop_assert_eq!(done(&after, move_to(from)), before);
    }

    #[test]
    fn untouched_steps_stay_shared(edits in prop::collection::vec(any_edit(), 1..12)) {
        let mut before = three();
        for edit in edits {
            let edit = edit_of(&before, edit);
            let Ok(applied) = apply(&before, edit) else { continue };
            for step in &applied.definition.steps {
                let same = before.steps.iter().find(|other| *other == step);
                prop_assert!(same.is_none_or(|same| Arc::ptr_eq(same, step)), "{}", step.label);
            }
            before = applied.definition;
        }
    }

    #[test]
    fn a_fix_puts_its_value_at_its_pointer(
        (pointer, value) in prop_oneof![
            (0..3_usize, "[a-z{}. ]{0,9}").prop_map(|(at, text)| (format!("/steps/{at}/label"), json!(text))),
            (0..3_usize, 0..9_u32).prop_map(|(at, number)| (format!("/steps/{at}/max_retries"), json!(number))),
            (0..3_usize).prop_map(|at| (format!("/steps/1/shows/{at}"), json!("brief"))),
            any::<bool>().prop_map(|yolo| ("/yolo".to_owned(), json!(yolo))),
        ],
    ) {
        let before = done(&three(), set("check", ReviewField::Shows(vec![id("research"), id("brief")])));
        let after = done(&before, Edit::ApplyFix(LintFix { title: "t".into(), pointer: pointer.clone(), value: value.clone() }));
        let written = serde_json::to_value(&after).unwrap();
        prop_assert_eq!(written.pointer(&pointer), Some(&value));
        let changed = shared(&before, &after).into_iter().filter(|shared| !shared).count();
        prop_assert!(changed <= 1);
    }
}
