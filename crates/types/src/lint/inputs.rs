//! The declared fields of the input, and those that texts name.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::report::{Findings, LintFix, Severity};
use crate::definition::{Definition, InputField, InputType, Language, is_input_name};
use crate::index::Index;
use crate::input_check::check_input;
use crate::json;
use crate::limits::{
    MAX_DESCRIPTION_CHARS, MAX_EXPRESSION_BYTES, MAX_INPUT_BYTES, MAX_INPUT_FIELDS, MAX_INPUT_OPTIONS, MAX_NAME_CHARS,
    MAX_PROMPT_BYTES,
};
use crate::problem::FieldError;
use crate::template::{Reading, Root, short};

pub(super) fn check(definition: &Definition, index: &Index, input: Option<&Value>, findings: &mut Findings) {
    let inputs = &definition.inputs;
    if inputs.is_empty() {
        return;
    }
    if inputs.len() > MAX_INPUT_FIELDS {
        let message = format!("at most {MAX_INPUT_FIELDS} fields");
        return findings.error("/inputs", "too_many_inputs", message);
    }
    for error in input.map(|input| check_input(inputs, input)).unwrap_or_default() {
        findings.error(declaration_of(inputs, &error), &error.code, error.message);
    }
    let used = InputsUsed::of(index);
    let mut names = HashSet::new();
    for (position, field) in inputs.iter().enumerate() {
        let at = format!("/inputs/{position}");
        check_name(field, &at, findings);
        check_values(field, &at, findings);
        if !names.insert(field.name.as_str()) {
            let message = format!("`{}` is declared already", short(&field.name));
            findings.error(format!("{at}/name"), "duplicate_input", message);
        } else if !used.reads_whole && !used.fields.contains_key(&field.name) {
            let message = format!("no step uses `input.{}`", short(&field.name));
            findings.warning(at, "unused_input", message);
        }
    }
    for (name, found) in &used.fields {
        if names.contains(name.as_str()) {
            continue;
        }
        let message = format!("`input.{}` is not declared in `inputs`", short(name));
        let title = format!("Declare `{}`", short(name));
        // Texts may name fields in letters that a declaration does not take.
        let fix = is_input_name(name).then(|| serde_json::to_value(found.declared(name)).ok()).flatten();
        let fix = fix.map(|value| LintFix { title, pointer: "/inputs/-".into(), value });
        findings.add(Severity::Warning, &found.pointer, "undeclared_input", message, fix);
    }
}

/// The pointer to the declaration of the field that an error of an input is about.
fn declaration_of(inputs: &[InputField], error: &FieldError) -> String {
    let position = inputs.iter().position(|field| error.pointer == field.pointer_in_input());
    position.map_or_else(|| "/inputs".to_owned(), |position| format!("/inputs/{position}"))
}

fn check_name(field: &InputField, at: &str, findings: &mut Findings) {
    if !is_input_name(&field.name) {
        let message = format!(
            "a name is a letter or `_`, then letters, digits and `_`, at most {MAX_NAME_CHARS}: texts refer to it as `input.<name>`"
        );
        findings.error(format!("{at}/name"), "input_name_not_usable", message);
    }
    if field.label.chars().count() > MAX_NAME_CHARS {
        findings.error(format!("{at}/label"), "label_too_long", format!("at most {MAX_NAME_CHARS} characters"));
    }
    if field.help.chars().count() > MAX_DESCRIPTION_CHARS {
        let message = format!("at most {MAX_DESCRIPTION_CHARS} characters");
        findings.error(format!("{at}/help"), "help_too_long", message);
    }
}

fn check_values(field: &InputField, at: &str, findings: &mut Findings) {
    let pointer = format!("{at}/options");
    match (&field.input_type, field.options.len()) {
        (InputType::Choice, 0) => findings.error(pointer, "no_options", "say what there is to choose from"),
        (InputType::Choice, count) if count > MAX_INPUT_OPTIONS => {
            findings.error(pointer, "too_many_options", format!("at most {MAX_INPUT_OPTIONS} options"));
        }
        (InputType::Choice, _) => {
            let mut seen = HashSet::new();
            for (position, _) in field.options.iter().enumerate().filter(|(_, option)| !seen.insert(option.as_str())) {
                findings.error(format!("{pointer}/{position}"), "duplicate_option", "this option is there already");
            }
        }
        (InputType::Unknown(_), _) | (_, 0) => {}
        (_, _) => findings.warning(pointer, "options_without_effect", "only a `choice` has options"),
    }
    for (name, value) in [("default", &field.default), ("example", &field.example)] {
        let Some(value) = value else { continue };
        let pointer = format!("{at}/{name}");
        if json::size(value) > MAX_INPUT_BYTES {
            findings.error(pointer, "value_too_long", format!("at most {MAX_INPUT_BYTES} bytes as JSON"));
        } else if let Some(problem) = field.problem(value) {
            findings.error(pointer, "value_does_not_fit", problem);
        }
    }
}

/// The fields of the input that the texts of a definition name.
pub(crate) struct InputsUsed {
    /// By name.
    fields: BTreeMap<String, InputUse>,
    /// Whether a text names the input as a whole, so that it may use any field.
    reads_whole: bool,
}

/// The first use of a field.
struct InputUse {
    /// JSON pointer to the text.
    pointer: String,
    required: bool,
}

impl InputUse {
    fn declared(&self, name: &str) -> InputField {
        InputField { name: name.to_owned(), required: self.required, ..InputField::default() }
    }
}

impl InputsUsed {
    pub fn of(index: &Index) -> Self {
        let mut used = Self { fields: BTreeMap::new(), reads_whole: false };
        for place in index.places() {
            for text in place.step.texts() {
                let most = match text.language {
                    Language::Template => MAX_PROMPT_BYTES,
                    Language::Expression => MAX_EXPRESSION_BYTES,
                };
                let source = Some(text.source).filter(|source| source.len() <= most);
                let reading = source.and_then(|source| Reading::of(source, text.language, index.names()).ok());
                let Some(reading) = reading else { continue };
                used.reads_whole |= reading.names_whole_input();
                for reference in reading.into_references().into_iter().filter(|found| found.root == Root::Input) {
                    let found = used.fields.entry(reference.name).or_insert_with(|| InputUse {
                        pointer: format!("{}/{}", place.pointer, text.field),
                        required: false,
                    });
                    found.required |= !reference.optional && place.step.enabled;
                }
            }
        }
        used
    }
}

/// The fields of the input that texts name and the definition does not declare, to offer them. They are required where a
/// text cannot do without them. Names that a declaration does not take are left out.
#[must_use]
pub fn undeclared_inputs(definition: &Definition, index: &Index) -> Vec<InputField> {
    let used = InputsUsed::of(index).fields;
    let missing = used.iter().filter(|(name, _)| definition.input_field(name).is_none() && is_input_name(name));
    missing.map(|(name, found)| found.declared(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{LintContext, lint};
    use super::*;
    use crate::edit::{Edit, apply};

    fn definition(inputs: &Value, prompt: &str) -> Definition {
        let step = json!({"label": "A", "type": "llm", "prompt": prompt});
        serde_json::from_value(json!({"inputs": inputs, "steps": [step]})).unwrap()
    }

    fn found(inputs: &Value, prompt: &str) -> Vec<String> {
        let report = lint(&definition(inputs, prompt), &LintContext::default(), None);
        report.findings.into_iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect()
    }

    #[test]
    fn declared_fields_are_checked() {
        for (inputs, expected) in [
            (json!([{"name": "a"}]), vec![]),
            (json!([{"name": "a"}, {"name": "a"}]), vec!["/inputs/1/name duplicate_input"]),
            (json!([{"name": "a", "type": "choice"}]), vec!["/inputs/0/options no_options"]),
            (
                json!([{"name": "a", "type": "choice", "options": ["x", "x"]}]),
                vec!["/inputs/0/options/1 duplicate_option"],
            ),
            (json!([{"name": "a", "options": ["x"]}]), vec!["/inputs/0/options options_without_effect"]),
            (json!([{"name": "a", "type": "number", "default": "1"}]), vec!["/inputs/0/default value_does_not_fit"]),
            (json!([{"name": "a", "type": "list", "example": {}}]), vec!["/inputs/0/example value_does_not_fit"]),
            (json!([{"name": "a", "type": "colour"}]), vec!["/inputs/0/type newer_value"]),
            (json!([{"name": "a", "hint": 1}]), vec!["/inputs/0/hint newer_field"]),
        ] {
            assert_eq!(found(&inputs, "{{ input.a }}"), expected, "{inputs}");
        }
        for name in ["", "a-b", "1a", "a b", "ä"] {
            let report = found(&json!([{"name": name}]), "{{ input }}");
            assert_eq!(report, ["/inputs/0/name input_name_not_usable"], "{name}");
        }
    }

    #[test]
    fn declared_fields_have_limits() {
        let many = |count: usize| {
            let inputs: Vec<Value> = (0..count).map(|at| json!({"name": format!("a{at}")})).collect();
            found(&json!(inputs), "{{ input }}")
        };
        assert_eq!(many(MAX_INPUT_FIELDS), Vec::<String>::new());
        assert_eq!(many(MAX_INPUT_FIELDS + 1), ["/inputs too_many_inputs"]);
        let options = |count: usize| {
            let options: Vec<String> = (0..count).map(|at| at.to_string()).collect();
            found(&json!([{"name": "a", "type": "choice", "options": options}]), "{{ input }}")
        };
        assert_eq!(options(MAX_INPUT_OPTIONS), Vec::<String>::new());
        assert_eq!(options(MAX_INPUT_OPTIONS + 1), ["/inputs/0/options too_many_options"]);
        let label = |count: usize| found(&json!([{"name": "a", "label": "x".repeat(count)}]), "{{ input }}");
        assert_eq!(label(MAX_NAME_CHARS), Vec::<String>::new());
        assert_eq!(label(MAX_NAME_CHARS + 1), ["/inputs/0/label label_too_long"]);
    }

    #[test]
    fn names_that_only_a_text_knows_are_offered() {
        let inputs = json!([{"name": "topic"}]);
        let prompt = "{{ input.topic }} {{ input.tone }} {{ input.tone }} {{ input.notes | default('') }}";
        assert_eq!(found(&inputs, prompt), ["/steps/0/prompt undeclared_input", "/steps/0/prompt undeclared_input"]);
        let before = definition(&inputs, prompt);
        let report = lint(&before, &LintContext::default(), None);
        let fixes = report.findings.into_iter().filter_map(|finding| finding.fix);
        let after = fixes.fold(before, |before, fix| apply(&before, Edit::ApplyFix(fix)).unwrap().definition);
        let declared: Vec<(&str, bool)> =
            after.inputs.iter().map(|field| (field.name.as_str(), field.required)).collect();
        assert_eq!(declared, [("topic", false), ("notes", false), ("tone", true)]);
        assert_eq!(lint(&after, &LintContext::default(), None).findings, []);
        // Without declared fields they are inferred.
        assert_eq!(found(&json!([]), prompt), Vec::<String>::new());
        let none = definition(&json!([]), prompt);
        assert_eq!(undeclared_inputs(&none, &Index::of(&none)).len(), 3);
    }

    #[test]
    fn a_name_that_cannot_be_declared_is_not_offered() {
        let inputs = json!([{"name": "topic"}]);
        let definition = definition(&inputs, "{{ input.topic }} {{ input.größe }} {{ input['a b'] }}");
        let report = lint(&definition, &LintContext::default(), None);
        let told: Vec<(&str, bool)> =
            report.findings.iter().map(|finding| (finding.code.as_str(), finding.fix.is_some())).collect();
        assert_eq!(told, [("undeclared_input", false), ("undeclared_input", false)]);
        assert!(undeclared_inputs(&definition, &Index::of(&definition)).is_empty());
    }

    #[test]
    fn an_input_is_held_to_the_declared_fields() {
        let inputs =
            json!([{"name": "topic", "required": true}, {"name": "tone", "default": "dry"}, {"name": "notes"}]);
        let with = |prompt: &str, input: Value| {
            let report = lint(&definition(&inputs, prompt), &LintContext::default(), Some(&input));
            let errors = report.errors().map(|finding| format!("{} {}", finding.pointer, finding.code));
            errors.collect::<Vec<_>>()
        };
        let all = "{{ input.topic }} {{ input.tone }} {{ input.notes }}";
        assert_eq!(with(all, json!({})), ["/inputs/0 missing_input", "/steps/0/prompt missing_input"]);
        assert_eq!(with(all, json!({"topic": "tea", "notes": ""})), Vec::<String>::new());
        assert_eq!(with("{{ input }}", json!({"topic": 3})), ["/inputs/0 input_does_not_fit"]);
        assert_eq!(with("{{ input }}", json!("tea")), ["/inputs input_not_an_object"]);
    }

    #[test]
    fn unused_fields_are_told_unless_the_whole_input_is_read() {
        let inputs = json!([{"name": "topic"}]);
        for (prompt, unused) in [
            ("x", true),
            ("{{ steps.input }}", true),
            ("{{ input.topic }}", false),
            ("{{ input }}", false),
            ("{{ input['topic'] }}", false),
            ("{% for name in input %}{{ name }}{% endfor %}", false),
            ("${user_input}", false),
            ("{{ input[context.key | default('topic')] }}", false),
        ] {
            let told = found(&inputs, prompt).contains(&"/inputs/0 unused_input".to_owned());
            assert_eq!(told, unused, "{prompt}");
        }
    }
}
