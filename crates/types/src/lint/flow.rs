//! Names, order and reachability.

use std::collections::{HashMap, HashSet};

use super::report::Findings;
use crate::block::BlockAddress;
use crate::definition::{Definition, NEXT_END, StepKind};
use crate::index::{Index, Place, Resolution};

pub(super) fn check(definition: &Definition, index: &Index, findings: &mut Findings) {
    check_names(index, findings);
    check_entry(definition, index, findings);
    let reached = reached(index);
    for place in index.places() {
        check_next(index, place, findings);
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

fn check_entry(definition: &Definition, index: &Index, findings: &mut Findings) {
    if let Some(entry) = &definition.entry_step
        && index.position_in(&BlockAddress::Root, entry).is_none()
    {
        findings.error("/entry_step", "unknown_entry_step", format!("there is no step `{entry}`"));
    }
}

fn check_next(index: &Index, place: &Place, findings: &mut Findings) {
    let Some(next) = place.step.next.as_ref().filter(|next| next.as_str() != NEXT_END) else { return };
    let pointer = format!("{}/next", place.pointer);
    match index.position_in(&place.block, next) {
        None => findings.error(pointer, "unknown_next", format!("there is no step `{next}`; `end` ends the run")),
        Some(target) if target <= place.position => {
            let message = format!("`{next}` comes before this step; `next` only goes forward");
            findings.error(pointer, "backward_next", message);
        }
        Some(_) => {}
    }
}

fn check_review(index: &Index, place: &Place, findings: &mut Findings) {
    let StepKind::Review(review) = &place.step.kind else { return };
    for (number, shown) in review.shows.iter().enumerate() {
        let pointer = format!("{}/shows/{number}", place.pointer);
        match index.resolve_id(shown, place) {
            Resolution::Unknown => {
                findings.error(pointer, "unknown_reference", format!("there is no step `{shown}`"));
            }
            Resolution::Later(_) | Resolution::Hidden(_) => {
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
