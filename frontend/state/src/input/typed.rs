//! The values of declared fields, as they are typed in the form.

use serde_json::Value;
use sluice_types::InputType;

/// The value that a text stands for, or what the field takes instead.
pub fn value_of(kind: &InputType, text: &str) -> Result<Value, String> {
    match kind {
        InputType::Text | InputType::LongText | InputType::Choice | InputType::Unknown(_) => Ok(text.into()),
        InputType::Number => {
            let number = serde_json::from_str(text.trim()).ok().filter(Value::is_number);
            number.ok_or_else(|| "Write a number, as 12 or 0.5.".to_owned())
        }
        InputType::YesNo => match text.trim() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err("Choose yes or no.".to_owned()),
        },
        InputType::List if text.trim_start().starts_with('[') => {
            let list = serde_json::from_str(text).ok().filter(Value::is_array);
            list.ok_or_else(|| "Write one entry in each line, or a JSON list as [1, 2].".to_owned())
        }
        InputType::List => Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()),
        InputType::Json => serde_json::from_str(text).map_err(|error| format!("Write JSON: {error}.")),
    }
}

/// The text that stands for a value; `None` when the field has none for it.
pub fn text_of(kind: &InputType, value: &Value) -> Option<String> {
    let plain = || value.as_str().map(str::to_owned);
    match kind {
        InputType::Text | InputType::LongText | InputType::Choice | InputType::Unknown(_) => plain(),
        InputType::Number => value.is_number().then(|| value.to_string()),
        InputType::YesNo => value.as_bool().map(|yes| yes.to_string()),
        InputType::List => {
            let lines = value.as_array()?.iter().map(|entry| entry.as_str().filter(|text| is_line(text)));
            let lines: Option<Vec<&str>> = lines.collect();
            Some(lines.map_or_else(|| value.to_string(), |lines| lines.join("\n")))
        }
        InputType::Json => Some(serde_json::to_string_pretty(value).unwrap_or_default()),
    }
}

/// Whether a text is the same when it is read as a line of a list.
fn is_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains('\n') && !text.starts_with('[')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_value_is_typed_as_a_text_and_read_back() {
        for (kind, value, text) in [
            (InputType::Text, json!("tea"), "tea"),
            (InputType::Number, json!(0.5), "0.5"),
            (InputType::YesNo, json!(true), "true"),
            (InputType::List, json!(["tea", "milk"]), "tea\nmilk"),
            (InputType::List, json!([1, "[a"]), "[1,\"[a\"]"),
            (InputType::Json, json!(null), "null"),
        ] {
            assert_eq!(text_of(&kind, &value).as_deref(), Some(text));
            assert_eq!(value_of(&kind, text), Ok(value));
        }
    }

    #[test]
    fn a_text_that_is_no_value_of_its_field_is_refused() {
        for (kind, text) in [
            (InputType::Number, "many"),
            (InputType::Number, "\"1\""),
            (InputType::YesNo, "perhaps"),
            (InputType::List, "[1"),
            (InputType::Json, "{"),
        ] {
            assert!(value_of(&kind, text).is_err(), "{text}");
        }
        assert_eq!(text_of(&InputType::Number, &json!("1")), None);
    }
}
