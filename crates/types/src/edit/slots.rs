//! The branches and cases of a container.

use super::error::EditError;
use crate::block::{BlockAddress, Slot};
use crate::definition::{Branch, Case, Definition, Otherwise, StepKind};
use crate::ids::{BranchName, StepId};
use crate::index::OTHERWISE;

/// Adds a branch or a case without steps.
pub(super) fn add_slot(
    definition: &mut Definition,
    parent: &StepId,
    slot: Slot,
    position: usize,
) -> Result<(), EditError> {
    let kind = kind_of(definition, parent)?;
    match (kind, slot) {
        (StepKind::Parallel(parallel), Slot::Branch(name)) => {
            let names = parallel.branches.iter().map(|branch| &branch.name);
            check_name(names, &name)?;
            let branch = Branch { name, steps: Vec::new(), entry_step: None, extra: serde_json::Map::new() };
            insert_at(&mut parallel.branches, position, branch)
        }
        (StepKind::Conditional(conditional), Slot::Case(name)) => {
            check_case_name(conditional.cases.iter().map(|case| &case.name), &name)?;
            let case = Case {
                name,
                when: String::new(),
                steps: Vec::new(),
                entry_step: None,
                next: None,
                extra: serde_json::Map::new(),
            };
            insert_at(&mut conditional.cases, position, case)
        }
        (_, slot) => Err(no_list(parent, slot)),
    }
}

/// Takes a branch or a case out, with its steps.
pub(super) fn remove_slot(definition: &mut Definition, parent: &StepId, slot: Slot) -> Result<(), EditError> {
    match (kind_of(definition, parent)?, &slot) {
        (StepKind::Parallel(parallel), Slot::Branch(name)) => {
            let at = position_of(parallel.branches.iter().map(|branch| &branch.name), name);
            parallel.branches.remove(at.ok_or_else(|| no_list(parent, slot))?);
        }
        (StepKind::Conditional(conditional), Slot::Case(name)) => {
            let at = position_of(conditional.cases.iter().map(|case| &case.name), name);
            conditional.cases.remove(at.ok_or_else(|| no_list(parent, slot))?);
        }
        (StepKind::Conditional(conditional), Slot::Otherwise) => conditional.otherwise = None,
        _ => return Err(no_list(parent, slot)),
    }
    Ok(())
}

/// Gives a branch or a case another name.
pub(super) fn rename_slot(
    definition: &mut Definition,
    parent: &StepId,
    slot: Slot,
    name: BranchName,
) -> Result<(), EditError> {
    match (kind_of(definition, parent)?, &slot) {
        (StepKind::Parallel(parallel), Slot::Branch(old)) => {
            check_name(parallel.branches.iter().map(|branch| &branch.name).filter(|other| *other != old), &name)?;
            let branch = parallel.branches.iter_mut().find(|branch| branch.name == *old);
            branch.ok_or_else(|| no_list(parent, slot))?.name = name;
        }
        (StepKind::Conditional(conditional), Slot::Case(old)) => {
            check_case_name(conditional.cases.iter().map(|case| &case.name).filter(|other| *other != old), &name)?;
            let case = conditional.cases.iter_mut().find(|case| case.name == *old);
            case.ok_or_else(|| no_list(parent, slot))?.name = name;
        }
        _ => return Err(no_list(parent, slot)),
    }
    Ok(())
}

/// Puts a branch or a case at another position; the order of the cases is the order in which they are tested.
pub(super) fn move_slot(
    definition: &mut Definition,
    parent: &StepId,
    slot: Slot,
    position: usize,
) -> Result<(), EditError> {
    match (kind_of(definition, parent)?, &slot) {
        (StepKind::Parallel(parallel), Slot::Branch(name)) => {
            let at = position_of(parallel.branches.iter().map(|branch| &branch.name), name);
            let branch = parallel.branches.remove(at.ok_or_else(|| no_list(parent, slot))?);
            insert_at(&mut parallel.branches, position, branch)
        }
        (StepKind::Conditional(conditional), Slot::Case(name)) => {
            let at = position_of(conditional.cases.iter().map(|case| &case.name), name);
            let case = conditional.cases.remove(at.ok_or_else(|| no_list(parent, slot))?);
            insert_at(&mut conditional.cases, position, case)
        }
        _ => Err(no_list(parent, slot)),
    }
}

/// Makes the list that a step is put into: `otherwise` is left out while it has no steps.
pub(super) fn make_list(definition: &mut Definition, to: &BlockAddress) {
    if let BlockAddress::Inner { parent, slot: Slot::Otherwise } = to
        && let Some(StepKind::Conditional(conditional)) = definition.step_mut(parent).map(|step| &mut step.kind)
    {
        conditional.otherwise.get_or_insert_with(Otherwise::default);
    }
}

/// Leaves a list out that a step was taken from, when nothing is left of it.
pub(super) fn forget_list(definition: &mut Definition, from: &BlockAddress) {
    if let BlockAddress::Inner { parent, slot: Slot::Otherwise } = from
        && let Some(StepKind::Conditional(conditional)) = definition.step_mut(parent).map(|step| &mut step.kind)
    {
        conditional.forget_empty_otherwise();
    }
}

fn kind_of<'d>(definition: &'d mut Definition, id: &StepId) -> Result<&'d mut StepKind, EditError> {
    match definition.step_mut(id) {
        Some(step) => Ok(&mut step.kind),
        None => Err(EditError::NoSuchStep(id.clone())),
    }
}

fn no_list(parent: &StepId, slot: Slot) -> EditError {
    EditError::NoSuchList(BlockAddress::Inner { parent: parent.clone(), slot })
}

fn position_of<'a>(mut names: impl Iterator<Item = &'a BranchName>, name: &BranchName) -> Option<usize> {
    names.position(|other| other == name)
}

fn check_name<'a>(mut taken: impl Iterator<Item = &'a BranchName>, name: &BranchName) -> Result<(), EditError> {
    if taken.any(|other| other == name) { Err(EditError::NameTaken(name.clone())) } else { Ok(()) }
}

fn check_case_name<'a>(taken: impl Iterator<Item = &'a BranchName>, name: &BranchName) -> Result<(), EditError> {
    if name.as_str() == OTHERWISE { Err(EditError::NameTaken(name.clone())) } else { check_name(taken, name) }
}

fn insert_at<T>(all: &mut Vec<T>, position: usize, new: T) -> Result<(), EditError> {
    let count = all.len();
    if position > count {
        return Err(EditError::NoSuchPosition { position, count });
    }
    all.insert(position, new);
    Ok(())
}
