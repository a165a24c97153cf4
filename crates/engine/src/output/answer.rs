//! The output of a step from its model's answer.

use serde_json::Value;
use sluice_types::ErrorCode;
use sluice_types::limits::MAX_VALIDATION_STEPS;

use super::bounded_text::bounded;
use super::json_in_text::json_in;
use super::metered::{Costs, Meter, Metered};
use super::schema::{Checked, compile, not_compiled};
use super::schema_error::SchemaError;
use super::stack::on_deep_stack;
use crate::retry::{Failure, Sent};

/// Steps for finding where an answer does not fit. The validator keeps an error for each subschema
/// that refuses a value of a union, so that this bounds memory, too: at most about 100 MiB.
const EXPLANATION_STEPS: u64 = 200_000;

/// Parses the output of a step from its model's text.
pub fn output_of(content: &str, schema: Option<&Value>) -> Result<Value, Failure> {
    let Some(schema) = schema else { return Ok(Value::String(content.to_owned())) };
    let value = json_in(content).map_err(|why| refused(&why))?;
    let validated = on_deep_stack(|| compile(schema).map(|checked| misfit(&checked, &value)));
    match validated.unwrap_or_else(|| Err(not_compiled())) {
        Ok(None) => Ok(value),
        Ok(Some(why)) => Err(refused(&why)),
        Err(error) => Err(schema_refused(&error)),
    }
}

/// The mismatch of an answer; `None` when it fits.
fn misfit(checked: &Checked, value: &Value) -> Option<String> {
    // Subschemas without keywords do not access the value, and take about a 64th of the time.
    let costs = Costs { per_child: checked.applications / 64, per_byte: checked.steps_per_byte };
    let meter = Meter::new(MAX_VALIDATION_STEPS, costs);
    let valid = checked.validator.is_valid(Metered::new(value, &meter));
    if meter.is_spent() {
        return Some(format!("validating it takes more than {MAX_VALIDATION_STEPS} steps"));
    }
    if valid {
        return None;
    }
    let costs = Costs { per_child: checked.applications, per_byte: checked.steps_per_byte / 8 };
    let meter = Meter::new(EXPLANATION_STEPS, costs);
    let error = checked.validator.validate(Metered::new(value, &meter)).err();
    let error = error.filter(|_| !meter.is_spent());
    Some(error.map_or_else(
        || "where it does not fit takes too long to find".into(),
        |error| format!("at `{}`: {}", bounded(error.instance_path()), bounded(&error)),
    ))
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
