//! The structure of containers: their lists, names and numbers.

use std::collections::HashSet;

use serde_json::Value;

use super::report::{Findings, LintFix, Severity};
use crate::block::Slot;
use crate::definition::{ConditionalStep, LoopStep, ParallelStep, StepKind};
use crate::ids::BranchName;
use crate::index::{Index, OTHERWISE, Place};
use crate::limits::{
    MAX_CASES, MAX_CONCURRENCY, MAX_ITEMS, MAX_ITERATIONS, MAX_NESTING, MAX_PARALLEL_BRANCHES, MAX_PATH_BYTES,
};

pub(super) fn check(index: &Index, findings: &mut Findings) {
    for place in index.places() {
        check_depth(index, place, findings);
        let at = place.pointer.as_str();
        match &place.step.kind {
            StepKind::Parallel(parallel) => check_parallel(parallel, at, findings),
            StepKind::Conditional(conditional) => check_conditional(conditional, at, findings),
            StepKind::Loop(body) => check_loop(body, at, findings),
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {}
        }
    }
}

fn check_depth(index: &Index, place: &Place, findings: &mut Findings) {
    let around = index.around(place).count();
    // Report the outermost container that is too deep, not all that is in it.
    if around == MAX_NESTING && place.step.kind.is_container() {
        let message = format!("containers nest to {MAX_NESTING} levels: move this step further out");
        findings.error(&place.pointer, "too_deep", message);
    }
    let longest = longest_path(index, place);
    if longest > MAX_PATH_BYTES {
        let message = format!(
            "the path of this step in a run may have {longest} bytes, and at most {MAX_PATH_BYTES} are possible: give the containers around it shorter ids"
        );
        findings.error(format!("{}/id", place.pointer), "path_too_long", message);
    }
}

/// Bytes of the longest path that a run of the step can have.
fn longest_path(index: &Index, place: &Place) -> usize {
    let containers: usize = index
        .scope(place)
        .containers()
        .map(|(container, slot)| {
            let slot = match &slot {
                Slot::Branch(name) | Slot::Case(name) => name.as_str().len(),
                Slot::Otherwise => OTHERWISE.len(),
                Slot::Each => MAX_ITEMS.saturating_sub(1).to_string().len(),
                Slot::Body => MAX_ITERATIONS.to_string().len(),
            };
            container.step.id.as_str().len() + slot + 2
        })
        .sum();
    containers + place.step.id.as_str().len()
}

fn check_parallel(parallel: &ParallelStep, at: &str, findings: &mut Findings) {
    let (has_branches, has_items) = (!parallel.branches.is_empty(), !parallel.steps.is_empty());
    match (&parallel.for_each, has_branches) {
        (Some(_), true) => {
            let message = "give either `branches` or `for_each`: one step runs only one of them";
            let fix = put("Keep the branches", format!("{at}/for_each"), Value::Null);
            findings.add(Severity::Error, format!("{at}/for_each"), "branches_and_for_each", message, Some(fix));
        }
        (Some(items), false) => {
            if items.trim().is_empty() {
                let message = "say which items: an expression that makes a list, as `input.documents`";
                findings.error(format!("{at}/for_each"), "missing_for_each", message);
            }
            if !has_items {
                findings.error(format!("{at}/steps"), "no_steps_inside", "add the steps that run for each item");
            }
        }
        (None, false) if has_items => {
            let message = "say which items these steps run for: an expression that makes a list, as `input.documents`";
            findings.error(format!("{at}/for_each"), "missing_for_each", message);
        }
        (None, false) => {
            findings.error(at, "no_branches", "add branches, or `for_each` with the steps that run for each item");
        }
        (None, true) if has_items => {
            let message = "steps run for each item of `for_each`; a step with `branches` has no other steps";
            findings.error(format!("{at}/steps"), "branches_and_for_each", message);
        }
        (None, true) => {}
    }
    for (position, _) in parallel.branches.iter().enumerate().filter(|(_, branch)| branch.steps.is_empty()) {
        let message = "a branch needs at least one step: add one, or remove the branch";
        findings.error(format!("{at}/branches/{position}/steps"), "no_steps_inside", message);
    }
    if parallel.branches.len() > MAX_PARALLEL_BRANCHES {
        let message = format!("at most {MAX_PARALLEL_BRANCHES} branches: use `for_each` for many that are alike");
        findings.error(format!("{at}/branches"), "too_many_branches", message);
    }
    let names: Vec<&BranchName> = parallel.branches.iter().map(|branch| &branch.name).collect();
    check_names(&names, &format!("{at}/branches"), findings);
    if parallel.max_concurrency.is_some_and(|most| most == 0 || most > MAX_CONCURRENCY) {
        let message = format!("from 1 to {MAX_CONCURRENCY}; leave it out to run as many as the server allows");
        findings.error(format!("{at}/max_concurrency"), "max_concurrency_out_of_range", message);
    }
}

fn check_conditional(conditional: &ConditionalStep, at: &str, findings: &mut Findings) {
    if conditional.cases.is_empty() {
        findings.error(format!("{at}/cases"), "no_cases", "add a case: what runs when its `when` is true");
    }
    if conditional.cases.len() > MAX_CASES {
        findings.error(format!("{at}/cases"), "too_many_cases", format!("at most {MAX_CASES} cases"));
    }
    let pointer = format!("{at}/cases");
    let names: Vec<&BranchName> = conditional.cases.iter().map(|case| &case.name).collect();
    check_names(&names, &pointer, findings);
    for (position, case) in conditional.cases.iter().enumerate() {
        if case.name.as_str() == OTHERWISE {
            let name = free_name(&case.name, &names);
            let fix = put(&format!("Call it `{name}`"), format!("{pointer}/{position}/name"), name.clone().into());
            let message = "`otherwise` means the steps that run when no case matches; give the case another name";
            findings.add(Severity::Error, fix.pointer.clone(), "reserved_name", message, Some(fix));
        }
        if case.when.trim().is_empty() {
            let message = "say when this case runs: an expression that is true or false, as `input.size > 3`";
            findings.error(format!("{pointer}/{position}/when"), "missing_when", message);
        }
    }
}

fn check_loop(body: &LoopStep, at: &str, findings: &mut Findings) {
    if body.steps.is_empty() {
        findings.error(format!("{at}/steps"), "no_steps_inside", "add the steps of a round");
    }
    if body.until.trim().is_empty() {
        let message = "say when the loop ends: an expression that is true or false, as `steps.Check.ok`";
        findings.error(format!("{at}/until"), "missing_until", message);
    }
    let pointer = format!("{at}/max_iterations");
    match body.max_iterations {
        0 => {
            let message = format!(
                "say how many rounds there are at the most, from 1 to {MAX_ITERATIONS}: `until` may never be true"
            );
            let fix = put(&format!("Allow {SUGGESTED_ROUNDS} rounds"), pointer.clone(), SUGGESTED_ROUNDS.into());
            findings.add(Severity::Error, pointer, "missing_max_iterations", message, Some(fix));
        }
        rounds if rounds > MAX_ITERATIONS => {
            let message = format!("from 1 to {MAX_ITERATIONS} rounds");
            let fix = put(&format!("Allow {MAX_ITERATIONS} rounds"), pointer.clone(), MAX_ITERATIONS.into());
            findings.add(Severity::Error, pointer, "max_iterations_out_of_range", message, Some(fix));
        }
        _ => {}
    }
}

/// Rounds that a fix allows where the definition does not say.
const SUGGESTED_ROUNDS: u32 = 5;

fn check_names(names: &[&BranchName], at: &str, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for (position, name) in names.iter().copied().enumerate() {
        if seen.insert(name) {
            continue;
        }
        let free = free_name(name, names);
        let fix = put(&format!("Call it `{free}`"), format!("{at}/{position}/name"), free.into());
        let message = format!("there is another one called `{name}` in this step: paths could not tell them apart");
        findings.add(Severity::Error, fix.pointer.clone(), "duplicate_name", message, Some(fix));
    }
}

/// A name with a number that none of the others has.
fn free_name(name: &BranchName, others: &[&BranchName]) -> String {
    let taken: HashSet<&str> = others.iter().map(|other| other.as_str()).collect();
    let mut candidates = (2_u32..).map(|number| name.numbered(number).to_string());
    candidates.find(|free| !taken.contains(free.as_str())).unwrap_or_default()
}

fn put(title: &str, pointer: String, value: Value) -> LintFix {
    LintFix { title: title.into(), pointer, value }
}
