//! Jumps: `next` of steps and cases, and the entry of a list. They lead within one list.

use std::sync::Arc;

use crate::block::BlockMut;
use crate::definition::{Step, StepKind};
use crate::ids::StepId;

/// Takes the jumps to a step out of a list.
pub(super) fn forget_jumps(block: &mut BlockMut<'_>, id: &StepId) {
    redirect_jumps(block, id, None);
}

/// Lets the jumps to a step of a list lead to another one, or to the next step.
pub(super) fn redirect_jumps(block: &mut BlockMut<'_>, from: &StepId, to: Option<&StepId>) {
    if block.entry_step.as_ref() == Some(from) {
        *block.entry_step = to.cloned();
    }
    for step in block.steps.iter_mut().filter(|step| jumps_to(step, from)) {
        for next in jumps_of(Arc::make_mut(step)).into_iter().filter(|next| next.as_ref() == Some(from)) {
            *next = to.cloned();
        }
    }
}

/// Takes all jumps of a step out, as those of its cases. The jumps inside it lead within it, and stay.
pub(super) fn clear_jumps(step: &mut Step) {
    for next in jumps_of(step) {
        *next = None;
    }
}

fn jumps_to(step: &Step, id: &StepId) -> bool {
    has_jump(step, |next| next == id)
}

/// Whether a jump of a step in its list is like this.
pub(super) fn has_jump(step: &Step, mut is_it: impl FnMut(&StepId) -> bool) -> bool {
    let by_case = match &step.kind {
        StepKind::Conditional(conditional) => conditional.jumps().any(|(_, next)| is_it(next)),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => false,
    };
    by_case || step.next.as_ref().is_some_and(is_it)
}

/// The jumps of a step in its list, to change them.
pub(super) fn jumps_of(step: &mut Step) -> Vec<&mut Option<StepId>> {
    let mut all = vec![&mut step.next];
    match &mut step.kind {
        StepKind::Conditional(conditional) => all.extend(conditional.jumps_mut()),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => {}
    }
    all
}
