//! Checks the references to steps.

use std::cell::RefCell;
use std::collections::HashMap;

use super::flow::{Reached, is_reached, reached};
use super::report::{Findings, LintFix, Severity};
use super::templates::Text;
use crate::block::{BlockAddress, Slot};
use crate::definition::StepKind;
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::limits::MAX_FINDINGS_OF_A_KIND;
use crate::output_fields::OutputFields;
use crate::scope::{NameScope, Resolution};
use crate::template::{Reference, short};

/// What is known of the steps that templates refer to.
pub(super) struct StepsUsed<'a> {
    index: &'a Index,
    reached: Reached<'a>,
    fields: HashMap<&'a StepId, OutputFields>,
    /// Whether a run may go from the entry of a list to a step without another one, by both steps.
    passes_by: RefCell<HashMap<(&'a StepId, StepId), bool>>,
}

impl<'a> StepsUsed<'a> {
    pub fn new(index: &'a Index) -> Self {
        let fields = index.places().iter().map(|place| (&place.step.id, index.output_fields(place))).collect();
        Self { index, reached: reached(index), fields, passes_by: RefCell::default() }
    }

    pub fn check(&self, text: &Text<'a, '_>, reference: &Reference, findings: &mut Findings) {
        let (pointer, place) = (text.pointer, text.place);
        let name = short(&reference.name);
        let target = match text.names.resolve(&reference.name) {
            Resolution::Unknown => {
                let (message, fix) = unknown_step(text, reference, findings.count("unknown_reference"));
                return findings.add(Severity::Error, pointer, "unknown_reference", message, fix);
            }
            Resolution::Around(container) => return check_container(text, &name, container, reference, findings),
            Resolution::Later(target) if target.step.id == place.step.id => {
                let message = format!("“{name}” is this step itself: it has no output yet");
                findings.error(pointer, "self_reference", message);
                target
            }
            Resolution::Later(target) => {
                let message = format!("“{name}” comes after this step: move it before, or refer to an earlier one");
                findings.error(pointer, "forward_reference", message);
                target
            }
            Resolution::Hidden(target) => {
                let (message, fix) = self.hidden_step(text, &name, target, reference);
                findings.add(Severity::Error, pointer, "hidden_reference", message, fix);
                target
            }
            Resolution::Visible(target) => {
                self.check_output(pointer, &name, target, place, reference, findings);
                target
            }
        };
        if let Some(field) = &reference.field
            && let Some(fields) = self.fields.get(&target.step.id)
        {
            check_field(pointer, &name, fields, field, findings);
        }
    }

    /// Checks whether an earlier step has an output in a run.
    fn check_output(
        &self,
        pointer: &str,
        name: &str,
        target: &'a Place,
        user: &'a Place,
        reference: &Reference,
        findings: &mut Findings,
    ) {
        if reference.optional {
            return;
        }
        if !target.step.enabled && user.step.enabled {
            let message = format!("“{name}” is switched off: it has no output");
            findings.error(pointer, "disabled_reference", message);
        } else if !is_reached(&self.reached, target) {
            let message = format!("no run reaches “{name}”: it has no output");
            findings.error(pointer, "skipped_reference", message);
        } else if self.may_pass_by(target, user) {
            let message = format!(
                "a case may jump over “{name}”: then it has no output. Test it with `is defined`, or give it a `default`"
            );
            findings.warning(pointer, "may_be_skipped", message);
        }
    }

    /// Whether a run may come to a step without an earlier one in its list, or in a list around it.
    fn may_pass_by(&self, target: &'a Place, user: &'a Place) -> bool {
        let around = self.index.around(user).chain([user]);
        // `until` sees the steps of the body: all that follows them is the end of the list.
        let beside = around.rev().find(|place| place.block == target.block);
        let key = beside.map_or_else(|| user.step.id.clone(), |beside| beside.step.id.clone());
        let known = self.passes_by.borrow().get(&(&target.step.id, key.clone())).copied();
        known.unwrap_or_else(|| {
            let goal = beside.map_or_else(|| self.index.len_of(&target.block), |beside| beside.position);
            let passes = self.index.can_pass_by(target, goal);
            self.passes_by.borrow_mut().insert((&target.step.id, key), passes);
            passes
        })
    }

    /// The message for a step inside another container, and a reference to that container instead.
    fn hidden_step(
        &self,
        text: &Text<'_, '_>,
        name: &str,
        target: &Place,
        reference: &Reference,
    ) -> (String, Option<LintFix>) {
        let mut containers = self.index.around(target);
        let Some(container) =
            containers.find(|place| matches!(text.names.resolve_place(place), Resolution::Visible(_)))
        else {
            let message = format!("“{name}” is inside another step, which has no output here");
            return (message, None);
        };
        let label = &container.step.label;
        let slot = self.slot_in(container, target);
        let (message, can_replace) = match (&container.step.kind, slot) {
            (StepKind::Conditional(_), Some(Slot::Case(case))) => (
                format!(
                    "“{name}” is in the case `{case}` of “{label}”, which may not be taken: refer to “{label}”, whose output is that of the case that was taken"
                ),
                true,
            ),
            (StepKind::Conditional(_), _) => (
                format!(
                    "“{name}” is in “{label}”, and runs only when no case matches: refer to “{label}”, whose output is that of the case that was taken"
                ),
                true,
            ),
            (StepKind::Parallel(_), Some(Slot::Branch(branch))) => (
                format!(
                    "“{name}” is in a branch of “{label}”: the output of the branch is `steps.{label}.output[\"{branch}\"]`"
                ),
                false,
            ),
            (StepKind::Parallel(_), _) => (
                format!("“{name}” runs for each item of “{label}”: the outputs are the list `steps.{label}.output`"),
                false,
            ),
            _ => (
                format!("“{name}” is inside “{label}”: refer to “{label}”, whose output is that of its last round"),
                true,
            ),
        };
        let is_output = reference.field.as_deref().is_none_or(|field| matches!(field, "content" | "output"));
        let fix = if can_replace && is_output { refer_to(text, reference, label) } else { None };
        (message, fix)
    }

    /// The list of a container that holds a step, directly or deeper.
    fn slot_in<'p>(&'p self, container: &Place, target: &'p Place) -> Option<&'p Slot> {
        let chain = self.index.around(target).chain([target]);
        chain.into_iter().find_map(|place| match &place.block {
            BlockAddress::Inner { parent, slot } if *parent == container.step.id => Some(slot),
            BlockAddress::Inner { .. } | BlockAddress::Root => None,
        })
    }
}

/// A container around the step has no output yet, but may give its item or round.
fn check_container(text: &Text<'_, '_>, name: &str, container: &Place, reference: &Reference, findings: &mut Findings) {
    let known: Vec<String> =
        text.names.fields_of(container).names().map(|local| format!("`steps.{name}.{local}`")).collect();
    if reference.field.as_deref().is_some_and(|field| text.names.fields_of(container).has(field)) {
        return;
    }
    let here = if known.is_empty() { String::new() } else { format!("; here it has {}", known.join(" and ")) };
    let message = format!("“{name}” contains this step: it has no output yet{here}");
    findings.error(text.pointer, "container_reference", message);
}

/// The message for an unknown step, and a corrected reference to a step with a similar name.
fn unknown_step(text: &Text<'_, '_>, reference: &Reference, known: usize) -> (String, Option<LintFix>) {
    let name = short(&reference.name);
    if known >= MAX_FINDINGS_OF_A_KIND {
        // It is only counted.
        return (String::new(), None);
    }
    let earlier = labels(&text.names);
    let near = if known < MAX_SUGGESTIONS { nearest(&reference.name, earlier.iter().copied()) } else { None };
    if let Some(label) = near {
        return (format!("there is no step “{name}”; did you mean “{label}”?"), refer_to(text, reference, label));
    }
    let mut listed: Vec<&str> = earlier.into_iter().take(MAX_LISTED_LABELS + 1).collect();
    if listed.len() > MAX_LISTED_LABELS {
        listed.pop();
        listed.push("…");
    }
    let message = if listed.is_empty() {
        format!("there is no step “{name}”, and no step before this one")
    } else {
        format!("there is no step “{name}”; the steps before this one are: {}", listed.join(", "))
    };
    (message, None)
}

fn labels<'i>(names: &NameScope<'i>) -> Vec<&'i str> {
    names.visible().map(|place| place.step.label.as_str()).collect()
}

/// The text with a reference to another step.
fn refer_to(text: &Text<'_, '_>, reference: &Reference, label: &str) -> Option<LintFix> {
    let source = text.of.source;
    if source.len() > MAX_FIXED_BYTES {
        return None;
    }
    let mended = format!(
        "{}steps.{label}{}",
        source.get(..reference.span.start).unwrap_or_default(),
        source.get(reference.span.end..).unwrap_or_default()
    );
    Some(LintFix { title: format!("Refer to “{label}”"), pointer: text.pointer.into(), value: mended.into() })
}

/// Unknown references for which a label that is alike is searched; for the others labels are listed.
const MAX_SUGGESTIONS: usize = 20;
/// Characters of a name and a label that are compared. The work grows with the product of both.
const MAX_COMPARED_CHARS: usize = 64;
/// Labels that a message lists.
const MAX_LISTED_LABELS: usize = 20;
/// Bytes of a template that a finding repeats with its mistake mended.
const MAX_FIXED_BYTES: usize = 64 * 1024;

/// The label most similar to a name, if any.
fn nearest<'a>(name: &str, labels: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let is_comparable = |text: &str| text.chars().nth(MAX_COMPARED_CHARS).is_none();
    if !is_comparable(name) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    labels
        .filter(|label| is_comparable(label))
        .map(|label| (strsim::normalized_damerau_levenshtein(&label.to_ascii_lowercase(), &name), label))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, label)| label)
}

/// A step has its own fields, as `content`; JSON and decisions have fields besides.
fn check_field(pointer: &str, name: &str, known: &OutputFields, field: &str, findings: &mut Findings) {
    let Some(fields) = &known.json else { return };
    let is_in_json = fields.iter().any(|own| own == field);
    if !known.own.contains(&field) {
        if !is_in_json {
            let all = known.own.iter().copied().chain(fields.iter().map(String::as_str));
            let all: Vec<&str> = all.take(MAX_LISTED_LABELS).collect();
            let message = format!("“{name}” has no `{}`; it has {}", short(field), all.join(", "));
            findings.error(pointer, "unknown_field", message);
        }
    } else if is_in_json {
        let whole = match field {
            "content" | "output" => format!("the whole answer of “{name}”"),
            _ => format!("what “{name}” itself tells"),
        };
        let message = format!(
            "`steps.{name}.{field}` is {whole}; for the field `{field}` in it, write `steps.{name}.output.{field}`"
        );
        findings.warning(pointer, "hidden_field", message);
    }
}
