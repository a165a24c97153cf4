//! Calls of a model provider, and its answers and errors.
//!
//! Nothing here knows which library speaks the wire protocols: `wire` calls real providers and the built-in
//! `demo` provider answers in the same words, so the engine drives both alike.

use std::{pin::Pin, time::Duration};

use futures_util::Stream;
use secrecy::{ExposeSecret, SecretString};
use sluice_types::TokenUsage;

/// The most characters of a provider's own words that an error message repeats.
pub const ERROR_MESSAGE_MAX_CHARS: usize = 500;

/// The replacement of a key in a message.
const REDACTED: &str = "[redacted]";

/// One call of a model: everything it needs, resolved beforehand.
#[derive(Clone, Debug)]
pub struct ModelCall {
    /// `anthropic`, `openai`, `google`, `ollama` or `openai_compatible`.
    pub provider: String,
    /// The model's name as the provider writes it. It is sent unchanged.
    pub model: String,
    /// The system prompt.
    pub system: Option<String>,
    /// The user's message.
    pub prompt: String,
    /// Sampling temperature; the provider's default when absent.
    pub temperature: Option<f64>,
    /// Upper limit of output tokens. Anthropic requires one: its model's own limit is sent when absent.
    pub max_tokens: Option<u32>,
    /// JSON Schema of the answer, for the provider's structured output.
    pub output_schema: Option<serde_json::Value>,
    /// The key. Optional for `ollama` and `openai_compatible` only. No environment variable is ever read in its place.
    pub api_key: Option<SecretString>,
    /// Base URL of the provider, in the form that its own clients accept. Default: the public service.
    ///
    /// | provider | example | `…` stands for the base as normalised | calls |
    /// |---|---|---|---|
    /// | `anthropic` | `https://api.anthropic.com` | with or without `/v1` | `…/v1/messages` |
    /// | `openai` | `https://api.openai.com/v1` | `/v1` is added to a bare host | `…/chat/completions`, `…/responses` |
    /// | `google` | `https://generativelanguage.googleapis.com` | with or without `/v1beta` | `…/v1beta/models/…` |
    /// | `ollama` | `http://localhost:11434` | with or without `/v1` or `/api` | `…/api/chat`, `…/v1/chat/completions` |
    /// | `openai_compatible` (required) | `https://openrouter.ai/api/v1` | `/v1` is added to a bare host | `…/chat/completions` |
    ///
    /// Trailing slashes do not matter, and a pasted `/chat/completions`, `/responses` or `/messages` is cut off.
    pub base_url: Option<String>,
    /// The longest silence: the wait for the response's headers, and between two pieces of its body, is cut
    /// after this time with [`ProviderErrorKind::Timeout`]. A provider's keep-alive counts as a sign of life.
    pub idle_timeout: Duration,
}

/// One event of a model's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelEvent {
    /// The next piece of the answer; never empty.
    Text(String),
    /// The answer is whole, or was cut at `max_tokens`. The last event of a good stream, exactly once.
    Finished {
        /// The provider's count; `None` without one.
        usage: Option<TokenUsage>,
    },
}

/// The answer as it is written. It ends after `Finished` or after the first error.
pub type ModelStream = Pin<Box<dyn Stream<Item = Result<ModelEvent, ProviderError>> + Send>>;

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
}

impl ProviderError {
    /// An error with a message alone.
    pub fn new(kind: ProviderErrorKind, message: impl Into<String>) -> Self {
        Self { kind, status: None, retry_after: None, message: message.into() }
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
    /// The provider was silent for too long.
    Timeout,
    /// The answer broke off before its end marker, or violates the protocol.
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
fn shortened(text: &str) -> String {
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
