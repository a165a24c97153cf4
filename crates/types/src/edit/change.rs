//! The changes of a definition.

use std::collections::BTreeMap;

use serde_json::Value;

use super::branches::BranchChange;
use super::field::StepField;
use super::inputs::InputChange;
use super::order::Port;
use super::wrap::Wrapper;
use crate::block::BlockAddress;
use crate::definition::{Definition, Step};
use crate::ids::{PersonaId, StepId};
use crate::lint::LintFix;

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
    /// Changes the declared fields of the input.
    ChangeInputs(InputChange),
    /// The entry step of a list; the first step when `None`.
    SetEntryStep {
        /// The list.
        block: BlockAddress,
        /// The step.
        entry: Option<StepId>,
    },
    /// Adds a step like this one, with the steps inside it. Each gets an id and a label that no other step has.
    AddStep {
        /// The step to copy.
        step: Box<Step>,
        /// The list to put it into.
        to: BlockAddress,
        /// Its position there, from 0.
        position: usize,
    },
    /// Adds a step as it is, with its id, its label and its jumps. It is refused where another step has the id or the label.
    InsertStep {
        /// The step.
        step: Box<Step>,
        /// The list to put it into.
        to: BlockAddress,
        /// Its position there, from 0.
        position: usize,
    },
    /// Puts a step in the place of the one with its id, with the steps inside it. References to a label that changes are
    /// rewritten.
    ReplaceStep(Box<Step>),
    /// Puts the steps of a list in another order.
    ReorderSteps {
        /// The list.
        block: BlockAddress,
        /// All of its steps.
        order: Vec<StepId>,
    },
    /// Lets a step, or one of its cases, go on with a later step of its list.
    Connect {
        /// The step.
        id: StepId,
        /// Where it goes on.
        port: Port,
        /// The later step, or `end`; the next step when `None`.
        target: Option<StepId>,
    },
    /// Takes `{{ … }}` that only insert something of a step out of all prompts.
    ForgetStep(StepId),
    /// Takes a step out and puts it in again.
    MoveStep {
        /// The step.
        id: StepId,
        /// The target list: its own, or another one outside the step.
        to: BlockAddress,
        /// Its position there, counted without the step itself.
        position: usize,
    },
    /// Puts copies of steps behind the last of them, with copies of the steps inside them. They follow one another in
    /// one list. Jumps and references among them mean the copies.
    DuplicateSteps(Vec<StepId>),
    /// Takes steps out, with the steps inside them and the jumps to them. Prompts that refer to them stay as they are.
    RemoveSteps(Vec<StepId>),
    /// Puts a container in the place of steps, and the steps into it.
    WrapSteps {
        /// The steps, which follow one another in one list.
        ids: Vec<StepId>,
        /// The container.
        wrapper: Wrapper,
    },
    /// Puts the steps of a container in its place. The conditions and the entry steps of its lists are lost.
    UnwrapStep(StepId),
    /// Changes the branches or cases of a container.
    ChangeBranches {
        /// The container.
        parent: StepId,
        /// The change.
        change: BranchChange,
    },
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
    /// Applies a fix of the lint.
    ApplyFix(LintFix),
    /// Replaces the definition.
    ReplaceAll(Box<Definition>),
}
