//! Tables of drafts: what they keep shared, what their edits are called, and where findings stand.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::edit::{Edit, EditError, InputChange, InputPart, LlmField, StepField, Wrapper};
use sluice_types::{BlockAddress, Definition, Index, InputField, InputType, LintContext, Position, Step, StepId, lint};

use super::*;
use crate::draft::{Pending, pending_key};

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "tables read better without a sign before each macro")]
fn definition(steps: Value) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

fn draft(steps: Value) -> Draft {
    Draft::from_definition(definition(steps))
}

fn three() -> Draft {
    draft(json!([
        {"id": "research", "label": "Research", "type": "llm", "prompt": "About {{input.topic}}", "next": "brief"},
        {"id": "check", "label": "Check", "type": "review", "shows": ["research"]},
        {"id": "brief", "label": "Brief", "type": "llm", "prompt": "Use {{steps.Research.content}}"},
    ]))
}

fn apply(draft: &Draft, edit: impl Into<DraftEdit>) -> Applied {
    draft.apply(edit).unwrap()
}

fn index(draft: &Draft) -> Index {
    Index::of(&draft.to_definition())
}

/// The ids of the steps that are shared between the two.
fn shared(before: &Draft, after: &Draft) -> Vec<String> {
    let same = |(id, step): &(&StepId, &Arc<Step>)| before.step(id).is_some_and(|other| Arc::ptr_eq(step, other));
    after.nodes().iter().filter(same).map(|(id, _)| id.to_string()).collect()
}

fn ids(draft: &Draft) -> Vec<&str> {
    draft.ids().into_iter().map(StepId::as_str).collect()
}

fn set(of: &str, field: impl Into<StepField>) -> Edit {
    Edit::UpdateStep { id: id(of), field: field.into() }
}

fn moved(of: &str, position: usize) -> Edit {
    Edit::MoveStep { id: id(of), to: BlockAddress::Root, position }
}

#[test]
fn a_draft_is_sent_and_stored_as_it_is() {
    let draft = Draft { name: "N".into(), category: Some("c".into()), tags: vec!["t".into()], ..three() };
    assert_eq!(Draft::from_create(draft.to_create()), draft);
    let update = draft.to_update();
    assert_eq!((update.definition, update.renamed_labels.len()), (draft.to_definition(), 0));
    let text = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
}

#[test]
fn a_draft_of_an_earlier_version_of_the_app_is_read() {
    let stored = json!({"name": "N", "description": "", "category": null, "tags": [], "is_template": false, "is_active": true,
        "definition": {"yolo": true, "entry_step": "b", "context": {"TONE": "dry"}, "steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "x", "enabled": true},
            {"id": "b", "label": "B", "type": "review", "instructions": "", "shows": [], "enabled": true}]}});
    let draft: Draft = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!((ids(&draft), draft.yolo), (vec!["a", "b"], true));
    assert_eq!(draft.list(&BlockAddress::Root).unwrap().entry_step, Some(id("b")));
    assert_eq!(serde_json::to_value(&draft).unwrap(), stored);
}

#[test]
fn a_tree_is_taken_apart_and_put_together() {
    let note = |label: &str| json!({"label": label, "type": "llm", "prompt": "x"});
    let polish = json!({"label": "Polish", "type": "loop", "until": "iteration > 1", "max_iterations": 2, "entry_step": "b",
        "steps": [note("A"), note("B")]});
    let fan = json!({"label": "Fan", "type": "parallel", "branches": [{"name": "x", "steps": [polish]}, {"name": "y", "steps": []}]});
    let route = json!({"label": "Route", "type": "conditional", "cases": [{"name": "c", "when": "true", "steps": [fan]}],
        "otherwise": {"steps": [{"label": "Each", "type": "parallel", "for_each": "[1]", "steps": [note("C")]}]}});
    let definition: Definition =
        serde_json::from_value(json!({"inputs": [{"name": "topic", "required": true}], "steps": [route]})).unwrap();
    let draft = Draft::from_definition(definition.clone());
    assert_eq!(draft.to_definition(), definition);
    assert_eq!(ids(&draft), ["route", "fan", "polish", "a", "b", "each", "c"]);
    let after = apply(&draft, set("b", LlmField::Prompt("y".into()))).draft;
    assert_eq!(shared(&draft, &after).len(), 6);
}

#[test]
fn typing_replaces_one_node_and_joins_a_group() {
    let before = three();
    let type_it = |text: &str| set("brief", LlmField::Prompt(text.into()));
    let applied = apply(&before, type_it("x"));
    assert_eq!(shared(&before, &applied.draft), ["check", "research"]);
    let root = |draft: &Draft| Arc::clone(draft.list(&BlockAddress::Root).unwrap());
    assert!(Arc::ptr_eq(&root(&before), &root(&applied.draft)));
    assert_eq!((applied.label.as_str(), applied.focus.as_ref()), ("change prompt of Brief", Some(&id("brief"))));
    assert_eq!(applied.group, apply(&applied.draft, type_it("xy")).group);
    assert_ne!(applied.group, apply(&before, DraftEdit::SetName("x".into())).group);
    let same = apply(&before, type_it("Use {{steps.Research.content}}")).draft;
    assert_eq!((shared(&before, &same).len(), &same), (3, &before));
}

#[test]
fn edits_have_names_and_lead_to_a_step() {
    let template = Box::new(Step::clone(three().step(&id("research")).unwrap()));
    let entry = Edit::SetEntryStep { block: BlockAddress::Root, entry: Some(id("brief")) };
    for (edit, label, focus) in [
        (Edit::AddStep { step: template, to: BlockAddress::Root, position: 3 }, "add Research 2", Some("research-2")),
        (moved("brief", 0), "move Brief", Some("brief")),
        (Edit::DuplicateSteps(vec![id("check")]), "duplicate Check", Some("check-2")),
        (Edit::RemoveSteps(vec![id("research")]), "remove Research", Some("check")),
        (Edit::RemoveSteps(vec![id("brief")]), "remove Brief", Some("check")),
        (Edit::DuplicateSteps(vec![id("research"), id("check")]), "duplicate 2 steps", Some("research-2")),
        (Edit::RemoveSteps(vec![id("research"), id("check")]), "remove 2 steps", Some("brief")),
        (Edit::RemoveSteps(vec![id("check"), id("brief")]), "remove 2 steps", Some("research")),
        (
            Edit::WrapSteps { ids: vec![id("research"), id("check")], wrapper: Wrapper::Loop },
            "wrap 2 steps in Loop",
            Some("loop"),
        ),
        (Edit::RenameStep { id: id("check"), label: " Look ".into() }, "rename Check to Look", Some("check")),
        (set("check", StepField::Enabled(false)), "switch off Check", Some("check")),
        (set("check", StepField::Retries(None)), "change retries of Check", Some("check")),
        (Edit::SetYolo(true), "skip reviews", None),
        (entry, "change first step", None),
    ] {
        let applied = apply(&three(), edit);
        assert_eq!((applied.label.as_str(), applied.focus.as_ref().map(StepId::as_str)), (label, focus));
    }
    assert_eq!(three().apply(moved("gone", 0)), Err(EditError::NoSuchStep(id("gone"))));
    assert_eq!(apply(&three(), DraftEdit::SetActive(false)).label, "switch off");
    assert_eq!(apply(&three(), DraftEdit::SetTemplate(true)).label, "make it a template");
}

#[test]
fn changes_of_the_input_have_names_and_join_groups() {
    let field = |name: &str| InputField { name: name.into(), ..InputField::default() };
    let mut before = three();
    before.inputs = vec![field("topic"), field("tone")];
    let update = |at, part| InputChange::Update { at, part };
    for (change, label, is_typed) in [
        (InputChange::Declare(vec![field("a")]), "declare a", false),
        (InputChange::Declare(vec![field("a"), field("b")]), "declare 2 fields", false),
        (InputChange::Remove(1), "remove field tone", false),
        (InputChange::Move { from: 1, to: 0 }, "move field tone", false),
        (InputChange::Rename { at: 0, to: " theme ".into() }, "rename field topic to theme", false),
        (update(0, InputPart::Help("x".into())), "change help of field topic", true),
        (update(0, InputPart::Type(InputType::Number)), "change type of field topic", false),
    ] {
        let applied = apply(&before, Edit::ChangeInputs(change));
        assert_eq!((applied.label.as_str(), applied.group.is_some()), (label, is_typed));
    }
    let group = |at, part| apply(&before, Edit::ChangeInputs(update(at, part))).group;
    let help = group(0, InputPart::Help("x".into()));
    assert_eq!(help, group(0, InputPart::Help("xy".into())));
    assert!(help != group(1, InputPart::Help("x".into())) && help != group(0, InputPart::Label("x".into())));
    let renamed = apply(&before, Edit::ChangeInputs(InputChange::Rename { at: 0, to: "theme".into() })).draft;
    assert_eq!(renamed.step(&id("research")).unwrap().templates(), [("prompt".into(), "About {{input.theme}}")]);
    assert_eq!(shared(&before, &renamed), ["brief", "check"]);
}

#[test]
fn the_workflow_has_fields_of_its_own() {
    let tags = ["a", " a ", "", "b"].map(str::to_owned).to_vec();
    assert_eq!(apply(&three(), DraftEdit::SetTags(tags)).draft.tags, ["a", "b"]);
    assert_eq!(apply(&three(), DraftEdit::SetCategory(" ".into())).draft.category, None);
    let before = three();
    let other = Draft { name: "Other".into(), ..three() };
    let replaced = apply(&before, DraftEdit::ReplaceAll(Box::new(other.clone()))).draft;
    assert_eq!((shared(&before, &replaced).len(), &replaced), (3, &other));
}

#[test]
fn forms_offer_steps_by_where_they_stand() {
    let index = index(&three());
    let ids = |all: Vec<Named>| all.into_iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(jump_targets(&index, &id("research"))), ["brief"]);
    assert_eq!(ids(visible(&index, &id("brief"))), ["research", "check"]);
    assert_eq!(ids(entries(&index, &BlockAddress::Root)), ["check", "brief"]);
    assert!(visible(&index, &id("gone")).is_empty() && jump_targets(&index, &id("check")).is_empty());
    assert_eq!(moved_by(&index, &id("check"), 1), Some(moved("check", 2)));
    assert_eq!(moved_by(&index, &id("check"), -1), Some(moved("check", 0)));
    assert_eq!((moved_by(&index, &id("research"), -1), moved_by(&index, &id("brief"), 1)), (None, None));
}

#[test]
fn findings_stand_by_their_step_and_field() {
    let mut broken = definition(json!([
        {"id": "a", "label": "A", "type": "llm", "prompt": "{{steps.B.content}}", "temperature": 9, "next": "gone"},
        {"id": "b", "label": "A", "type": "review", "shows": ["x", "y"]},
    ]));
    broken.entry_step = Some(id("nowhere"));
    let findings = Findings::new(lint(&broken, &LintContext::default(), None), &Index::of(&broken), &[]);
    let count = |of: &str, field: &str| findings.of_field(&id(of), field).len();
    assert_eq!(
        (count("a", "prompt"), count("a", "temperature"), count("a", "next"), count("a", "label")),
        (1, 1, 1, 0)
    );
    assert_eq!((count("b", "label"), count("b", "shows")), (1, 3));
    assert_eq!((findings.of_step(&id("a")).count(), findings.of_step(&id("c")).count()), (3, 0));
    let of_workflow = findings.0.iter().filter(|located| located.at.is_none());
    assert_eq!(of_workflow.map(|located| located.finding.code.as_str()).collect::<Vec<_>>(), ["unknown_entry_step"]);
}

#[test]
fn a_fix_finds_its_step_after_a_move() {
    let broken = apply(&three(), set("brief", LlmField::Prompt("{{steps.Researches.content}}".into()))).draft;
    let analysis = Analysis::of(&broken, None, None, None);
    let located = analysis.findings.0.iter().find(|located| located.finding.fix.is_some()).unwrap();
    assert_eq!(located.at, Some(FieldAt::Step(id("brief"), "prompt".to_owned())));
    let moved = apply(&broken, moved("check", 2)).draft;
    let fixed = apply(&moved, Edit::ApplyFix(located.fix(&index(&moved)).unwrap()));
    assert_eq!(fixed.label, "fix: Refer to “Research”");
    assert_eq!(fixed.draft.step(&id("brief")).unwrap().templates(), [("prompt".into(), "{{steps.Research.content}}")]);
    assert_eq!(shared(&moved, &fixed.draft), ["check", "research"]);
    let removed = apply(&broken, Edit::RemoveSteps(vec![id("brief")])).draft;
    assert_eq!(located.fix(&index(&removed)), None);
}

#[test]
fn input_that_cannot_be_taken_is_a_problem() {
    let pending = |texts: &[(&str, &str, &str)]| -> Pending {
        texts.iter().map(|(step, field, text)| (pending_key(&id(step), field), (*text).to_owned())).collect()
    };
    let mut typed = pending(&[
        ("research", "temperature", "hot"),
        ("research", "retries", "2"),
        ("research", "label", "Brief"),
        ("check", "label", "Fine"),
        ("check", "temperature", "hot"),
        ("brief", "schema", "{"),
        ("gone", "retries", "many"),
    ]);
    typed.insert("tag".into(), "half".into());
    let inputs = [InputField { name: "topic".into(), input_type: InputType::Number, ..InputField::default() }];
    let topic = InputKey { name: "topic".into(), nth: 0 };
    for (part, text) in [("name", "1a"), ("default", "many"), ("example", "2"), ("options", "x")] {
        typed.insert(topic.pending_key(part), text.into());
    }
    typed.insert(InputKey { name: "gone".into(), nth: 0 }.pending_key("name"), "1a".into());
    let found = pending_problems(&index(&three()), &inputs, &typed);
    let (of_inputs, of_steps) = found.split_at(2);
    let parts: Vec<&str> = of_inputs.iter().filter_map(|it| it.at.input().map(|(_, part)| part)).collect();
    assert_eq!(parts, ["default", "name"]);
    let fields: Vec<(&str, &str)> =
        of_steps.iter().filter_map(|it| it.at.step().map(|(step, field)| (step.as_str(), field))).collect();
    assert_eq!(fields, [("research", "label"), ("research", "temperature"), ("brief", "output_schema")]);
}

#[test]
fn findings_of_the_input_stand_by_their_field() {
    let mut broken = definition(json!([
        {"id": "a", "label": "A", "type": "llm", "prompt": "{{input.topic}} {{input.tone}} {{input.notes | default('')}}"},
    ]));
    broken.inputs = serde_json::from_value(json!([
        {"name": "topic"}, {"name": "topic", "type": "choice"}, {"name": "size", "type": "number", "default": "x"},
    ]))
    .unwrap();
    let draft = Draft::from_definition(broken);
    let analysis = Analysis::of(&draft, None, None, None);
    let findings = &analysis.findings;
    let count = |name: &str, nth, part: &str| findings.of_input_part(&InputKey { name: name.into(), nth }, part).len();
    assert_eq!([count("topic", 0, "name"), count("topic", 1, "name"), count("topic", 1, "options")], [0, 1, 1]);
    assert_eq!([count("size", 0, "default"), count("size", 0, "")], [1, 1]);
    assert_eq!(findings.of_input(&InputKey { name: "size".into(), nth: 0 }).count(), 2);
    assert!(findings.of_all_inputs().is_empty());
    let names = |declared: &[InputField]| {
        let found = analysis.undeclared(declared);
        found.into_iter().map(|field| (field.name, field.required)).collect::<Vec<_>>()
    };
    assert_eq!(names(&draft.inputs), [("notes".to_owned(), false), ("tone".to_owned(), true)]);
    // One was declared since.
    let declared = [draft.inputs.clone(), analysis.undeclared(&draft.inputs)].concat();
    assert!(names(&declared).is_empty());
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
fn only_what_is_loaded_is_held_against_a_draft() {
    let draft = draft(json!([{ "id": "a", "type": "llm", "label": "A", "prompt": "Hi", "provider": "openai" }]));
    let codes = |analysis: &Analysis| -> Vec<String> {
        analysis.findings.0.iter().map(|located| located.finding.code.clone()).collect()
    };
    assert!(codes(&Analysis::of(&draft, None, None, None)).is_empty(), "nothing is known yet");
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
    let analysis = Analysis::of(&draft, Some(&[openai]), None, None);
    assert_eq!(codes(&analysis), ["provider_not_available"]);
    assert_eq!(count(analysis.findings.0.iter().map(|located| &located.finding), sluice_types::Severity::Warning), 1);
    assert!(analysis.step_estimate(&id("a")).is_some() && analysis.step_estimate(&id("b")).is_none());
}

proptest! {
    #[test]
    fn a_draft_is_its_definition_by_ids(labels in prop::collection::btree_set("[A-Z]", 0..8), moves in prop::collection::vec((0..8_usize, 0..8_usize), 0..8)) {
        let steps: Value = labels.iter().map(|label| json!({"label": label, "type": "review"})).collect();
        let mut draft = draft(steps);
        for (from, to) in moves {
            let Some(id) = draft.ids().get(from).map(|id| (*id).clone()) else { continue };
            let edit = Edit::MoveStep { id, to: BlockAddress::Root, position: to };
            draft = draft.apply(edit).map_or(draft, |applied| applied.draft);
        }
        let definition = draft.to_definition();
        prop_assert_eq!(draft.ids(), definition.steps.iter().map(|step| &step.id).collect::<Vec<_>>());
        prop_assert_eq!(draft.nodes().len(), labels.len());
        prop_assert_eq!(Draft::from_definition(definition), draft);
    }
}

/// A workflow that a newer version has saved, with something new at every level.
fn of_a_newer_version() -> Value {
    json!({
        "id": "brief", "name": "Brief", "description": "", "category": null, "tags": [], "version": 3,
        "definition": {"yolo": false, "name": {"budget": 2}, "steps": [
            {"id": "plan", "label": "Plan", "type": "debate", "goal": "Think", "tools": [{"name": "search"}], "enabled": true},
            {"id": "write", "label": "Write", "type": "llm", "prompt": "{{steps.Plan.content}}", "enabled": true,
                "effect": "pays", "cache": {"ttl": 60}, "fallbacks": [{"model": "demo", "weight": 2}]},
            {"id": "check", "label": "Check", "type": "review", "instructions": "", "shows": [], "on_expiry": "ask",
                "enabled": true},
        ]},
        "is_template": false, "source_template_id": null, "is_active": true,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    })
}

#[test]
fn a_save_keeps_what_a_newer_version_has_added() {
    let workflow = of_a_newer_version();
    let opened = Draft::from_workflow(&serde_json::from_value(workflow.clone()).unwrap());
    let saved = |draft: &Draft| serde_json::to_value(draft.to_update()).unwrap()["definition"].clone();
    assert_eq!(saved(&opened), workflow["definition"]);
    let mut expected = workflow["definition"].clone();
    let edited = apply(&opened, set("write", LlmField::Prompt("Other {{steps.Plan.content}}".into()))).draft;
    expected["steps"][1]["prompt"] = "Other {{steps.Plan.content}}".into();
    assert_eq!(saved(&edited), expected);
    // The step of an unknown kind can be renamed, moved and disabled, and references to it follow.
    let edited = apply(&edited, Edit::RenameStep { id: id("plan"), label: "Idea".into() }).draft;
    let edited = apply(&edited, set("plan", StepField::Enabled(false))).draft;
    expected["steps"][0]["label"] = "Idea".into();
    expected["steps"][0]["enabled"] = false.into();
    expected["steps"][1]["prompt"] = "Other {{steps.Idea.content}}".into();
    assert_eq!(saved(&edited), expected);
    let edited = apply(&edited, moved("plan", 2)).draft;
    expected["steps"].as_array_mut().unwrap().rotate_left(1);
    assert_eq!(saved(&edited), expected);
    // A draft that the browser keeps holds it, too.
    let kept: Draft = serde_json::from_value(serde_json::to_value(&edited).unwrap()).unwrap();
    assert_eq!((saved(&kept), &kept), (expected.clone(), &edited));
    // Its fields cannot be edited; it can be removed.
    let refused = edited.apply(set("plan", LlmField::Prompt("x".into()))).unwrap_err();
    assert!(matches!(refused, EditError::NoSuchField { .. }), "{refused:?}");
    let removed = apply(&edited, Edit::RemoveSteps(vec![id("plan")])).draft;
    expected["steps"].as_array_mut().unwrap().pop();
    assert_eq!(saved(&removed), expected);
}

#[test]
fn positions_on_the_canvas_are_part_of_the_draft() {
    let definition: Definition = serde_json::from_value(json!({"steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
        {"id": "b", "label": "B", "type": "llm", "prompt": "x"},
        {"id": "c", "label": "C", "type": "llm", "prompt": "x"},
    ]}))
    .unwrap();
    let before = Draft::from_definition(definition);
    let id = |text: &str| StepId::new(text).unwrap();
    let at = |x| Position { x, y: 8.0 };
    let placed = before.apply(DraftEdit::Place(id("a"), at(4.0))).unwrap();
    assert_eq!((placed.label.as_str(), placed.group), ("move A on the canvas", None));
    let placed = placed.draft.apply(DraftEdit::Nudge(id("c"), at(20.0))).unwrap();
    assert_eq!(placed.group.as_deref(), Some("place of c"));
    let placed = placed.draft;
    assert_ne!(placed, before);
    let read = serde_json::from_str::<Draft>(&serde_json::to_string(&placed).unwrap()).unwrap();
    assert_eq!(read, placed);
    let sent: Vec<_> = placed.to_update().layout.unwrap().into_iter().map(|at| (at.id, at.x)).collect();
    assert_eq!(sent, [(id("a"), 4.0), (id("c"), 20.0)]);
    assert_eq!(before.to_update().layout, Some(Vec::new()), "a save takes positions away, too");
    // A step that stands elsewhere has no position there; the others keep theirs.
    let wrapped = placed.apply(Edit::WrapSteps { ids: vec![id("c")], wrapper: Wrapper::Loop }).unwrap().draft;
    assert_eq!(wrapped.layout().keys().collect::<Vec<_>>(), [&id("a")]);
    let removed = placed.apply(Edit::RemoveSteps(vec![id("a")])).unwrap().draft;
    assert_eq!(removed.layout().keys().collect::<Vec<_>>(), [&id("c")]);
    let typed = placed.apply(Edit::RenameStep { id: id("a"), label: "First".into() }).unwrap().draft;
    assert_eq!(typed.layout(), placed.layout());
    assert_eq!(placed.apply(DraftEdit::TidyUp).unwrap().draft, before);
    assert_eq!(before.apply(DraftEdit::Place(id("gone"), at(1.0))).unwrap().draft, before);
}
