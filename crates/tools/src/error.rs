//! Failures of calls.

use std::time::Duration;

/// The failure of a call, of a listing or of a start. The message may be shown to the tenant: it is short, contains no
/// secret of the configuration, and says what to do.
///
/// A tool that answers that it failed is no error: see [`crate::ToolOutput::is_error`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ToolError {
    /// The kind of failure.
    pub kind: ToolErrorKind,
    /// Whether the request may have arrived at the tool.
    pub sent: Sent,
    /// The fault and the remedy.
    pub message: String,
    /// The place in the arguments, as a JSON pointer. Only for [`ToolErrorKind::InvalidArguments`].
    pub pointer: Option<String>,
    /// The wait before another try, when the server or the backoff sets one.
    pub retry_after: Option<Duration>,
}

impl ToolError {
    /// An error with a message alone.
    pub fn new(kind: ToolErrorKind, sent: Sent, message: impl Into<String>) -> Self {
        Self { kind, sent, message: message.into(), pointer: None, retry_after: None }
    }
}

/// Whether a request may have arrived, and acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// It has not arrived.
    No,
    /// It may have arrived.
    Maybe,
}

/// The kinds of failure that the engine distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToolErrorKind {
    /// The operator does not allow programs as servers.
    NotAllowed,
    /// The program cannot be started, or the server refuses the handshake.
    CannotStart,
    /// The server refuses the credentials of the configuration (401, 403).
    Unauthorized,
    /// The address is refused, or it cannot be reached: name, network, TLS, a redirect, or a private network.
    Address,
    /// The server is at its limit for now (429, 503), or this server's own limits are reached.
    Busy,
    /// The answer violates the protocol.
    Protocol,
    /// The server did not answer in time.
    Timeout,
    /// The connection ended before the answer.
    Closed,
    /// An answer, a list or the arguments are longer than a limit.
    TooLarge,
    /// The server has no such tool.
    UnknownTool,
    /// The arguments do not fit the tool's schema, or the server refuses them.
    InvalidArguments,
    /// The server answers the call with an error of the protocol.
    Refused,
    /// The configuration was changed or removed, or this server shuts down.
    Cancelled,
}

impl ToolErrorKind {
    /// Whether the same call may succeed later, unchanged. Whether it may be sent again is told by [`ToolError::sent`].
    #[must_use]
    pub fn is_retryable(self) -> bool {
        match self {
            Self::CannotStart | Self::Address | Self::Busy | Self::Timeout | Self::Closed | Self::Cancelled => true,
            Self::NotAllowed
            | Self::Unauthorized
            | Self::Protocol
            | Self::TooLarge
            | Self::UnknownTool
            | Self::InvalidArguments
            | Self::Refused => false,
        }
    }
}
