//! Errors of the engine. They know nothing of HTTP; the API maps them to codes.

use sluice_store::StoreError;
use sluice_types::{ErrorCode, ExecutionId, ExecutionStatus, FieldError, GenerationStatus, LintFinding, StepRunStatus};

/// Errors of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such workflow.
    #[error("there is no such workflow")]
    WorkflowNotFound,
    /// There is no such execution.
    #[error("there is no such run")]
    ExecutionNotFound,
    /// The execution has no such step run.
    #[error("the run has no step at this path")]
    StepRunNotFound,
    /// The workflow has no such step.
    #[error("the workflow has no such step")]
    StepNotFound,
    /// There is no such generation.
    #[error("there is no such generation")]
    GenerationNotFound,
    /// The generation has ended, with this status.
    #[error("the generation has ended: it is {0}")]
    GenerationEnded(GenerationStatus),
    /// The tenant has as many generations running as it may have.
    #[error("{0} generations are running")]
    TooManyGenerations(i64),
    /// The definition has errors.
    #[error("the definition cannot run as it is")]
    InvalidDefinition(Vec<LintFinding>),
    /// A field of the request is wrong.
    #[error("{}: {}", .0.as_str(), listed(.1))]
    Invalid(ErrorCode, Vec<FieldError>),
    /// The execution's state does not allow it.
    #[error("{message}")]
    WrongState {
        /// `IllegalTransition`, `ExecutionActive`, `GateOpen` or `GateDecided`.
        code: ErrorCode,
        /// Status of the execution.
        status: ExecutionStatus,
        /// Status of the step run, when the command concerns one.
        step_status: Option<StepRunStatus>,
        /// The remedy.
        message: String,
    },
    /// Another server runs the execution.
    #[error("another server has this run")]
    Elsewhere,
    /// The command was accepted and waits for the database.
    #[error("the command is carried out when the database is back")]
    CommandPending,
    /// The database was lost while the start was being written: it may have started.
    #[error("whether {0} has started is not known")]
    StartUnknown(ExecutionId),
    /// The server is stopping.
    #[error("the server is stopping")]
    ShuttingDown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The wrong fields on one line, for logs.
fn listed(fields: &[FieldError]) -> String {
    let lines: Vec<String> = fields.iter().map(|field| format!("`{}` {}", field.pointer, field.message)).collect();
    lines.join("; ")
}

impl EngineError {
    /// A single wrong field.
    pub(crate) fn field(code: ErrorCode, pointer: &str, message: impl Into<String>) -> Self {
        let error = FieldError::with_code(pointer, code.as_str(), message);
        Self::Invalid(code, vec![error])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_request_names_its_code_and_fields() {
        let error = EngineError::field(ErrorCode::InvalidRequest, "/budget_usd", "a budget is not negative");
        assert_eq!(error.to_string(), "invalid_request: `/budget_usd` A budget is not negative");
    }
}
