//! Puts a step into a new container, and takes a container away from around its steps.

use std::sync::Arc;

use super::apply::{list, place_of};
use super::error::EditError;
use super::labels::{Names, named_uniquely};
use crate::block::BlockMut;
use crate::definition::{Branch, Case, ConditionalStep, Definition, LoopStep, NEXT_END, ParallelStep, Step, StepKind};
use crate::ids::{BranchName, StepId};
use crate::index::Index;
use crate::limits::MAX_STEPS;

/// The containers that a step can be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// A `parallel` step with the step in its first branch.
    Parallel,
    /// A `conditional` step with the step in its first case.
    Condition,
    /// A `loop` step that repeats it.
    Loop,
    /// A `parallel` step that runs it for each item of a list.
    ForEach,
}

/// Rounds of a new loop at the most.
const ROUNDS: u32 = 3;

impl Wrapping {
    /// What a new container of this kind is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Parallel => "Parallel",
            Self::Condition => "Condition",
            Self::Loop => "Loop",
            Self::ForEach => "For each",
        }
    }

    /// A container of this kind around steps. Its expressions are left to be written.
    #[must_use]
    pub fn around(self, steps: Vec<Arc<Step>>) -> StepKind {
        match self {
            Self::Parallel => {
                let branch = BranchName::new("A").map(|name| Branch {
                    name,
                    steps,
                    entry_step: None,
                    extra: serde_json::Map::new(),
                });
                StepKind::Parallel(ParallelStep { branches: branch.into_iter().collect(), ..ParallelStep::default() })
            }
            Self::Condition => {
                let case = BranchName::new("yes").map(|name| Case {
                    name,
                    when: String::new(),
                    steps,
                    entry_step: None,
                    next: None,
                    extra: serde_json::Map::new(),
                });
                StepKind::Conditional(ConditionalStep {
                    cases: case.into_iter().collect(),
                    ..ConditionalStep::default()
                })
            }
            Self::Loop => StepKind::Loop(LoopStep { steps, max_iterations: ROUNDS, ..LoopStep::default() }),
            Self::ForEach => {
                StepKind::Parallel(ParallelStep { for_each: Some(String::new()), steps, ..ParallelStep::default() })
            }
        }
    }
}

/// Puts a step into a new container at its place; gives the container. What led to the step leads to the container.
pub(super) fn wrap(definition: &mut Definition, id: &StepId, within: Wrapping) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    if index.places().len() >= MAX_STEPS {
        return Err(EditError::TooManySteps);
    }
    let (label, container) = named_uniquely(&mut Names::of(&index), within.label()).ok_or(EditError::TooManySteps)?;
    let mut block = list(definition, &place.block)?;
    let mut step = block.steps.remove(place.position);
    let next = step.next.clone();
    leads_nowhere(&mut step);
    let kind = within.around(vec![step]);
    block.steps.insert(place.position, Arc::new(new_step(container.clone(), label, kind, next)));
    lead_elsewhere(&mut block, id, Some(&container));
    Ok(container)
}

/// Puts the steps of a container at its place, in the order of its lists; gives the first of them.
pub(super) fn unwrap(definition: &mut Definition, id: &StepId) -> Result<Option<StepId>, EditError> {
    let index = Index::of(definition);
    let place = place_of(&index, id)?;
    if !place.step.kind.is_container() {
        return Err(EditError::NoContainer(id.clone()));
    }
    let blocks = place.step.kind.blocks();
    let mut steps: Vec<Arc<Step>> = blocks.iter().flat_map(|inner| inner.block.steps.iter().cloned()).collect();
    let first = steps.first().map(|step| step.id.clone());
    let after = index.nth(&place.block, place.position.saturating_add(1)).map(|place| place.step.id.clone());
    for step in &mut steps {
        end_before(step, after.as_ref());
    }
    if let Some(last) = steps.last_mut().filter(|last| last.next.is_none() && place.step.next.is_some()) {
        Arc::make_mut(last).next.clone_from(&place.step.next);
    }
    let mut block = list(definition, &place.block)?;
    block.steps.splice(place.position..=place.position, steps);
    lead_elsewhere(&mut block, id, first.as_ref());
    Ok(first)
}

/// A container with the defaults of all steps.
fn new_step(id: StepId, label: String, kind: StepKind, next: Option<StepId>) -> Step {
    Step { id, label, kind, enabled: true, max_retries: None, timeout: None, idle_timeout: None, effect: None, next }
}

/// Takes the jumps of a step away.
pub(super) fn leads_nowhere(step: &mut Arc<Step>) {
    let jumps = step.next.is_some()
        || matches!(&step.kind, StepKind::Conditional(conditional) if conditional.jumps().next().is_some());
    if jumps {
        let step = Arc::make_mut(step);
        step.next = None;
        if let StepKind::Conditional(conditional) = &mut step.kind {
            conditional.jumps_mut().for_each(|jump| *jump = None);
        }
    }
}

/// The end of the container's list is the step behind the container now.
fn end_before(step: &mut Arc<Step>, after: Option<&StepId>) {
    let Some(after) = after else { return };
    let ends = |next: &Option<StepId>| next.as_ref().is_some_and(|next| next.as_str() == NEXT_END);
    let case_ends = match &step.kind {
        StepKind::Conditional(conditional) => conditional.jumps().any(|(_, next)| next.as_str() == NEXT_END),
        StepKind::Llm(_) | StepKind::Review(_) | StepKind::Parallel(_) | StepKind::Loop(_) | StepKind::Unknown(_) => {
            false
        }
    };
    if !ends(&step.next) && !case_ends {
        return;
    }
    let step = Arc::make_mut(step);
    if ends(&step.next) {
        step.next = Some(after.clone());
    }
    if let StepKind::Conditional(conditional) = &mut step.kind {
        conditional.jumps_mut().filter(|jump| ends(jump)).for_each(|jump| *jump = Some(after.clone()));
    }
}

/// Jumps to a step lead to another one, or to the next step.
pub(super) fn lead_elsewhere(block: &mut BlockMut<'_>, from: &StepId, to: Option<&StepId>) {
    if block.entry_step.as_ref() == Some(from) {
        *block.entry_step = to.cloned();
    }
    for step in block.steps.iter_mut().filter(|step| jumps_to(step, from)) {
        let step = Arc::make_mut(step);
        let own = std::iter::once(&mut step.next);
        let cases = match &mut step.kind {
            StepKind::Conditional(conditional) => Some(conditional.jumps_mut()),
            StepKind::Llm(_)
            | StepKind::Review(_)
            | StepKind::Parallel(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => None,
        };
        for jump in own.chain(cases.into_iter().flatten()).filter(|jump| jump.as_ref() == Some(from)) {
            *jump = to.cloned();
        }
    }
}

fn jumps_to(step: &Step, id: &StepId) -> bool {
    step.next.as_ref() == Some(id)
        || matches!(&step.kind, StepKind::Conditional(conditional) if conditional.jumps().any(|(_, next)| next == id))
}
