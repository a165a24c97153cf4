//! Why there is no design.

use sluice_store::StoreError;
use sluice_types::{ErrorCode, RunError};

use crate::error::EngineError;
use crate::retry::Failure;

/// Why there is no design.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// It was cancelled.
    #[error("the generation was cancelled")]
    Cancelled,
    /// It failed.
    #[error("{}: {}", .0.code.as_str(), .0.message)]
    Failed(RunError),
}

impl DesignError {
    pub(super) fn failed(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Failed(RunError::new(code, message))
    }
}

impl From<Failure> for DesignError {
    fn from(failure: Failure) -> Self {
        Self::failed(failure.code, failure.message)
    }
}

impl From<StoreError> for DesignError {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<EngineError> for DesignError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Invalid(code, fields) => {
                let messages: Vec<String> = fields.into_iter().map(|field| field.message).collect();
                Self::failed(code, messages.join("; "))
            }
            EngineError::ShuttingDown => Self::failed(ErrorCode::ShuttingDown, "The server is stopping."),
            EngineError::Store(error) if error.is_transient() => {
                tracing::warn!(%error, "the database was lost during a generation");
                Self::failed(ErrorCode::DatabaseUnavailable, "The database cannot be reached. Try again later.")
            }
            error => {
                tracing::error!(%error, "a generation failed");
                Self::failed(ErrorCode::Internal, "The server made a mistake. Its log says more.")
            }
        }
    }
}
