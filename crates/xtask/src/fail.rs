//! The one error of this tool: what went wrong, and what to do about it.

use std::fmt;

/// A failure as a person reads it.
#[derive(Debug)]
pub struct Failure {
    what: String,
    cure: Option<String>,
    exit_code: u8,
}

/// The answer of everything that is done for its effect.
pub type Done = Result<(), Failure>;

impl Failure {
    /// A failure that explains itself.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cure: None, exit_code: 1 }
    }

    /// Wrong arguments: exit code 2, as shells expect.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { what: what.into(), cure: Some("run `cargo xtask help`".into()), exit_code: 2 }
    }

    /// Adds what to do about it.
    pub fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }

    /// What the process exits with.
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        match &self.cure {
            Some(cure) => write!(f, "\n  cure: {cure}"),
            None => Ok(()),
        }
    }
}

/// Gives an error of the standard library the words that say what was being done.
pub trait Context<T> {
    /// `what` names the thing that did not work, as in "cannot read deny.toml".
    fn context(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("{}: {error}", what())))
    }
}
