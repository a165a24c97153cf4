//! The fields that only containers have.

use crate::block::Slot;
use crate::definition::{ConditionalStep, LoopStep, OnError, Otherwise, ParallelStep};
use crate::ids::StepId;

/// A field that only `parallel` steps have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParallelField {
    /// The expression that makes the list.
    ForEach(String),
    /// Branches or items that run at once.
    MaxConcurrency(Option<u32>),
    /// What a failed branch or item does to the others.
    OnError(Option<OnError>),
}

/// A field of a case of a `conditional` step, or of its `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseField {
    /// The expression that is true or false. `otherwise` has none.
    When(String),
    /// The step to go on with after the case.
    Next(Option<StepId>),
}

/// A field that only `loop` steps have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoopField {
    /// The expression that ends the loop.
    Until(String),
    /// Rounds at the most.
    MaxIterations(u32),
}

impl ParallelField {
    pub(super) fn put(self, parallel: &mut ParallelStep) {
        match self {
            Self::ForEach(expression) => parallel.for_each = Some(expression),
            Self::MaxConcurrency(most) => parallel.max_concurrency = most,
            Self::OnError(word) => parallel.on_error = word,
        }
    }
}

impl CaseField {
    /// Puts the value into a case; gives whether the step has such a case with such a field.
    pub(super) fn put(self, slot: &Slot, conditional: &mut ConditionalStep) -> bool {
        match (slot, self) {
            (Slot::Case(name), field) => {
                let Some(case) = conditional.cases.iter_mut().find(|case| case.name == *name) else { return false };
                match field {
                    Self::When(expression) => case.when = expression,
                    Self::Next(next) => case.next = next,
                }
            }
            (Slot::Otherwise, Self::Next(next)) => {
                conditional.otherwise.get_or_insert_with(Otherwise::default).next = next;
                conditional.forget_empty_otherwise();
            }
            (Slot::Otherwise, Self::When(_)) | (Slot::Branch(_) | Slot::Each | Slot::Body, _) => return false,
        }
        true
    }
}

impl LoopField {
    pub(super) fn put(self, body: &mut LoopStep) {
        match self {
            Self::Until(expression) => body.until = expression,
            Self::MaxIterations(most) => body.max_iterations = most,
        }
    }
}

impl ConditionalStep {
    /// Leaves `otherwise` out when it says nothing.
    pub(super) fn forget_empty_otherwise(&mut self) {
        self.otherwise.take_if(|otherwise| *otherwise == Otherwise::default());
    }
}
