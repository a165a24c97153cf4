//! Advice for failed steps.

use sluice_types::ErrorCode;

/// The remedy for an error of a step, in a sentence or two.
#[must_use]
pub const fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::ProviderNotAvailable | ErrorCode::ProviderUnauthorized => {
            "Give the provider a key in the settings, or switch the step to a model of another provider."
        }
        ErrorCode::ProviderRateLimited => "Wait a moment and run the step again, or switch to another model.",
        ErrorCode::ProviderUnavailable | ErrorCode::AttemptTimedOut => {
            "Run the step again in a moment, or switch to another model."
        }
        ErrorCode::ProviderRejected => "Switch to another model, or change the prompt, and run the step again.",
        ErrorCode::ModelNotFound | ErrorCode::UnknownModel | ErrorCode::UnknownProvider => {
            "Choose a model that the provider has, and run the step again."
        }
        ErrorCode::ContextTooLong => "Choose a model that reads more, or shorten the prompt, and run the step again.",
        ErrorCode::AnswerTruncated => {
            "Allow a longer answer, ask for less, or let the model think less, and run the step again."
        }
        ErrorCode::OutputInvalid => "Run the step again, switch to another model, or write the output yourself.",
        ErrorCode::ReviewRejected => "Run an earlier step again, or replace its output, to continue from there.",
        ErrorCode::BudgetExceeded => "Raise the budget and run the step again.",
        ErrorCode::InvalidTemplate | ErrorCode::InvalidInput => "Change the step's prompt, and run it again.",
        ErrorCode::UnknownPersona | ErrorCode::PersonaNotFound => "Choose another persona, and run the step again.",
        ErrorCode::Interrupted => "Run the step again.",
        _ => "Run the step again. If it keeps failing, the server's log says more.",
    }
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
    fn every_code_has_advice_that_says_what_to_do() {
        for &code in ErrorCode::ALL {
            assert!(advice(code).ends_with('.'), "{code:?}");
        }
        assert!(another_model_may_help(ErrorCode::ProviderRejected));
        assert!(!another_model_may_help(ErrorCode::ReviewRejected));
    }
}
