//! Where a value does not fit a schema.

use jsonschema::ValidationError;
use serde_json::Value;
use sluice_types::limits::MAX_VALIDATION_STEPS;

use crate::bounded_text::bounded;
use crate::metered::{Costs, Meter, Metered};
use crate::schema::{Checked, compile, not_compiled};
use crate::schema_error::SchemaError;
use crate::stack::on_deep_stack;

/// Steps for finding where a value does not fit. The validator keeps an error for each subschema
/// that refuses a value of a union, so that this bounds memory, too: at most about 100 MiB.
const EXPLANATION_STEPS: u64 = 200_000;

/// A place at which a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// JSON pointer in the value; `None` when the place was not found within the limits.
    pub pointer: Option<String>,
    /// What is wrong there. Quoted values are cut.
    pub message: String,
}

/// The places at which a value does not fit, at most `most` of them; none when it fits. `Err` when the schema is refused.
pub fn misfits(schema: &Value, value: &Value, most: usize) -> Result<Vec<Misfit>, SchemaError> {
    let validated = on_deep_stack(|| compile(schema).map(|checked| explain(&checked, value, most)));
    validated.unwrap_or_else(|| Err(not_compiled()))
}

fn explain(checked: &Checked, value: &Value, most: usize) -> Vec<Misfit> {
    // Subschemas without keywords do not access the value, and take about a 64th of the time.
    let costs = Costs { per_child: checked.applications / 64, per_byte: checked.steps_per_byte };
    let meter = Meter::new(MAX_VALIDATION_STEPS, costs);
    let valid = checked.validator.is_valid(Metered::new(value, &meter));
    if meter.is_spent() {
        return not_found(format!("validating it takes more than {MAX_VALIDATION_STEPS} steps"));
    }
    if valid {
        return Vec::new();
    }
    let all = if most > 1 { all_misfits(checked, value, most) } else { None };
    all.or_else(|| first_misfit(checked, value))
        .unwrap_or_else(|| not_found("where it does not fit takes too long to find".into()))
}

/// All places, cut at `most`; `None` past the limit of steps.
fn all_misfits(checked: &Checked, value: &Value, most: usize) -> Option<Vec<Misfit>> {
    let meter = explanation_meter(checked);
    let errors = checked.validator.iter_errors(Metered::new(value, &meter));
    let found: Vec<Misfit> = errors.take(most).map(|error| misfit(&error)).collect();
    (!found.is_empty() && !meter.is_spent()).then_some(found)
}

/// The first place, which takes less than all; `None` past the limit of steps.
fn first_misfit(checked: &Checked, value: &Value) -> Option<Vec<Misfit>> {
    let meter = explanation_meter(checked);
    let error = checked.validator.validate(Metered::new(value, &meter)).err()?;
    (!meter.is_spent()).then(|| vec![misfit(&error)])
}

fn explanation_meter(checked: &Checked) -> Meter {
    let costs = Costs { per_child: checked.applications, per_byte: checked.steps_per_byte / 8 };
    Meter::new(EXPLANATION_STEPS, costs)
}

fn misfit(error: &ValidationError<'_>) -> Misfit {
    Misfit { pointer: Some(bounded(error.instance_path())), message: bounded(error) }
}

fn not_found(message: String) -> Vec<Misfit> {
    vec![Misfit { pointer: None, message }]
}
