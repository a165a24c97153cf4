//! What a person can do to a draft.

use sluice_types::{Fix, PersonaId, Step, StepId};

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
