//! Fills templates in, by minijinja: strict, without HTML escaping, with a limit on the work.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Map, Value};
use sluice_store::Journal;
use sluice_types::limits::TEMPLATE_FUEL;
use sluice_types::template::{Root, references, to_jinja};
use sluice_types::{Definition, ErrorCode, RunError, StepRun, StepRunStatus};

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    // `{% if input.audience %}` may ask for what is not there; to write it out is an error.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    environment
});

/// What templates of an execution can refer to.
pub struct Scope<'a> {
    definition: &'a Definition,
    input: &'a Value,
    runs: &'a [StepRun],
    names: Vec<&'a str>,
}

impl<'a> Scope<'a> {
    /// The scope of an execution as its journal stands.
    #[must_use]
    pub fn of(journal: &'a Journal) -> Self {
        Self::new(&journal.snapshot.definition, &journal.input, &journal.step_runs)
    }

    /// A scope of its parts.
    #[must_use]
    pub fn new(definition: &'a Definition, input: &'a Value, runs: &'a [StepRun]) -> Self {
        let names = definition.steps.iter().flat_map(|step| [step.label.as_str(), step.id.as_str()]).collect();
        Self { definition, input, runs, names }
    }

    /// Fills a template in; the error names the field and says where in it.
    pub fn fill(&self, field: &str, source: &str) -> Result<String, RunError> {
        if !source.contains(['{', '$']) {
            return Ok(source.to_owned());
        }
        let refused =
            |error: &dyn std::fmt::Display| RunError::new(ErrorCode::InvalidTemplate, format!("`{field}`: {error}"));
        let found = references(source, &self.names).map_err(|error| refused(&error))?;
        let jinja = to_jinja(source, &self.names).map_err(|error| refused(&error))?;
        let mut steps = Map::new();
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
        ENVIRONMENT.render_str(&jinja, context).map_err(|error| refused(&explained(&error)))
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

/// The input as one text: the text itself, its field `user_input`, or its JSON.
fn user_input(input: &Value) -> String {
    text_of(input.get("user_input").unwrap_or(input))
}

/// A value as text: a text as it is, anything else as JSON.
#[must_use]
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Checks that minijinja can read a template; the lint has checked what it refers to.
pub fn check(source: &str, names: &[&str]) -> Result<(), String> {
    let jinja = to_jinja(source, names).map_err(|error| error.to_string())?;
    ENVIRONMENT.template_from_str(&jinja).map(|_| ()).map_err(|error| explained(&error))
}

/// What minijinja says, without the name that it gives to templates without one.
fn explained(error: &minijinja::Error) -> String {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    match error.kind() {
        minijinja::ErrorKind::OutOfFuel => {
            format!("{line}the template takes more than {TEMPLATE_FUEL} steps to fill in: write fewer or shorter loops")
        }
        kind => format!("{line}{kind}{detail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::pending_run;
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
