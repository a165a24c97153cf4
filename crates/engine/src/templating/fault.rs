//! Why a template cannot be filled in.

use minijinja::{Error, ErrorKind};
use sluice_types::limits::{MAX_FILLED_BYTES, TEMPLATE_FUEL};

use super::guard::Refusal;

/// Why a template cannot be filled in.
#[derive(Debug)]
pub(super) struct Fault {
    pub message: String,
    /// Whether no output of a step could take it away.
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

/// Errors that no output of a step can take away.
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

/// Characters of what minijinja says of an error; it repeats values.
const MAX_DETAIL_CHARS: usize = 500;

/// What minijinja says, without the name that it gives to templates without one.
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
