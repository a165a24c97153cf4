//! The input of a run, for reading: each field with its label, and one line of preview.

use serde_json::Value;

use super::search::one_line;
use crate::format::plural;
use crate::input::{Field, text_of};

/// The characters of a long text that are shown at first.
const MOST_SHOWN: usize = 20_000;
/// The fields that the preview names.
const PREVIEW_FIELDS: usize = 3;
/// The characters of a field's value in the preview.
const PREVIEW_CHARACTERS: usize = 60;

/// A field of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPart {
    /// Its declared label; its name where none is declared.
    pub label: String,
    /// Its value: a text as it is, other values as JSON.
    pub text: String,
    /// Whether it is a list or an object.
    pub is_json: bool,
}

/// The fields of an input: those that the workflow reads first, in their order. An input that is not an object is one
/// part.
#[must_use]
pub fn input_parts(input: &Value, fields: &[Field]) -> Vec<InputPart> {
    let object = match input {
        Value::Null => return Vec::new(),
        Value::Object(object) => object,
        Value::String(_) => return vec![part("Text".to_owned(), input)],
        Value::Array(_) | Value::Number(_) | Value::Bool(_) => return vec![part("JSON".to_owned(), input)],
    };
    let declared = fields.iter().filter_map(|field| {
        let value = object.get(&field.name)?;
        let typed = text_of(&field.kind, value).filter(|_| !is_json(value));
        let shown = part(field.label.clone(), value);
        Some(InputPart { text: typed.unwrap_or(shown.text), ..shown })
    });
    let others = object.iter().filter(|(name, _)| fields.iter().all(|field| field.name != **name));
    declared.chain(others.map(|(name, value)| part(name.clone(), value))).collect()
}

const fn is_json(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Array(_))
}

fn part(label: String, value: &Value) -> InputPart {
    let text = match value {
        Value::String(text) => text.clone(),
        _ => serde_json::to_string_pretty(value).unwrap_or_default(),
    };
    InputPart { label, text, is_json: is_json(value) }
}

/// An input in one line: `Topic: “Tidal power in …” · Reader: “sailors”`.
#[must_use]
pub fn input_preview(parts: &[InputPart]) -> String {
    let told = parts.iter().take(PREVIEW_FIELDS).map(|part| {
        let line = one_line(&part.text, PREVIEW_CHARACTERS);
        let value = if part.is_json { line } else { format!("“{line}”") };
        format!("{}: {value}", part.label)
    });
    let more = u64::try_from(parts.len().saturating_sub(PREVIEW_FIELDS)).unwrap_or(u64::MAX);
    let more = (more > 0).then(|| plural(more, "more field", "more fields"));
    told.chain(more).collect::<Vec<_>>().join(" · ")
}

/// The beginning of a text that is too long to be drawn at once; `None` for a shorter one.
#[must_use]
pub fn first_part(text: &str) -> Option<&str> {
    let (end, _) = text.char_indices().nth(MOST_SHOWN)?;
    text.get(..end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::Definition;

    use super::*;
    use crate::input::fields;

    fn parts(input: &Value) -> Vec<InputPart> {
        let definition: Definition = serde_json::from_value(json!({
            "inputs": [{"name": "reader", "label": "Who reads it", "type": "text", "required": false}],
            "steps": [{"id": "a", "label": "A", "type": "llm", "prompt": "Of {{input.topic}} for {{input.reader}}"}],
        }))
        .unwrap();
        input_parts(input, &fields(&[], &definition))
    }

    fn told(input: &Value) -> String {
        input_preview(&parts(input))
    }

    #[test]
    fn fields_have_their_labels_and_the_others_their_names() {
        let input = json!({"extra": {"a": [1]}, "topic": "Tides", "reader": "sailors"});
        let shown = parts(&input);
        let labels: Vec<&str> = shown.iter().map(|part| part.label.as_str()).collect();
        assert_eq!(labels, ["Who reads it", "Topic", "extra"]);
        assert_eq!((shown[1].text.as_str(), shown[1].is_json, shown[2].is_json), ("Tides", false, true));
        assert_eq!(told(&input), "Who reads it: “sailors” · Topic: “Tides” · extra: { \"a\": [ 1 ] }");
    }

    #[test]
    fn an_input_without_fields_is_one_part() {
        assert_eq!(told(&json!("All of\n it")), "Text: “All of it”");
        assert_eq!(told(&json!([1, 2])), "JSON: [ 1, 2 ]");
        assert_eq!(told(&json!(true)), "JSON: “true”");
        assert_eq!((told(&Value::Null), told(&json!({}))), (String::new(), String::new()));
    }

    #[test]
    fn the_preview_is_short() {
        let long = "word ".repeat(250_000);
        assert!(told(&json!({"topic": long})).chars().count() < 80);
        assert!(told(&json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})).ends_with("· 2 more fields"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(first_part(&"é".repeat(MOST_SHOWN)), None);
        assert_eq!(first_part(&"é".repeat(MOST_SHOWN + 1)).map(|text| text.chars().count()), Some(MOST_SHOWN));
    }
}
