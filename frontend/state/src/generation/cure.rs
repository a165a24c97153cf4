//! What to do about a generation that failed.

use sluice_types::ErrorCode;

/// What a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// Give the provider a key, or choose another model.
    Key,
    /// Wait, then try again.
    Wait,
    /// Choose another model.
    OtherModel,
    /// Say it in fewer words.
    Shorten,
    /// Say it in other words.
    Reword,
    /// Try again.
    TryAgain,
}

/// What to do about an error.
#[must_use]
pub const fn cure(code: ErrorCode) -> Cure {
    match code {
        ErrorCode::ProviderNotAvailable | ErrorCode::ProviderUnauthorized => Cure::Key,
        ErrorCode::RateLimited
        | ErrorCode::ProviderRateLimited
        | ErrorCode::TooManyGenerations
        | ErrorCode::TooManyStreams => Cure::Wait,
        ErrorCode::UnknownModel
        | ErrorCode::UnknownProvider
        | ErrorCode::ModelNotFound
        | ErrorCode::ProviderRejected
        | ErrorCode::OutputInvalid
        | ErrorCode::AnswerTruncated
        | ErrorCode::OutputTooLong => Cure::OtherModel,
        ErrorCode::ContextTooLong | ErrorCode::BodyTooLarge => Cure::Shorten,
        ErrorCode::InvalidRequest | ErrorCode::SecretInPrompt | ErrorCode::GenerationFailed => Cure::Reword,
        _ => Cure::TryAgain,
    }
}

impl Cure {
    /// The advice, as a sentence.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Key => {
                "Give the provider a key in the settings, or choose a model of another one. Your prompt is kept."
            }
            Self::Wait => "Wait a minute, then try again. Your prompt is kept.",
            Self::OtherModel => "Choose another model, and try again. Your prompt is kept.",
            Self::Shorten => "Say it in fewer words, or choose a model that reads more. Your prompt is kept.",
            Self::Reword => "Change your prompt, which is kept, and try again.",
            Self::TryAgain => "Try again. Your prompt is kept.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_a_cure() {
        for (code, expected) in [
            (ErrorCode::ProviderNotAvailable, Cure::Key),
            (ErrorCode::ProviderRateLimited, Cure::Wait),
            (ErrorCode::OutputInvalid, Cure::OtherModel),
            (ErrorCode::ContextTooLong, Cure::Shorten),
            (ErrorCode::Interrupted, Cure::TryAgain),
            (ErrorCode::Unknown, Cure::TryAgain),
        ] {
            assert_eq!(cure(code), expected, "{code:?}");
        }
        for &code in ErrorCode::ALL {
            assert!(cure(code).advice().contains("prompt"), "{code:?}");
        }
    }
}
