//! Fills templates in, by minijinja: strict, without HTML escaping, with a limit on the work.

use std::sync::LazyLock;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value};
use sluice_store::Journal;
use sluice_types::limits::{MAX_FILLED_BYTES, TEMPLATE_FUEL};
use sluice_types::template::{Root, references, to_jinja};
use sluice_types::{Definition, ErrorCode, RunError, Step, StepKind, StepRun, StepRunStatus};

use crate::providers::demo_schema::instance_of;
use crate::view::pending_run;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // `{% if input.audience %}` may ask for what is not there; to write it out is an error.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    // It would print what the engine knows.
    environment.remove_global("debug");
    environment.set_formatter(|out, state, value| match value.kind() {
        // Lists and objects read as JSON everywhere else, too.
        ValueKind::Map | ValueKind::Seq => {
            let json = serde_json::to_string(value)
                .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
            Ok(out.write_str(&json)?)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment
});

/// What templates of an execution can refer to.
pub struct Scope<'a> {
    definition: &'a Definition,
    input: &'a Value,
    runs: Vec<&'a StepRun>,
    names: Vec<&'a str>,
}

impl<'a> Scope<'a> {
    /// The scope of an execution as its journal stands.
    #[must_use]
    pub fn of(journal: &'a Journal) -> Self {
        Self::new(&journal.snapshot.definition, &journal.input, journal.runs())
    }

    /// A scope of its parts.
    #[must_use]
    pub fn new(definition: &'a Definition, input: &'a Value, runs: impl IntoIterator<Item = &'a StepRun>) -> Self {
        let names = definition.names();
        Self { definition, input, runs: runs.into_iter().collect(), names }
    }

    /// Fills a template in; the error names the field and says where in it.
    pub fn fill(&self, field: &str, source: &str) -> Result<String, RunError> {
        if !source.contains(['{', '$']) {
            return Ok(source.to_owned());
        }
        let refused =
            |error: &dyn std::fmt::Display| RunError::new(ErrorCode::InvalidTemplate, format!("`{field}`: {error}"));
        let jinja = to_jinja(source, &self.names).map_err(|error| refused(&error))?;
        self.try_fill(&jinja, source).map_err(|error| refused(&explained(&error)))
    }

    /// Fills in a template that was rewritten for minijinja from `source`.
    fn try_fill(&self, jinja: &str, source: &str) -> Result<String, Error> {
        let mut steps = Map::new();
        // What cannot be read was reported when it was rewritten.
        let found = references(source, &self.names).unwrap_or_default();
        for reference in found.iter().filter(|reference| reference.root == Root::Steps) {
            if let Some(value) = self.step_value(&reference.name) {
                steps.insert(reference.name.clone(), value);
            }
        }
        let context = minijinja::context! {
            input => Serde(self.input),
            user_input => user_input(self.input),
            context => Serde(&self.definition.context),
            steps => Serde(&steps),
        };
        filled(jinja, context)
    }

    /// What `steps.<name>` stands for: `content`, `output`, and the fields of an output that has some.
    fn step_value(&self, name: &str) -> Option<Value> {
        let step = self.definition.step_named(name)?;
        let run = self.runs.iter().find(|run| run.step_id == step.id)?;
        let has_output = matches!(run.status, StepRunStatus::Completed | StepRunStatus::Skipped);
        let output = run.output.as_ref().filter(|_| has_output)?;
        let mut value = output.as_object().cloned().unwrap_or_default();
        value.insert("content".into(), run.content.clone().map_or_else(|| text_of(output).into(), Value::String));
        value.insert("output".into(), output.clone());
        Some(Value::Object(value))
    }
}

/// Fills a template in, up to a limit: fuel limits its steps, not what they write.
fn filled(jinja: &str, context: minijinja::Value) -> Result<String, Error> {
    let mut out = Limited(Vec::new());
    ENVIRONMENT.template_from_str(jinja)?.render_captured_to(context, &mut out)?;
    // PostgreSQL's texts hold no NUL, which an escape in a template can make.
    Ok(String::from_utf8_lossy(&out.0).replace('\0', "\u{fffd}"))
}

/// Takes what a template writes, up to [`MAX_FILLED_BYTES`].
struct Limited(Vec<u8>);

impl std::io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_FILLED_BYTES {
            return Err(std::io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The input as one text: the text itself, its field `user_input`, or its JSON.
fn user_input(input: &Value) -> String {
    text_of(input.get("user_input").unwrap_or(input))
}

/// A value as text: a text as it is, anything else as JSON.
#[must_use]
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Checks a template by filling it in with what stands for the outputs of steps: what is wrong
/// whatever they are (syntax, unknown filters, and all of a template that refers to no step) is
/// told before anything is spent. What it refers to is for the lint.
pub fn check(definition: &Definition, input: Option<&Value>, source: &str) -> Result<(), String> {
    let names = definition.names();
    let jinja = to_jinja(source, &names).map_err(|error| error.to_string())?;
    ENVIRONMENT.template_from_str(&jinja).map_err(|error| explained(&error))?;
    let uses_steps = references(source, &names).is_ok_and(|found| found.iter().any(|one| one.root == Root::Steps));
    let example = Value::Object(Map::new());
    let runs: Vec<StepRun> = definition.steps.iter().map(|step| stand_in(step)).collect();
    let scope = Scope::new(definition, input.unwrap_or(&example), &runs);
    let wrong = scope.try_fill(&jinja, source).err();
    let wrong = wrong.filter(|error| is_always_wrong(error.kind()) || (!uses_steps && input.is_some()));
    wrong.map_or(Ok(()), |error| Err(explained(&error)))
}

/// A completed step run with an output that could be one.
fn stand_in(step: &Step) -> StepRun {
    let output = match &step.kind {
        StepKind::Llm(llm) => {
            llm.output_schema.as_ref().map_or_else(|| Value::from("…"), |schema| instance_of(schema, 0))
        }
        StepKind::Review(_) => serde_json::json!({"decision": "approve", "comment": "…", "content": "…"}),
    };
    StepRun {
        status: StepRunStatus::Completed,
        content: Some(text_of(&output)),
        output: Some(output),
        ..pending_run(step)
    }
}

/// Errors that no output of a step can take away.
fn is_always_wrong(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::SyntaxError
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::TemplateNotFound
            | ErrorKind::BadInclude
            | ErrorKind::OutOfFuel
            | ErrorKind::WriteFailure
    )
}

/// What minijinja says, without the name that it gives to templates without one.
fn explained(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel => {
            format!("{line}the template takes more than {TEMPLATE_FUEL} steps to fill in: write fewer or shorter loops")
        }
        ErrorKind::WriteFailure => format!("{line}filled in, it is longer than {MAX_FILLED_BYTES} bytes"),
        kind => format!("{line}{kind}{detail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fill(source: &str) -> Result<String, String> {
        let definition: Definition = serde_json::from_value(json!({"context": {"TONE": "dry"}, "steps": [
            {"id": "idea", "label": "Idea Generation", "type": "llm", "prompt": "x"},
            {"id": "data", "label": "Data", "type": "llm", "prompt": "x"},
            {"id": "late", "label": "Late", "type": "llm", "prompt": "x"},
        ]}))
        .unwrap();
        let done = |at: usize, output: Value| StepRun {
            status: StepRunStatus::Completed,
            content: Some(text_of(&output)),
            output: Some(output),
            ..pending_run(&definition.steps[at])
        };
        let runs = [done(0, json!("a <b> idea")), done(1, json!({"title": "T", "items": [1, 2]}))];
        let input = json!({"topic": "tea", "user_input": "make tea"});
        Scope::new(&definition, &input, &runs).fill("prompt", source).map_err(|error| error.message)
    }

    #[test]
    fn all_spellings_are_filled_in_without_escaping() {
        for source in [
            "{{steps.Idea Generation.content}}",
            "{{ steps[\"Idea Generation\"].content }}",
            "${steps.idea.output}",
            "{{steps.idea.content}}",
        ] {
            assert_eq!(fill(source).as_deref(), Ok("a <b> idea"), "{source}");
        }
        assert_eq!(fill("${user_input} ${context.TONE} {{input.topic}}").as_deref(), Ok("make tea dry tea"));
    }

    #[test]
    fn json_outputs_have_fields() {
        assert_eq!(
            fill("{{steps.Data.title}} {% for i in steps.Data.items %}[{{i}}]{% endfor %}").as_deref(),
            Ok("T [1][2]")
        );
        assert_eq!(fill("{{steps.Data.content}}").as_deref(), Ok("{\"title\":\"T\",\"items\":[1,2]}"));
    }

    #[test]
    fn what_is_missing_is_an_error_that_says_where() {
        assert!(fill("{{steps.Late.content}}").unwrap_err().starts_with("`prompt`: line 1: undefined value"));
        assert!(fill("\n{{input.nothing}}").unwrap_err().starts_with("`prompt`: line 2: undefined value"));
        assert_eq!(fill("{{ input.nothing | default('x') }}{% if input.nothing %}y{% endif %}").as_deref(), Ok("x"));
    }

    #[test]
    fn endless_work_is_stopped() {
        let error = fill("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}").unwrap_err();
        assert!(error.contains("more than 100000 steps"), "{error}");
    }

    #[test]
    fn a_text_without_signs_is_left_alone() {
        assert_eq!(fill("plain").as_deref(), Ok("plain"));
    }
}
