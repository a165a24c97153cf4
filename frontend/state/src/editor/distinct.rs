//! Branches and cases of one name: the draft finds its lists by name, so each gets one of its own.

use sluice_types::{BranchName, Definition, Step, StepId, StepKind};

/// Gives each branch and case a name that no other one of its container has. A definition with distinct names stays
/// shared.
pub(super) fn distinct_names(definition: &mut Definition) {
    let mut found = Vec::new();
    for step in &definition.steps {
        find(step, &mut found);
    }
    for id in found {
        match definition.step_mut(&id).map(|step| &mut step.kind) {
            Some(StepKind::Parallel(parallel)) => rename(parallel.branches.iter_mut().map(|branch| &mut branch.name)),
            Some(StepKind::Conditional(conditional)) => rename(conditional.cases.iter_mut().map(|case| &mut case.name)),
            Some(
                StepKind::Llm(_)
                | StepKind::Review(_)
                | StepKind::Tool(_)
                | StepKind::Agent(_)
                | StepKind::Loop(_)
                | StepKind::Unknown(_),
            )
            | None => {}
        }
    }
}

/// The containers with two branches or cases of one name.
fn find(step: &Step, found: &mut Vec<StepId>) {
    let blocks = step.kind.blocks();
    let twice = |at: usize| blocks.iter().take(at).any(|other| Some(&other.slot) == blocks.get(at).map(|it| &it.slot));
    if (0..blocks.len()).any(twice) {
        found.push(step.id.clone());
    }
    for step in blocks.iter().flat_map(|inner| inner.block.steps) {
        find(step, found);
    }
}

fn rename<'a>(names: impl Iterator<Item = &'a mut BranchName>) {
    let names: Vec<&mut BranchName> = names.collect();
    let mut taken: Vec<BranchName> = names.iter().map(|name| (**name).clone()).collect();
    let mut seen: Vec<BranchName> = Vec::new();
    // One of them is free: there are more numbers than names.
    let numbers = 2..=u32::try_from(names.len()).unwrap_or(u32::MAX).saturating_add(2);
    for name in names {
        if seen.contains(name) {
            let free = numbers.clone().map(|number| name.numbered(number)).find(|free| !taken.contains(free));
            if let Some(free) = free {
                taken.push(free.clone());
                *name = free;
            }
        }
        seen.push(name.clone());
    }
}
