//! Errors of edits.

use crate::block::BlockAddress;
use crate::definition::StepType;
use crate::ids::{BranchName, StepId};
use crate::limits::{MAX_NESTING, MAX_STEPS};

/// The reason why an edit is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The definition has no such step.
    #[error("There is no step `{0}` any more.")]
    NoSuchStep(StepId),
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
    /// The container has another branch or case of this name, or the name is reserved.
    #[error("There is a branch or case `{0}` already: choose another name.")]
    NameTaken(BranchName),
    /// The step holds no steps.
    #[error("Step `{0}` holds no steps.")]
    NoContainer(StepId),
    /// The steps would stand inside too many containers.
    #[error("Containers nest to {MAX_NESTING} levels: begin another workflow for what is deeper.")]
    TooDeep,
    /// The workflow is full.
    #[error("A workflow has at most {MAX_STEPS} steps: split it into several.")]
    TooManySteps,
    /// The definition has changed since the fix was proposed.
    #[error("The workflow has changed since: this fix does not fit any more.")]
    FixDoesNotFit,
}
