//! Failures of calls of tools, as the machine judges them.

use sluice_tools::{ToolError, ToolErrorKind};
use sluice_types::ErrorCode;

use crate::retry::{Failure, Sent};

impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        let code = match error.kind {
            ToolErrorKind::NotAllowed
            | ToolErrorKind::CannotStart
            | ToolErrorKind::Unauthorized
            | ToolErrorKind::Address
            | ToolErrorKind::Busy
            | ToolErrorKind::Protocol
            | ToolErrorKind::Closed
            | ToolErrorKind::Cancelled => ErrorCode::ToolUnavailable,
            ToolErrorKind::Timeout => ErrorCode::AttemptTimedOut,
            ToolErrorKind::TooLarge => ErrorCode::OutputTooLong,
            ToolErrorKind::UnknownTool => ErrorCode::UnknownTool,
            ToolErrorKind::InvalidArguments => ErrorCode::ToolArgumentsInvalid,
            ToolErrorKind::Refused => ErrorCode::ToolFailed,
        };
        let is_told = |pointer: &&String| pointer.is_empty() || error.message.contains(pointer.as_str());
        let place = error.pointer.as_ref().filter(|pointer| !is_told(pointer));
        let place = place.map(|pointer| format!("`arguments{pointer}`: ")).unwrap_or_default();
        Self {
            code,
            message: format!("{place}{}", error.message),
            retryable: error.kind.is_retryable(),
            retry_after: error.retry_after,
            sent: match error.sent {
                sluice_tools::Sent::No => Sent::No,
                sluice_tools::Sent::Maybe => Sent::Maybe,
            },
        }
    }
}
