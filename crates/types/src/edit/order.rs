//! The order of a list, and the jumps in it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Port {
    /// After the step, whatever it is.
    Next,
    /// After a case of a `conditional` step.
    Case(BranchName),
    /// After its `otherwise`.
    Otherwise,
}

/// A connection from a step to one that follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The step.
    pub id: StepId,
    /// Where it goes on.
    pub port: Port,
    /// The later step, or `end`; the next step when `None`.
    pub target: Option<StepId>,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next => f.write_str("next"),
            Self::Case(name) => write!(f, "case:{name}"),
            Self::Otherwise => f.write_str("otherwise"),
        }
    }
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "next" => Ok(Self::Next),
            "otherwise" => Ok(Self::Otherwise),
            other => match other.strip_prefix("case:").map(BranchName::new) {
                Some(Ok(name)) => Ok(Self::Case(name)),
                Some(Err(_)) | None => Err(format!("{other:?} is no port: use `next`, `case:NAME` or `otherwise`")),
            },
        }
    }
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
    connect_indexed(definition, &Index::of(definition), id, port, target)
}

/// The definition with connections made, all of them or none: as [`super::Edit::Connect`] for each. They change no place of a
/// step, so that one index serves all.
///
/// # Errors
/// The first connection that is refused, by its position, with the reason.
pub fn connect_all(definition: &Definition, connections: &[Connection]) -> Result<Definition, (usize, EditError)> {
    let index = Index::of(definition);
    let mut after = definition.clone();
    for (at, Connection { id, port, target }) in connections.iter().enumerate() {
        connect_indexed(&mut after, &index, id, port.clone(), target.as_ref()).map_err(|error| (at, error))?;
    }
    Ok(after)
}

fn connect_indexed(
    definition: &mut Definition,
    index: &Index,
    id: &StepId,
    port: Port,
    target: Option<&StepId>,
) -> Result<(), EditError> {
    let from = place_of(index, id)?;
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
