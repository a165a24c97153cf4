//! Copies of a step with the steps inside it, under names of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::labels::{Names, named_uniquely};
use super::rename::rename_references;
use crate::definition::{Definition, NEXT_END, Step, StepKind};
use crate::ids::StepId;
use crate::index::Index;

/// The copy of a step with ids and labels that no step of the definition has, for the steps inside it, too. What refers
/// to a step inside refers to its copy. `None` when no names are left.
pub(super) fn copy(index: &Index, step: Step) -> Option<Step> {
    let mut renamed = Renamed::default();
    let mut names = Names::of(index);
    let mut copy = Arc::new(step);
    renamed.name(&mut copy, &mut names)?;
    let mut alone = Definition { steps: vec![copy], ..Definition::default() };
    alone.each_step_mut(|step| {
        renamed.lead(step);
        if let StepKind::Review(review) = &mut step.kind {
            review.shows.iter_mut().for_each(|shown| renamed.follow(shown));
            let copies = |id: &StepId| renamed.ids.values().any(|copy| copy == id);
            review.shows.retain(|id| copies(id) || index.place(id).is_some());
        }
    });
    rename_references(&mut alone, &renamed.names());
    alone.steps.pop().map(Arc::unwrap_or_clone)
}

/// Number of steps: the step itself, and those inside it.
pub(super) fn steps_in(step: &Step) -> usize {
    let blocks = step.kind.blocks();
    let inside = blocks.iter().flat_map(|inner| inner.block.steps).map(|step| steps_in(step)).sum::<usize>();
    inside.saturating_add(1)
}

/// The names of the steps before, with those of their copies.
#[derive(Default)]
struct Renamed {
    labels: BTreeMap<String, String>,
    /// The label of the copy for each id.
    by_id: BTreeMap<String, String>,
    ids: BTreeMap<StepId, StepId>,
}

impl Renamed {
    /// Names a step and the steps inside it.
    fn name(&mut self, step: &mut Arc<Step>, names: &mut Names) -> Option<()> {
        let step = Arc::make_mut(step);
        let (label, id) = named_uniquely(names, &step.label)?;
        self.labels.insert(step.label.clone(), label.clone());
        self.by_id.insert(step.id.to_string(), label.clone());
        self.ids.insert(step.id.clone(), id.clone());
        (step.label, step.id) = (label, id);
        let mut inside = step.kind.blocks_mut().into_iter().flat_map(|(_, block)| block.steps.iter_mut());
        inside.try_for_each(|step| self.name(step, names))
    }

    /// What templates called the steps, with the labels of the copies. Labels come before ids.
    fn names(self) -> BTreeMap<String, String> {
        let mut names = self.by_id;
        names.extend(self.labels);
        names.retain(|old, new| old != new);
        names
    }

    /// Leads the jumps of a step, and the entries of its lists, to the copies.
    fn lead(&self, step: &mut Step) {
        step.next.iter_mut().for_each(|next| self.follow(next));
        if let StepKind::Conditional(conditional) = &mut step.kind {
            conditional.jumps_mut().flatten().for_each(|next| self.follow(next));
        }
        for (_, block) in step.kind.blocks_mut() {
            block.entry_step.iter_mut().for_each(|entry| self.follow(entry));
        }
    }

    fn follow(&self, id: &mut StepId) {
        if id.as_str() != NEXT_END
            && let Some(copy) = self.ids.get(id)
        {
            id.clone_from(copy);
        }
    }
}
