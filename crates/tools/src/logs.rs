//! What servers write beside their answers.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::redact::Redactor;

/// Lines of a server's log that are kept.
pub const MAX_LOG_LINES: usize = 1_000;
/// Bytes of all of them.
pub const MAX_LOG_BYTES: usize = 256 * 1024;
/// Bytes of one of them.
pub const MAX_LOG_LINE_BYTES: usize = 2 * 1024;

/// A line of a server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its number in the log of its server, from 1. A gap means that lines were dropped.
    pub number: u64,
    /// When it arrived.
    pub at: SystemTime,
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

/// The log of one server. The oldest lines are dropped.
pub struct Log {
    now: fn() -> SystemTime,
    redactor: Redactor,
    ring: Mutex<Ring>,
}

#[derive(Default)]
struct Ring {
    lines: VecDeque<LogLine>,
    bytes: usize,
    last: u64,
}

impl Log {
    pub fn new(redactor: Redactor, now: fn() -> SystemTime) -> Self {
        Self { now, redactor, ring: Mutex::default() }
    }

    /// The text without secrets of the configuration.
    pub fn clean(&self, text: &str) -> String {
        self.redactor.clean(text)
    }

    pub fn push(&self, source: LogSource, text: &str) {
        // Replaced before it is cut: half a secret would not be found.
        let mut text = self.clean(text.trim_end());
        if text.len() > MAX_LOG_LINE_BYTES {
            text.truncate(text.floor_char_boundary(MAX_LOG_LINE_BYTES));
            text.push('…');
        }
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        ring.bytes += text.len();
        let line = LogLine { number: ring.last, at: (self.now)(), source, text };
        ring.lines.push_back(line);
        while ring.lines.len() > MAX_LOG_LINES || ring.bytes > MAX_LOG_BYTES {
            let Some(oldest) = ring.lines.pop_front() else { break };
            ring.bytes -= oldest.text.len();
        }
    }

    /// The lines with a number above `after`.
    pub fn after(&self, after: u64) -> Vec<LogLine> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.lines.iter().filter(|line| line.number > after).cloned().collect()
    }

    /// The last lines of standard error, for a message.
    pub fn last_words(&self) -> String {
        const LINES: usize = 5;
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let errors = ring.lines.iter().rev().filter(|line| line.source == LogSource::Stderr);
        let mut words: Vec<&str> = errors.take(LINES).map(|line| line.text.as_str()).collect();
        words.reverse();
        words.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{ServerConfig, Transport};

    fn log() -> Log {
        let transport = Transport::Stdio {
            command: "server".into(),
            args: Vec::new(),
            env: [("KEY".to_owned(), "env-secret".into())].into(),
            cwd: None,
        };
        let config = ServerConfig { transport, call_timeout: Duration::from_secs(1) };
        Log::new(Redactor::of(&config), || SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn the_oldest_lines_are_dropped() {
        let log = log();
        for number in 1..=MAX_LOG_LINES + 1 {
            log.push(LogSource::Stderr, &number.to_string());
        }
        assert_eq!(log.after(0).len(), MAX_LOG_LINES);
        assert_eq!(log.after(0)[0].text, "2");
        assert_eq!(log.after(1_000).len(), 1);
        for _ in 0..=MAX_LOG_LINES {
            log.push(LogSource::Stderr, &"x".repeat(MAX_LOG_LINE_BYTES));
        }
        let bytes: usize = log.after(0).iter().map(|line| line.text.len()).sum();
        assert!(bytes <= MAX_LOG_BYTES && bytes > MAX_LOG_BYTES - 2 * MAX_LOG_LINE_BYTES, "{bytes}");
    }

    #[test]
    fn a_secret_across_the_cut_is_replaced() {
        let log = log();
        log.push(LogSource::Stderr, &format!("{}env-secret", "x".repeat(MAX_LOG_LINE_BYTES - 4)));
        assert!(!log.after(0)[0].text.contains("env"), "{}", log.after(0)[0].text);
    }
}
