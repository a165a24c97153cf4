//! Checks schemas and builds their validators.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;
use sluice_types::limits::MAX_PATTERN_BYTES;

use crate::bounded_text::bounded;
use crate::graph::Graph;
use crate::metered::MeteredJson;
use crate::schema_error::SchemaError;
use crate::stack::on_deep_stack;
use crate::work;

/// A schema that was checked, ready to validate answers.
pub struct Checked {
    pub validator: Validator<MeteredJson>,
    /// The largest number of subschemas that are applied to one value.
    pub applications: u64,
    /// Cost of matching a byte of text.
    pub steps_per_byte: u64,
}

/// Upper bound of bytes that most patterns compile to.
const SMALL_PATTERN_BYTES: usize = 32 * 1024;
/// Steps for each byte of text, with small patterns and with larger ones. Matching is linear, but at
/// worst a byte takes about 50 ns for each KiB of the compiled pattern.
const STEPS_PER_BYTE: u64 = 8;
const STEPS_PER_BYTE_LARGE: u64 = 64;
/// Bytes of one pattern's lazy DFA cache.
const PATTERN_CACHE_BYTES: usize = 512 * 1024;

/// Checks that a schema is one, and that validating against it is bounded.
pub fn check_schema(schema: &Value) -> Result<(), SchemaError> {
    on_deep_stack(|| compile(schema).map(drop)).unwrap_or_else(|| Err(not_compiled()))
}

/// The validator of a schema. Call it on a deep stack, and drop the validator there.
pub fn compile(schema: &Value) -> Result<Checked, SchemaError> {
    let applications = work::check(&Graph::of(schema)?)?;
    let (built, steps_per_byte) = match build(schema, SMALL_PATTERN_BYTES) {
        Err(error) if is_about_pattern(&error) => (build(schema, MAX_PATTERN_BYTES), STEPS_PER_BYTE_LARGE),
        built => (built, STEPS_PER_BYTE),
    };
    let validator = built.map_err(|error| refused(&error))?;
    Ok(Checked { validator, applications, steps_per_byte })
}

fn build(schema: &Value, pattern_bytes: usize) -> Result<Validator<MeteredJson>, ValidationError<'static>> {
    // Linear in the text, at the price of look-around and back-references.
    let patterns = PatternOptions::regex().size_limit(pattern_bytes).dfa_size_limit(PATTERN_CACHE_BYTES);
    jsonschema::options_for::<MeteredJson>()
        .offline()
        .with_pattern_options(patterns)
        // The validator would compile the answer's text as a pattern, with its own limits.
        .with_format("regex", |_: &str| true)
        .build(schema)
}

fn is_about_pattern(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Format { format } if format == "regex")
}

/// The library failed on a schema that it should have refused.
pub fn not_compiled() -> SchemaError {
    SchemaError::new("", "the validator cannot read the schema. Simplify it.")
}

fn refused(error: &ValidationError<'_>) -> SchemaError {
    let message = if is_about_pattern(error) {
        format!(
            "the pattern is not supported. Write it without look-around and back-references, and so that it compiles to at most {} KiB: repeat less, and use smaller classes.",
            MAX_PATTERN_BYTES / 1024
        )
    } else {
        format!("the schema is not valid: {}. Correct it.", bounded(error))
    };
    SchemaError::new(error.instance_path().as_str(), message)
}
