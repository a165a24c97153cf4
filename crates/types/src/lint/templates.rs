//! Checks the names in templates and expressions.

use serde_json::Value;

use super::report::{Findings, Severity};
use super::steps_used::StepsUsed;
use crate::definition::{Definition, Language, StepText};
use crate::index::{Index, Place};
use crate::limits::{MAX_EXPRESSION_BYTES, MAX_PROMPT_BYTES};
use crate::scope::NameScope;
use crate::template::{Locals, Reading, Reference, Root, short};

pub(super) fn check(definition: &Definition, index: &Index, input: Option<&Value>, findings: &mut Findings) {
    let checker = Checker { definition, index, input, steps: StepsUsed::new(index) };
    for place in index.places() {
        for text in place.step.texts() {
            // A text that is too long is refused; to read it would only take time.
            let most = match text.language {
                Language::Template => MAX_PROMPT_BYTES,
                Language::Expression => MAX_EXPRESSION_BYTES,
            };
            if text.source.len() <= most {
                let pointer = &format!("{}/{}", place.pointer, text.field);
                let names = index.scope_of(place, &text);
                checker.check_text(&Text { place, pointer, names, of: &text }, findings);
            }
        }
    }
}

/// The context for the texts of a definition.
struct Checker<'a> {
    definition: &'a Definition,
    index: &'a Index,
    input: Option<&'a Value>,
    steps: StepsUsed<'a>,
}

/// A template or an expression, and its place.
pub(super) struct Text<'a, 't> {
    pub place: &'a Place,
    pub pointer: &'t str,
    pub names: NameScope<'a>,
    pub of: &'t StepText<'a>,
}

impl<'a> Checker<'a> {
    fn check_text(&self, text: &Text<'a, '_>, findings: &mut Findings) {
        let reading = match Reading::of(text.of.source, text.of.language, self.index.names()) {
            Ok(reading) => reading,
            Err(error) => return findings.error(text.pointer, "template_syntax", error.to_string()),
        };
        for reference in reading.references() {
            match reference.root {
                Root::Steps => self.steps.check(text, reference, findings),
                Root::Input => self.check_input(text.pointer, reference, findings),
                Root::Context => {
                    if !reference.optional && !self.definition.context.contains_key(&reference.name) {
                        let message = format!("the workflow's `context` has no key `{}`", short(&reference.name));
                        findings.error(text.pointer, "unknown_context_key", message);
                    }
                }
            }
        }
        for (name, error) in reading.unknown_names(text.names.locals()) {
            let code = if Locals::ALL.has(&name) { "name_outside_container" } else { "unknown_name" };
            findings.error(text.pointer, code, error.to_string());
        }
        for (_, error) in reading.dollar_text() {
            findings.add(Severity::Info, text.pointer, "dollar_text", error.to_string(), None);
        }
    }

    fn check_input(&self, pointer: &str, reference: &Reference, findings: &mut Findings) {
        // The check of declared fields tells what is missing of those that are required.
        let is_told = self.definition.input_field(&reference.name).is_some_and(|field| field.required);
        let Some(input) = self.input.filter(|_| !reference.optional && !is_told) else { return };
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
