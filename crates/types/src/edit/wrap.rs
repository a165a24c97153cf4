//! Wraps steps of a list in a container, and unwraps them.

use std::sync::Arc;

use super::branches;
use super::copy::height;
use super::error::EditError;
use super::jumps::{clear_jumps, forget_jumps, has_jump, jumps_of, redirect_jumps};
use super::labels::Taken;
use crate::block::{BlockAddress, BlockMut};
use crate::definition::{Branch, Case, ConditionalStep, Definition, LoopStep, NEXT_END, ParallelStep, Step, StepKind};
use crate::ids::{BranchName, StepId};
use crate::index::{Index, Place};
use crate::limits::{MAX_NESTING, MAX_PARALLEL_BRANCHES, MAX_STEPS};

/// Container to wrap steps in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapper {
    /// A `parallel` step with a branch for each step.
    Branches,
    /// A `parallel` step that runs the steps for each item.
    ForEach,
    /// A `conditional` step with one case.
    Conditional,
    /// A loop.
    Loop,
}

impl Wrapper {
    /// Label of the container, numbered when it is taken.
    const fn label(self) -> &'static str {
        match self {
            Self::Branches => "Parallel",
            Self::ForEach => "For each",
            Self::Conditional => "Condition",
            Self::Loop => "Loop",
        }
    }

    fn kind(self, mut steps: Vec<Arc<Step>>) -> StepKind {
        match self {
            Self::Branches => {
                let mut all: Vec<Branch> = Vec::with_capacity(steps.len());
                for mut step in steps {
                    // Each is alone in its list.
                    clear_jumps(Arc::make_mut(&mut step));
                    let name = BranchName::from(&step.id);
                    let name = branches::unique(&name, all.iter().map(|branch| &branch.name));
                    all.push(Branch { steps: vec![step], ..Branch::empty(name) });
                }
                StepKind::Parallel(ParallelStep { branches: all, ..ParallelStep::default() })
            }
            Self::ForEach => StepKind::Parallel(ParallelStep {
                for_each: Some(String::new()),
                steps: std::mem::take(&mut steps),
                ..ParallelStep::default()
            }),
            Self::Conditional => {
                let case = Case { steps, ..Case::empty(BranchName::from_label("case")) };
                StepKind::Conditional(ConditionalStep { cases: vec![case], ..ConditionalStep::default() })
            }
            Self::Loop => StepKind::Loop(LoopStep { steps, max_iterations: ROUNDS, ..LoopStep::default() }),
        }
    }
}

/// Rounds of a new loop at the most.
const ROUNDS: u32 = 5;

/// Puts a container in the place of steps that follow one another in a list, and the steps into it.
pub(super) fn wrap(definition: &mut Definition, ids: &[StepId], wrapper: Wrapper) -> Result<StepId, EditError> {
    let index = Index::of(definition);
    let places = consecutive(&index, ids)?;
    let (block, from) =
        places.first().map(|place| (place.block.clone(), place.position)).ok_or(EditError::NotOneAfterAnother)?;
    if index.places().len() >= MAX_STEPS {
        return Err(EditError::TooManySteps);
    }
    let around = places.first().map_or(0, |place| index.around(place).count());
    let tallest = places.iter().map(|place| height(&place.step)).max().unwrap_or(0);
    if around + tallest + 1 > MAX_NESTING {
        return Err(EditError::TooDeep);
    }
    if wrapper == Wrapper::Branches && places.len() > MAX_PARALLEL_BRANCHES {
        return Err(EditError::TooManyBranches { most: MAX_PARALLEL_BRANCHES });
    }
    let (id, label) = Taken::of(&index).unique(wrapper.label()).ok_or(EditError::TooManySteps)?;
    let count = places.len();
    let list = definition.block_mut(&block).ok_or_else(|| EditError::NoSuchList(block.clone()))?;
    enclose(list, from, count, id.clone(), label, wrapper);
    Ok(id)
}

/// The places of steps in their order. The steps must follow one another in one list.
pub(super) fn consecutive<'i>(index: &'i Index, ids: &[StepId]) -> Result<Vec<&'i Place>, EditError> {
    let mut places = Vec::with_capacity(ids.len());
    for id in ids {
        places.push(index.place(id).ok_or_else(|| EditError::NoSuchStep(id.clone()))?);
    }
    places.sort_unstable_by_key(|place| place.position);
    let first = *places.first().ok_or(EditError::NotOneAfterAnother)?;
    let follows = |(at, place): (usize, &&Place)| place.block == first.block && place.position == first.position + at;
    if places.iter().enumerate().all(follows) { Ok(places) } else { Err(EditError::NotOneAfterAnother) }
}

/// Moves a part of a list into a new container.
fn enclose(mut list: BlockMut<'_>, from: usize, count: usize, id: StepId, label: String, wrapper: Wrapper) {
    let mut inside: Vec<Arc<Step>> = list.steps.drain(from..from + count).collect();
    let own: Vec<StepId> = inside.iter().map(|step| step.id.clone()).collect();
    // A jump to the first of them leads to the container.
    for (at, step) in own.iter().enumerate() {
        if at == 0 {
            redirect_jumps(&mut list, step, Some(&id));
        } else {
            forget_jumps(&mut list, step);
        }
    }
    // The jump of the last one becomes that of the container.
    let next = inside.last_mut().and_then(|last| Arc::make_mut(last).next.take());
    for step in &mut inside {
        let leads_out = |next: &StepId| !own.contains(next) && next.as_str() != NEXT_END;
        if has_jump(step, leads_out) {
            for next in jumps_of(Arc::make_mut(step)) {
                next.take_if(|next| leads_out(next));
            }
        }
    }
    let step = Step {
        id,
        label,
        kind: wrapper.kind(inside),
        enabled: true,
        max_retries: None,
        timeout: None,
        idle_timeout: None,
        effect: None,
        next,
    };
    list.steps.insert(from, Arc::new(step));
}

/// Puts the steps of a container in its place, list after list.
pub(super) fn unwrap(definition: &mut Definition, id: &StepId) -> Result<(), EditError> {
    let index = Index::of(definition);
    let place = index.place(id).ok_or_else(|| EditError::NoSuchStep(id.clone()))?;
    if !place.step.kind.is_container() {
        return Err(EditError::NoSuchField { id: id.clone(), step_type: place.step.step_type() });
    }
    let (block, position): (BlockAddress, usize) = (place.block.clone(), place.position);
    let following = index.nth(&block, position + 1).map(|place| place.step.id.clone());
    let mut list = definition.block_mut(&block).ok_or_else(|| EditError::NoSuchList(block.clone()))?;
    let mut container = Arc::unwrap_or_clone(list.steps.remove(position));
    let jump = container.next.take();
    let after = jump.clone().or(following);
    let mut lists: Vec<Vec<Arc<Step>>> =
        container.kind.blocks_mut().into_iter().map(|(_, block)| std::mem::take(block.steps)).collect();
    lists.retain(|steps| !steps.is_empty());
    let firsts: Vec<Option<StepId>> = lists.iter().map(|steps| steps.first().map(|step| step.id.clone())).collect();
    let count = lists.len();
    for (at, steps) in lists.iter_mut().enumerate() {
        let is_last = at + 1 == count;
        let behind = if is_last { after.clone() } else { firsts.get(at + 1).cloned().flatten() };
        leave_list(steps, behind.as_ref(), jump.as_ref().filter(|_| is_last));
    }
    redirect_jumps(&mut list, id, firsts.first().and_then(Option::as_ref).or(after.as_ref()));
    list.steps.splice(position..position, lists.into_iter().flatten());
    Ok(())
}

/// The end of a list becomes a step of the list around it.
fn leave_list(steps: &mut [Arc<Step>], behind: Option<&StepId>, jump: Option<&StepId>) {
    let Some((last, before)) = steps.split_last_mut() else { return };
    for step in before {
        let ends = |next: &StepId| next.as_str() == NEXT_END;
        // Without a step behind, the list around ends there, too.
        if let Some(behind) = behind.filter(|_| has_jump(step, ends)) {
            let jumps = jumps_of(Arc::make_mut(step)).into_iter().flatten();
            jumps.filter(|next| ends(next)).for_each(|next| *next = behind.clone());
        }
    }
    if has_jump(last, |_| true) || jump.is_some() {
        let last = Arc::make_mut(last);
        clear_jumps(last);
        last.next = jump.cloned();
    }
}
