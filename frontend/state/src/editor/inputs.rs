//! The declared fields of the input, as the builder edits them.

use serde_json::Value;
use sluice_types::edit::{InputChange, input_name_problem};
use sluice_types::{InputField, InputType};

use crate::draft::Pending;
use crate::input::{text_of, value_of};

/// A declared field. A definition may declare a name twice, so that the name alone does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InputKey {
    /// The field's name.
    pub name: String,
    /// Fields of the same name before it.
    pub nth: usize,
}

impl InputKey {
    /// The field at a position.
    #[must_use]
    pub fn at(inputs: &[InputField], position: usize) -> Option<Self> {
        let (before, rest) = inputs.split_at_checked(position)?;
        let name = rest.first()?.name.clone();
        let nth = before.iter().filter(|field| field.name == name).count();
        Some(Self { name, nth })
    }

    /// The position of the field, as long as it is declared.
    #[must_use]
    pub fn position(&self, inputs: &[InputField]) -> Option<usize> {
        let same = inputs.iter().enumerate().filter(|(_, field)| field.name == self.name);
        same.map(|(position, _)| position).nth(self.nth)
    }

    /// The key of a text that is typed in a part of the field.
    #[must_use]
    pub fn pending_key(&self, part: &str) -> String {
        format!("{PENDING}{part}\t{}\t{}", self.nth, self.name)
    }

    /// The field and the part of such a key. `None` for a key of something else.
    #[must_use]
    pub fn of_pending(key: &str) -> Option<(Self, &str)> {
        let mut parts = key.strip_prefix(PENDING)?.splitn(3, '\t');
        let (part, nth) = (parts.next()?, parts.next()?.parse().ok()?);
        Some((Self { name: parts.next()?.to_owned(), nth }, part))
    }
}

const PENDING: &str = "input\t";

/// What was typed, after a field has got another name.
#[must_use]
pub fn rename_pending(pending: Pending, from: &InputKey, to: &InputKey) -> Pending {
    let renamed = |(key, text): (String, String)| match InputKey::of_pending(&key) {
        Some((own, part)) if own == *from => (to.pending_key(part), text),
        Some(_) | None => (key, text),
    };
    pending.into_iter().map(renamed).collect()
}

/// What is wrong with the text that is typed in a part of a field.
pub(super) fn input_problem(inputs: &[InputField], at: usize, part: &str, text: &str) -> Option<String> {
    match part {
        "name" => input_name_problem(inputs, at, text),
        "default" | "example" => parse_input_value(&inputs.get(at)?.input_type, text).err(),
        _ => None,
    }
}

/// A field to declare: a text, under a name that no other field has.
#[must_use]
pub fn new_input(inputs: &[InputField]) -> InputField {
    let numbered = (2_u32..).map(|number| format!("field_{number}"));
    let names = std::iter::once("field".to_owned()).chain(numbered);
    let free = |name: &String| inputs.iter().all(|field| field.name != *name);
    InputField { name: names.into_iter().find(free).unwrap_or_default(), ..InputField::default() }
}

/// The change that moves a field down the list, or up when negative; `None` at its ends.
#[must_use]
pub fn moved_input(count: usize, from: usize, by: isize) -> Option<InputChange> {
    let to = from.checked_add_signed(by).filter(|to| *to < count)?;
    Some(InputChange::Move { from, to })
}

/// The types of a field with their words, in the order of a menu.
pub const INPUT_TYPES: [(InputType, &str); 7] = [
    (InputType::Text, "Text"),
    (InputType::LongText, "Long text"),
    (InputType::Number, "Number"),
    (InputType::Choice, "Choice"),
    (InputType::YesNo, "Yes or no"),
    (InputType::List, "List"),
    (InputType::Json, "JSON"),
];

/// A field in a few words, for its closed row.
#[must_use]
pub fn input_summary(field: &InputField) -> String {
    let known = INPUT_TYPES.iter().find(|(known, _)| *known == field.input_type);
    let word = known.map_or_else(|| String::from(field.input_type.clone()), |(_, word)| (*word).to_owned());
    let kind = match (&field.input_type, field.options.is_empty()) {
        (InputType::Choice, false) => format!("{word}: {}", field.options.join(", ")),
        _ => word,
    };
    let default = field.default.as_ref().map(|value| format!("default {}", show_input_value(&field.input_type, value)));
    let parts = [Some(field.label.clone()), Some(kind), field.required.then(|| "required".to_owned()), default];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// The default or the example that was typed, or what the field takes instead. An empty text is no value.
pub fn parse_input_value(kind: &InputType, text: &str) -> Result<Option<Value>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    value_of(as_typed(kind), text).map(Some)
}

/// The text that stands for a default or an example, also where it does not fit the type.
#[must_use]
pub fn show_input_value(kind: &InputType, value: &Value) -> String {
    text_of(as_typed(kind), value).unwrap_or_else(|| value.to_string())
}

/// How the values of a type are typed. Those of a type that a newer version has added are written as JSON.
const fn as_typed(kind: &InputType) -> &InputType {
    match kind {
        InputType::Unknown(_) => &InputType::Json,
        InputType::Text
        | InputType::LongText
        | InputType::Number
        | InputType::Choice
        | InputType::YesNo
        | InputType::List
        | InputType::Json => kind,
    }
}

/// The options of a choice: one in each line.
#[must_use]
pub fn parse_options(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Vec<InputField> {
        serde_json::from_value(value).unwrap()
    }

    fn key(name: &str, nth: usize) -> InputKey {
        InputKey { name: name.into(), nth }
    }

    #[test]
    fn fields_are_known_by_name_and_number() {
        let inputs = fields(json!([{"name": "a"}, {"name": "b"}, {"name": "a"}]));
        let keys: Vec<InputKey> = (0..3).filter_map(|at| InputKey::at(&inputs, at)).collect();
        assert_eq!(keys, [key("a", 0), key("b", 0), key("a", 1)]);
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(key.position(&inputs), Some(at));
            assert_eq!(InputKey::of_pending(&key.pending_key("default")), Some((key.clone(), "default")));
        }
        assert_eq!((InputKey::at(&inputs, 3), key("a", 2).position(&inputs)), (None, None));
        let odd = key("a\tb\n", 4);
        assert_eq!(InputKey::of_pending(&odd.pending_key("name")), Some((odd, "name")));
        assert_eq!((InputKey::of_pending("tag"), InputKey::of_pending("step\nlabel")), (None, None));
    }

    #[test]
    fn typed_texts_follow_a_rename() {
        let pending: Pending = [(key("a", 0).pending_key("default"), "x".into()), ("tag".into(), "half".into())].into();
        let renamed = rename_pending(pending, &key("a", 0), &key("b", 0));
        assert_eq!(renamed.get(&key("b", 0).pending_key("default")).map(String::as_str), Some("x"));
        assert_eq!((renamed.len(), renamed.get("tag").map(String::as_str)), (2, Some("half")));
    }

    #[test]
    fn new_fields_get_free_names() {
        let mut inputs = Vec::new();
        for expected in ["field", "field_2", "field_3"] {
            inputs.push(new_input(&inputs));
            assert_eq!(inputs.last().unwrap().name, expected);
        }
    }

    #[test]
    fn fields_move_within_their_list() {
        assert_eq!(moved_input(3, 0, 1), Some(InputChange::Move { from: 0, to: 1 }));
        assert_eq!(moved_input(3, 2, -1), Some(InputChange::Move { from: 2, to: 1 }));
        assert_eq!((moved_input(3, 0, -1), moved_input(3, 2, 1)), (None, None));
    }

    #[test]
    fn fields_are_told_in_few_words() {
        let said = |value: Value| input_summary(&fields(json!([value]))[0]);
        assert_eq!(said(json!({"name": "a"})), "Text");
        assert_eq!(
            said(json!({"name": "a", "label": "Tone", "type": "choice", "options": ["dry", "warm"], "required": true})),
            "Tone · Choice: dry, warm · required"
        );
        assert_eq!(said(json!({"name": "a", "type": "number", "default": 3})), "Number · default 3");
        assert_eq!(said(json!({"name": "a", "type": "colour", "default": "red"})), "colour · default \"red\"");
    }

    #[test]
    fn each_type_has_a_word() {
        let words: Vec<String> = INPUT_TYPES.iter().map(|(kind, _)| String::from(kind.clone())).collect();
        assert_eq!(words, InputType::WORDS);
    }

    #[test]
    fn values_are_typed_by_their_type() {
        let read = |kind: &InputType, text: &str| parse_input_value(kind, text);
        assert_eq!(read(&InputType::Number, " "), Ok(None));
        assert_eq!(read(&InputType::Number, "2"), Ok(Some(json!(2))));
        assert!(read(&InputType::Number, "two").is_err());
        let newer = InputType::from("colour".to_owned());
        assert_eq!(read(&newer, &show_input_value(&newer, &json!({"r": 1}))), Ok(Some(json!({"r": 1}))));
        assert_eq!(show_input_value(&InputType::Number, &json!("many")), "\"many\"");
        assert_eq!(parse_options(" dry \n\nwarm\n"), ["dry", "warm"]);
    }
}
