//! The error type of this tool: a message and an optional cure.

use std::fmt;

/// An error for a person to read.
#[derive(Debug)]
pub struct Failure {
    what: String,
    cure: Option<String>,
    exit_code: u8,
}

/// The result of a function without a return value.
pub type Done = Result<(), Failure>;

impl Failure {
    /// A failure without a cure.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cure: None, exit_code: 1 }
    }

    /// Wrong arguments: exit code 2, by convention of shells.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { what: what.into(), cure: Some("run `cargo xtask help`".into()), exit_code: 2 }
    }

    /// Adds an instruction how to repair it.
    pub fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }

    /// The exit code of the process.
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

/// Adds the failed action to an error of another library.
pub trait Context<T> {
    /// `what` names the failed action, as in "cannot read deny.toml".
    fn context(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("{}: {error}", what())))
    }
}
