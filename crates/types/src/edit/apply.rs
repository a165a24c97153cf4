//! Makes an edit: a definition in, a definition out.

use std::sync::Arc;

use super::change::Edit;
use super::copies::{copy, steps_in};
use super::error::EditError;
use super::field::{StepField, filled};
use super::fix::{fixed, sharing};
use super::labels::label_problem;
use super::rename::{rename_references, renames};
use super::slots::{add_slot, forget_list, make_list, move_slot, remove_slot, rename_slot};
use super::wrap::{lead_elsewhere, leads_nowhere, unwrap, wrap};
use crate::block::{BlockAddress, BlockMut};
use crate::definition::{Definition, Step, StepKind};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::limits::{MAX_NESTING, MAX_STEPS};

/// A definition after an edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The definition.
    pub definition: Definition,
    /// The step that the edit added, moved or changed. `None` when the edit removed a step or concerned no single
    /// step.
    pub step: Option<StepId>,
}

/// The definition with a change made. Steps that the change does not touch stay shared.
///
/// # Errors
/// The reason why the change is refused.
pub fn apply(definition: &Definition, edit: Edit) -> Result<Applied, EditError> {
    let mut after = definition.clone();
    let nests = matches!(edit, Edit::AddStep { .. } | Edit::MoveStep { .. } | Edit::WrapStep { .. });
    let step = match edit {
        Edit::SetYolo(yolo) => {
            after.yolo = yolo;
            None
        }
        Edit::SetDefaults { provider, model } => {
            (after.provider, after.model) = (filled(provider), filled(model));
            None
        }
        Edit::SetPersona(persona_id) => {
            after.persona_id = persona_id;
            None
        }
        Edit::SetContext(context) => {
            after.context = context;
            None
        }
        Edit::SetEntryStep { block, entry } => {
            *list(&mut after, &block)?.entry_step = entry;
            None
        }
        Edit::AddStep { step, to, position } => Some(insert(&mut after, *step, &to, position)?),
        Edit::MoveStep { id, to, position } => {
            move_step(&mut after, &id, &to, position)?;
            Some(id)
        }
        Edit::DuplicateStep(id) => Some(duplicate(&mut after, &id)?),
        Edit::RemoveStep(id) => {
            remove(&mut after, &id)?;
            None
        }
        Edit::RenameStep { id, label } => {
            rename(&mut after, &id, label.trim())?;
            Some(id)
        }
        Edit::UpdateStep { id, field } => {
            update(&mut after, &id, field)?;
            Some(id)
        }
        Edit::AddSlot { parent, slot, position } => {
            add_slot(&mut after, &parent, slot, position)?;
            Some(parent)
        }
        Edit::RemoveSlot { parent, slot } => {
            remove_slot(&mut after, &parent, slot)?;
            Some(parent)
        }
        Edit::RenameSlot { parent, slot, name } => {
            rename_slot(&mut after, &parent, slot, name)?;
            Some(parent)
        }
        Edit::MoveSlot { parent, slot, position } => {
            move_slot(&mut after, &parent, slot, position)?;
            Some(parent)
        }
        Edit::WrapStep { id, within } => Some(wrap(&mut after, &id, within)?),
        Edit::UnwrapStep(id) => unwrap(&mut after, &id)?,
        Edit::ApplyFix(fix) => {
            after = fixed(definition, fix).ok_or(EditError::FixDoesNotFit)?;
            None
        }
        Edit::ReplaceAll(other) => {
            after = sharing(*other, definition);
            None
        }
    };
    if nests && is_too_deep(&after) {
        return Err(EditError::TooDeep);
    }
    Ok(Applied { definition: after, step })
}

/// Whether a step stands inside too many containers.
fn is_too_deep(definition: &Definition) -> bool {
    let index = Index::of(definition);
    index.places().iter().any(|place| index.around(place).count() > MAX_NESTING)
}

pub(super) fn list<'d>(definition: &'d mut Definition, address: &BlockAddress) -> Result<BlockMut<'d>, EditError> {
    definition.block_mut(address).ok_or_else(|| EditError::NoSuchList(address.clone()))
}

pub(super) fn place_of<'i>(index: &'i Index, id: &StepId) -> Result<&'i Place, EditError> {
    index.place(id).ok_or_else(|| EditError::NoSuchStep(id.clone()))
}

fn put_in(definition: &mut Definition, step: Arc<Step>, to: &BlockAddress, position: usize) -> Result<(), EditError> {
    make_list(definition, to);
    let block = list(definition, to)?;
    let count = block.steps.len();
    if position > count {
        return Err(EditError::NoSuchPosition { position, count });
    }
    block.steps.insert(position, step);
    Ok(())
}

/// Puts a copy of a step in. It jumps nowhere yet, and shows no step that is not there.
fn insert(definition: &mut Definition, step: Step, to: &BlockAddress, position: usize) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    if index.places().len().saturating_add(steps_in(&step)) > MAX_STEPS {
        return Err(EditError::TooManySteps);
    }
    let mut step = Arc::new(copy(&index, step).ok_or(EditError::TooManySteps)?);
    leads_nowhere(&mut step);
    let id = step.id.clone();
    put_in(definition, step, to, position)?;
    Ok(id)
}

fn duplicate(definition: &mut Definition, id: &StepId) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    insert(definition, Step::clone(&place.step), &place.block, place.position.saturating_add(1))
}

fn move_step(definition: &mut Definition, id: &StepId, to: &BlockAddress, position: usize) -> Result<(), EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    let mut from = list(definition, &place.block)?;
    let mut step = from.steps.remove(place.position);
    // Jumps lead within one list.
    if *to != place.block {
        lead_elsewhere(&mut from, id, None);
        leads_nowhere(&mut step);
    }
    put_in(definition, step, to, position)?;
    forget_list(definition, &place.block);
    Ok(())
}

fn remove(definition: &mut Definition, id: &StepId) -> Result<(), EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    let mut from = list(definition, &place.block)?;
    from.steps.remove(place.position);
    lead_elsewhere(&mut from, id, None);
    forget_list(definition, &place.block);
    for shows in index.places().iter().filter(|place| shows(&place.step, id)) {
        if let Some(StepKind::Review(review)) = definition.step_mut(&shows.step.id).map(|step| &mut step.kind) {
            review.shows.retain(|shown| shown != id);
        }
    }
    Ok(())
}

fn shows(step: &Step, id: &StepId) -> bool {
    matches!(&step.kind, StepKind::Review(review) if review.shows.contains(id))
}

fn rename(definition: &mut Definition, id: &StepId, label: &str) -> Result<(), EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    if let Some(problem) = label_problem(&index, id, label) {
        return Err(EditError::Label(problem));
    }
    if place.step.label == label {
        return Ok(());
    }
    if let Some(step) = definition.step_mut(id) {
        label.clone_into(&mut step.label);
    }
    rename_references(definition, &renames(&index, place, label));
    Ok(())
}

fn update(definition: &mut Definition, id: &StepId, field: StepField) -> Result<(), EditError> {
    let before = definition.step(id).ok_or_else(|| EditError::NoSuchStep(id.clone()))?;
    let mut after = Step::clone(before);
    field.put(&mut after)?;
    // Keep the step shared when the change has no effect.
    if after != **before
        && let Some(step) = definition.step_mut(id)
    {
        *step = after;
    }
    Ok(())
}
