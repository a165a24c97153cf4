//! Error responses of the API: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error_code::ErrorCode;
use crate::json::ReadError;
use crate::sentence::begun_with_capital;
use crate::status::ExecutionStatus;

/// An error response (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The page that explains the code.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The code's title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code for clients.
    pub code: ErrorCode,
    /// The cause in this case, and the remedy.
    pub detail: String,
    /// Errors of single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The version that is current, when the request named another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i64>,
    /// The status that the execution has, when it does not allow the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_status: Option<ExecutionStatus>,
    /// The id of the request, as in the server's log.
    pub request_id: String,
}

/// An error of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Place of the field in the body (JSON pointer, RFC 6901); empty for the whole body and for a parameter.
    pub pointer: String,
    /// The query parameter, when the error is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Stable code for clients: an error code or a lint code.
    pub code: String,
    /// The fault and the remedy. Names stand between back-ticks.
    pub message: String,
}

impl FieldError {
    /// An `invalid_request` error at a pointer.
    #[must_use]
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::with_code(pointer, ErrorCode::InvalidRequest.as_str(), message)
    }

    /// An error with another code at a pointer. Its message begins with a capital letter.
    #[must_use]
    pub fn with_code(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            parameter: None,
            code: code.into(),
            message: begun_with_capital(&message.into()),
        }
    }

    /// An error of a query parameter.
    #[must_use]
    pub fn of_parameter(name: impl Into<String>, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { parameter: Some(name.into()), ..Self::with_code("", code.as_str(), message) }
    }
}

impl From<ReadError> for FieldError {
    fn from(ReadError { pointer, message }: ReadError) -> Self {
        Self::new(pointer, message)
    }
}
