//! The output of a step from its model's answer.

use serde_json::Value;
use sluice_schema::{SchemaError, bounded, misfits};
use sluice_types::ErrorCode;

use super::json_in_text::json_in;
use crate::retry::{Failure, Sent};

/// Parses the output of a step from its model's text.
pub fn output_of(content: &str, schema: Option<&Value>) -> Result<Value, Failure> {
    let Some(schema) = schema else { return Ok(Value::String(content.to_owned())) };
    let value = json_in(content).map_err(|why| refused(&why))?;
    let found = misfits(schema, &value, 1).map_err(|error| schema_refused(&error))?;
    match found.into_iter().next() {
        None => Ok(value),
        Some(misfit) => Err(refused(&match misfit.pointer {
            Some(pointer) => format!("at `{pointer}`: {}", misfit.message),
            None => misfit.message,
        })),
    }
}

fn refused(why: &str) -> Failure {
    Failure {
        code: ErrorCode::OutputInvalid,
        message: format!(
            "The answer does not fit the output schema: {why}. Retry the step, or switch it to a model that keeps to schemas."
        ),
        // A model does not say the same twice.
        retryable: true,
        retry_after: None,
        // The call was made.
        sent: Sent::Maybe,
    }
}

/// A schema that was saved before it was refused.
fn schema_refused(error: &SchemaError) -> Failure {
    Failure {
        code: ErrorCode::OutputInvalid,
        message: format!("The step's output schema is refused, at `{}`: {}", bounded(&error.pointer), error.message),
        retryable: false,
        retry_after: None,
        // The call was made.
        sent: Sent::Maybe,
    }
}
