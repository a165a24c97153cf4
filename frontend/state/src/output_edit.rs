//! The output of a step as people edit it.

use serde_json::Value;
use sluice_types::json::{self, SyntaxError};
use sluice_types::limits::MAX_OUTPUT_BYTES;
use sluice_types::{StepRunStatus, StepType};

use super::format::bytes;
use super::run::StepView;

/// The output as a text to edit, and whether it is JSON.
#[must_use]
pub fn as_text(step: &StepView, has_schema: bool) -> (String, bool) {
    let completed = step.run.status == StepRunStatus::Completed;
    match &step.run.output {
        Some(value @ (Value::Object(_) | Value::Array(_))) if step.run.step_type == StepType::Llm => {
            (serde_json::to_string_pretty(value).unwrap_or_default(), true)
        }
        Some(value) if has_schema && completed => (serde_json::to_string_pretty(value).unwrap_or_default(), true),
        _ => (step.text.clone(), has_schema),
    }
}

/// The typed output, or the error in it.
pub fn checked(text: &str, is_json: bool) -> Result<Value, String> {
    if text.len() > MAX_OUTPUT_BYTES {
        let most = bytes(u64::try_from(MAX_OUTPUT_BYTES).unwrap_or(u64::MAX));
        return Err(format!("The output is longer than {most}, the limit for outputs."));
    }
    if !is_json {
        return Ok(Value::String(text.to_owned()));
    }
    json::parse(text).map_err(|SyntaxError { message, line, column }| {
        format!("This is not JSON: {message} (line {line}, column {column}).")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_as_they_are_and_json_is_read() {
        assert_eq!(checked("a {", false), Ok(Value::String("a {".into())));
        assert_eq!(checked("[1]", true), Ok(serde_json::json!([1])));
        assert_eq!(checked("{\n \"a\" 1}", true).unwrap_err(), "This is not JSON: expected `:` (line 2, column 6).");
        assert!(checked(&"x".repeat(MAX_OUTPUT_BYTES), false).is_ok());
        assert!(checked(&"x".repeat(MAX_OUTPUT_BYTES + 1), false).is_err());
    }
}
