//! The system prompt names nothing that is not there, and its examples are right.

use serde_json::{Value, json};
use sluice_schema::misfits;
use sluice_types::{Definition, Index, LintCode, LintContext, StepType};
use utoipa::PartialSchema as _;

use super::answer::read;
use super::schema::answer_schema;
use crate::check::lint_deeply;

const PROMPT: &str = include_str!("prompt.md");

/// The lines of a section, without its heading.
fn section(title: &str) -> Vec<&'static str> {
    let lines = PROMPT.lines().skip_while(|line| *line != format!("# {title}")).skip(1);
    let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("# ")).collect();
    assert!(!lines.is_empty(), "{title}");
    lines
}

/// The cells of the rows of a table.
fn rows(title: &str) -> Vec<Vec<&'static str>> {
    let lines = section(title).into_iter().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// The words between backticks.
fn named(cell: &'static str) -> Vec<&'static str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// A definition of one step that has a field.
fn with_field(step_type: &str, field: &str) -> Value {
    let value = match field {
        "branches" | "cases" | "steps" | "fallbacks" | "shows" | "tools" => json!([]),
        "otherwise" | "arguments" | "output_schema" => json!({}),
        "temperature" | "max_tokens" | "max_turns" | "expires_in" | "max_concurrency" | "max_iterations" => json!(1),
        "approve" => json!("never"),
        "on_expiry" => json!("reject"),
        "on_error" => json!("fail"),
        _ => json!("x"),
    };
    let mut step = json!({"id": "a", "label": "A", "type": step_type, "prompt": "x", "tool": "native:wait",
        "max_iterations": 1});
    step[field] = value;
    json!({"steps": [step]})
}

#[test]
fn the_types_their_fields_and_their_outputs_exist() {
    let rows = rows("The definition");
    let types: Vec<StepType> = rows.iter().map(|row| named(row[0])[0].parse().unwrap()).collect();
    assert_eq!(types, StepType::ALL);
    for row in rows {
        let step_type = named(row[0])[0];
        for field in named(row[1]) {
            let definition: Definition = serde_json::from_value(with_field(step_type, field)).unwrap();
            let pointer = format!("/steps/0/{field}");
            assert!(definition.newer_parts().iter().all(|part| part.pointer != pointer), "{step_type}: {field}");
        }
        let definition: Definition = serde_json::from_value(with_field(step_type, "prompt")).unwrap();
        let index = Index::of(&definition);
        let fields = index.output_fields(&index.places()[0]);
        let json = fields.json.unwrap_or_default();
        for field in named(row[2]).into_iter().filter(|field| *field != "output_schema") {
            assert!(fields.own.contains(&field) || json.iter().any(|known| known == field), "{step_type}: {field}");
        }
    }
}

#[test]
fn the_codes_of_faults_exist() {
    let codes = serde_json::to_value(LintCode::schema()).unwrap();
    let codes = codes["enum"].as_array().unwrap();
    for row in rows("Frequent faults") {
        assert!(codes.iter().any(|code| code == named(row[0])[0]), "{}", row[0]);
    }
}

#[test]
fn the_fields_of_the_answer_are_those_of_its_schema() {
    let schema = answer_schema(None);
    let mut told: Vec<&str> = section("What you answer")
        .into_iter()
        .filter(|line| line.starts_with("- `"))
        .map(|line| named(line)[0])
        .collect();
    told.sort_unstable();
    let mut fields: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(told, fields);
}

#[test]
fn the_examples_fit_the_schema_and_have_no_finding() {
    let examples: Vec<&str> = PROMPT.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let value: Value = serde_json::from_str(example).unwrap();
        assert_eq!(misfits(&answer_schema(None), &value, 5).unwrap(), []);
        let read = read(value).unwrap();
        assert_eq!(read.left_out, []);
        let agents = read.answer.agents.iter().filter_map(|agent| agent.id.clone()).collect();
        let context = LintContext { agents: Some(agents), mcp_servers: Some(Vec::new()), ..LintContext::default() };
        let report = lint_deeply(&read.answer.definition, &context, None);
        assert_eq!(report.findings, [], "{}", read.answer.name);
    }
}
