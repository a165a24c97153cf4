//! Failures of calls.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// The most characters of a provider's own words that an error message repeats.
pub const ERROR_MESSAGE_MAX_CHARS: usize = 500;

/// The replacement of a key in a message.
const REDACTED: &str = "[redacted]";

/// The failure of a call. The message may be shown to the tenant: it is short and contains no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// The kind of failure, for the decision to retry.
    pub kind: ProviderErrorKind,
    /// The HTTP status, if any.
    pub status: Option<u16>,
    /// The provider's `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The cause, mostly in the provider's words; at most [`ERROR_MESSAGE_MAX_CHARS`] characters of them.
    pub message: String,
    /// The parameter of the request that the provider names as the cause.
    pub parameter: Option<String>,
    /// Whether the request may have arrived and acted.
    pub may_have_acted: bool,
}

impl ProviderError {
    /// An error with a message alone.
    pub fn new(kind: ProviderErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            retry_after: None,
            message: message.into(),
            parameter: None,
            may_have_acted: kind.may_have_acted(),
        }
    }

    /// The same error with a message fit to show: every occurrence of `key` is replaced, since some providers and
    /// gateways echo it. Then the message is cut at [`ERROR_MESSAGE_MAX_CHARS`]: a cut before could leave half a key.
    #[must_use]
    pub fn fit_to_show(mut self, key: Option<&SecretString>) -> Self {
        let key = key.map_or("", |key| key.expose_secret().trim());
        if !key.is_empty() {
            self.message = self.message.replace(key, REDACTED);
        }
        self.message = shortened(&self.message);
        self
    }
}

/// The kinds of failure that the engine distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderErrorKind {
    /// The provider needs a key, and the call has no key.
    MissingKey,
    /// The key is refused, lacks a permission, or its account is out of credit.
    Unauthorized,
    /// Too many requests or tokens for now.
    RateLimited,
    /// The provider has no capacity for now (503, Anthropic's 529).
    Overloaded,
    /// The provider failed (5xx).
    ServerError,
    /// The provider was silent for too long, or gave up waiting itself (408, 504).
    Timeout,
    /// The answer broke off before its end, violates the protocol, or is longer than a limit.
    BrokenStream,
    /// No connection: name, network or TLS.
    Unreachable,
    /// The provider does not know the model.
    ModelNotFound,
    /// The prompt does not fit the model.
    ContextTooLong,
    /// The request itself is refused.
    BadRequest,
}

impl ProviderErrorKind {
    /// Whether a request that failed like this may have acted, when nothing else is known.
    fn may_have_acted(self) -> bool {
        match self {
            Self::ServerError | Self::Timeout | Self::BrokenStream => true,
            Self::MissingKey
            | Self::Unauthorized
            | Self::RateLimited
            | Self::Overloaded
            | Self::Unreachable
            | Self::ModelNotFound
            | Self::ContextTooLong
            | Self::BadRequest => false,
        }
    }

    /// Whether the same call may succeed later, unchanged.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        match self {
            Self::RateLimited
            | Self::Overloaded
            | Self::ServerError
            | Self::Timeout
            | Self::BrokenStream
            | Self::Unreachable => true,
            Self::MissingKey | Self::Unauthorized | Self::ModelNotFound | Self::ContextTooLong | Self::BadRequest => {
                false
            }
        }
    }
}

/// The text without surrounding space, cut after [`ERROR_MESSAGE_MAX_CHARS`] characters.
#[must_use]
pub fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(ERROR_MESSAGE_MAX_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_at_a_character() {
        let at_limit = "ä".repeat(ERROR_MESSAGE_MAX_CHARS);
        assert_eq!(shortened(&at_limit), at_limit);
        let past_limit = "ä".repeat(ERROR_MESSAGE_MAX_CHARS + 1);
        assert_eq!(shortened(&past_limit), format!("{at_limit}…"));
    }

    #[test]
    fn a_key_is_blotted_out_before_the_cut() {
        let key = SecretString::from("sk-secret");
        let shown = |message: String| {
            ProviderError::new(ProviderErrorKind::Unauthorized, message).fit_to_show(Some(&key)).message
        };
        assert_eq!(shown("bad key sk-secret!".into()), "bad key [redacted]!");
        let across_the_cut = format!("{}sk-secret", "x".repeat(ERROR_MESSAGE_MAX_CHARS - 4));
        assert!(!shown(across_the_cut).contains("sk-"));
    }
}
