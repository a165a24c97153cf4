//! What templates refer to.

use serde_json::Value;

use super::flow::reachable;
use super::report::{Findings, Fix, Severity};
use crate::definition::{Definition, Step, StepKind};
use crate::template::{Reference, Root, dollar_text, references, unknown_names};

pub(super) fn check(definition: &Definition, input: Option<&Value>, findings: &mut Findings) {
    let names = definition.names();
    let scope = Scope { definition, input, names: &names, reachable: &reachable(definition) };
    for (at, step) in definition.steps.iter().enumerate() {
        for (field, source) in step.templates() {
            scope.check_template(at, step, &format!("/steps/{at}/{field}"), source, findings);
        }
    }
}

struct Scope<'a> {
    definition: &'a Definition,
    input: Option<&'a Value>,
    names: &'a [&'a str],
    reachable: &'a [bool],
}

impl Scope<'_> {
    fn check_template(&self, at: usize, step: &Step, pointer: &str, source: &str, findings: &mut Findings) {
        let found = match references(source, self.names) {
            Ok(found) => found,
            Err(error) => return findings.error(pointer, "template_syntax", error.to_string()),
        };
        for reference in &found {
            match reference.root {
                Root::Steps => self.check_step_reference(at, step, pointer, source, reference, findings),
                Root::Input => self.check_input(pointer, reference, findings),
                Root::Context => {
                    if !reference.optional && !self.definition.context.contains_key(&reference.name) {
                        let message = format!("the workflow's `context` has no key `{}`", reference.name);
                        findings.error(pointer, "unknown_context_key", message);
                    }
                }
            }
        }
        // What cannot be read was reported above.
        for (_, error) in unknown_names(source, self.names).unwrap_or_default() {
            findings.error(pointer, "unknown_name", error.to_string());
        }
        for (_, error) in dollar_text(source).unwrap_or_default() {
            findings.add(Severity::Info, pointer, "dollar_text", error.to_string(), None);
        }
    }

    fn check_step_reference(
        &self,
        at: usize,
        step: &Step,
        pointer: &str,
        source: &str,
        reference: &Reference,
        findings: &mut Findings,
    ) {
        let name = &reference.name;
        let Some(target) = self.definition.step_named(name) else {
            let (message, fix) = self.unknown_step(at, pointer, source, reference);
            return findings.add(Severity::Error, pointer, "unknown_reference", message, fix);
        };
        let target_at = self.definition.index_of(&target.id).unwrap_or(0);
        if target.id == step.id {
            findings.error(pointer, "self_reference", format!("“{name}” is this step itself: it has no output yet"));
        } else if target_at > at {
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
            Self::check_field(pointer, name, target, field, findings);
        }
    }

    fn unknown_step(&self, at: usize, pointer: &str, source: &str, reference: &Reference) -> (String, Option<Fix>) {
        let earlier: Vec<&str> = self.definition.steps.iter().take(at).map(|step| step.label.as_str()).collect();
        let near = earlier
            .iter()
            .map(|label| {
                (
                    strsim::normalized_damerau_levenshtein(
                        &label.to_ascii_lowercase(),
                        &reference.name.to_ascii_lowercase(),
                    ),
                    *label,
                )
            })
            .filter(|(likeness, _)| *likeness > 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, label)) = near else {
            let message = if earlier.is_empty() {
                format!("there is no step “{}”, and none stands before this one", reference.name)
            } else {
                format!("there is no step “{}”; before this one stand: {}", reference.name, earlier.join(", "))
            };
            return (message, None);
        };
        let mended = format!(
            "{}steps.{label}{}",
            source.get(..reference.span.start).unwrap_or_default(),
            source.get(reference.span.end..).unwrap_or_default()
        );
        let fix = Fix { title: format!("Refer to “{label}”"), pointer: pointer.into(), value: mended.into() };
        (format!("there is no step “{}”; did you mean “{label}”?", reference.name), Some(fix))
    }

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
        };
        if field != "content" && field != "output" && !fields.contains(&field) {
            let all: Vec<&str> = ["content", "output"].into_iter().chain(fields).collect();
            findings.error(pointer, "unknown_field", format!("“{name}” has no `{field}`; it has {}", all.join(", ")));
        }
    }

    fn check_input(&self, pointer: &str, reference: &Reference, findings: &mut Findings) {
        let Some(input) = self.input.filter(|_| !reference.optional) else { return };
        if input.get(&reference.name).is_none() {
            let message = match input {
                Value::Object(_) => format!("the input has no field `{}`", reference.name),
                _ => format!(
                    "the input is not an object with a field `{}`; for a text input, write `{{{{ input }}}}`",
                    reference.name
                ),
            };
            findings.error(pointer, "missing_input", message);
        }
    }
}
