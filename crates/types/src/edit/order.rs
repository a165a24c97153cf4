//! The order of a list, and the jumps in it.

use std::collections::HashMap;
use std::sync::Arc;

use super::apply::{list, place_of, update};
use super::container_field::CaseField;
use super::error::EditError;
use super::field::StepField;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Definition, NEXT_END, Step};
use crate::ids::{BranchName, StepId};
use crate::index::Index;

/// Where a step goes on: after itself, or after one of its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    /// After the step, whatever it is.
    Next,
    /// After a case of a `conditional` step.
    Case(BranchName),
    /// After its `otherwise`.
    Otherwise,
}

/// Puts the steps of a list in this order. It names each of them once.
pub(super) fn reorder(definition: &mut Definition, block: &BlockAddress, order: &[StepId]) -> Result<(), EditError> {
    let steps = list(definition, block)?.steps;
    let count = steps.len();
    let mut by_id: HashMap<StepId, Arc<Step>> = steps.iter().map(|step| (step.id.clone(), Arc::clone(step))).collect();
    let ordered: Vec<Arc<Step>> = order.iter().filter_map(|id| by_id.remove(id)).collect();
    if ordered.len() != count || order.len() != count {
        return Err(EditError::NotTheSteps { count });
    }
    *steps = ordered;
    Ok(())
}

/// Lets a step, or one of its cases, go on with a later step of its list, with the end of the list, or with the next step.
pub(super) fn connect(
    definition: &mut Definition,
    id: &StepId,
    port: Port,
    target: Option<&StepId>,
) -> Result<(), EditError> {
    let index = Index::of(definition);
    let from = place_of(&index, id)?;
    if let Some(target) = target.filter(|target| target.as_str() != NEXT_END) {
        let to = index.place(target).filter(|to| to.block == from.block && to.position > from.position);
        to.ok_or_else(|| EditError::NotLater(target.clone()))?;
    }
    let case = |slot| StepField::Case(CaseField::Next { slot, next: target.cloned() });
    let field = match port {
        Port::Next => StepField::Next(target.cloned()),
        Port::Case(name) => case(Slot::Case(name)),
        Port::Otherwise => case(Slot::Otherwise),
    };
    update(definition, id, field)
}
