//! Names, order and reachability.

use std::collections::HashMap;

use super::report::Findings;
use crate::definition::{Definition, NEXT_END, StepKind};

pub(super) fn check(definition: &Definition, findings: &mut Findings) {
    check_names(definition, findings);
    check_jumps(definition, findings);
    check_reviews(definition, findings);
    for (at, reachable) in reachable(definition).into_iter().enumerate() {
        if !reachable {
            findings.warning(format!("/steps/{at}"), "unreachable_step", "no way leads to this step: it never runs");
        }
    }
}

fn check_names(definition: &Definition, findings: &mut Findings) {
    let mut ids = HashMap::new();
    let mut labels = HashMap::new();
    for (at, step) in definition.steps.iter().enumerate() {
        if let Some(first) = ids.insert(&step.id, at) {
            let message = format!("step {} has the id `{}` already", first + 1, step.id);
            findings.error(format!("/steps/{at}/id"), "duplicate_id", message);
        }
        if let Some(first) = labels.insert(&step.label, at) {
            let message =
                format!("step {} is called “{}” already: prompts could not tell them apart", first + 1, step.label);
            findings.error(format!("/steps/{at}/label"), "duplicate_label", message);
        }
    }
    for (at, step) in definition.steps.iter().enumerate() {
        if definition.steps.iter().enumerate().any(|(other, that)| other != at && that.id.as_str() == step.label) {
            let message = format!("“{}” is the id of another step: prompts that use it get this step", step.label);
            findings.warning(format!("/steps/{at}/label"), "label_is_an_id", message);
        }
    }
}

fn check_jumps(definition: &Definition, findings: &mut Findings) {
    if let Some(entry) = &definition.entry_step
        && definition.index_of(entry).is_none()
    {
        findings.error("/entry_step", "unknown_entry_step", format!("there is no step `{entry}`"));
    }
    for (at, step) in definition.steps.iter().enumerate() {
        let Some(next) = step.next.as_ref().filter(|next| next.as_str() != NEXT_END) else { continue };
        match definition.index_of(next) {
            None => findings.error(
                format!("/steps/{at}/next"),
                "unknown_next",
                format!("there is no step `{next}`; `end` ends the run"),
            ),
            Some(target) if target <= at => {
                findings.error(
                    format!("/steps/{at}/next"),
                    "backward_next",
                    format!("`{next}` comes before this step; `next` only goes forward"),
                );
            }
            Some(_) => {}
        }
    }
}

fn check_reviews(definition: &Definition, findings: &mut Findings) {
    for (at, step) in definition.steps.iter().enumerate() {
        let StepKind::Review(review) = &step.kind else { continue };
        for (index, shown) in review.shows.iter().enumerate() {
            let pointer = format!("/steps/{at}/shows/{index}");
            match definition.index_of(shown) {
                None => findings.error(pointer, "unknown_reference", format!("there is no step `{shown}`")),
                Some(target) if target >= at => {
                    findings.error(
                        pointer,
                        "forward_reference",
                        format!("`{shown}` has not run when this review opens"),
                    );
                }
                Some(_) => {}
            }
        }
        if step.enabled && definition.shown_by(step).is_empty() {
            findings.warning(
                format!("/steps/{at}/shows"),
                "nothing_to_review",
                "no step stands before this review whose text it could show",
            );
        }
    }
}

/// Which steps a run can come to, by index.
pub(super) fn reachable(definition: &Definition) -> Vec<bool> {
    let mut reached = vec![false; definition.steps.len()];
    let mut cursor = Some(definition.entry_index());
    while let Some(at) = cursor {
        let (Some(step), Some(mark)) = (definition.steps.get(at), reached.get_mut(at)) else { break };
        *mark = true;
        cursor = next_index(definition, step, at);
    }
    reached
}

/// The index of the step that follows; none at the end.
fn next_index(definition: &Definition, step: &crate::definition::Step, at: usize) -> Option<usize> {
    match step.next.as_ref().filter(|_| step.enabled) {
        None => Some(at + 1),
        Some(next) if next.as_str() == NEXT_END => None,
        // A jump that is reported as wrong is taken as not there.
        Some(next) => definition.index_of(next).filter(|&target| target > at).or(Some(at + 1)),
    }
}
