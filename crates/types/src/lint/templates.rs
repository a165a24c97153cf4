//! What templates refer to.

use std::collections::HashMap;

use serde_json::Value;

use super::flow::reachable;
use super::report::{Findings, Fix, Severity};
use crate::definition::{Definition, Step, StepKind};
use crate::limits::{MAX_FINDINGS_OF_A_KIND, MAX_PROMPT_BYTES};
use crate::template::{Names, Reading, Reference, Root, short};

pub(super) fn check(definition: &Definition, input: Option<&Value>, findings: &mut Findings) {
    let scope = Scope::new(definition, input);
    for (at, step) in definition.steps.iter().enumerate() {
        for (field, source) in step.templates() {
            // A template that is too long is refused; to read it would only take time.
            if source.len() <= MAX_PROMPT_BYTES {
                let template = Template { at, step, pointer: &format!("/steps/{at}/{field}"), source };
                scope.check_template(&template, findings);
            }
        }
    }
}

/// What all templates of a definition are checked against.
struct Scope<'a> {
    definition: &'a Definition,
    input: Option<&'a Value>,
    names: Names<'a>,
    /// The index of each step, by its label and id.
    steps: HashMap<&'a str, usize>,
    reachable: Vec<bool>,
}

/// A template, and where it stands.
struct Template<'a> {
    at: usize,
    step: &'a Step,
    pointer: &'a str,
    source: &'a str,
}

impl<'a> Scope<'a> {
    fn new(definition: &'a Definition, input: Option<&'a Value>) -> Self {
        let mut steps = HashMap::new();
        // A label wins over an id, and the first of two wins.
        for (at, step) in definition.steps.iter().enumerate() {
            steps.entry(step.label.as_str()).or_insert(at);
        }
        for (at, step) in definition.steps.iter().enumerate() {
            steps.entry(step.id.as_str()).or_insert(at);
        }
        let names = Names::new(&definition.names());
        Self { definition, input, names, steps, reachable: reachable(definition) }
    }

    fn check_template(&self, template: &Template, findings: &mut Findings) {
        let reading = match Reading::new(template.source, &self.names) {
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
        let (pointer, step) = (template.pointer, template.step);
        let Some((target_at, target)) =
            self.steps.get(reference.name.as_str()).and_then(|&at| Some((at, self.definition.steps.get(at)?)))
        else {
            let (message, fix) = self.unknown_step(template, reference, findings.count("unknown_reference"));
            return findings.add(Severity::Error, pointer, "unknown_reference", message, fix);
        };
        let name = short(&reference.name);
        if target.id == step.id {
            findings.error(pointer, "self_reference", format!("“{name}” is this step itself: it has no output yet"));
        } else if target_at > template.at {
            findings.error(
                pointer,
                "forward_reference",
                format!("“{name}” comes after this step: move it before, or refer to an earlier one"),
            );
        } else if !reference.optional && !target.enabled && step.enabled {
            findings.error(
                pointer,
                "disabled_reference",
                format!("“{name}” is switched off: it gives nothing to refer to"),
            );
        } else if !reference.optional && self.reachable.get(target_at) == Some(&false) {
            findings.error(
                pointer,
                "skipped_reference",
                format!("no run comes to “{name}”: it gives nothing to refer to"),
            );
        }
        if let Some(field) = &reference.field {
            check_field(pointer, &name, target, field, findings);
        }
    }

    /// The message for an unknown step, and the reference to one that is called alike.
    fn unknown_step(&self, template: &Template, reference: &Reference, known: usize) -> (String, Option<Fix>) {
        let name = short(&reference.name);
        if known >= MAX_FINDINGS_OF_A_KIND {
            // It is only counted.
            return (String::new(), None);
        }
        let earlier = self.definition.steps.iter().take(template.at).map(|step| step.label.as_str());
        let near = if known < MAX_SUGGESTIONS { nearest(&reference.name, earlier.clone()) } else { None };
        let Some(label) = near else {
            let mut listed: Vec<&str> = earlier.take(MAX_LISTED_LABELS + 1).collect();
            if listed.len() > MAX_LISTED_LABELS {
                listed.pop();
                listed.push("…");
            }
            let message = if listed.is_empty() {
                format!("there is no step “{name}”, and none stands before this one")
            } else {
                format!("there is no step “{name}”; before this one stand: {}", listed.join(", "))
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

/// The label that is most like a name, if one is.
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
                // A schema without named properties may give any field.
                Some(None) => return,
            }
        }
        StepKind::Review(_) => vec!["decision", "comment"],
        // Its fields are not known.
        StepKind::Unknown(_) => return,
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
