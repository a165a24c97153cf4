//! What a model's answer is taken for: text, or JSON that fits the step's schema.

use serde_json::Value;
use sluice_types::ErrorCode;

use crate::retry::{Failure, Sent};

/// The output of a step from the text that its model gave.
pub fn output_of(content: &str, schema: Option<&Value>) -> Result<Value, Failure> {
    let Some(schema) = schema else { return Ok(Value::String(content.to_owned())) };
    let refused = |why: String| Failure {
        code: ErrorCode::OutputInvalid,
        message: format!(
            "The answer does not fit the output schema: {why}. Retry the step, or switch it to a model that keeps to schemas."
        ),
        // A model does not say the same twice.
        retryable: true,
        retry_after: None,
        // The call was made.
        sent: Sent::Maybe,
    };
    let value: Value =
        serde_json::from_str(without_fence(content)).map_err(|error| refused(format!("it is not JSON ({error})")))?;
    let validator = validator(schema).map_err(|error| Failure { retryable: false, ..refused(error) })?;
    let wrong = validator.iter_errors(&value).next().map(|error| format!("at `{}`: {error}", error.instance_path()));
    match wrong {
        None => Ok(value),
        Some(error) => Err(refused(error)),
    }
}

/// Checks that a schema is one.
pub fn check_schema(schema: &Value) -> Result<(), String> {
    validator(schema).map(|_| ())
}

fn validator(schema: &Value) -> Result<jsonschema::Validator, String> {
    jsonschema::validator_for(schema).map_err(|error| format!("the schema is not valid: {error}"))
}

/// Models like to put JSON between Markdown fences.
fn without_fence(content: &str) -> &str {
    let trimmed = content.trim();
    let Some(inside) = trimmed.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else { return trimmed };
    inside.strip_prefix("json").unwrap_or(inside).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_text_and_json_must_fit() {
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
        assert_eq!(output_of("{\"n\": 1}", None), Ok(json!("{\"n\": 1}")));
        assert_eq!(output_of("```json\n{\"n\": 1}\n```", Some(&schema)), Ok(json!({"n": 1})));
        for wrong in ["no", "{\"n\": \"x\"}", "{}"] {
            assert_eq!(output_of(wrong, Some(&schema)).unwrap_err().code, ErrorCode::OutputInvalid, "{wrong}");
        }
        assert!(check_schema(&json!({"type": "nothing"})).is_err());
    }
}
