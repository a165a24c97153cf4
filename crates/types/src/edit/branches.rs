//! The branches of `parallel` steps and the cases of `conditional` steps.

use std::collections::HashSet;

use crate::block::Slot;
use crate::definition::{Branch, Case, Definition, Otherwise, Step, StepKind};
use crate::ids::{BranchName, StepId};
use crate::index::OTHERWISE;
use crate::limits::{MAX_CASES, MAX_PARALLEL_BRANCHES};

use super::error::EditError;

/// A change of the lists of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BranchChange {
    /// Adds an empty branch to a `parallel` step, or an empty case to a `conditional` step, behind the others. The name is
    /// numbered when it is taken.
    Add(BranchName),
    /// Adds the list that runs when no case matches, if there is none.
    AddOtherwise,
    /// Takes a branch, a case, `otherwise` or the list for each item out, with its steps.
    Remove(Slot),
    /// Gives a branch or a case another name. Templates that use the name stay as they are.
    Rename {
        /// The name so far.
        from: BranchName,
        /// The new name.
        to: BranchName,
    },
    /// Moves a branch or a case among the others. Cases are tested in their order.
    Move {
        /// The branch or case.
        name: BranchName,
        /// Its position among the others, from 0.
        position: usize,
    },
}

/// Makes a change of the lists of a container.
pub(super) fn change(definition: &mut Definition, parent: &StepId, change: BranchChange) -> Result<(), EditError> {
    match change {
        BranchChange::Add(name) => add(definition, parent, &name),
        BranchChange::AddOtherwise => add_otherwise(definition, parent),
        BranchChange::Remove(slot) => remove(definition, parent, &slot),
        BranchChange::Rename { from, to } => rename(definition, parent, &from, to),
        BranchChange::Move { name, position } => reorder(definition, parent, &name, position),
    }
}

/// Adds an empty branch or case behind the others, with a name that no other one has.
fn add(definition: &mut Definition, parent: &StepId, name: &BranchName) -> Result<(), EditError> {
    let step = container(definition, parent)?;
    match &mut step.kind {
        StepKind::Parallel(parallel) => {
            if parallel.for_each.is_some() || !parallel.steps.is_empty() {
                return Err(EditError::BranchesAndItems);
            }
            if parallel.branches.len() >= MAX_PARALLEL_BRANCHES {
                return Err(EditError::TooManyBranches { most: MAX_PARALLEL_BRANCHES });
            }
            let name = unique(name, parallel.branches.iter().map(|branch| &branch.name));
            parallel.branches.push(Branch::empty(name));
        }
        StepKind::Conditional(conditional) => {
            if conditional.cases.len() >= MAX_CASES {
                return Err(EditError::TooManyBranches { most: MAX_CASES });
            }
            let name = unique(name, conditional.cases.iter().map(|case| &case.name));
            conditional.cases.push(Case::empty(name));
        }
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => {
            return Err(no_field(step));
        }
    }
    Ok(())
}

/// Adds the list that runs when no case matches.
fn add_otherwise(definition: &mut Definition, parent: &StepId) -> Result<(), EditError> {
    let step = container(definition, parent)?;
    let StepKind::Conditional(conditional) = &mut step.kind else { return Err(no_field(step)) };
    conditional.otherwise.get_or_insert_default();
    Ok(())
}

/// Takes a branch, a case or `otherwise` out, with its steps.
fn remove(definition: &mut Definition, parent: &StepId, slot: &Slot) -> Result<(), EditError> {
    let step = container(definition, parent)?;
    let missing = || EditError::no_such_list(parent, slot);
    match (&mut step.kind, slot) {
        (StepKind::Parallel(parallel), Slot::Branch(name)) => {
            let at = parallel.branches.iter().position(|branch| branch.name == *name).ok_or_else(missing)?;
            parallel.branches.remove(at);
        }
        (StepKind::Conditional(conditional), Slot::Case(name)) => {
            let at = conditional.cases.iter().position(|case| case.name == *name).ok_or_else(missing)?;
            conditional.cases.remove(at);
        }
        (StepKind::Conditional(conditional), Slot::Otherwise) => {
            conditional.otherwise.take().ok_or_else(missing)?;
        }
        (StepKind::Parallel(parallel), Slot::Each) => {
            (parallel.for_each, parallel.entry_step) = (None, None);
            parallel.steps.clear();
        }
        _ => return Err(missing()),
    }
    Ok(())
}

/// Gives a branch or a case another name.
fn rename(definition: &mut Definition, parent: &StepId, from: &BranchName, to: BranchName) -> Result<(), EditError> {
    let step = container(definition, parent)?;
    let mut names: Vec<&mut BranchName> = match &mut step.kind {
        StepKind::Parallel(parallel) => parallel.branches.iter_mut().map(|branch| &mut branch.name).collect(),
        StepKind::Conditional(conditional) => conditional.cases.iter_mut().map(|case| &mut case.name).collect(),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => Vec::new(),
    };
    if to.as_str() == OTHERWISE || (to != *from && names.iter().any(|name| **name == to)) {
        return Err(EditError::BranchName(to));
    }
    let name = names.iter_mut().find(|name| ***name == *from);
    **name.ok_or_else(|| EditError::NoSuchBranch(from.clone()))? = to;
    Ok(())
}

/// Moves a branch or a case to a position among the others. Cases are tested in their order.
fn reorder(definition: &mut Definition, parent: &StepId, name: &BranchName, position: usize) -> Result<(), EditError> {
    let step = container(definition, parent)?;
    match &mut step.kind {
        StepKind::Parallel(parallel) => moved(&mut parallel.branches, |branch| branch.name == *name, name, position),
        StepKind::Conditional(conditional) => moved(&mut conditional.cases, |case| case.name == *name, name, position),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => Err(no_field(step)),
    }
}

fn moved<T>(all: &mut Vec<T>, is_it: impl Fn(&T) -> bool, name: &BranchName, position: usize) -> Result<(), EditError> {
    let from = all.iter().position(is_it).ok_or_else(|| EditError::NoSuchBranch(name.clone()))?;
    if position >= all.len() {
        return Err(EditError::NoSuchPosition { position, count: all.len() - 1 });
    }
    let branch = all.remove(from);
    all.insert(position, branch);
    Ok(())
}

/// The name, with a number when another branch has it or when it is reserved.
pub(super) fn unique<'n>(name: &BranchName, others: impl Iterator<Item = &'n BranchName>) -> BranchName {
    let taken: HashSet<&BranchName> = others.collect();
    let is_free = |name: &BranchName| name.as_str() != OTHERWISE && !taken.contains(name);
    let numbered = (2_u32..).map(|number| name.numbered(number));
    std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or_else(|| name.clone())
}

impl Branch {
    /// A branch without steps.
    #[must_use]
    pub fn empty(name: BranchName) -> Self {
        Self { name, steps: Vec::new(), entry_step: None, extra: serde_json::Map::new() }
    }
}

impl Case {
    /// A case without steps or condition.
    #[must_use]
    pub fn empty(name: BranchName) -> Self {
        let Otherwise { steps, entry_step, next, extra } = Otherwise::default();
        Self { name, when: String::new(), steps, entry_step, next, extra }
    }
}

fn container<'d>(definition: &'d mut Definition, parent: &StepId) -> Result<&'d mut Step, EditError> {
    definition.step_mut(parent).ok_or_else(|| EditError::NoSuchStep(parent.clone()))
}

fn no_field(step: &Step) -> EditError {
    EditError::NoSuchField { id: step.id.clone(), step_type: step.step_type() }
}
