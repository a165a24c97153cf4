//! Names, order and reachability.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::report::{Findings, LintFix, Severity};
use crate::block::{Block, BlockAddress};
use crate::definition::{Definition, NEXT_END, StepKind};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::scope::Resolution;

pub(super) fn check(definition: &Definition, index: &Index, findings: &mut Findings) {
    check_names(index, findings);
    check_entry(definition.root(), &BlockAddress::Root, "", index, findings);
    let reached = reached(index);
    for place in index.places() {
        check_next(index, place, findings);
        check_lists(index, place, findings);
        check_review(index, place, findings);
        if !is_reached(&reached, place) {
            findings.warning(&place.pointer, "unreachable_step", "no run reaches this step: it never runs");
        }
    }
}

/// The positions that runs may reach, by list.
pub(super) type Reached<'i> = HashMap<&'i BlockAddress, HashSet<usize>>;

pub(super) fn reached(index: &Index) -> Reached<'_> {
    index.addresses().map(|address| (address, index.reached(address))).collect()
}

/// Whether a run that reaches the list of a step may reach the step.
pub(super) fn is_reached(reached: &Reached<'_>, place: &Place) -> bool {
    reached.get(&place.block).is_some_and(|positions| positions.contains(&place.position))
}

fn check_names(index: &Index, findings: &mut Findings) {
    let mut ids = HashMap::new();
    let mut labels = HashMap::new();
    for (number, Place { step, pointer, .. }) in (1..).zip(index.places()) {
        if let Some(first) = ids.insert(step.id.as_str(), number) {
            let message = format!("step {first} has the id `{}` already", step.id);
            findings.error(format!("{pointer}/id"), "duplicate_id", message);
        }
        if let Some(first) = labels.insert(step.label.as_str(), number) {
            let message = format!("step {first} is called “{}” already: prompts could not tell them apart", step.label);
            findings.error(format!("{pointer}/label"), "duplicate_label", message);
        }
    }
    for Place { step, pointer, .. } in index.places() {
        if step.id.as_str() != step.label && ids.contains_key(step.label.as_str()) {
            let message = format!("“{}” is the id of another step: prompts that use it get this step", step.label);
            findings.warning(format!("{pointer}/label"), "label_is_an_id", message);
        }
    }
}

fn check_entry(block: Block<'_>, address: &BlockAddress, at: &str, index: &Index, findings: &mut Findings) {
    if let Some(entry) = block.entry_step
        && index.position_in(address, entry).is_none()
    {
        let message = format!("there is no step `{entry}` in this list");
        let fix = LintFix {
            title: "Begin with the first step".into(),
            pointer: format!("{at}/entry_step"),
            value: Value::Null,
        };
        findings.add(Severity::Error, format!("{at}/entry_step"), "unknown_entry_step", message, Some(fix));
    }
}

/// The lists inside a container: where they begin, and where cases jump to.
fn check_lists(index: &Index, place: &Place, findings: &mut Findings) {
    for inner in place.step.kind.blocks() {
        let address = BlockAddress::Inner { parent: place.step.id.clone(), slot: inner.slot };
        let owner = inner.pointer.strip_suffix("/steps").unwrap_or_default();
        check_entry(inner.block, &address, &format!("{}{owner}", place.pointer), index, findings);
    }
    if let StepKind::Conditional(conditional) = &place.step.kind {
        for (pointer, next) in conditional.jumps() {
            check_jump(index, place, next, &format!("{}{pointer}", place.pointer), findings);
        }
    }
}

fn check_next(index: &Index, place: &Place, findings: &mut Findings) {
    if let Some(next) = &place.step.next {
        check_jump(index, place, next, &format!("{}/next", place.pointer), findings);
    }
}

/// A jump leads to a later step of the list that holds the step.
fn check_jump(index: &Index, from: &Place, next: &StepId, pointer: &str, findings: &mut Findings) {
    if next.as_str() == NEXT_END {
        return;
    }
    let (code, message) = match (index.position_in(&from.block, next), index.place(next)) {
        (Some(target), _) if target > from.position => return,
        (Some(_), _) => ("backward_next", format!("`{next}` comes before this step; `next` only goes forward")),
        (None, Some(_)) => {
            ("unknown_next", format!("`{next}` is in another list; `next` leads to a later step of the same list"))
        }
        (None, None) => ("unknown_next", format!("there is no step `{next}`; `end` ends the run")),
    };
    let fix = LintFix { title: "Go to the next step".into(), pointer: pointer.into(), value: Value::Null };
    findings.add(Severity::Error, pointer, code, message, Some(fix));
}

fn check_review(index: &Index, place: &Place, findings: &mut Findings) {
    let StepKind::Review(review) = &place.step.kind else { return };
    for (number, shown) in review.shows.iter().enumerate() {
        let pointer = format!("{}/shows/{number}", place.pointer);
        match index.resolve_id(shown, place) {
            Resolution::Unknown => {
                findings.error(pointer, "unknown_reference", format!("there is no step `{shown}`"));
            }
            Resolution::Later(_) | Resolution::Hidden(_) | Resolution::Around(_) => {
                let message = format!("`{shown}` has not run when this review opens");
                findings.error(pointer, "forward_reference", message);
            }
            Resolution::Visible(_) => {}
        }
    }
    if place.step.enabled && index.shown_by(place).is_empty() {
        let message = "no step before this review has a text to show";
        findings.warning(format!("{}/shows", place.pointer), "nothing_to_review", message);
    }
}
