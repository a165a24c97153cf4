//! Errors of API calls, and their messages for people.

use std::sync::Arc;

use sluice_types::{ErrorCode, Problem};
use sluice_web_state::message::title_in_pages;

/// The answer of every call.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// No answer came: the server or the network is away.
    Unreachable,
    /// The server refused, and says why.
    Problem(Arc<Problem>),
    /// An answer came that this app cannot read: a proxy's page, or another version's.
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

impl ApiError {
    /// Reads an error from an answer that was no success.
    pub fn of_answer(status: u16, body: &str) -> Self {
        serde_json::from_str(body).map_or(Self::Unreadable { status }, |problem| Self::Problem(Arc::new(problem)))
    }

    /// The error code.
    pub fn code(&self) -> Option<ErrorCode> {
        self.problem().map(|problem| problem.code)
    }

    /// The server's problem document.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            Self::Unreachable | Self::Unreadable { .. } => None,
        }
    }

    /// The error in one line.
    pub fn title(&self) -> String {
        match self {
            Self::Unreachable => "The server cannot be reached".into(),
            Self::Problem(problem) => title_in_pages(problem.code).map_or_else(|| problem.title.clone(), str::to_owned),
            Self::Unreadable { status } => format!("The answer could not be read (status {status})"),
        }
    }

    /// Advice. Errors of single fields come last.
    pub fn advice(&self) -> String {
        match self {
            Self::Unreachable => "Check that Sluice is running, then try again. What you typed is kept.".into(),
            Self::Unreadable { .. } => {
                "Reload the page: the server may be another version. What you typed is kept.".into()
            }
            Self::Problem(problem) => {
                let mut said = vec![problem.detail.as_str()];
                for error in &problem.errors {
                    // Of a single field, the detail tells already.
                    if !said.iter().any(|said| said.contains(&error.message)) {
                        said.push(&error.message);
                    }
                }
                said.join(" ")
            }
        }
    }

    /// The error of the field at a JSON pointer of the body.
    pub fn field(&self, pointer: &str) -> Option<String> {
        let error = self.problem()?.errors.iter().find(|error| error.pointer == pointer)?;
        Some(error.message.clone())
    }
}
