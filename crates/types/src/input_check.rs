//! Checks an input against its declared fields.

use serde_json::Value;

use crate::definition::{Definition, InputField, InputType};
use crate::json::escape;
use crate::problem::FieldError;

/// The input with the defaults of the fields that it does not give. An input without fields stays as it is: a text, or
/// nothing where nothing has a default.
#[must_use]
pub fn with_defaults(inputs: &[InputField], input: &Value) -> Value {
    let mut defaults = inputs.iter().filter_map(|field| Some((&field.name, field.default.as_ref()?))).peekable();
    let mut object = match input {
        Value::Object(object) => object.clone(),
        Value::Null if defaults.peek().is_some() => serde_json::Map::new(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => return input.clone(),
    };
    for (name, default) in defaults {
        let is_given = object.get(name).is_some_and(|value| !value.is_null());
        if !is_given {
            object.insert(name.clone(), default.clone());
        }
    }
    Value::Object(object)
}

/// The errors of an input with its defaults filled in: fields that are required and missing, and values that do not fit.
/// Pointers are as `/input/topic`. Fields that are not declared are passed over.
#[must_use]
pub fn check_input(inputs: &[InputField], input: &Value) -> Vec<FieldError> {
    if inputs.is_empty() {
        return Vec::new();
    }
    if !(input.is_object() || input.is_null()) {
        let names: Vec<String> = inputs.iter().take(MAX_LISTED).map(|field| format!("`{}`", field.name)).collect();
        let message = format!("this workflow takes an object with the fields {}", names.join(", "));
        return vec![FieldError::with_code("/input", "input_not_an_object", message)];
    }
    inputs.iter().filter_map(|field| check_field(field, input.get(&field.name))).collect()
}

/// Fields that a message lists.
const MAX_LISTED: usize = 20;

fn check_field(field: &InputField, value: Option<&Value>) -> Option<FieldError> {
    let pointer = field.pointer_in_input();
    let is_blank = |value: &&Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    let Some(value) = value.filter(|value| !is_blank(value)) else {
        let message = format!("`{}` is needed: {}", field.name, field.wanted());
        return field.required.then(|| FieldError::with_code(pointer, "missing_input", message));
    };
    let problem = field.problem(value)?;
    Some(FieldError::with_code(pointer, "input_does_not_fit", problem))
}

impl InputField {
    /// The JSON pointer to the field in the request that starts an execution.
    pub(crate) fn pointer_in_input(&self) -> String {
        format!("/input/{}", escape(&self.name))
    }

    /// What is wrong with a value; `None` when it fits.
    #[must_use]
    pub fn problem(&self, value: &Value) -> Option<String> {
        let fits = match &self.input_type {
            InputType::Text | InputType::LongText => value.is_string(),
            InputType::Number => value.is_number(),
            InputType::Choice => {
                value.as_str().is_some_and(|chosen| self.options.iter().any(|option| option == chosen))
            }
            InputType::YesNo => value.is_boolean(),
            InputType::List => value.is_array(),
            // What a newer version means by a word that it has added is not known.
            InputType::Json | InputType::Unknown(_) => true,
        };
        (!fits).then(|| format!("`{}` takes {}", self.name, self.wanted()))
    }

    /// The values that the field takes, in words.
    fn wanted(&self) -> String {
        match &self.input_type {
            InputType::Text | InputType::LongText => "a text".into(),
            InputType::Number => "a number".into(),
            InputType::Choice => {
                let mut options: Vec<String> =
                    self.options.iter().take(MAX_LISTED).map(|option| format!("`{option}`")).collect();
                if self.options.len() > MAX_LISTED {
                    options.push("…".into());
                }
                format!("one of {}", options.join(", "))
            }
            InputType::YesNo => "`true` or `false`".into(),
            InputType::List => "a list".into(),
            InputType::Json | InputType::Unknown(_) => "a value".into(),
        }
    }
}

impl Definition {
    /// A declared field of the input.
    #[must_use]
    pub fn input_field(&self, name: &str) -> Option<&InputField> {
        self.inputs.iter().find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Vec<InputField> {
        serde_json::from_value(value).unwrap()
    }

    fn told(inputs: &[InputField], input: &Value) -> Vec<(String, String)> {
        let errors = check_input(inputs, &with_defaults(inputs, input));
        errors.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn each_type_takes_its_values() {
        let values = [json!("tea"), json!(3), json!(true), json!(["a"]), json!({"a": 1})];
        for (input_type, fitting) in [
            ("text", vec![0]),
            ("long_text", vec![0]),
            ("number", vec![1]),
            ("choice", vec![0]),
            ("yes_no", vec![2]),
            ("list", vec![3]),
            ("json", vec![0, 1, 2, 3, 4]),
            ("colour", vec![0, 1, 2, 3, 4]),
        ] {
            let inputs = fields(json!([{"name": "a/b", "type": input_type, "options": ["tea", "coffee"]}]));
            for (at, value) in values.iter().enumerate() {
                let expected: Vec<(String, String)> = if fitting.contains(&at) {
                    Vec::new()
                } else {
                    vec![("/input/a~1b".into(), "input_does_not_fit".into())]
                };
                assert_eq!(told(&inputs, &json!({"a/b": value})), expected, "{input_type}: {value}");
            }
        }
        let inputs = fields(json!([{"name": "drink", "type": "choice", "options": ["tea", "coffee"]}]));
        let errors = check_input(&inputs, &json!({"drink": "milk"}));
        assert_eq!(errors[0].message, "`drink` takes one of `tea`, `coffee`");
    }

    #[test]
    fn what_is_required_is_given_or_has_a_default() {
        let inputs = fields(json!([
            {"name": "topic", "required": true}, {"name": "tone", "required": true, "default": "dry"}, {"name": "notes"},
        ]));
        let missing = vec![("/input/topic".to_owned(), "missing_input".to_owned())];
        for input in [json!(null), json!({}), json!({"topic": null}), json!({"topic": " "}), json!({"other": 1})] {
            assert_eq!(told(&inputs, &input), missing, "{input}");
        }
        assert_eq!(told(&inputs, &json!({"topic": "tea", "other": 1})), []);
        assert_eq!(told(&inputs, &json!("tea")), [("/input".to_owned(), "input_not_an_object".to_owned())]);
        assert_eq!(told(&[], &json!("tea")), []);
        let filled = with_defaults(&inputs, &json!({"topic": "tea", "tone": null}));
        assert_eq!(filled, json!({"topic": "tea", "tone": "dry"}));
        assert_eq!(with_defaults(&inputs, &json!({"tone": "warm"})), json!({"tone": "warm"}));
        assert_eq!(with_defaults(&[], &Value::Null), Value::Null);
        assert_eq!(with_defaults(&inputs, &json!("tea")), json!("tea"));
    }
}
