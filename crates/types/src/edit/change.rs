//! The changes of a definition.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::StepField;
use super::wrap::Wrapping;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, Step};
use crate::ids::{BranchName, PersonaId, StepId};
use crate::lint::Fix;

/// One change of a definition.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Whether review steps are skipped.
    SetYolo(bool),
    /// Default provider and model of the workflow.
    SetDefaults {
        /// The first available one when `None` or empty.
        provider: Option<String>,
        /// The provider's own choice when `None` or empty.
        model: Option<String>,
    },
    /// Default persona of the workflow.
    SetPersona(Option<PersonaId>),
    /// Values for `{{context.KEY}}`.
    SetContext(BTreeMap<String, Value>),
    /// The entry step of a list; the first step when `None`.
    SetEntryStep {
        /// The list.
        block: BlockAddress,
        /// The step.
        entry: Option<StepId>,
    },
    /// Adds a step like this one, with an id and a label that no other step has.
    AddStep {
        /// The step to copy.
        step: Box<Step>,
        /// The list to put it into.
        to: BlockAddress,
        /// Its position there, from 0.
        position: usize,
    },
    /// Takes a step out and puts it in again.
    MoveStep {
        /// The step.
        id: StepId,
        /// The target list: its own, or another one outside the step.
        to: BlockAddress,
        /// Its position there, counted without the step itself.
        position: usize,
    },
    /// Puts a copy of a step behind it.
    DuplicateStep(StepId),
    /// Takes a step out, with the jumps to it. Prompts that refer to it stay as they are.
    RemoveStep(StepId),
    /// Gives a step another label, and rewrites the references to it.
    RenameStep {
        /// The step.
        id: StepId,
        /// Its new label. Space around it is dropped.
        label: String,
    },
    /// Changes one field of a step.
    UpdateStep {
        /// The step.
        id: StepId,
        /// The field, with its new value.
        field: StepField,
    },
    /// Adds a branch or a case without steps.
    AddSlot {
        /// The container.
        parent: StepId,
        /// The branch or case.
        slot: Slot,
        /// Its position among those of the container, from 0.
        position: usize,
    },
    /// Takes a branch or a case out, with its steps.
    RemoveSlot {
        /// The container.
        parent: StepId,
        /// The branch or case.
        slot: Slot,
    },
    /// Gives a branch or a case another name.
    RenameSlot {
        /// The container.
        parent: StepId,
        /// The branch or case.
        slot: Slot,
        /// Its new name.
        name: BranchName,
    },
    /// Puts a branch or a case at another position.
    MoveSlot {
        /// The container.
        parent: StepId,
        /// The branch or case.
        slot: Slot,
        /// Its position there, counted without the branch or case itself.
        position: usize,
    },
    /// Puts a step into a new container at its place.
    WrapStep {
        /// The step.
        id: StepId,
        /// The kind of container.
        within: Wrapping,
    },
    /// Puts the steps of a container at its place.
    UnwrapStep(StepId),
    /// Applies a fix of the lint.
    ApplyFix(Fix),
    /// Replaces the definition.
    ReplaceAll(Box<Definition>),
}
