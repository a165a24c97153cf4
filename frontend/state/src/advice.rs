//! Advice for failed steps.

use sluice_types::ErrorCode;

/// The remedy for an error of a step; `None` where the error's message ends with one.
#[must_use]
pub const fn advice(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::ProviderRateLimited
        | ErrorCode::ProviderUnavailable
        | ErrorCode::AttemptTimedOut
        | ErrorCode::ProviderRejected
        | ErrorCode::ModelNotFound
        | ErrorCode::ContextTooLong
        | ErrorCode::AnswerTruncated
        | ErrorCode::OutputInvalid => return None,
        ErrorCode::ProviderNotAvailable | ErrorCode::ProviderUnauthorized => {
            "Give the provider a key in the settings, or switch the step to a model of another provider."
        }
        ErrorCode::UnknownModel | ErrorCode::UnknownProvider => {
            "Choose a model that the provider has, and run the step again."
        }
        ErrorCode::ReviewRejected => "Run an earlier step again, or replace its output, to continue from there.",
        ErrorCode::InvalidTemplate | ErrorCode::InvalidInput => "Change the step's prompt, and run it again.",
        ErrorCode::UnknownPersona | ErrorCode::PersonaNotFound => "Choose another persona, and run the step again.",
        ErrorCode::Interrupted => "Run the step again.",
        ErrorCode::ToolUnavailable => "Test its server under Settings, MCP servers: the log there says more.",
        ErrorCode::UnknownTool | ErrorCode::McpServerNotFound => {
            "Choose another tool in the workflow, or add its server."
        }
        ErrorCode::ToolArgumentsInvalid => "Change the arguments in the workflow, and run it again.",
        ErrorCode::StdioNotAllowed => {
            "Ask the operator to start Sluice with --allow-stdio-mcp, and run the step again."
        }
        ErrorCode::MaxTurnsReached => "Give the agent more turns, or a smaller task.",
        _ => "Run the step again. If it keeps failing, the server's log says more.",
    })
}

/// Whether another model is likely to succeed.
#[must_use]
pub const fn another_model_may_help(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ProviderNotAvailable
            | ErrorCode::ProviderUnauthorized
            | ErrorCode::ProviderRateLimited
            | ErrorCode::ProviderUnavailable
            | ErrorCode::ProviderRejected
            | ErrorCode::AttemptTimedOut
            | ErrorCode::ModelNotFound
            | ErrorCode::UnknownModel
            | ErrorCode::UnknownProvider
            | ErrorCode::ContextTooLong
            | ErrorCode::OutputInvalid
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_a_sentence() {
        for &code in ErrorCode::ALL {
            assert!(advice(code).is_none_or(|advice| advice.ends_with('.')), "{code:?}");
        }
        assert!(another_model_may_help(ErrorCode::ProviderRejected));
        assert!(!another_model_may_help(ErrorCode::ReviewRejected));
    }
}
