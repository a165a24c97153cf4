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
}

impl From<ReadError> for FieldError {
    fn from(ReadError { pointer, message }: ReadError) -> Self {
        Self::new(pointer, message)
    }
}
