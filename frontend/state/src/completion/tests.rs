//! Tables of cursors. `¦` is the cursor.

use proptest::prelude::*;
use serde_json::json;
use sluice_types::{Definition, Index, InputField, Language, StepId};

use super::utf16;
use super::*;

fn context_of(definition: &Definition, step: &str, inputs: &[InputField]) -> Context {
    Context::of(&Index::of(definition), &StepId::new(step).unwrap(), "prompt", &definition.context, inputs)
}

fn definition() -> Definition {
    serde_json::from_value(json!({
        "context": {"TONE": "dry"},
        "steps": [
            {"id": "research", "label": "Research", "type": "llm", "prompt": "About {{input.topic}} for {{input.audience}}"},
            {"id": "facts", "label": "Fact list", "type": "llm", "prompt": "",
             "output_schema": {"properties": {"title": {"type": "string"}, "points": {"type": "array"}}}},
            {"id": "check", "label": "Reader's view", "type": "review"},
            {"id": "brief", "label": "Brief", "type": "llm", "prompt": ""},
            {"id": "post", "label": "Post", "type": "llm", "prompt": ""},
        ]
    }))
    .unwrap()
}

fn context() -> Context {
    let topic = InputField { name: "topic".into(), label: "Topic".into(), ..InputField::default() };
    context_of(&definition(), "brief", &[topic])
}

fn completion(marked: &str) -> Option<Completion> {
    let (before, after) = marked.split_once('¦').unwrap();
    complete(&format!("{before}{after}"), utf16::len(before), &context())
}

/// The labels that are offered at the cursor.
fn offered(marked: &str) -> Vec<String> {
    completion(marked).map(|found| found.items.into_iter().map(|item| item.label).collect()).unwrap_or_default()
}

/// The text after a completion was inserted, and the cursor after it, in UTF-16 units.
fn accepted(found: &Completion, text: &str, item: &Item) -> (String, usize) {
    let [start, end] = [found.replace.start, found.replace.end].map(|at| utf16::to_bytes(text, at).unwrap());
    (format!("{}{}{}", &text[..start], item.insert, &text[end..]), found.replace.start + utf16::len(&item.insert))
}

/// The text after the first completion was accepted, with the cursor.
fn taken(marked: &str) -> String {
    let text = marked.replace('¦', "");
    let found = completion(marked).unwrap();
    let (text, cursor) = accepted(&found, &text, &found.items[0]);
    let at = utf16::to_bytes(&text, cursor).unwrap();
    format!("{}¦{}", &text[..at], &text[at..])
}

#[test]
fn all_is_offered_behind_braces() {
    let all = offered("Use {{¦");
    assert_eq!(
        all,
        [
            "steps.Reader's view.content",
            "steps.Fact list.content",
            "steps.Research.content",
            "steps.Reader's view.decision",
            "steps.Reader's view.comment",
            "steps.Fact list.output",
            "steps.Fact list.title",
            "steps.Fact list.points",
            "input.topic",
            "input.audience",
            "context.TONE",
        ]
    );
    assert_eq!(offered("${ ¦}"), all);
    let details = completion("{{inp¦").unwrap().items.into_iter().map(|item| item.detail).collect::<Vec<_>>();
    assert_eq!(details, ["Topic", "input"]);
}

#[test]
fn what_is_typed_narrows_it() {
    for (text, expected) in [
        ("{{steps.¦", "steps.Reader's view.content"),
        ("{{steps.res¦", "steps.Research.content"),
        ("{{steps.list¦", "steps.Fact list.content"),
        ("{{steps.RSRCH¦", "steps.Research.content"),
        ("{{steps.Fact list.t¦", "steps.Fact list.title"),
        ("{{steps.facts.¦", "steps.Fact list.content"),
        ("{{steps.Reader's v¦", "steps.Reader's view.content"),
        ("{{ fact li¦", "steps.Fact list.content"),
        ("{{inp¦", "input.topic"),
        ("{{input.au¦", "input.audience"),
        ("${context.¦", "context.TONE"),
        ("{{ input.topic or steps.res¦", "steps.Research.content"),
        ("{{ range(top¦", "input.topic"),
        ("{{steps.Research.content}} and {{aud¦", "input.audience"),
        ("a }} {{ aud¦\n}}", "input.audience"),
        ("{% if ¦", "steps.Reader's view.content"),
        ("{%- if res¦ %}x{% endif %}", "steps.Research.content"),
        ("{% if input.topic and not steps.res¦", "steps.Research.content"),
        ("{% elif input.topic == top¦", "input.topic"),
        ("{% for fact in steps.Fact list.po¦", "steps.Fact list.points"),
        ("{% set tone = cont¦", "context.TONE"),
        ("{% if steps.Research.content and inp¦", "input.topic"),
        ("{% if steps.Research.content and input.au¦", "input.audience"),
        ("{% if steps.Fact list.ti¦", "steps.Fact list.title"),
        ("{%+ if not res¦", "steps.Research.content"),
        ("{% if input.topic %}{{ res¦", "steps.Research.content"),
    ] {
        assert_eq!(offered(text).first().map(String::as_str), Some(expected), "{text}");
    }
    assert!(offered("{{steps.¦").iter().all(|label| label.starts_with("steps.")));
}

#[test]
fn elsewhere_nothing_is_offered() {
    for text in [
        "¦",
        "Use ¦",
        "{¦{",
        "{{input.topic}}¦",
        "{{input.topic}} x¦",
        "{{ input.topic | ¦",
        "{{ input.topic | de¦",
        "{{ \"inp¦",
        "{{ steps.Post¦",
        "{{zzz¦",
        "{{\n¦",
        "${HOME} ¦",
        "{% ¦",
        "{% inp¦",
        "{% for input¦",
        "{% else ¦",
        "{% endif ¦ %}",
        "{% raw inp¦",
        "{% set input¦",
        "{% if input.topic %} inp¦",
        "{% if \"inp¦",
        "{{input.topic¦}}",
        "{{steps.Research.content¦}}",
    ] {
        assert_eq!(offered(text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(complete("{{", 99, &context()), None);
    assert_eq!(complete("{{", 2, &Context::default()), None);
}

#[test]
fn what_is_taken_closes_the_braces() {
    for (before, after) in [
        ("Use {{steps.res¦", "Use {{steps.Research.content}}¦"),
        ("Use {{ res¦ now", "Use {{ steps.Research.content }}¦ now"),
        ("Use {{res¦}} now", "Use {{steps.Research.content¦}} now"),
        ("Use {{ res¦ }}", "Use {{ steps.Research.content¦ }}"),
        ("Use {{res¦}", "Use {{steps.Research.content}}¦"),
        ("Use ${res¦", "Use ${steps.Research.content}¦"),
        ("Use ${res¦}", "Use ${steps.Research.content¦}"),
        ("{{steps.Fa¦rch.content}} x", "{{steps.Fact list.content¦}} x"),
        ("{{res¦ {{input.topic}}", "{{steps.Research.content}}¦ {{input.topic}}"),
        ("{{ res¦ | upper }}", "{{ steps.Research.content¦ | upper }}"),
        ("{{reader¦", "{{steps[\"Reader's view\"].content}}¦"),
        ("é😀 {{res¦ 😀", "é😀 {{steps.Research.content}}¦ 😀"),
        ("{{😀 or steps.res¦😀", "{{😀 or steps.Research.content}}¦😀"),
        ("{% if res¦", "{% if steps.Research.content¦"),
        ("{% if res¦ %}", "{% if steps.Research.content¦ %}"),
        ("{% if in¦put.topic and context.TONE %}", "{% if input.topic¦ and context.TONE %}"),
        ("{% if inp¦-%}", "{% if input.topic¦-%}"),
        ("{% for p in steps.Fac¦.points if p %}", "{% for p in steps.Fact list.content¦ if p %}"),
    ] {
        assert_eq!(taken(before), after, "{before}");
    }
    assert_eq!(completion("é😀{{inp¦").unwrap().replace, 5..8);
}

fn marked(text: &str) -> Vec<(&str, Kind)> {
    let context = context();
    mark(text, Language::Template, &context).into_iter().map(|segment| (segment.text, segment.kind)).collect()
}

#[test]
fn references_are_marked() {
    use Kind::{Later, Plain, Reference, Unknown};
    assert_eq!(
        marked("é {{steps.Research.content}} {{ steps.Brief.content }}😀${steps.Nobody.output}{{input.x}}"),
        [
            ("é {{", Plain),
            ("steps.Research.content", Reference),
            ("}} {{ ", Plain),
            ("steps.Brief.content", Later),
            (" }}😀${", Plain),
            ("steps.Nobody.output", Unknown),
            ("}{{", Plain),
            ("input.x", Reference),
            ("}}", Plain),
        ]
    );
    assert_eq!(marked("{{context.TONE}}{{context.NO}}")[3], ("context.NO", Unknown));
    assert_eq!(marked("{{ steps[\"post\"].content }}")[1], ("steps[\"post\"].content", Later));
    assert_eq!(marked(""), []);
    // A half typed reference leaves those before it marked.
    assert_eq!(marked("one\n{{input.a}} {{steps.").len(), 3);
    assert_eq!(marked("{{input.a}} {{input.}}")[1], ("input.a", Reference));
}

#[test]
fn names_with_signs_are_quoted() {
    let definition: Definition = serde_json::from_value(json!({"steps": [
        {"id": "a", "label": "A \"b\"", "type": "llm", "prompt": "", "output_schema": {"properties": {"first name": {}}}},
        {"id": "c", "label": "C", "type": "llm", "prompt": ""},
    ]}))
    .unwrap();
    let context = context_of(&definition, "c", &[]);
    let inserts: Vec<String> = complete("{{", 2, &context).unwrap().items.into_iter().map(|item| item.insert).collect();
    assert_eq!(inserts[2], "steps[\"A \\\"b\\\"\"][\"first name\"]}}");
    for insert in inserts {
        let text = format!("{{{{{insert}");
        assert_eq!(mark(&text, Language::Template, &context)[1].kind, Kind::Reference, "{text}");
    }
}

fn nested() -> Definition {
    let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": ""});
    serde_json::from_value(json!({"context": {"TONE": "dry"}, "steps": [
        llm("Plan"),
        {"id": "fan", "label": "Fan", "type": "parallel", "branches": [{"name": "other", "steps": [llm("Hidden")]}]},
        {"id": "each", "label": "Each", "type": "parallel", "for_each": "steps.Plan.content", "steps": [
            llm("Score"),
            {"id": "again", "label": "Again", "type": "loop", "until": "", "max_iterations": 2, "steps": [llm("Draft"), llm("Check")]},
        ]},
    ]}))
    .unwrap()
}

fn expression_at(step: &str, field: &str, marked: &str) -> Option<Completion> {
    let definition = nested();
    let context = Context::of(&Index::of(&definition), &StepId::new(step).unwrap(), field, &definition.context, &[]);
    let (before, after) = marked.split_once('¦').unwrap();
    complete_expression(&format!("{before}{after}"), utf16::len(before), &context)
}

#[test]
fn inside_a_container_offers_are_grouped() {
    let items = |step: &str, field: &str| expression_at(step, field, "¦").unwrap().items;
    let groups = |step: &str, field: &str| -> Vec<(&str, String)> {
        items(step, field).into_iter().map(|item| (item.group.words(), item.label)).collect()
    };
    let named = |all: &[(&'static str, &str)]| -> Vec<(&str, String)> {
        all.iter().map(|(group, label)| (*group, (*label).to_owned())).collect()
    };
    // The steps of the body are seen at the end of a round, and the loop gives its round.
    assert_eq!(
        groups("again", "until"),
        named(&[
            ("In this list", "steps.Check.content"),
            ("In this list", "steps.Draft.content"),
            ("Before", "steps.Score.content"),
            ("Before", "steps.Fan.content"),
            ("Before", "steps.Plan.content"),
            ("Before", "steps.Fan.output"),
            ("Before", "steps.Fan.errors"),
            ("Before", "steps.Fan.other"),
            ("Item and round", "item"),
            ("Item and round", "index"),
            ("Item and round", "iteration"),
            ("Item and round", "previous"),
            ("Context", "context.TONE"),
        ])
    );
    assert_eq!(groups("Check", "prompt").first(), named(&[("In this list", "steps.Draft.content")]).first());
    assert!(groups("Plan", "prompt").iter().all(|(group, _)| *group == "Context"));
    assert_eq!(expression_at("again", "until", "¦").unwrap().groups(), 4);
}

#[test]
fn expressions_are_completed_without_braces() {
    for (marked, expected) in [
        ("steps.sc¦", "steps.Score.content"),
        ("iteration > 2 and it¦", "item"),
        ("steps.Each.¦", "steps.Each.item"),
        ("prev¦ == 1", "previous"),
        ("not (ite¦)", "item"),
    ] {
        let found = expression_at("Draft", "prompt", marked).unwrap();
        let (text, first) = (marked.replace('¦', ""), &found.items[0]);
        assert_eq!(first.label, expected, "{marked}");
        let (after, _) = accepted(&found, &text, first);
        assert!(after.contains(expected) && !after.contains('}'), "{after}");
    }
    for marked in ["'it¦'", "item | ¦", "item |de¦", "zzz¦", "steps.Hid¦"] {
        assert_eq!(expression_at("Draft", "prompt", marked), None, "{marked}");
    }
}

#[test]
fn references_of_expressions_are_marked() {
    let definition = nested();
    let context =
        Context::of(&Index::of(&definition), &StepId::new("Score").unwrap(), "prompt", &definition.context, &[]);
    let marked: Vec<_> = mark("steps.Plan.content == steps.Hidden.content", Language::Expression, &context)
        .into_iter()
        .map(|segment| (segment.text, segment.kind))
        .collect();
    assert_eq!(
        marked,
        [("steps.Plan.content", Kind::Reference), (" == ", Kind::Plain), ("steps.Hidden.content", Kind::Unknown)]
    );
}

#[test]
fn offsets_are_counted_as_the_browser_does() {
    let text = "aé😀b";
    let bytes: Vec<_> = (0..7).map(|at| utf16::to_bytes(text, at)).collect();
    assert_eq!(bytes, [Some(0), Some(1), Some(3), None, Some(7), Some(8), None]);
    assert_eq!(utf16::len(text), 5);
}

proptest! {
    #[test]
    fn segments_are_the_whole_text(text in "(\\{\\{|\\}\\}|\\$\\{|\\}|steps\\.|Research|input\\.a|\\.content|[a-z \n😀é'\"\\[\\]|%#{}$]){0,20}") {
        let context = context();
        let segments = mark(&text, Language::Template, &context);
        prop_assert_eq!(segments.iter().map(|segment| segment.text).collect::<String>(), text.as_str());
        prop_assert!(segments.iter().all(|segment| !segment.text.is_empty()));
    }

    #[test]
    fn any_cursor_in_any_text_is_fine(
        text in "(\\{\\{|\\}\\}|\\$\\{|\\}|steps\\.|Res|input\\.|\\.|[a-z \n😀é'\"\\[\\]|%#{}$]){0,20}",
        cursor in 0..60_usize,
    ) {
        if let Some(found) = complete(&text, cursor, &context()) {
            prop_assert!(found.replace.start <= cursor && cursor <= found.replace.end && !found.items.is_empty());
            for item in &found.items {
                let (after, at) = accepted(&found, &text, item);
                prop_assert!(utf16::to_bytes(&after, at).is_some() && after.contains(&item.insert));
            }
        }
    }
}
