//! Copies of steps, with those inside them: each gets an id and a label that no other step has.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::jumps::jumps_of;
use super::labels::Taken;
use super::rename::rename_references;
use crate::block::Block;
use crate::definition::{Definition, Step, StepKind};
use crate::ids::StepId;
use crate::index::Index;

/// Copies of steps for a definition. In them, jumps, shown steps and references to the steps that are copied mean the
/// copies. `None` when no name is free.
pub(super) fn copied(index: &Index, steps: Vec<Step>) -> Option<Vec<Step>> {
    let is_alone = steps.len() == 1;
    let mut copy = Definition { steps: steps.into_iter().map(Arc::new).collect(), ..Definition::default() };
    let before = Index::of(&copy);
    let mut taken = Taken::of(index);
    let mut ids: HashMap<StepId, StepId> = HashMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let new: Vec<(StepId, String)> = before
        .places()
        .iter()
        .map(|place| {
            let (id, label) = taken.unique(&place.step.label)?;
            ids.entry(place.step.id.clone()).or_insert_with(|| id.clone());
            Some((id, label))
        })
        .collect::<Option<_>>()?;
    for (place, (id, label)) in before.places().iter().zip(&new) {
        // A step that holds no others has no output for itself.
        if is_alone && before.around(place).next().is_none() && !place.step.kind.is_container() {
            continue;
        }
        names.entry(place.step.label.clone()).or_insert_with(|| label.clone());
        if before.named(place.step.id.as_str()).is_some_and(|named| named.step.id == place.step.id) {
            names.entry(place.step.id.to_string()).or_insert_with(|| id.to_string());
        }
    }
    names.retain(|old, new| old != new);
    let kept: HashSet<StepId> = index.places().iter().map(|place| place.step.id.clone()).collect();
    let mut new = new.into_iter();
    relabel(&mut copy.steps, &mut new, &ids, &kept);
    rename_references(&mut copy, &names);
    Some(copy.steps.into_iter().map(Arc::unwrap_or_clone).collect())
}

/// Gives the steps of a list their new names, in the order of the index.
fn relabel(
    steps: &mut [Arc<Step>],
    names: &mut impl Iterator<Item = (StepId, String)>,
    ids: &HashMap<StepId, StepId>,
    kept: &HashSet<StepId>,
) {
    for step in steps {
        let step = Arc::make_mut(step);
        if let Some((id, label)) = names.next() {
            (step.id, step.label) = (id, label);
        }
        for next in jumps_of(step).into_iter().flatten() {
            if let Some(new) = ids.get(next) {
                *next = new.clone();
            }
        }
        if let StepKind::Review(review) = &mut step.kind {
            let shown = review.shows.iter().filter_map(|id| ids.get(id).or_else(|| kept.get(id)));
            review.shows = shown.cloned().collect();
        }
        for (_, block) in step.kind.blocks_mut() {
            *block.entry_step = block.entry_step.take().map(|entry| ids.get(&entry).cloned().unwrap_or(entry));
            relabel(block.steps, names, ids, kept);
        }
    }
}

/// Steps in a list, with those inside them.
pub(super) fn count(block: Block<'_>) -> usize {
    block.steps.iter().map(|step| size(step)).sum()
}

/// A step and the steps inside it.
pub(super) fn size(step: &Step) -> usize {
    1 + step.kind.blocks().into_iter().map(|inner| count(inner.block)).sum::<usize>()
}

/// Levels of containers in a step: 0 for a step without lists.
pub(super) fn height(step: &Step) -> usize {
    if !step.kind.is_container() {
        return 0;
    }
    let blocks = step.kind.blocks();
    let steps = blocks.iter().flat_map(|inner| inner.block.steps);
    1 + steps.map(|step| height(step)).max().unwrap_or(0)
}
