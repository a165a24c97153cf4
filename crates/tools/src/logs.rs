//! What servers write beside their answers.

/// A line of a server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its number in the log of its server, from 1. A gap means that lines were dropped.
    pub number: u64,
    /// When it arrived.
    pub at: std::time::SystemTime,
    /// Where it comes from.
    pub source: LogSource,
    /// The text, cut at a limit. Secrets of the configuration are replaced.
    pub text: String,
}

/// Where a line of a log comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// The server's standard error.
    Stderr,
    /// A line of standard output that is no message of the protocol.
    Stdout,
    /// A logging notification.
    Notification,
    /// This pool: starts, ends and faults of the connection.
    Pool,
}
