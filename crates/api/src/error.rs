//! Maps domain errors to answers: RFC 9457 problems with a code. Causes are logged once, here, and never answered.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use sluice_engine::EngineError;
use sluice_engine::mcp_servers::McpServerError;
use sluice_engine::providers::CredentialError;
use sluice_store::StoreError;
use sluice_types::{ErrorCode, ExecutionStatus, FieldError, Problem, begun_with_capital};

use crate::request_id::request_id;

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// An error, as a problem to answer with.
#[derive(Debug)]
pub struct ApiError {
    code: ErrorCode,
    detail: String,
    errors: Vec<FieldError>,
    current_version: Option<i64>,
    current_status: Option<ExecutionStatus>,
    retry_after_seconds: Option<u64>,
}

impl ApiError {
    /// An error with a detail: the cause, and a remedy.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: begun_with_capital(&detail.into()),
            errors: Vec::new(),
            current_version: None,
            current_status: None,
            retry_after_seconds: None,
        }
    }

    /// An error about single fields.
    pub fn fields(code: ErrorCode, errors: Vec<FieldError>) -> Self {
        let detail = detail_of(&errors).unwrap_or_default();
        Self { errors, ..Self::new(code, detail) }
    }

    /// An error of a query parameter.
    pub fn parameter(code: ErrorCode, name: &str, message: impl std::fmt::Display) -> Self {
        let error = FieldError::of_parameter(name, code, message.to_string());
        let detail = format!("`{name}`: {}.", error.message);
        Self { errors: vec![error], ..Self::new(code, detail) }
    }

    /// The same error, with the places of the fields that it names in the terms of another request.
    pub fn with_pointers(mut self, place: impl Fn(&str) -> String) -> Self {
        for error in &mut self.errors {
            error.pointer = place(&error.pointer);
        }
        Self { detail: detail_of(&self.errors).unwrap_or(self.detail), ..self }
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// A lost race: another caller has saved a newer version.
    pub fn stale(current: i64) -> Self {
        let detail = format!(
            "Version {current} is current now: read it, merge your changes into it, and save with `If-Match: \"{current}\"`."
        );
        Self { current_version: Some(current), ..Self::new(ErrorCode::VersionConflict, detail) }
    }

    /// Too many requests of a kind; `option` is the operator's option for the limit.
    pub fn rate_limited(requests: &str, option: &str, wait_seconds: u64) -> Self {
        let detail =
            format!("Too many {requests}; try again in {wait_seconds} s. The operator sets the limit with `{option}`.");
        Self { retry_after_seconds: Some(wait_seconds), ..Self::new(ErrorCode::RateLimited, detail) }
    }

    fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(request_id = %request_id(), %cause, "internal error");
        Self::new(ErrorCode::Internal, "The server made a mistake. Its log has the cause under this request id.")
    }
}

/// The wrong fields in a sentence.
fn detail_of(errors: &[FieldError]) -> Option<String> {
    match errors {
        [] => None,
        [only] if only.pointer.is_empty() => Some(only.message.clone()),
        [only] => Some(format!("At `{}`: {}", only.pointer, only.message)),
        many => Some(format!("{} fields are wrong; see `errors`.", many.len())),
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        tracing::debug!(request_id = %request_id(), code = self.code.as_str(), detail = %self.detail, errors = ?self.errors, "refused");
        let problem = Problem {
            type_uri: format!("/docs/errors/{}", self.code.as_str()),
            title: self.code.title().into(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            current_version: self.current_version,
            current_status: self.current_status,
            request_id: request_id(),
        };
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header(("content-type", "application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        response.body(serde_json::to_vec(&problem).unwrap_or_default())
    }
}

impl From<ErrorCode> for ApiError {
    /// For codes whose title is detail enough.
    fn from(code: ErrorCode) -> Self {
        Self::new(code, format!("{}.", code.title()))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => {
                tracing::warn!(request_id = %request_id(), %cause, "the database is unavailable");
                let detail = "The database cannot be reached now. Try again in a few seconds, and check first whether a change was stored. A request with an `Idempotency-Key` can be sent again.";
                Self { retry_after_seconds: Some(5), ..Self::new(ErrorCode::DatabaseUnavailable, detail) }
            }
            StoreError::Full(cause) => {
                tracing::error!(request_id = %request_id(), %cause, "the disk is full");
                let detail = "The disk that holds the database is full: free some space, then try again. Runs wait and resume by themselves.";
                Self { retry_after_seconds: Some(30), ..Self::new(ErrorCode::StorageFull, detail) }
            }
            StoreError::KeyUsed => Self::new(
                ErrorCode::IdempotencyKeyReused,
                "Another request has just used this `Idempotency-Key`: use a new key for another request.",
            ),
            StoreError::NewerFormat { .. } => Self::new(ErrorCode::NewerServerNeeded, format!("{error}.")),
            cause @ (StoreError::Fenced
            | StoreError::Duplicate
            | StoreError::Corrupt(_)
            | StoreError::Newer { .. }
            | StoreError::Refused(_)
            | StoreError::Other(_)) => Self::internal(&cause),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::WorkflowNotFound => ErrorCode::WorkflowNotFound.into(),
            EngineError::ExecutionNotFound => ErrorCode::ExecutionNotFound.into(),
            EngineError::StepRunNotFound => ErrorCode::StepRunNotFound.into(),
            EngineError::StepNotFound => ErrorCode::StepNotFound.into(),
            EngineError::GenerationNotFound => ErrorCode::GenerationNotFound.into(),
            EngineError::GenerationEnded(status) => {
                Self::new(ErrorCode::GenerationEnded, format!("It has ended already: it is `{status}`."))
            }
            EngineError::TooManyGenerations(most) => {
                let detail = format!("{most} workflows are being designed: wait until one has ended, or cancel one.");
                Self { retry_after_seconds: Some(10), ..Self::new(ErrorCode::TooManyGenerations, detail) }
            }
            EngineError::InvalidDefinition(findings) => {
                let fields = findings.into_iter().map(|finding| {
                    FieldError::with_code(format!("/definition{}", finding.pointer), finding.code, finding.message)
                });
                Self::fields(ErrorCode::InvalidDefinition, fields.collect())
            }
            EngineError::Invalid(code, fields) => Self::fields(code, fields),
            EngineError::WrongState { code, status, step_status, message } => {
                let step = step_status.map(|status| format!(" The step run is `{status}`.")).unwrap_or_default();
                let detail = format!("The run is `{status}`.{step} {message}");
                Self { current_status: Some(status), ..Self::new(code, detail) }
            }
            EngineError::Elsewhere => Self::new(
                ErrorCode::ExecutionElsewhere,
                "Send the command to that server, or try again in some seconds.",
            ),
            EngineError::CommandPending => Self {
                retry_after_seconds: Some(5),
                ..Self::new(
                    ErrorCode::DatabaseUnavailable,
                    "The command was accepted and will be carried out when the database is available again: look at the run before you repeat the command. With an `Idempotency-Key` it can be sent again.",
                )
            },
            EngineError::StartUnknown(id) => Self {
                retry_after_seconds: Some(5),
                ..Self::new(
                    ErrorCode::DatabaseUnavailable,
                    format!(
                        "The connection to the database was lost while the run was being written: look for {id} when the database is back, before you start \
                         another one. With an `Idempotency-Key` the request can be sent again."
                    ),
                )
            },
            EngineError::ShuttingDown => Self {
                retry_after_seconds: Some(5),
                ..Self::new(ErrorCode::ShuttingDown, "The server is stopping: try again after it has restarted.")
            },
            EngineError::Store(error) => error.into(),
        }
    }
}

impl From<CredentialError> for ApiError {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::BaseUrl(message) => {
                Self::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/base_url", message)])
            }
            CredentialError::Vault(cause) => Self::internal(&cause),
            CredentialError::Store(error) => error.into(),
        }
    }
}

impl From<McpServerError> for ApiError {
    fn from(error: McpServerError) -> Self {
        match error {
            McpServerError::NotFound(id) => {
                Self::new(ErrorCode::McpServerNotFound, format!("There is no MCP server `{id}`."))
            }
            McpServerError::Invalid(fields) => Self::fields(ErrorCode::InvalidRequest, fields),
            McpServerError::StdioNotAllowed => Self::new(ErrorCode::StdioNotAllowed, format!("{error}.")),
            McpServerError::Vault(_) => {
                let told = format!("{error}: give all values again, or leave their names out");
                Self::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/transport", told)])
            }
            McpServerError::Tool(cause) => Self::internal(&cause),
            McpServerError::Store(error) => error.into(),
        }
    }
}
