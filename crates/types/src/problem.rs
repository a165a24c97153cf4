//! Errors as the API answers them: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error_code::ErrorCode;
use crate::json::ReadError;

/// An error answer (RFC 9457), with what went wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The page that explains the code.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The code's title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to match on.
    pub code: ErrorCode,
    /// What happened here, and what to do about it.
    pub detail: String,
    /// What is wrong with single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The version that is current, when the request named another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i64>,
    /// The status that the execution has, when it does not allow the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_status: Option<String>,
    /// The id of the request, as in the server's log.
    pub request_id: String,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where it stands in the body (JSON pointer, RFC 6901).
    pub pointer: String,
    /// What to match on: an error code or a lint code.
    pub code: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl FieldError {
    /// An `invalid_request` error at a pointer.
    #[must_use]
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: ErrorCode::InvalidRequest.as_str().into(), message: message.into() }
    }

    /// Reads where and what from an error of reading JSON. Parts that are read by themselves say
    /// where inside them the error is, and the two places are joined here.
    #[must_use]
    pub fn from_json_error(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let message = error.inner().to_string();
        // serde_json puts where in the text it was after the message.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(before, _)| before);
        let ReadError { pointer: inner, message } = ReadError::of_message(message);
        Self::new(format!("{}{inner}", pointer(error.path())), message)
    }
}

impl From<ReadError> for FieldError {
    fn from(ReadError { pointer, message }: ReadError) -> Self {
        Self::new(pointer, message)
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
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
    use super::*;
    use crate::definition::Definition;

    #[test]
    fn pointers_reach_into_steps() {
        let body = r#"{"steps": [{"label": "A", "type": "llm", "prompt": "x"}, {"label": "B", "type": "llm", "prompt": "x", "fallbacks": [{"model": 7}]}]}"#;
        let mut reader = serde_json::Deserializer::from_str(body);
        let error = serde_path_to_error::deserialize::<_, Definition>(&mut reader).unwrap_err();
        let field = FieldError::from_json_error(&error);
        assert_eq!(field.pointer, "/steps/1/fallbacks/0/model");
        assert_eq!(field.message, "invalid type: integer `7`, expected a string");
    }
}
