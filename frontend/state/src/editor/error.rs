//! Why an edit is not possible.

use std::fmt;

use sluice_types::limits::MAX_STEPS;
use sluice_types::{StepId, StepType};

/// Why an edit is not possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// The step is gone.
    NoSuchStep(StepId),
    /// There is no such place in the list.
    NoSuchPlace {
        /// The place asked for.
        index: usize,
        /// How many steps there are.
        count: usize,
    },
    /// A step of this type has no such field.
    NoSuchField {
        /// The field.
        field: &'static str,
        /// The step's kind.
        step_type: StepType,
    },
    /// The label cannot be used, and why.
    Label(String),
    /// The workflow is full.
    TooManySteps,
    /// The definition is not what it was when the fix was proposed.
    FixDoesNotFit,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchStep(id) => write!(f, "There is no step `{id}` any more."),
            Self::NoSuchPlace { index, count } => {
                write!(f, "There is no place {} in a list of {count} steps.", index.saturating_add(1))
            }
            Self::NoSuchField { field, step_type } => {
                write!(f, "A step of type `{}` has no {field}.", step_type.as_str())
            }
            Self::Label(problem) => f.write_str(problem),
            Self::TooManySteps => {
                write!(f, "A workflow has at most {MAX_STEPS} steps: split it into several.")
            }
            Self::FixDoesNotFit => f.write_str("The workflow has changed since: this fix does not fit any more."),
        }
    }
}

impl std::error::Error for EditError {}
