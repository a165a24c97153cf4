//! Makes an edit: a definition in, a definition out.

use std::sync::Arc;

use super::change::Edit;
use super::copy::{copied, height, size};
use super::error::EditError;
use super::field::{StepField, filled};
use super::fix::{fixed, sharing};
use super::jumps::{clear_jumps, forget_jumps, has_jump, jumps_of};
use super::labels::label_problem;
use super::rename::{rename_references, renames};
use super::{branches, forget, inputs, named, order, wrap};
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
    let step = match edit {
        Edit::SetYolo(yolo) => put(&mut after.yolo, yolo),
        Edit::SetDefaults { provider, model } => {
            after.provider = filled(provider);
            put(&mut after.model, filled(model))
        }
        Edit::SetPersona(persona_id) => put(&mut after.persona_id, persona_id),
        Edit::SetContext(context) => put(&mut after.context, context),
        Edit::ChangeInputs(change) => inputs::change(&mut after, change).map(|()| None)?,
        Edit::SetEntryStep { block, entry } => put(list(&mut after, &block)?.entry_step, entry),
        Edit::AddStep { step, to, position } => Some(insert(&mut after, vec![*step], &to, position)?),
        Edit::InsertStep { step, to, position } => Some(named::insert(&mut after, *step, &to, position)?),
        Edit::ReplaceStep(step) => {
            let id = step.id.clone();
            named::replace(&mut after, *step)?;
            Some(id)
        }
        Edit::ReorderSteps { block, order } => {
            order::reorder(&mut after, &block, &order)?;
            None
        }
        Edit::Connect { id, port, target } => {
            order::connect(&mut after, &id, port, target.as_ref())?;
            Some(id)
        }
        Edit::ForgetStep(id) => {
            forget::forget(&mut after, &id)?;
            None
        }
        Edit::MoveStep { id, to, position } => {
            move_step(&mut after, &id, &to, position)?;
            Some(id)
        }
        Edit::DuplicateSteps(ids) => Some(duplicate(&mut after, &ids)?),
        Edit::RemoveSteps(ids) => remove(&mut after, &ids).map(|()| None)?,
        Edit::WrapSteps { ids, wrapper } => Some(wrap::wrap(&mut after, &ids, wrapper)?),
        Edit::UnwrapStep(id) => {
            wrap::unwrap(&mut after, &id)?;
            None
        }
        Edit::ChangeBranches { parent, change } => {
            branches::change(&mut after, &parent, change)?;
            hide_missing(&mut after, &Index::of(definition));
            Some(parent)
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

/// Sets a value that concerns no single step.
fn put<T>(field: &mut T, value: T) -> Option<StepId> {
    *field = value;
    None
}

pub(super) fn list<'d>(definition: &'d mut Definition, address: &BlockAddress) -> Result<BlockMut<'d>, EditError> {
    definition.block_mut(address).ok_or_else(|| EditError::NoSuchList(address.clone()))
}

pub(super) fn place_of<'i>(index: &'i Index, id: &StepId) -> Result<&'i Place, EditError> {
    index.place(id).ok_or_else(|| EditError::NoSuchStep(id.clone()))
}

pub(super) fn put_in(
    definition: &mut Definition,
    steps: Vec<Arc<Step>>,
    to: &BlockAddress,
    at: usize,
) -> Result<(), EditError> {
    let block = list(definition, to)?;
    let count = block.steps.len();
    if at > count {
        return Err(EditError::NoSuchPosition { position: at, count });
    }
    block.steps.splice(at..at, steps);
    Ok(())
}

/// Puts copies of steps in, and gives the first of them. They jump only to each other, and show no step that is not there.
fn insert(
    definition: &mut Definition,
    steps: Vec<Step>,
    to: &BlockAddress,
    position: usize,
) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    let added: usize = steps.iter().map(size).sum();
    if index.places().len().saturating_add(added) > MAX_STEPS {
        return Err(EditError::TooManySteps);
    }
    for step in &steps {
        check_depth(&index, to, step)?;
    }
    let mut copies = copied(&index, steps).ok_or(EditError::TooManySteps)?;
    let ids: Vec<StepId> = copies.iter().map(|step| step.id.clone()).collect();
    for (step, own) in copies.iter_mut().zip(&ids) {
        for next in jumps_of(step) {
            next.take_if(|next| next == own || !ids.contains(next));
        }
    }
    put_in(definition, copies.into_iter().map(Arc::new).collect(), to, position)?;
    ids.into_iter().next().ok_or(EditError::NotOneAfterAnother)
}

/// Refuses a step that would be too deep in a list, with the steps inside it.
pub(super) fn check_depth(index: &Index, to: &BlockAddress, step: &Step) -> Result<(), EditError> {
    let around = match to {
        BlockAddress::Root => 0,
        BlockAddress::Inner { parent, .. } => index.place(parent).map_or(0, |place| index.around(place).count() + 1),
    };
    if around + height(step) > MAX_NESTING { Err(EditError::TooDeep) } else { Ok(()) }
}

fn duplicate(definition: &mut Definition, ids: &[StepId]) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    let places = wrap::consecutive(&index, ids)?;
    let last = places.last().ok_or(EditError::NotOneAfterAnother)?;
    let steps = places.iter().map(|place| Step::clone(&place.step)).collect();
    insert(definition, steps, &last.block, last.position.saturating_add(1))
}

fn move_step(definition: &mut Definition, id: &StepId, to: &BlockAddress, position: usize) -> Result<(), EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    check_depth(&index, to, &place.step)?;
    let mut from = list(definition, &place.block)?;
    let mut step = from.steps.remove(place.position);
    // Jumps lead within one list.
    if *to != place.block {
        forget_jumps(&mut from, id);
        if has_jump(&step, |_| true) {
            clear_jumps(Arc::make_mut(&mut step));
        }
    }
    put_in(definition, vec![step], to, position)
}

fn remove(definition: &mut Definition, ids: &[StepId]) -> Result<(), EditError> {
    let index = Index::of(definition);
    let places: Vec<&Place> = ids.iter().map(|id| place_of(&index, id)).collect::<Result<_, _>>()?;
    for (place, id) in places.into_iter().zip(ids) {
        // The list may be gone with a container that was removed before.
        let Some(mut from) = definition.block_mut(&place.block) else { continue };
        if let Some(at) = from.steps.iter().position(|step| step.id == *id) {
            from.steps.remove(at);
        }
        forget_jumps(&mut from, id);
    }
    hide_missing(definition, &index);
    Ok(())
}

/// Takes the steps that are gone out of what reviews show.
pub(super) fn hide_missing(definition: &mut Definition, before: &Index) {
    let after = Index::of(definition);
    let is_gone = |id: &StepId| before.place(id).is_some() && after.place(id).is_none();
    for place in after.places().iter().filter(|place| shows(&place.step, is_gone)) {
        if let Some(StepKind::Review(review)) = definition.step_mut(&place.step.id).map(|step| &mut step.kind) {
            review.shows.retain(|shown| !is_gone(shown));
        }
    }
}

fn shows(step: &Step, is_it: impl Fn(&StepId) -> bool) -> bool {
    matches!(&step.kind, StepKind::Review(review) if review.shows.iter().any(is_it))
}

pub(super) fn rename(definition: &mut Definition, id: &StepId, label: &str) -> Result<(), EditError> {
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

pub(super) fn update(definition: &mut Definition, id: &StepId, field: StepField) -> Result<(), EditError> {
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
