//! What a person can do to a draft, and why it may not be done.

use std::fmt;

use sluice_types::limits::MAX_STEPS;
use sluice_types::{Fix, PersonaId, Step, StepId, StepType};

use super::draft::Draft;
use super::field::StepField;

/// One change of a draft.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// What people call the workflow.
    SetName(String),
    /// What it is for.
    SetDescription(String),
    /// One word to group by; none when empty.
    SetCategory(String),
    /// Words to find it by.
    SetTags(Vec<String>),
    /// Whether review steps are skipped.
    SetYolo(bool),
    /// Whether it can be run.
    SetActive(bool),
    /// Whether it is a template of the tenant's own.
    SetTemplate(bool),
    /// Provider and model of the steps that name none.
    SetDefaults {
        /// The first one that is available when none.
        provider: Option<String>,
        /// The provider's own choice when none.
        model: Option<String>,
    },
    /// Persona of the steps that name none.
    SetPersona(Option<PersonaId>),
    /// The step to begin with; the first one when none.
    SetEntryStep(Option<StepId>),
    /// Adds a step like this one, with an id and a label that nothing else has.
    AddStep {
        /// The step to copy.
        template: Box<Step>,
        /// Where to put it; at the end when none.
        at: Option<usize>,
    },
    /// Takes a step out and puts it in again.
    MoveStep {
        /// Where it stands.
        from: usize,
        /// Where it goes, counted without it.
        to: usize,
    },
    /// Puts a copy of a step behind it.
    DuplicateStep(StepId),
    /// Takes a step out, with the jumps to it. Prompts that refer to it are left to the person.
    RemoveStep(StepId),
    /// Gives a step another label, in every prompt too. To be sent once, when the field is left:
    /// what is typed on the way may be empty or another step's label.
    RenameStep {
        /// The step.
        id: StepId,
        /// What to call it.
        label: String,
    },
    /// Changes one field of a step.
    UpdateStep {
        /// The step.
        id: StepId,
        /// The field, with its new value.
        field: StepField,
    },
    /// Does what the lint proposes.
    ApplyFix(Fix),
    /// Begins anew: an import, a template, another version.
    ReplaceAll(Box<Draft>),
}

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
        /// What kind of step it is.
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
