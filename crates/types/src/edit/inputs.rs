//! Changes of the declared fields of the input.

use serde_json::Value;

use super::error::EditError;
use super::rename::rename_input;
use crate::definition::{Definition, InputField, InputType, is_input_name};
use crate::limits::{MAX_INPUT_FIELDS, MAX_NAME_CHARS};

/// A change of the declared fields. Fields are named by their position, as a definition may declare a name twice.
#[derive(Debug, Clone, PartialEq)]
pub enum InputChange {
    /// Declares fields, behind the others. A field whose name is declared already is left out.
    Declare(Vec<InputField>),
    /// Takes a declaration out. Prompts that refer to the field stay as they are.
    Remove(usize),
    /// Changes the order of the form.
    Move {
        /// The field.
        from: usize,
        /// Its new position.
        to: usize,
    },
    /// Gives a field another name, and rewrites the references to it.
    Rename {
        /// The field.
        at: usize,
        /// Its new name. Space around it is dropped.
        to: String,
    },
    /// Changes a part of a declaration.
    Update {
        /// The field.
        at: usize,
        /// The part, with its new value.
        part: InputPart,
    },
}

/// A part of a declaration, with a new value for it.
#[derive(Debug, Clone, PartialEq)]
pub enum InputPart {
    /// Display name.
    Label(String),
    /// Help text.
    Help(String),
    /// What values the field takes. Only a choice keeps options; a default and an example are converted, or left out
    /// where the type does not take them.
    Type(InputType),
    /// The values to choose from.
    Options(Vec<String>),
    /// Whether a run needs the field.
    Required(bool),
    /// The value when a start gives none.
    Default(Option<Value>),
    /// A value that suits.
    Example(Option<Value>),
}

/// The fault of a name for the field at a position; `None` when it is valid. White space around the name does not count.
#[must_use]
pub fn input_name_problem(inputs: &[InputField], at: usize, name: &str) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return Some("A field needs a name: prompts refer to it.".into());
    }
    if !is_input_name(name) {
        return Some(format!(
            "A name begins with a letter or _; then come letters, digits and _, up to {MAX_NAME_CHARS} characters."
        ));
    }
    let is_taken = inputs.iter().enumerate().any(|(other, field)| other != at && field.name == name);
    is_taken.then(|| format!("Another field is called “{name}” already."))
}

pub(super) fn change(definition: &mut Definition, change: InputChange) -> Result<(), EditError> {
    let inputs = &mut definition.inputs;
    match change {
        InputChange::Declare(fields) => {
            for field in fields {
                if inputs.iter().all(|known| known.name != field.name) {
                    inputs.push(field);
                }
            }
            if inputs.len() > MAX_INPUT_FIELDS { Err(EditError::TooManyInputs) } else { Ok(()) }
        }
        InputChange::Remove(at) => {
            field(inputs, at)?;
            inputs.remove(at);
            Ok(())
        }
        InputChange::Move { from, to } => {
            field(inputs, from)?;
            field(inputs, to)?;
            let moved = inputs.remove(from);
            inputs.insert(to, moved);
            Ok(())
        }
        InputChange::Rename { at, to } => rename(definition, at, to.trim()),
        InputChange::Update { at, part } => {
            part.put(field(inputs, at)?);
            Ok(())
        }
    }
}

fn field(inputs: &mut [InputField], at: usize) -> Result<&mut InputField, EditError> {
    inputs.get_mut(at).ok_or(EditError::NoSuchInput)
}

fn rename(definition: &mut Definition, at: usize, to: &str) -> Result<(), EditError> {
    if let Some(problem) = input_name_problem(&definition.inputs, at, to) {
        return Err(EditError::InputName(problem));
    }
    let field = field(&mut definition.inputs, at)?;
    let from = std::mem::replace(&mut field.name, to.to_owned());
    // References mean the first field of a name that is declared twice.
    let is_shared = definition.inputs.iter().any(|field| field.name == from);
    if from != to && !is_shared {
        rename_input(definition, &from, to);
    }
    Ok(())
}

impl InputPart {
    fn put(self, field: &mut InputField) {
        match self {
            Self::Label(label) => field.label = label,
            Self::Help(help) => field.help = help,
            Self::Type(input_type) => {
                field.input_type = input_type;
                if field.input_type != InputType::Choice {
                    field.options.clear();
                }
                field.default = field.default.take().and_then(|value| converted(field, value));
                field.example = field.example.take().and_then(|value| converted(field, value));
            }
            Self::Options(options) => field.options = options,
            Self::Required(required) => field.required = required,
            Self::Default(value) => field.default = value,
            Self::Example(value) => field.example = value,
        }
    }
}

/// The value as the type of the field takes it. `None` where it does not.
fn converted(field: &InputField, value: Value) -> Option<Value> {
    // The options of a choice are still to be written.
    if field.problem(&value).is_none() || (field.input_type == InputType::Choice && value.is_string()) {
        return Some(value);
    }
    let other = match &value {
        Value::String(text) => serde_json::from_str(text).ok()?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string().into()
        }
    };
    field.problem(&other).is_none().then_some(other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::edit::{Edit, apply};

    #[expect(clippy::needless_pass_by_value, reason = "tables read better without a sign before each macro")]
    fn definition(inputs: Value, prompts: &[&str]) -> Definition {
        let steps: Vec<Value> = prompts
            .iter()
            .enumerate()
            .map(|(at, prompt)| json!({"label": format!("S{at}"), "type": "llm", "prompt": prompt}))
            .collect();
        serde_json::from_value(json!({"inputs": inputs, "steps": steps})).unwrap()
    }

    fn changed(before: &Definition, change: InputChange) -> Result<Definition, EditError> {
        apply(before, Edit::ChangeInputs(change)).map(|applied| applied.definition)
    }

    fn names(definition: &Definition) -> Vec<&str> {
        definition.inputs.iter().map(|field| field.name.as_str()).collect()
    }

    fn named(name: &str) -> InputField {
        InputField { name: name.into(), ..InputField::default() }
    }

    #[test]
    fn fields_are_declared_once_moved_and_removed() {
        let before = definition(json!([{"name": "a"}, {"name": "b"}]), &[]);
        let more = changed(&before, InputChange::Declare(vec![named("b"), named("c"), named("c")])).unwrap();
        assert_eq!(names(&more), ["a", "b", "c"]);
        let moved = |from, to| changed(&more, InputChange::Move { from, to });
        assert_eq!(names(&moved(2, 0).unwrap()), ["c", "a", "b"]);
        assert_eq!(names(&moved(0, 2).unwrap()), ["b", "c", "a"]);
        assert_eq!(moved(0, 3).unwrap_err(), EditError::NoSuchInput);
        assert_eq!(names(&changed(&more, InputChange::Remove(1)).unwrap()), ["a", "c"]);
        assert_eq!(changed(&more, InputChange::Remove(3)).unwrap_err(), EditError::NoSuchInput);
        let many = |count: usize| (0..count).map(|at| named(&format!("f{at}"))).collect::<Vec<_>>();
        let none = definition(json!([]), &[]);
        assert!(changed(&none, InputChange::Declare(many(MAX_INPUT_FIELDS))).is_ok());
        let refused = changed(&none, InputChange::Declare(many(MAX_INPUT_FIELDS + 1)));
        assert_eq!(refused.unwrap_err(), EditError::TooManyInputs);
    }

    #[test]
    fn a_rename_rewrites_the_references() {
        let each = json!({"label": "Each", "type": "parallel", "for_each": "input.topic", "steps": [
            {"label": "Inside", "type": "llm", "prompt": "{{ input['topic'] }}"},
        ]});
        let mut before = definition(
            json!([{"name": "topic"}, {"name": "tone"}]),
            &[
                "{{ input.topic | upper }} ${input.topic} {{ input.topics }} {{ steps.topic.content }}",
                "{{ input.topic",
            ],
        );
        before.steps.push(std::sync::Arc::new(serde_json::from_value(each).unwrap()));
        let rename = |at, to: &str| changed(&before, InputChange::Rename { at, to: to.into() });
        let after = rename(0, " theme ").unwrap();
        assert_eq!(names(&after), ["theme", "tone"]);
        let texts = |definition: &Definition| {
            let index = crate::Index::of(definition);
            let texts = index.places().iter().flat_map(|place| {
                place.step.texts().into_iter().map(|text| text.source.to_owned()).collect::<Vec<_>>()
            });
            texts.collect::<Vec<_>>()
        };
        let rewritten = [
            "{{ input.theme | upper }} ${input.theme} {{ input.topics }} {{ steps.topic.content }}",
            // What cannot be read stays as it is.
            "{{ input.topic",
            "input.theme",
            "{{ input.theme }}",
        ];
        assert_eq!(texts(&after), rewritten);
        assert_eq!(rename(0, "topic").unwrap(), before);
        for name in ["", "1a", "a-b", "a b", "tone", "ä"] {
            assert!(matches!(rename(0, name), Err(EditError::InputName(_))), "{name}");
        }
        assert_eq!(rename(2, "more").unwrap_err(), EditError::NoSuchInput);
    }

    #[test]
    fn one_of_two_fields_of_a_name_is_renamed_alone() {
        let before = definition(json!([{"name": "a"}, {"name": "a"}]), &["{{ input.a }}"]);
        let after = changed(&before, InputChange::Rename { at: 1, to: "b".into() }).unwrap();
        assert_eq!((names(&after), &after.steps), (vec!["a", "b"], &before.steps));
    }

    #[test]
    fn parts_are_changed_one_by_one() {
        let before = definition(json!([{"name": "a", "hint": 1}]), &[]);
        let parts = [
            InputPart::Label("A".into()),
            InputPart::Help("Say a.".into()),
            InputPart::Type(InputType::Choice),
            InputPart::Options(vec!["x".into(), "y".into()]),
            InputPart::Required(true),
            InputPart::Default(Some(json!("x"))),
            InputPart::Example(Some(json!("y"))),
        ];
        let after = parts
            .into_iter()
            .fold(before, |before, part| changed(&before, InputChange::Update { at: 0, part }).unwrap());
        let expected = json!({"name": "a", "label": "A", "help": "Say a.", "type": "choice", "options": ["x", "y"],
            "required": true, "default": "x", "example": "y", "hint": 1});
        assert_eq!(serde_json::to_value(&after.inputs[0]).unwrap(), expected);
    }

    #[test]
    fn values_follow_the_type() {
        let cases = [
            ("text", json!("3"), InputType::Number, Some(json!(3))),
            ("text", json!("many"), InputType::Number, None),
            ("number", json!(3), InputType::LongText, Some(json!("3"))),
            ("text", json!("true"), InputType::YesNo, Some(json!(true))),
            ("list", json!(["a"]), InputType::Text, Some(json!("[\"a\"]"))),
            ("text", json!("tea"), InputType::Choice, Some(json!("tea"))),
            ("choice", json!("tea"), InputType::Text, Some(json!("tea"))),
            ("json", json!({"a": 1}), InputType::Number, None),
            ("text", json!("tea"), InputType::Json, Some(json!("tea"))),
        ];
        for (from, value, to, expected) in cases {
            let field = json!({"name": "a", "type": from, "options": ["tea"], "default": value, "example": value});
            let before = definition(json!([field]), &[]);
            let part = InputPart::Type(to.clone());
            let after = changed(&before, InputChange::Update { at: 0, part }).unwrap().inputs.remove(0);
            assert_eq!((&after.default, &after.example), (&expected, &expected), "{from} {value} {to:?}");
            assert_eq!(after.options.is_empty(), to != InputType::Choice);
        }
    }
}
