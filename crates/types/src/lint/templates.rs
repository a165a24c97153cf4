//! Checks the references of templates.

use serde_json::Value;

use super::flow::{Reached, is_reached, reached};
use super::report::{Findings, Fix, Severity};
use crate::definition::{Definition, Step, StepKind};
use crate::index::{Index, Place, Resolution};
use crate::limits::{MAX_FINDINGS_OF_A_KIND, MAX_PROMPT_BYTES};
use crate::template::{Reading, Reference, Root, short};

pub(super) fn check(definition: &Definition, index: &Index, input: Option<&Value>, findings: &mut Findings) {
    let scope = Scope { definition, index, input, reached: reached(index) };
    for place in index.places() {
        for (field, source) in place.step.templates() {
            // A template that is too long is refused; to read it would only take time.
            if source.len() <= MAX_PROMPT_BYTES {
                let template = Template { place, pointer: &format!("{}/{field}", place.pointer), source };
                scope.check_template(&template, findings);
            }
        }
    }
}

/// The context for the templates of a definition.
struct Scope<'a> {
    definition: &'a Definition,
    index: &'a Index,
    input: Option<&'a Value>,
    reached: Reached<'a>,
}

/// A template and its place.
struct Template<'a> {
    place: &'a Place,
    pointer: &'a str,
    source: &'a str,
}

impl Scope<'_> {
    fn check_template(&self, template: &Template, findings: &mut Findings) {
        let reading = match Reading::new(template.source, self.index.names()) {
            Ok(reading) => reading,
            Err(error) => return findings.error(template.pointer, "template_syntax", error.to_string()),
        };
        for reference in reading.references() {
            match reference.root {
                Root::Steps => self.check_step_reference(template, reference, findings),
                Root::Input => self.check_input(template.pointer, reference, findings),
                Root::Context => {
                    if !reference.optional && !self.definition.context.contains_key(&reference.name) {
                        let message = format!("the workflow's `context` has no key `{}`", short(&reference.name));
                        findings.error(template.pointer, "unknown_context_key", message);
                    }
                }
            }
        }
        for (_, error) in reading.unknown_names() {
            findings.error(template.pointer, "unknown_name", error.to_string());
        }
        for (_, error) in reading.dollar_text() {
            findings.add(Severity::Info, template.pointer, "dollar_text", error.to_string(), None);
        }
    }

    fn check_step_reference(&self, template: &Template, reference: &Reference, findings: &mut Findings) {
        let (pointer, place) = (template.pointer, template.place);
        let name = short(&reference.name);
        let target = match self.index.resolve(&reference.name, place) {
            Resolution::Unknown => {
                let (message, fix) = self.unknown_step(template, reference, findings.count("unknown_reference"));
                return findings.add(Severity::Error, pointer, "unknown_reference", message, fix);
            }
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
                let message = format!("“{name}” is inside another step: refer to that step instead");
                findings.error(pointer, "hidden_reference", message);
                target
            }
            Resolution::Visible(target) => {
                self.check_output(pointer, &name, target, place, reference, findings);
                target
            }
        };
        if let Some(field) = &reference.field {
            check_field(pointer, &name, &target.step, field, findings);
        }
    }

    /// Checks whether an earlier step has an output in a run.
    fn check_output(
        &self,
        pointer: &str,
        name: &str,
        target: &Place,
        user: &Place,
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
        }
    }

    /// The message for an unknown step, and a corrected reference to a step with a similar name.
    fn unknown_step(&self, template: &Template, reference: &Reference, known: usize) -> (String, Option<Fix>) {
        let name = short(&reference.name);
        if known >= MAX_FINDINGS_OF_A_KIND {
            // It is only counted.
            return (String::new(), None);
        }
        let earlier = self.index.block(&template.place.block).take(template.place.position);
        let earlier = earlier.map(|place| place.step.label.as_str());
        let near = if known < MAX_SUGGESTIONS { nearest(&reference.name, earlier.clone()) } else { None };
        let Some(label) = near else {
            let mut listed: Vec<&str> = earlier.take(MAX_LISTED_LABELS + 1).collect();
            if listed.len() > MAX_LISTED_LABELS {
                listed.pop();
                listed.push("…");
            }
            let message = if listed.is_empty() {
                format!("there is no step “{name}”, and no step before this one")
            } else {
                format!("there is no step “{name}”; the steps before this one are: {}", listed.join(", "))
            };
            return (message, None);
        };
        let message = format!("there is no step “{name}”; did you mean “{label}”?");
        if template.source.len() > MAX_FIXED_BYTES {
            return (message, None);
        }
        let mended = format!(
            "{}steps.{label}{}",
            template.source.get(..reference.span.start).unwrap_or_default(),
            template.source.get(reference.span.end..).unwrap_or_default()
        );
        let title = format!("Refer to “{label}”");
        (message, Some(Fix { title, pointer: template.pointer.into(), value: mended.into() }))
    }

    fn check_input(&self, pointer: &str, reference: &Reference, findings: &mut Findings) {
        let Some(input) = self.input.filter(|_| !reference.optional) else { return };
        if input.get(&reference.name).is_none() {
            let name = short(&reference.name);
            let message = match input {
                Value::Object(_) => format!("the input has no field `{name}`"),
                _ => format!(
                    "the input is not an object with a field `{name}`; for a text input, write `{{{{ input }}}}`"
                ),
            };
            findings.error(pointer, "missing_input", message);
        }
    }
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

/// The fields that every step has, besides those of its JSON.
const OWN_FIELDS: [&str; 2] = ["content", "output"];

/// A step that answers in text has `content` and `output`; JSON and decisions have fields besides.
fn check_field(pointer: &str, name: &str, target: &Step, field: &str, findings: &mut Findings) {
    let fields = match &target.kind {
        StepKind::Llm(llm) => {
            match llm.output_schema.as_ref().map(|schema| schema.get("properties").and_then(Value::as_object)) {
                None => Vec::new(),
                Some(Some(properties)) => properties.keys().map(String::as_str).collect(),
                // A schema without named properties allows any field.
                Some(None) => return,
            }
        }
        StepKind::Review(_) => vec!["decision", "comment"],
        // Its fields are not known.
        StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) | StepKind::Unknown(_) => return,
    };
    if !OWN_FIELDS.contains(&field) {
        if !fields.contains(&field) {
            let all: Vec<&str> = OWN_FIELDS.into_iter().chain(fields).take(MAX_LISTED_LABELS).collect();
            let message = format!("“{name}” has no `{}`; it has {}", short(field), all.join(", "));
            findings.error(pointer, "unknown_field", message);
        }
    } else if fields.contains(&field) {
        let message = format!(
            "`steps.{name}.{field}` is the whole answer of “{name}”; for the field `{field}` in it, write `steps.{name}.output.{field}`"
        );
        findings.warning(pointer, "hidden_field", message);
    }
}
