//! Puts steps in that keep their ids and labels, in place of numbered copies.

use std::collections::HashSet;
use std::sync::Arc;

use super::apply::{check_depth, hide_missing, place_of, put_in, rename};
use super::copy::size;
use super::error::EditError;
use crate::block::BlockAddress;
use crate::definition::{Definition, NEXT_END, Step};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::limits::MAX_STEPS;

/// Puts a step in as it is.
pub(super) fn insert(
    definition: &mut Definition,
    step: Step,
    to: &BlockAddress,
    position: usize,
) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    check_room(&index, 0, &step)?;
    check_depth(&index, to, &step)?;
    check_names(index.places().iter(), &step)?;
    let id = step.id.clone();
    put_in(definition, vec![Arc::new(step)], to, position)?;
    Ok(id)
}

/// Puts a step in the place of the one with its id. When its label is another one, the references to it are rewritten.
pub(super) fn replace(definition: &mut Definition, step: Step) -> Result<(), EditError> {
    let index = Index::of(definition);
    let before = place_of(&index, &step.id)?;
    let is_inside = |place: &&Place| index.around(place).any(|around| around.step.id == step.id);
    let others = index.places().iter().filter(|place| place.step.id != step.id && !is_inside(place));
    check_room(&index, size(&before.step), &step)?;
    check_depth(&index, &before.block, &step)?;
    check_names(others, &step)?;
    rename(definition, &step.id, &step.label)?;
    if let Some(place) = definition.step_mut(&step.id) {
        *place = step;
    }
    hide_missing(definition, &index);
    Ok(())
}

/// Refuses a step when the workflow would have too many; those that it replaces do not count.
fn check_room(index: &Index, replaced: usize, step: &Step) -> Result<(), EditError> {
    let count = index.places().len().saturating_sub(replaced).saturating_add(size(step));
    if count > MAX_STEPS { Err(EditError::TooManySteps) } else { Ok(()) }
}

/// Refuses a step with an id or a label that another step has, and one inside that has it twice.
fn check_names<'p>(others: impl Iterator<Item = &'p Place>, step: &Step) -> Result<(), EditError> {
    let mut ids = HashSet::from([NEXT_END]);
    let mut labels = HashSet::new();
    for place in others {
        ids.insert(place.step.id.as_str());
        labels.insert(place.step.label.as_str());
    }
    let own = Definition { steps: vec![Arc::new(step.clone())], ..Definition::default() };
    for place in Index::of(&own).places() {
        if ids.contains(place.step.id.as_str()) {
            return Err(EditError::IdTaken(place.step.id.clone()));
        }
        if labels.contains(place.step.label.as_str()) {
            return Err(EditError::LabelTaken(place.step.label.clone()));
        }
    }
    Ok(())
}
