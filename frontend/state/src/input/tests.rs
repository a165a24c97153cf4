use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::limits::MAX_INPUT_BYTES;
use sluice_types::{Definition, TemplateInput, built_in_templates};

use super::{InputForm, Mode, fields};

fn definition(prompts: &[&str]) -> Definition {
    let step = |(at, prompt): (usize, &&str)| json!({"id": format!("s{at}"), "label": format!("S{at}"), "type": "llm", "prompt": prompt});
    let steps: Vec<Value> = prompts.iter().enumerate().map(step).collect();
    serde_json::from_value(json!({"steps": steps})).unwrap()
}

fn form(prompts: &[&str]) -> InputForm {
    InputForm::new(&[], &definition(prompts))
}

fn topic_form() -> InputForm {
    form(&["{{input.topic}} {{input.tone | default('calm')}}"])
}

fn put(form: &mut InputForm, name: &str, text: &str) {
    form.values.insert(name.into(), text.into());
}

#[test]
fn fields_come_from_the_template_first_and_then_from_the_prompts() {
    let described = TemplateInput {
        name: "tone".into(),
        label: "Voice".into(),
        description: "How it is to sound".into(),
        required: false,
        example: "warm".into(),
    };
    let mut definition =
        definition(&["{{input.target_group}} {{input.tone|default('x')}}", "${input.tone}", "{{input.off}}"]);
    std::sync::Arc::make_mut(&mut definition.steps[2]).enabled = false;
    let found = fields(&[described], &definition);
    let short: Vec<_> = found.iter().map(|field| (field.name.as_str(), field.label.as_str(), field.required)).collect();
    // A prompt that cannot do without it counts for more than a template that thinks it could.
    assert_eq!(short, [("tone", "Voice", true), ("target_group", "Target group", true)]);
}

#[test]
fn declared_fields_come_with_their_labels_and_say_what_is_required() {
    let mut definition = definition(&["{{input.topic}} {{input.tone}} {{input.other}}"]);
    definition.inputs = serde_json::from_value(json!([
        {"name": "tone", "help": "How it is to sound", "required": true, "default": "dry", "example": "warm"},
        {"name": "topic", "label": "Subject", "required": true, "example": 3},
    ]))
    .unwrap();
    let found = fields(&[], &definition);
    let short: Vec<_> = found
        .iter()
        .map(|field| (field.name.as_str(), field.label.as_str(), field.required, field.example.as_str()))
        .collect();
    let expected = [("tone", "Tone", false, "warm"), ("topic", "Subject", true, "3"), ("other", "Other", true, "")];
    assert_eq!(short, expected);
}

#[test]
fn the_plainest_way_of_writing_is_offered() {
    assert_eq!(topic_form().mode, Mode::Form);
    let whole = form(&["Sum up {{input}}"]);
    assert_eq!((whole.mode, whole.reads_whole, whole.needs_nothing()), (Mode::Text, true, false));
    let nothing = form(&["Tell a joke"]);
    assert!(nothing.needs_nothing());
    assert_eq!(nothing.value(), Ok(Value::Null));
}

#[test]
fn every_template_can_be_started_with_its_examples() {
    for template in built_in_templates() {
        let mut form = InputForm::new(&template.input, &template.definition);
        for field in form.fields.clone() {
            put(&mut form, &field.name, &field.example);
        }
        assert!(form.needs_nothing() || form.value().is_ok(), "{}: {:?}", template.id, form.value());
    }
}

#[test]
fn what_is_needed_is_asked_for_and_what_is_empty_left_out() {
    let mut form = topic_form();
    let error = form.value().unwrap_err();
    assert_eq!((error.message.as_str(), error.field.as_deref()), ("“Topic” is required.", Some("topic")));
    put(&mut form, "topic", "Bees");
    put(&mut form, "tone", "  ");
    assert_eq!(form.value(), Ok(json!({"topic": "Bees"})));
    form.mode = Mode::Json;
    form.json = "{\"tone\": \"x\"}".into();
    assert_eq!(form.value().unwrap_err().message, "The field `topic` is required.");
    form.mode = Mode::Text;
    form.text = "Bees".into();
    assert!(form.value().unwrap_err().message.starts_with("A step reads the field `topic`"));
}

#[test]
fn a_text_is_needed_where_a_step_reads_the_whole() {
    let mut form = form(&["{{input}}"]);
    assert_eq!(form.value().unwrap_err().message, "Write the input: a step reads it.");
    form.text = " {\"a\": 1} ".into();
    // A text stays a text, even if it is valid JSON.
    assert_eq!(form.value(), Ok(json!(" {\"a\": 1} ")));
}

#[test]
fn json_is_checked_and_the_error_says_where() {
    let mut form = form(&["x"]);
    form.mode = Mode::Json;
    form.json = "{\n  \"ü\": \"ö\",\n  \"ä\": ?\n}".into();
    let error = form.value().unwrap_err();
    assert_eq!((error.line, error.column), (Some(3), Some(8)));
    assert_eq!(error.message, "This is not JSON: expected value.");
    for refused in ["[1]", "1", "true"] {
        form.json = refused.into();
        assert!(form.value().is_err(), "{refused}");
    }
    form.json = "{\"a\": [1]}".into();
    assert_eq!(form.value(), Ok(json!({"a": [1]})));
    form.json = "[".repeat(200);
    assert!(form.value().is_err());
}

#[test]
fn the_size_is_limited_as_by_the_server() {
    let mut form = form(&["x"]);
    form.text = "x".repeat(MAX_INPUT_BYTES - 2);
    assert!(form.value().is_ok());
    form.text.push('x');
    assert!(form.value().unwrap_err().message.starts_with("The input is too long"));
}

#[test]
fn changing_over_carries_along_what_was_typed() {
    let mut form = topic_form();
    put(&mut form, "topic", "Bees");
    form.switch(Mode::Json).unwrap();
    assert_eq!(form.value(), Ok(json!({"topic": "Bees"})));
    form.json = "{\"topic\": \"Ants\", \"tone\": \"dry\", \"extra\": [1]}".into();
    form.switch(Mode::Form).unwrap();
    assert_eq!((form.values["topic"].as_str(), form.values["tone"].as_str()), ("Ants", "dry"));
    assert_eq!(form.extra_fields(), ["extra"]);
    put(&mut form, "tone", "");
    let value = json!({"topic": "Ants", "extra": [1]});
    assert_eq!(form.value(), Ok(value.clone()));
    form.switch(Mode::Json).unwrap();
    assert_eq!(form.value(), Ok(value));
    form.switch(Mode::Text).unwrap();
    form.text = "Something else".into();
    form.switch(Mode::Json).unwrap();
    // The object is not overwritten by the text.
    assert_eq!(form.extra_fields(), ["extra"]);
}

#[test]
fn text_and_json_texts_are_the_same() {
    let mut form = form(&["{{input}}"]);
    form.text = "a \"b\"\nc".into();
    form.switch(Mode::Json).unwrap();
    assert_eq!(form.json, r#""a \"b\"\nc""#);
    form.json = "\"d\"".into();
    form.switch(Mode::Text).unwrap();
    assert_eq!(form.text, "d");
}

#[test]
fn a_change_that_would_lose_something_is_refused() {
    let mut form = topic_form();
    form.mode = Mode::Json;
    for (json, reason) in [
        ("{\"topic\": 7}", "The field `topic` is not a text, so the form cannot show it."),
        ("\"x\"", "Only a JSON object has fields to fill a form with."),
        ("{", "This is not JSON: EOF while parsing an object."),
    ] {
        form.json = json.into();
        let before = form.clone();
        assert_eq!(form.switch(Mode::Form).unwrap_err().message, reason);
        assert_eq!(form, before);
    }
    form.json = " ".into();
    form.switch(Mode::Form).unwrap();
}

#[test]
fn an_earlier_input_is_shown_in_the_plainest_way() {
    for (input, mode) in [
        (json!({"topic": "Bees"}), Mode::Form),
        (json!({"topic": "Bees", "extra": 1}), Mode::Json),
        (json!({"topic": ["Bees"]}), Mode::Json),
        (json!("Bees"), Mode::Text),
    ] {
        let mut form = topic_form();
        form.fill(&input);
        assert_eq!(form.mode, mode, "{input}");
        if mode == Mode::Form {
            assert_eq!(form.value(), Ok(input));
        }
    }
}

fn mode() -> impl Strategy<Value = Mode> {
    prop::sample::select(vec![Mode::Text, Mode::Form, Mode::Json])
}

proptest! {
    #[test]
    fn changing_over_never_loses_anything(
        text in "[a-z\"]{0,4}", topic in "[a-z\"]{0,4}",
        json in prop::sample::select(vec!["", "{", "\"t\"", "{\"topic\":\"x\"}", "{\"topic\":1}", "{\"other\":1}", "[1]"]),
        start in mode(), ways in prop::collection::vec(mode(), 0..8),
    ) {
        let mut form = topic_form();
        form.text.clone_from(&text);
        if !topic.is_empty() {
            put(&mut form, "topic", &topic);
        }
        form.json = json.into();
        form.mode = start;
        let given = form.value();
        for way in ways {
            // A refusal changes nothing.
            let before = form.clone();
            if form.switch(way).is_err() {
                prop_assert_eq!(&form, &before);
            }
        }
        // After a switch back, the input is unchanged.
        if form.switch(start).is_ok() && given.is_ok() {
            prop_assert_eq!(form.value(), given);
        }
    }
}
