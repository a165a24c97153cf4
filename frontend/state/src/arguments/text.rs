//! Values as people type and read them.

use serde_json::{Map, Number, Value};
use sluice_types::json::{self, SyntaxError};
use sluice_types::limits::MAX_ARGUMENTS_BYTES;

use super::{Field, Kind};

/// Whether a text is a template that refers to something, so that its value is only known in a run.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    ["{{", "{%", "${"].iter().any(|begin| text.contains(begin))
}

/// A value as the text of its field; nothing for one that is left out.
#[must_use]
pub fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(_) | Value::Number(_)) => value.map(Value::to_string).unwrap_or_default(),
        Some(Value::Array(_) | Value::Object(_)) => {
            value.and_then(|value| serde_json::to_string_pretty(value).ok()).unwrap_or_default()
        }
    }
}

/// The value of a typed text; `None` when it is empty. What does not fit stays the text that it is, and [`fault`] tells.
#[must_use]
pub fn typed(kind: &Kind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    if text.is_empty() || (trimmed.is_empty() && *kind != Kind::Text) {
        return None;
    }
    let as_text = || Value::String(text.to_owned());
    Some(match kind {
        Kind::Text => as_text(),
        Kind::Number { .. } => number(trimmed).map_or_else(as_text, Value::Number),
        Kind::Boolean => match trimmed {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => as_text(),
        },
        Kind::Choice(values) => {
            values.iter().find(|value| shown(Some(value)) == trimmed).cloned().unwrap_or_else(as_text)
        }
        Kind::List(_) | Kind::Group(_) | Kind::Json => {
            json::parse(text).ok().filter(|_| !is_reference(text)).unwrap_or_else(as_text)
        }
    })
}

/// The text that a field shows: the one that was typed last, as long as it means the value. So `1.` stays while a number
/// is being typed.
#[must_use]
pub fn as_typed(kind: &Kind, last: &str, value: Option<&Value>) -> String {
    if typed(kind, last).as_ref() == value { last.to_owned() } else { shown(value) }
}

fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    text.parse::<f64>().ok().filter(|_| is_plain).and_then(Number::from_f64)
}

/// What is wrong with the value of a field, if anything. A template is judged by the run.
#[must_use]
pub fn fault(field: &Field, value: Option<&Value>) -> Option<String> {
    let value = match value {
        None => return field.required.then(|| "The tool needs it.".to_owned()),
        Some(Value::Null) if field.required => return Some("The tool needs it.".to_owned()),
        Some(Value::Null) => return None,
        Some(Value::String(text)) if is_reference(text) => return None,
        Some(value) => value,
    };
    let says = |wrong: bool, message: &str| wrong.then(|| message.to_owned());
    match &field.kind {
        Kind::Text => says(!value.is_string(), "This is not a text: set it in quotes, or type another one."),
        Kind::Number { whole, range } => number_fault(value, *whole, *range),
        Kind::Boolean => says(!value.is_boolean(), "This is neither yes nor no."),
        Kind::Choice(values) => says(!values.contains(value), "This is not one of the choices."),
        Kind::List(_) => says(!value.is_array(), "This is not a list."),
        Kind::Group(_) => says(!value.is_object(), "This is not an object."),
        Kind::Json => None,
    }
}

fn number_fault(value: &Value, whole: bool, (least, most): (Option<f64>, Option<f64>)) -> Option<String> {
    let Some(number) = value.as_f64() else { return Some("This is not a number.".to_owned()) };
    if whole && number.fract() != 0.0 {
        return Some("This is not a whole number.".to_owned());
    }
    match (least.filter(|least| number < *least), most.filter(|most| number > *most)) {
        (Some(least), _) => Some(format!("The least is {least}.")),
        (None, Some(most)) => Some(format!("The most is {most}.")),
        (None, None) => None,
    }
}

/// What an empty field means.
#[must_use]
pub fn placeholder(field: &Field) -> String {
    match &field.default {
        Some(Value::Null) | None => String::new(),
        Some(default) => shown(Some(default)).lines().next().unwrap_or_default().to_owned(),
    }
}

/// Arguments that are typed as JSON.
pub fn parse_arguments(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let value = json::parse(text).map_err(|SyntaxError { message, line, column }| {
        format!("This is not JSON: {message} (line {line}, column {column}).")
    })?;
    let Value::Object(arguments) = value else {
        return Err("Arguments are a JSON object, as in {\"path\": \"notes.md\"}.".into());
    };
    let bytes = json::size_of_map(&arguments);
    if bytes > MAX_ARGUMENTS_BYTES {
        return Err(format!("Arguments have at most {MAX_ARGUMENTS_BYTES} bytes, not {bytes}."));
    }
    Ok(arguments)
}
