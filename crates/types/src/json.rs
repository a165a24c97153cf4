//! Reads JSON and reports the place of an error: `serde_json`, with the path from `serde_path_to_error`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::numbers;

/// The syntax error of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The error, without its place.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for SyntaxError {}

/// Reads a text into a value. A number that would be rounded is an error.
pub fn parse(text: &str) -> Result<Value, SyntaxError> {
    let value = serde_json::from_str(text).map_err(|error| {
        let line = error.line().max(1);
        // serde_json counts bytes, and editors count characters.
        let read = text.split('\n').nth(line - 1).unwrap_or_default().as_bytes();
        let before = read.get(..error.column().saturating_sub(1)).unwrap_or(read);
        SyntaxError {
            message: without_place(&error),
            line,
            column: String::from_utf8_lossy(before).chars().count() + 1,
        }
    })?;
    let exact = numbers::exact(text);
    if let Some(rounded) = exact.rounded {
        let before = text.get(..rounded.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        return Err(SyntaxError {
            message: numbers::ROUNDED.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        });
    }
    match exact.text {
        Cow::Borrowed(_) => Ok(value),
        Cow::Owned(text) => Ok(serde_json::from_str(&text).unwrap_or(value)),
    }
}

/// Bytes of a value as compact JSON; limits use this size.
pub fn size(value: &Value) -> usize {
    value.to_string().len()
}

/// The same for an object.
pub fn size_of_map(fields: &serde_json::Map<String, Value>) -> usize {
    serde_json::to_string(fields).map_or(usize::MAX, |text| text.len())
}

/// A JSON error with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Place of the error (JSON pointer, RFC 6901).
    pub pointer: String,
    /// The error.
    pub message: String,
}

/// Deserializes a value; the error has its place.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(value).map_err(|error| ReadError::new(&error))
}

/// The marker before a place inside a part that was parsed separately.
const NESTED: &str = "@";

impl ReadError {
    /// The error and its place, from an error with its path.
    ///
    /// Parts that are parsed separately report a place inside the part; both places are joined here.
    #[must_use]
    pub fn new(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let message = without_place(error.inner());
        let nested = message.strip_prefix(NESTED).filter(|rest| rest.starts_with(['/', ':']));
        let (inner, message) = nested.and_then(|rest| rest.split_once(": ")).unwrap_or(("", &message));
        Self { pointer: format!("{}{inner}", pointer(error.path())), message: plain_words(message) }
    }

    /// Converts an error of a separately parsed part to an error of the whole, with its place inside the part.
    pub(crate) fn nested<E: Error>(&self) -> E {
        E::custom(format_args!("{NESTED}{}: {}", self.pointer, self.message))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for ReadError {}

/// `serde_json` writes where in the text it was after the message.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or_else(|| message.clone(), |(before, _)| before.to_owned())
}

/// An error of serde in the words of JSON instead of those of Rust.
#[must_use]
pub fn plain_words(message: &str) -> String {
    let message = message.strip_prefix("unknown variant").map_or_else(
        || message.replacen("invalid type: map", "invalid type: object", 1),
        |rest| format!("unknown value{rest}"),
    );
    let message = message.replacen("invalid type: sequence", "invalid type: array", 1);
    let message = message.replacen("invalid type: floating point", "invalid type: number", 1);
    let Some((found, expected)) = message.rsplit_once(", expected ") else { return message };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "an integer that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "a map" => "an object",
        "a sequence" => "an array",
        other if other.starts_with("struct ") || other.contains("tagged enum ") => "an object",
        other if other.starts_with("tuple ") || other.starts_with("a tuple ") => "an array",
        other => other,
    };
    format!("{found}, expected {expected}")
}

fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { variant } => format!("/{}", escape(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Writes a key as a part of a JSON pointer (RFC 6901, section 3).
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Definition, Fallback};

    #[test]
    fn what_is_not_json_is_told_with_line_and_column_in_characters() {
        for (text, message, line, column) in [
            ("", "EOF while parsing a value", 1, 1),
            ("{\n  \"é\" 1}", "expected `:`", 2, 7),
            ("[1,\n2,]", "trailing comma", 2, 3),
            ("{\"a\": 1 \"b\"}", "expected `,` or `}`", 1, 9),
            ("{\"ä\": yes}", "expected value", 1, 7),
            ("1 x", "trailing characters", 1, 3),
            ("{a}", "key must be a string", 1, 2),
        ] {
            assert_eq!(parse(text), Err(SyntaxError { message: message.into(), line, column }), "{text}");
        }
        assert_eq!(parse("[ 1 ]"), Ok(json!([1])));
    }

    #[test]
    fn a_number_that_would_be_rounded_is_told_with_its_place() {
        let error = parse("{\n  \"é\": [1, 18446744073709551616]}").unwrap_err();
        assert_eq!((error.line, error.column, error.message.as_str()), (2, 12, numbers::ROUNDED));
        assert_eq!(parse("[1e2, 1.0]"), Ok(json!([100, 1.0])));
    }

    #[test]
    fn errors_are_in_the_words_of_json() {
        for (message, plain) in [
            ("invalid type: map, expected u32", "invalid type: object, expected an integer that is not negative"),
            ("invalid type: sequence, expected a map", "invalid type: array, expected an object"),
            ("invalid type: floating point `1.5`, expected i64", "invalid type: number `1.5`, expected an integer"),
            ("invalid type: null, expected struct Step", "invalid type: null, expected an object"),
            ("unknown variant `x`, expected `a` or `b`", "unknown value `x`, expected `a` or `b`"),
            (
                "invalid type: string \"a, expected u32\", expected f64",
                "invalid type: string \"a, expected u32\", expected a number",
            ),
            ("missing field `model`", "missing field `model`"),
        ] {
            assert_eq!(plain_words(message), plain);
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_pointer() {
        let error = from_value::<Vec<Fallback>>(json!([{"model": "a"}, {"model": 7}])).unwrap_err();
        assert_eq!(error.to_string(), "/1/model: invalid type: integer `7`, expected a string");
        assert_eq!(from_value::<Fallback>(json!({})).unwrap_err().to_string(), "missing field `model`");
    }

    #[test]
    fn pointers_reach_into_parts_that_are_read_by_themselves() {
        let definition = json!({"steps": [{"label": "A", "type": "review"}, {"label": "B", "type": "llm", "prompt": "x",
            "fallbacks": [{"model": "demo"}, {"model": 7}]}]});
        let error = from_value::<Definition>(definition).unwrap_err();
        assert_eq!(error.pointer, "/steps/1/fallbacks/1/model");
        assert_eq!(error.message, "invalid type: integer `7`, expected a string");
    }
}
