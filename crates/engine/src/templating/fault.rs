//! Errors of templates.

use minijinja::{Error, ErrorKind};
use sluice_types::limits::{MAX_FILLED_BYTES, TEMPLATE_FUEL};

use super::guard::Refusal;

/// The error of a template.
#[derive(Debug)]
pub(super) struct Fault {
    pub message: String,
    /// Whether the error occurs with every output of the steps.
    pub is_certain: bool,
}

impl Fault {
    pub const fn certain(message: String) -> Self {
        Self { message, is_certain: true }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::certain(format!("line {}: {}", refusal.line, refusal.message))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { is_certain: is_certain(error.kind()), message: explained(&error) }
    }
}

/// Errors that occur with every output of the steps.
fn is_certain(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::SyntaxError
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::OutOfFuel
            | ErrorKind::WriteFailure
    )
}

/// Characters of minijinja's error message; it repeats values.
const MAX_DETAIL_CHARS: usize = 500;

/// minijinja's error message, without its name for unnamed templates.
fn explained(error: &Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let detail: Option<String> = error.detail().map(|detail| detail.chars().take(MAX_DETAIL_CHARS).collect());
    match (error.kind(), detail) {
        (ErrorKind::OutOfFuel, Some(detail)) => format!("{line}{detail}"),
        (ErrorKind::OutOfFuel, None) => {
            format!("{line}the template takes more than {TEMPLATE_FUEL} steps to fill in: write fewer or shorter loops")
        }
        (ErrorKind::WriteFailure, _) => format!("{line}filled in, it is longer than {MAX_FILLED_BYTES} bytes"),
        (kind, Some(detail)) => format!("{line}{kind}: {detail}"),
        (kind, None) => format!("{line}{kind}"),
    }
}
