//! Makes an edit: a definition in, a definition out.

use std::sync::Arc;

use super::change::Edit;
use super::error::EditError;
use super::field::{StepField, filled};
use super::fix::{fixed, sharing};
use super::labels::{label_problem, made_unique};
use super::rename::{rename_references, renames};
use crate::block::{BlockAddress, BlockMut};
use crate::definition::{Definition, Step, StepKind};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::limits::MAX_STEPS;

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
        Edit::ApplyFix(fix) => {
            after = fixed(definition, fix).ok_or(EditError::FixDoesNotFit)?;
            None
        }
        Edit::ReplaceAll(other) => {
            after = sharing(*other, definition);
            None
        }
    };
    Ok(Applied { definition: after, step })
}

fn list<'d>(definition: &'d mut Definition, address: &BlockAddress) -> Result<BlockMut<'d>, EditError> {
    definition.block_mut(address).ok_or_else(|| EditError::NoSuchList(address.clone()))
}

fn place_of<'i>(index: &'i Index, id: &StepId) -> Result<&'i Place, EditError> {
    index.place(id).ok_or_else(|| EditError::NoSuchStep(id.clone()))
}

fn put_in(definition: &mut Definition, step: Arc<Step>, to: &BlockAddress, position: usize) -> Result<(), EditError> {
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
    if index.places().len() >= MAX_STEPS {
        return Err(EditError::TooManySteps);
    }
    let mut step = made_unique(&index, step).ok_or(EditError::TooManySteps)?;
    step.next = None;
    if let StepKind::Review(review) = &mut step.kind {
        review.shows.retain(|id| index.place(id).is_some());
    }
    let id = step.id.clone();
    put_in(definition, Arc::new(step), to, position)?;
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
        forget_jumps(&mut from, id);
        Arc::make_mut(&mut step).next = None;
    }
    put_in(definition, step, to, position)
}

fn remove(definition: &mut Definition, id: &StepId) -> Result<(), EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    let mut from = list(definition, &place.block)?;
    from.steps.remove(place.position);
    forget_jumps(&mut from, id);
    for shows in index.places().iter().filter(|place| shows(&place.step, id)) {
        if let Some(StepKind::Review(review)) = definition.step_mut(&shows.step.id).map(|step| &mut step.kind) {
            review.shows.retain(|shown| shown != id);
        }
    }
    Ok(())
}

/// Takes the jumps to a step out of a list.
fn forget_jumps(block: &mut BlockMut<'_>, id: &StepId) {
    block.entry_step.take_if(|entry| entry == id);
    for step in block.steps.iter_mut().filter(|step| step.next.as_ref() == Some(id)) {
        Arc::make_mut(step).next = None;
    }
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
