//! Tables of edits, and that references mean the same step after any rename.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::limits::{MAX_NAME_CHARS, MAX_STEPS};
use sluice_types::template::{Root, references};
use sluice_types::{Definition, Fix, Known, OnExpiry, Step, StepId, StepKind, StepType, lint};

use super::*;

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

fn step(value: Value) -> Step {
    serde_json::from_value(value).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "tables read better without a sign before each macro")]
fn draft(steps: Value) -> Draft {
    Draft::from_definition(serde_json::from_value::<Definition>(json!({"steps": steps})).unwrap())
}

fn three() -> Draft {
    draft(json!([
        {"id": "research", "label": "Research", "type": "llm", "prompt": "About {{input.topic}}", "next": "brief"},
        {"id": "check", "label": "Check", "type": "review", "shows": ["research"]},
        {"id": "brief", "label": "Brief", "type": "llm",
         "prompt": "Use {{steps.Research.content}} and ${steps.research.content}", "system_prompt": "{{ steps[\"Research\"].output }}"},
    ]))
}

fn apply(draft: &Draft, edit: Edit) -> Applied {
    draft.apply(edit).unwrap()
}

/// Which steps are shared between the two, by the index in the second.
fn shared(before: &Draft, after: &Draft) -> Vec<bool> {
    after.steps.iter().map(|step| before.steps.iter().any(|other| Arc::ptr_eq(step, other))).collect()
}

fn labels(draft: &Draft) -> Vec<&str> {
    draft.steps.iter().map(|step| step.label.as_str()).collect()
}

fn prompt(draft: &Draft, index: usize) -> &str {
    match &draft.steps[index].kind {
        StepKind::Llm(llm) => &llm.prompt,
        StepKind::Review(review) => &review.instructions,
    }
}

#[test]
fn a_draft_is_sent_as_it_is() {
    let draft = Draft { name: "N".into(), category: Some("c".into()), tags: vec!["t".into()], ..three() };
    assert_eq!(Draft::from_create(draft.to_create()), draft);
    let update = draft.to_update();
    assert_eq!((update.definition, update.renamed_labels.len()), (draft.to_definition(), 0));
    let text = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
}

#[test]
fn typing_copies_one_step_and_joins_a_group() {
    let before = three();
    let type_it = |text: &str| Edit::UpdateStep { id: id("brief"), field: StepField::Prompt(text.into()) };
    let applied = apply(&before, type_it("x"));
    assert_eq!(shared(&before, &applied.draft), [true, true, false]);
    assert_eq!((applied.label.as_str(), applied.focus.as_ref()), ("change prompt of Brief", Some(&id("brief"))));
    assert_eq!(applied.group, apply(&applied.draft, type_it("xy")).group);
    assert_ne!(applied.group, apply(&before, Edit::SetName("x".into())).group);
    let nothing = apply(&before, type_it(prompt(&before, 2)));
    assert_eq!(shared(&before, &nothing.draft), [true; 3]);
    assert_eq!(nothing.draft, before);
}

#[test]
fn what_is_added_gets_a_name_of_its_own() {
    let research = step(json!({"id": "research", "label": "Research", "type": "llm", "prompt": "x", "next": "brief"}));
    let add = |draft: &Draft, at| apply(draft, Edit::AddStep { template: Box::new(research.clone()), at });
    let once = add(&three(), Some(0));
    assert_eq!(labels(&once.draft), ["Research 2", "Research", "Check", "Brief"]);
    assert_eq!((once.draft.steps[0].id.as_str(), once.draft.steps[0].next.as_ref()), ("research-2", None));
    assert_eq!((once.label.as_str(), once.focus), ("add Research 2", Some(id("research-2"))));
    let twice = add(&once.draft, Some(99)).draft;
    assert_eq!(labels(&twice)[4], "Research 3");
    assert_eq!(labels(&add(&Draft::empty(), None).draft), ["Research"]);
    // The label is not another step's id, nor the id another step's label.
    let draft = draft(json!([{"id": "text", "label": "idea", "type": "llm", "prompt": ""}]));
    let added = |label: &str| {
        let template = Box::new(step(json!({"id": "a", "label": label, "type": "llm", "prompt": ""})));
        let step = Arc::clone(&apply(&draft, Edit::AddStep { template, at: Some(0) }).draft.steps[0]);
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
    let applied = apply(&three(), Edit::DuplicateStep(id("research")));
    assert_eq!(labels(&applied.draft), ["Research", "Research 2", "Check", "Brief"]);
    assert_eq!((applied.draft.steps[1].next.as_ref(), applied.label.as_str()), (None, "duplicate Research"));
    let full = draft((0..MAX_STEPS).map(|n| json!({"label": format!("S{n}"), "type": "review"})).collect());
    assert_eq!(full.apply(Edit::DuplicateStep(id("s0"))), Err(EditError::TooManySteps));
}

#[test]
fn steps_move() {
    let before = three();
    let applied = apply(&before, Edit::MoveStep { from: 0, to: 2 });
    assert_eq!((labels(&applied.draft), applied.label.as_str()), (vec!["Check", "Brief", "Research"], "move Research"));
    assert_eq!(shared(&before, &applied.draft), [true; 3]);
    assert_eq!(before.apply(Edit::MoveStep { from: 0, to: 3 }), Err(EditError::NoSuchPlace { index: 3, count: 3 }));
}

#[test]
fn what_is_removed_is_named_nowhere() {
    let before = Draft { entry_step: Some(id("research")), ..three() };
    let applied = apply(&before, Edit::RemoveStep(id("research")));
    let StepKind::Review(review) = &applied.draft.steps[0].kind else { panic!("a review") };
    assert!(review.shows.is_empty() && applied.draft.entry_step.is_none());
    assert_eq!(applied.focus, Some(id("check")));
    let applied = apply(&before, Edit::RemoveStep(id("brief")));
    assert_eq!((applied.draft.steps[0].next.as_ref(), applied.focus), (None, Some(id("check"))));
    assert_eq!(applied.draft.apply(Edit::RemoveStep(id("brief"))), Err(EditError::NoSuchStep(id("brief"))));
}

#[test]
fn a_rename_goes_through_all_prompts() {
    let before = three();
    let rename = |of: &str, label: &str| before.apply(Edit::RenameStep { id: id(of), label: label.into() });
    let applied = rename("research", " Deep dive ").unwrap();
    assert_eq!(applied.label, "rename Research to Deep dive");
    assert_eq!(prompt(&applied.draft, 2), "Use {{steps.Deep dive.content}} and ${steps.research.content}");
    assert_eq!(shared(&before, &applied.draft), [false, true, false]);
    assert!(lint(&applied.draft.to_definition(), &Known::default(), None).valid);
    // Labels come before ids: who was known by the id is now known by its label.
    let taken = rename("check", "research").unwrap();
    assert_eq!(prompt(&taken.draft, 2), "Use {{steps.Research.content}} and ${steps.Research.content}");
    for wrong in ["", " ", "Brief", "a{b", "a\nb", &"x".repeat(MAX_NAME_CHARS + 1)] {
        assert!(matches!(rename("research", wrong), Err(EditError::Label(_))), "{wrong}");
    }
    assert_eq!(rename("research", "Research").unwrap().draft, before);
    // A half typed prompt stays as it is.
    let field = StepField::Prompt("{{steps.Research.content}} {{".into());
    let half = apply(&before, Edit::UpdateStep { id: id("brief"), field }).draft;
    let renamed = apply(&half, Edit::RenameStep { id: id("research"), label: "R".into() }).draft;
    assert_eq!(prompt(&renamed, 2), "{{steps.Research.content}} {{");
}

#[test]
fn a_change_of_type_keeps_what_both_have() {
    let before = three();
    let set = |draft: &Draft, of: &str, field| apply(draft, Edit::UpdateStep { id: id(of), field }).draft;
    let review =
        set(&set(&before, "research", StepField::Retries(Some(4))), "research", StepField::Type(StepType::Review));
    assert_eq!((review.steps[0].step_type(), prompt(&review, 0)), (StepType::Review, "About {{input.topic}}"));
    assert_eq!((review.steps[0].max_retries, review.steps[0].next.as_ref()), (Some(4), Some(&id("brief"))));
    let back = set(&review, "research", StepField::Type(StepType::Llm));
    assert_eq!(back, set(&before, "research", StepField::Retries(Some(4))));
}

#[test]
fn each_kind_has_its_fields() {
    let before = three();
    let set = |of: &str, field| before.apply(Edit::UpdateStep { id: id(of), field });
    for field in [
        StepField::SystemPrompt("s".into()),
        StepField::Model { provider: Some("demo".into()), model: Some(" ".into()) },
        StepField::Persona(None),
        StepField::Temperature(Some(0.5)),
        StepField::MaxTokens(Some(5)),
        StepField::Schema(Some(json!({}))),
        StepField::Fallbacks(vec![]),
    ] {
        assert!(set("research", field.clone()).is_ok(), "{field:?}");
        assert!(matches!(set("check", field), Err(EditError::NoSuchField { step_type: StepType::Review, .. })));
    }
    for field in [
        StepField::Instructions("i".into()),
        StepField::Shows(vec![]),
        StepField::ExpiresIn(Some(60)),
        StepField::OnExpiry(Some(OnExpiry::Approve)),
    ] {
        assert!(set("check", field.clone()).is_ok(), "{field:?}");
        assert!(matches!(set("research", field), Err(EditError::NoSuchField { step_type: StepType::Llm, .. })));
    }
    for field in
        [StepField::Enabled(false), StepField::Timeout(Some(9)), StepField::Effect(None), StepField::Next(None)]
    {
        assert!(set("check", field.clone()).is_ok() && set("research", field).is_ok());
    }
    let model = set("research", StepField::Model { provider: Some("demo".into()), model: Some(" ".into()) }).unwrap();
    let StepKind::Llm(llm) = &model.draft.steps[0].kind else { panic!("an llm step") };
    assert_eq!((llm.provider.as_deref(), llm.model.as_deref()), (Some("demo"), None));
}

#[test]
fn a_fix_of_the_lint_mends() {
    let field = StepField::Prompt("{{steps.Researches.content}}".into());
    let broken = apply(&three(), Edit::UpdateStep { id: id("brief"), field }).draft;
    let report = lint(&broken.to_definition(), &Known::default(), None);
    let fix = report.findings.iter().find_map(|finding| finding.fix.clone()).unwrap();
    let fixed = apply(&broken, Edit::ApplyFix(fix));
    assert_eq!(
        (prompt(&fixed.draft, 2), fixed.label.as_str()),
        ("{{steps.Research.content}}", "fix: Refer to “Research”")
    );
    assert_eq!(shared(&broken, &fixed.draft), [true, true, false]);
    let fix = |pointer: &str, value: Value| {
        broken.apply(Edit::ApplyFix(Fix { title: "t".into(), pointer: pointer.into(), value }))
    };
    assert!(fix("/steps/1/shows/1", json!("brief")).is_ok() && fix("/yolo", json!(true)).unwrap().draft.yolo);
    for (pointer, value) in [
        ("/steps/9/prompt", json!("x")),
        ("/steps/0/prompt", json!(1)),
        ("", json!({})),
        ("/steps/0/nothing", json!(1)),
    ] {
        assert_eq!(fix(pointer, value), Err(EditError::FixDoesNotFit), "{pointer}");
    }
}

#[test]
fn the_workflow_has_fields_of_its_own() {
    let tags = ["a", " a ", "", "b"].map(str::to_owned).to_vec();
    assert_eq!(apply(&three(), Edit::SetTags(tags)).draft.tags, ["a", "b"]);
    assert_eq!(apply(&three(), Edit::SetCategory(" ".into())).draft.category, None);
    assert_eq!(apply(&three(), Edit::SetYolo(true)).label, "skip reviews");
    let defaults = Edit::SetDefaults { provider: Some(String::new()), model: Some("m".into()) };
    assert_eq!(apply(&three(), defaults).draft.provider, None);
    let before = three();
    let other = Draft { name: "Other".into(), ..three() };
    let replaced = apply(&before, Edit::ReplaceAll(Box::new(other.clone()))).draft;
    assert_eq!((shared(&before, &replaced), &replaced), (vec![true; 3], &other));
    let entry = apply(&before, Edit::SetEntryStep(Some(id("research")))).draft;
    assert_eq!(entry.entry_step, Some(id("research")));
    assert_eq!(apply(&entry, Edit::RemoveStep(id("research"))).draft.entry_step, None);
    assert_eq!(apply(&before, Edit::SetActive(false)).label, "switch off");
    assert!(apply(&before, Edit::SetTemplate(true)).draft.is_template);
}

#[test]
fn numbers_are_read_as_people_type_them() {
    assert_eq!(["", " 0,7 ", "2"].map(|text| parse_temperature(text).unwrap()), [None, Some(0.7), Some(2.0)]);
    for wrong in ["2.1", "-1", "NaN", "inf", "warm"] {
        assert!(parse_temperature(wrong).is_err(), "{wrong}");
    }
    assert_eq!((parse_max_tokens("1000000"), parse_max_tokens("")), (Ok(Some(1_000_000)), Ok(None)));
    assert_eq!(
        ["0", "1000001", "1.5", "-1"].map(|text| parse_max_tokens(text).unwrap_err()),
        ["The answer length is a whole number of tokens from 1 to 1000000."; 4]
    );
    assert_eq!(
        (parse_retries("0"), parse_retries("20"), parse_retries("21").is_err()),
        (Ok(Some(0)), Ok(Some(20)), true)
    );
    let seconds = ["90", "90 s", "10m", "24h"].map(|text| parse_timeout(text).unwrap().unwrap());
    assert_eq!(seconds, [90, 90, 600, 86_400]);
    for wrong in ["0", "25h", "99999999999", "4294967295h", "h", "1x", "1 2"] {
        assert!(parse_timeout(wrong).is_err(), "{wrong}");
    }
    assert_eq!(parse_expires_in("7d"), Ok(Some(604_800)));
}

#[test]
fn a_schema_says_where_it_is_wrong() {
    assert_eq!((parse_schema(" "), parse_schema("{}")), (Ok(None), Ok(Some(json!({})))));
    let error = parse_schema("{\n  \"é😀\": x\n}").unwrap_err();
    let message = "This is not JSON: expected value.".to_owned();
    assert_eq!(error, SchemaError { message, line: 2, column: 9 });
    assert_eq!(parse_schema("{").unwrap_err().line, 1);
    assert!(parse_schema("[1]").unwrap_err().message.contains("object"));
    assert!(parse_schema(&json!({"x": "y".repeat(70_000)}).to_string()).is_err());
}

#[test]
fn findings_stand_by_their_field() {
    let broken = draft(json!([
        {"id": "a", "label": "A", "type": "llm", "prompt": "{{steps.B.content}}", "temperature": 9, "next": "gone"},
        {"id": "b", "label": "A", "type": "review", "shows": ["x", "y"]},
    ]));
    let broken = Draft { entry_step: Some(id("nowhere")), ..broken };
    let grouped = step_findings(&lint(&broken.to_definition(), &Known::default(), None), 2);
    let count = |index, field: &str| grouped.step(index).unwrap().field(field).len();
    assert_eq!((count(0, "prompt"), count(0, "temperature"), count(0, "next"), count(0, "label")), (1, 1, 1, 0));
    assert_eq!((count(1, "label"), count(1, "shows")), (1, 3));
    assert_eq!(
        grouped.workflow.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(),
        ["unknown_entry_step"]
    );
    assert!(grouped.step(0).is_some() && grouped.step(1).is_some() && grouped.step(2).is_none());
    let fewer = step_findings(&lint(&broken.to_definition(), &Known::default(), None), 1);
    assert!(fewer.step(1).is_none() && fewer.workflow.len() == 5);
}

/// The id of the step that each reference of each prompt means.
#[test]
fn only_what_is_loaded_is_held_against_a_draft() {
    let draft = draft(json!([{ "id": "a", "type": "llm", "label": "A", "prompt": "Hi", "provider": "openai" }]));
    let codes = |analysis: &Analysis| -> Vec<String> {
        analysis.report.findings.iter().map(|finding| finding.code.clone()).collect()
    };
    assert!(codes(&Analysis::of(&draft, None, None)).is_empty(), "nothing is known yet");
    let openai = sluice_types::Provider {
        name: sluice_types::ProviderName::Openai,
        title: "OpenAI".to_owned(),
        available: false,
        reason: None,
        simulated: false,
        default_model: None,
        credential: None,
        server_key: false,
    };
    let analysis = Analysis::of(&draft, Some(&[openai]), None);
    assert_eq!(codes(&analysis), ["provider_not_available"]);
    assert_eq!(count(analysis.report.findings.iter(), sluice_types::Severity::Warning), 1);
    assert!(analysis.step_estimate(&id("a")).is_some() && analysis.step_estimate(&id("b")).is_none());
}

fn targets(draft: &Draft) -> Vec<Option<StepId>> {
    let definition = draft.to_definition();
    let sources = definition.steps.iter().flat_map(|step| step.templates().into_iter().map(|(_, text)| text));
    sources
        .flat_map(|text| references(text, &definition.names()).unwrap())
        .filter(|reference| reference.root == Root::Steps)
        .map(|reference| definition.step_named(&reference.name).map(|step| step.id.clone()))
        .collect()
}

proptest! {
    #[test]
    fn prompts_mean_the_same_steps_after_a_rename(
        names in prop::collection::btree_set("[A-Za-z][A-Za-z &'-]{0,6}[a-z]", 2..6),
        of in any::<prop::sample::Index>(),
        label in "[A-Za-z][A-Za-z &'\"-]{0,6}[a-z]|step-[0-4]",
        by_id in any::<bool>(),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let called = |index: usize| if by_id { format!("step-{index}") } else { names[index].clone() };
        let text = (0..names.len()).map(|index| format!("{{{{steps.{}.content}}}}", called(index))).collect::<Vec<_>>().join(" ");
        let steps: Value = names
            .iter()
            .enumerate()
            .map(|(index, name)| json!({"id": format!("step-{index}"), "label": name, "type": "llm", "prompt": text}))
            .collect();
        let before = draft(steps);
        let id = before.steps[of.index(names.len())].id.clone();
        if let Ok(applied) = before.apply(Edit::RenameStep { id: id.clone(), label: label.clone() }) {
            prop_assert_eq!(&applied.draft.step(&id).unwrap().label, &label);
            prop_assert_eq!(targets(&applied.draft), targets(&before));
        }
    }

    #[test]
    fn ids_and_labels_stay_unique(moves in prop::collection::vec((0..4_u8, any::<prop::sample::Index>(), "[ABend]{0,2}( [0-9])?"), 0..25)) {
        let mut draft = three();
        for (kind, at, label) in moves {
            let some = (!draft.steps.is_empty()).then(|| draft.steps[at.index(draft.steps.len())].id.clone());
            let edit = match (kind, some) {
                (0, Some(id)) => Edit::DuplicateStep(id),
                (1, Some(id)) => Edit::RemoveStep(id),
                (2, Some(id)) => Edit::RenameStep { id, label },
                _ => Edit::AddStep { template: Box::new(Step { label, ..Step::clone(&three().steps[0]) }), at: None },
            };
            if let Ok(applied) = draft.apply(edit) {
                draft = applied.draft;
            }
        }
        let codes = lint(&draft.to_definition(), &Known::default(), None);
        for code in ["duplicate_id", "duplicate_label", "reserved_id", "empty_label", "unknown_next"] {
            prop_assert!(!codes.findings.iter().any(|finding| finding.code == code), "{code}: {:?}", labels(&draft));
        }
    }
}
