//! The fields of containers.

use super::error::EditError;
use super::field::StepField;
use crate::block::Slot;
use crate::definition::{ConditionalStep, LoopStep, OnError, ParallelStep};
use crate::ids::{BranchName, StepId};

/// A field of `parallel` steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParallelField {
    /// The expression that makes the items. With `Some`, the step has a list for each item.
    ForEach(Option<String>),
    /// Branches or items that run at once.
    MaxConcurrency(Option<u32>),
    /// What a failed branch or item does to the others.
    OnError(Option<OnError>),
}

/// A field of a case of `conditional` steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseField {
    /// Condition of a case.
    When {
        /// The case.
        case: BranchName,
        /// Its expression.
        when: String,
    },
    /// The step to go on with after a case or `otherwise`.
    Next {
        /// The case or `otherwise`.
        slot: Slot,
        /// The step.
        next: Option<StepId>,
    },
}

/// A field of `loop` steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoopField {
    /// The expression that ends the loop.
    Until(String),
    /// Rounds at the most.
    MaxIterations(u32),
}

impl From<ParallelField> for StepField {
    fn from(field: ParallelField) -> Self {
        Self::Parallel(field)
    }
}

impl From<CaseField> for StepField {
    fn from(field: CaseField) -> Self {
        Self::Case(field)
    }
}

impl From<LoopField> for StepField {
    fn from(field: LoopField) -> Self {
        Self::Loop(field)
    }
}

impl ParallelField {
    pub(super) fn put(self, parallel: &mut ParallelStep) -> Result<(), EditError> {
        match self {
            Self::ForEach(Some(_)) if !parallel.branches.is_empty() => return Err(EditError::BranchesAndItems),
            // An empty expression is kept, as the step is being edited: with it the list for the items exists.
            Self::ForEach(items) => parallel.for_each = items,
            Self::MaxConcurrency(most) => parallel.max_concurrency = most,
            Self::OnError(word) => parallel.on_error = word,
        }
        Ok(())
    }
}

impl CaseField {
    pub(super) fn put(self, id: &StepId, conditional: &mut ConditionalStep) -> Result<(), EditError> {
        match self {
            Self::When { case: name, when } => {
                let case = conditional.cases.iter_mut().find(|case| case.name == name);
                case.ok_or(EditError::NoSuchBranch(name))?.when = when;
            }
            Self::Next { slot, next } => *next_of(id, conditional, &slot)? = next,
        }
        Ok(())
    }
}

fn next_of<'c>(
    id: &StepId,
    conditional: &'c mut ConditionalStep,
    slot: &Slot,
) -> Result<&'c mut Option<StepId>, EditError> {
    let next = match slot {
        Slot::Case(name) => conditional.cases.iter_mut().find(|case| case.name == *name).map(|case| &mut case.next),
        Slot::Otherwise => conditional.otherwise.as_mut().map(|otherwise| &mut otherwise.next),
        Slot::Branch(_) | Slot::Each | Slot::Body => None,
    };
    next.ok_or_else(|| EditError::no_such_list(id, slot))
}

impl LoopField {
    pub(super) fn put(self, body: &mut LoopStep) {
        match self {
            Self::Until(expression) => body.until = expression,
            Self::MaxIterations(rounds) => body.max_iterations = rounds,
        }
    }
}
