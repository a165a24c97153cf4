//! When to try again: exponential backoff with jitter, and which failures can succeed later.

use std::time::Duration;

use sluice_providers::{ProviderError, ProviderErrorKind};
use sluice_types::{ErrorCode, begun_with_capital};

/// Waits between attempts.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Before the first retry; doubled for each one after it.
    pub first: Duration,
    /// Upper bound, unless the provider requests more.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

/// The longest accepted `Retry-After`. After a longer one, the next fallback is called at once.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

impl Backoff {
    /// The wait before the retry with this number (from 0). `chance` is from 0 to 1 and sets the jitter, up to half of
    /// the wait, so that many failed attempts do not return together. `None` when the provider requests more than
    /// [`LONGEST_RETRY_AFTER`].
    #[must_use]
    pub fn delay(&self, retry: u32, retry_after: Option<Duration>, chance: f64) -> Option<Duration> {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(retry.min(20))).min(self.longest);
        let jittered = doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
        match retry_after {
            None => Some(jittered),
            // Wait a little longer than requested, so that not all attempts return at once.
            Some(asked) => (asked <= LONGEST_RETRY_AFTER).then(|| asked + jittered / 4),
        }
    }
}

/// The failure of an attempt, and whether a retry may succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable code for clients.
    pub code: ErrorCode,
    /// The cause and the remedy.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The wait that the provider requested.
    pub retry_after: Option<Duration>,
    /// Whether the request may have acted.
    pub sent: Sent,
}

/// Whether a failed request may have reached the provider and acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was not sent, or was refused.
    No,
    /// It may have acted: the answer was lost, late, cut off or not usable.
    Maybe,
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let (code, advice) = match error.kind {
            ProviderErrorKind::MissingKey => {
                (ErrorCode::ProviderNotAvailable, "Add a key for the provider, then retry the step.")
            }
            ProviderErrorKind::Unauthorized => {
                (ErrorCode::ProviderUnauthorized, "Put a working key in its place, then retry the step.")
            }
            ProviderErrorKind::RateLimited => {
                (ErrorCode::ProviderRateLimited, "Retry later, or switch the step to another model.")
            }
            ProviderErrorKind::Overloaded
            | ProviderErrorKind::ServerError
            | ProviderErrorKind::BrokenStream
            | ProviderErrorKind::Unreachable => {
                (ErrorCode::ProviderUnavailable, "Retry the step, or switch it to another model.")
            }
            ProviderErrorKind::Timeout => (ErrorCode::AttemptTimedOut, "Retry the step, or give it more time."),
            ProviderErrorKind::ModelNotFound => {
                (ErrorCode::ModelNotFound, "Switch the step to another model, then retry it.")
            }
            ProviderErrorKind::ContextTooLong => {
                (ErrorCode::ContextTooLong, "Shorten the prompt, or switch to a model that reads more.")
            }
            ProviderErrorKind::BadRequest => {
                (ErrorCode::ProviderRejected, "Change the step, or switch it to another model.")
            }
        };
        Self {
            code,
            message: format!("{} {advice}", sentence(&begun_with_capital(&error.message))),
            retryable: error.kind.is_retryable(),
            retry_after: error.retry_after,
            sent: if error.may_have_acted { Sent::Maybe } else { Sent::No },
        }
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
        let delays: Vec<u128> = (0..6).map(|retry| backoff.delay(retry, None, 1.0).unwrap().as_millis()).collect();
        assert_eq!(delays, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.delay(0, None, 0.0).unwrap().as_millis(), 50);
        assert_eq!(backoff.delay(u32::MAX, None, 1.0).unwrap().as_millis(), 1000);
    }

    #[test]
    fn retry_after_is_honoured_up_to_a_limit() {
        let backoff = Backoff::default();
        assert!(backoff.delay(0, Some(Duration::from_secs(7)), 0.0).unwrap() >= Duration::from_secs(7));
        assert!(backoff.delay(0, Some(LONGEST_RETRY_AFTER), 0.0).unwrap() >= LONGEST_RETRY_AFTER);
        assert_eq!(backoff.delay(0, Some(LONGEST_RETRY_AFTER + Duration::from_secs(1)), 0.0), None);
    }
}
