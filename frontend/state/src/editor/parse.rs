//! Reads what people type into fields for numbers and for a schema. An empty field is no value.

use std::ops::RangeInclusive;

use serde_json::Value;
use sluice_types::json::{self, SyntaxError};
use sluice_types::limits::{
    MAX_CONCURRENCY, MAX_ITERATIONS, MAX_OUTPUT_TOKENS, MAX_RETRIES, MAX_SCHEMA_BYTES, MAX_TIMEOUT_SECONDS, MAX_TURNS,
};

use crate::format::decimal;

/// The randomness of an answer, from 0 to 2. A decimal comma is read too.
pub fn parse_temperature(text: &str) -> Result<Option<f64>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match decimal(text) {
        Some(value) if (0.0..=2.0).contains(&value) => Ok(Some(value)),
        Some(_) | None => Err("The temperature is a number from 0 to 2, as in 0.7.".into()),
    }
}

/// Tokens in an answer at the most.
pub fn parse_max_tokens(text: &str) -> Result<Option<u32>, String> {
    parse_whole(text, 1..=MAX_OUTPUT_TOKENS, "The answer length is a whole number of tokens")
}

/// Retries after a first attempt.
pub fn parse_retries(text: &str) -> Result<Option<u32>, String> {
    parse_whole(text, 0..=MAX_RETRIES, "Retries are a whole number")
}

/// Branches or items that run at once.
pub fn parse_concurrency(text: &str) -> Result<Option<u32>, String> {
    parse_whole(text, 1..=MAX_CONCURRENCY, "What runs at once is a whole number")
}

/// Turns of an agent at the most.
pub fn parse_turns(text: &str) -> Result<Option<u32>, String> {
    parse_whole(text, 1..=MAX_TURNS, "Turns are a whole number")
}

/// Rounds of a loop at the most. A loop needs the number.
pub fn parse_rounds(text: &str) -> Result<Option<u32>, String> {
    match parse_whole(text, 1..=MAX_ITERATIONS, "Rounds are a whole number")? {
        Some(rounds) => Ok(Some(rounds)),
        None => Err(format!("Say how many rounds there are at the most, from 1 to {MAX_ITERATIONS}.")),
    }
}

/// Seconds that an attempt may take, as in `90`, `90s`, `10m` or `2h`.
pub fn parse_timeout(text: &str) -> Result<Option<u32>, String> {
    parse_seconds(text, MAX_TIMEOUT_SECONDS, "The timeout")
}

/// Seconds of silence after which an attempt ends, written the same way.
pub fn parse_idle_timeout(text: &str) -> Result<Option<u32>, String> {
    parse_seconds(text, MAX_TIMEOUT_SECONDS, "The longest silence")
}

/// Seconds until a review decides itself, as in `3600`, `60m`, `1h` or `7d`.
pub fn parse_expires_in(text: &str) -> Result<Option<u32>, String> {
    parse_seconds(text, u32::MAX, "The time to decide")
}

fn parse_whole(text: &str, range: RangeInclusive<u32>, what: &str) -> Result<Option<u32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = text.parse().ok().filter(|value| range.contains(value));
    value.map(Some).ok_or_else(|| format!("{what} from {} to {}.", range.start(), range.end()))
}

fn parse_seconds(text: &str, most: u32, what: &str) -> Result<Option<u32>, String> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit_seconds = match unit.trim() {
        "" | "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(60 * 60),
        "d" => Some(24 * 60 * 60),
        _ => None,
    };
    let seconds = number.parse::<u32>().ok().zip(unit_seconds).and_then(|(number, unit)| number.checked_mul(unit));
    seconds
        .filter(|seconds| (1..=most).contains(seconds))
        .map(Some)
        .ok_or_else(|| format!("{what} is from 1 to {most} seconds, as in 90, 10m or 2h."))
}

/// What is wrong with the text of a schema, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// What is wrong, and what would be right.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The JSON Schema of an answer.
pub fn parse_schema(text: &str) -> Result<Option<Value>, SchemaError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let whole = |message: String| SchemaError { message, line: 1, column: 1 };
    let schema = json::parse(text).map_err(|SyntaxError { message, line, column }| SchemaError {
        message: format!("This is not JSON: {message}."),
        line,
        column,
    })?;
    if !schema.is_object() {
        return Err(whole("A JSON Schema is an object, as in {\"type\": \"object\"}.".into()));
    }
    let bytes = json::size(&schema);
    if bytes > MAX_SCHEMA_BYTES {
        return Err(whole(format!("A schema has at most {MAX_SCHEMA_BYTES} bytes, not {bytes}.")));
    }
    Ok(Some(schema))
}
