//! Errors of edits.

use crate::block::{BlockAddress, Slot};
use crate::definition::StepType;
use crate::ids::{BranchName, StepId};
use crate::limits::{MAX_INPUT_FIELDS, MAX_NESTING, MAX_STEPS};

/// The reason why an edit is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The definition has no such step.
    #[error("There is no step `{0}` any more.")]
    NoSuchStep(StepId),
    /// Another step has the id.
    #[error("Another step has the id `{0}` already, or it is `end`, which is reserved.")]
    IdTaken(StepId),
    /// Another step has the label.
    #[error("Another step is called “{0}” already: prompts could not tell them apart.")]
    LabelTaken(String),
    /// The steps of a list are not each named once.
    #[error("Name each of the {count} steps of the list once.")]
    NotTheSteps {
        /// Number of steps in the list.
        count: usize,
    },
    /// A jump that does not lead to a later step of the same list.
    #[error("`{0}` is not a later step of the same list: name one that comes after this step there, or `end`.")]
    NotLater(StepId),
    /// The definition has no such list, or it is inside the step that is moved.
    #[error("There is no such list of steps.")]
    NoSuchList(BlockAddress),
    /// The list has no such position.
    #[error("There is no position {} in a list of {count} steps.", .position.saturating_add(1))]
    NoSuchPosition {
        /// The requested position, from 0.
        position: usize,
        /// Number of steps in the list.
        count: usize,
    },
    /// The field belongs to steps of another type.
    #[error("Step `{id}` has the type `{}`, which has no such field.", .step_type.as_str())]
    NoSuchField {
        /// The step.
        id: StepId,
        /// Its type.
        step_type: StepType,
    },
    /// The label cannot be used, and why.
    #[error("{0}")]
    Label(String),
    /// The workflow is full.
    #[error("A workflow has at most {MAX_STEPS} steps: split it into several.")]
    TooManySteps,
    /// The step would be inside too many containers.
    #[error("Containers nest to {MAX_NESTING} levels.")]
    TooDeep,
    /// The container has as many branches or cases as it can have.
    #[error("A step has at most {most} branches or cases.")]
    TooManyBranches {
        /// The limit.
        most: usize,
    },
    /// The container has no such branch or case.
    #[error("There is no branch or case `{0}` any more.")]
    NoSuchBranch(BranchName),
    /// Another branch or case has the name, or it is reserved.
    #[error("`{0}` cannot be the name: another branch or case has it, or it is `otherwise`, which is reserved.")]
    BranchName(BranchName),
    /// A `parallel` step cannot have both.
    #[error("A step runs either branches or the same steps for each item: remove the one before you add the other.")]
    BranchesAndItems,
    /// The input has no such declared field.
    #[error("There is no such field of the input any more.")]
    NoSuchInput,
    /// The name of a field of the input cannot be used, and why.
    #[error("{0}")]
    InputName(String),
    /// The input has as many declared fields as it can have.
    #[error("An input has at most {MAX_INPUT_FIELDS} fields.")]
    TooManyInputs,
    /// The steps are not beside each other in one list.
    #[error("Choose steps that follow one another in one list.")]
    NotOneAfterAnother,
    /// The definition has changed since the fix was proposed.
    #[error("The workflow has changed since: this fix does not fit any more.")]
    FixDoesNotFit,
}

impl EditError {
    pub(super) fn no_such_list(parent: &StepId, slot: &Slot) -> Self {
        Self::NoSuchList(BlockAddress::Inner { parent: parent.clone(), slot: slot.clone() })
    }
}
