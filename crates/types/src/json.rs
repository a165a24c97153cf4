//! Reads JSON and reports the place of an error: `serde_json`, with the path from `serde_path_to_error`.

use std::fmt;

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

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

/// Reads a text into a value.
pub fn parse(text: &str) -> Result<Value, SyntaxError> {
    serde_json::from_str(text).map_err(|error| {
        let line = error.line().max(1);
        // serde_json counts bytes, and editors count characters.
        let read = text.split('\n').nth(line - 1).unwrap_or_default().as_bytes();
        let before = read.get(..error.column().saturating_sub(1)).unwrap_or(read);
        SyntaxError {
            message: without_place(&error),
            line,
            column: String::from_utf8_lossy(before).chars().count() + 1,
        }
    })
}

/// Bytes of a value as compact JSON; limits use this size.
pub fn size(value: &Value) -> usize {
    value.to_string().len()
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
        Self { pointer: format!("{}{inner}", pointer(error.path())), message: message.to_owned() }
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
pub(crate) fn escape(key: &str) -> String {
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
