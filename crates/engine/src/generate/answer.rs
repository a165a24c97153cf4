//! The answer of a designing model: a workflow, the agents that it needs, and what the model says of it.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sluice_types::json::{ReadError, from_value};
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_GENERATED_AGENTS, MAX_NAME_CHARS, MAX_TAG_CHARS, MAX_TAGS};
use sluice_types::{CreateAgent, Definition, LintFinding, Severity, StepId, SuggestedMcpServer};

/// What a designer answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    pub name: String,
    pub description: String,
    pub tags: Vec<String>,
    pub definition: Definition,
    pub agents: Vec<CreateAgent>,
    pub suggested: Vec<SuggestedMcpServer>,
    /// Why each step uses what it uses.
    pub reasons: HashMap<StepId, String>,
    pub explanation: String,
}

/// An answer, and the parts of it that were left out.
#[derive(Debug, PartialEq)]
pub struct Read {
    pub answer: Answer,
    pub left_out: Vec<LintFinding>,
}

/// Servers that are suggested.
const MAX_SUGGESTED: usize = 20;
/// Characters of a reason.
const MAX_REASON_CHARS: usize = 1_000;

/// Fields whose values are the user's: `null` means something there.
const OPAQUE: [&str; 6] = ["arguments", "context", "default", "example", "output_schema", "options"];

/// Reads an answer. Parts that are empty or `null` count as absent; models write them for fields that they do not need.
///
/// # Errors
/// Why there is no definition in it, for the model to read.
pub fn read(mut value: Value) -> Result<Read, ReadError> {
    for pointer in
        ["/workflow", "/workflow/definition", "/definition", "/agents_to_create", "/mcps_suggested", "/reasons"]
    {
        value.pointer_mut(pointer).into_iter().for_each(parse_text);
    }
    prune(&mut value);
    let Value::Object(mut answer) = value else { return Err(error("", "an object with `workflow` is expected")) };
    // Some models leave the wrapping out.
    let mut workflow = match answer.remove("workflow") {
        Some(Value::Object(workflow)) => workflow,
        Some(_) => return Err(error("/workflow", "an object is expected")),
        None => std::mem::take(&mut answer),
    };
    if workflow.is_empty() {
        return Err(error("/workflow", "the answer holds no workflow"));
    }
    if !workflow.contains_key("definition") && workflow.contains_key("steps") {
        let definition = Value::Object(std::mem::take(&mut workflow));
        workflow.insert("definition".into(), definition);
    }
    let definition = workflow.remove("definition").ok_or_else(|| error("/workflow/definition", "it is missing"))?;
    let (definition, mut left_out) = definition_of(definition)?;
    // Where the wrapping was left out, the rest of the answer stands beside the workflow.
    let mut rest = |name: &str| answer.remove(name).or_else(|| workflow.remove(name));
    let agents = agents(rest("agents_to_create"), &mut left_out);
    let suggested = list(rest("mcps_suggested")).into_iter().take(MAX_SUGGESTED).filter_map(suggestion).collect();
    let reasons = list(rest("reasons")).into_iter().filter_map(reason).collect();
    let explanation = text(rest("explanation"), MAX_DESCRIPTION_CHARS);
    let tags = list(rest("tags")).into_iter().map(|tag| text(Some(tag), MAX_TAG_CHARS));
    let answer = Answer {
        tags: tags.filter(|tag| !tag.is_empty()).take(MAX_TAGS).collect(),
        name: text(rest("name"), MAX_NAME_CHARS),
        description: text(rest("description"), MAX_DESCRIPTION_CHARS),
        definition,
        agents,
        suggested,
        reasons,
        explanation,
    };
    Ok(Read { answer, left_out })
}

/// Takes the JSON out of a text: some models write a part of the answer as a text that holds it.
fn parse_text(value: &mut Value) {
    if let Value::String(text) = value
        && let Ok(parsed @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
    {
        *value = parsed;
    }
}

fn error(pointer: &str, message: &str) -> ReadError {
    ReadError { pointer: pointer.into(), message: message.into() }
}

/// The definition without the fields that no step has, and findings that name them.
fn definition_of(mut value: Value) -> Result<(Definition, Vec<LintFinding>), ReadError> {
    let within = |error: ReadError| ReadError { pointer: format!("/workflow/definition{}", error.pointer), ..error };
    let definition: Definition = from_value(value.clone()).map_err(within)?;
    let parts = definition.newer_parts();
    let (fields, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.field().is_some());
    if let Some(other) = others.first() {
        return Err(within(other.refusal()));
    }
    let mut findings = Vec::new();
    for part in &fields {
        let Some((parent, _)) = part.pointer.rsplit_once('/') else { continue };
        if let (Some(Value::Object(parent)), Some(name)) = (value.pointer_mut(parent), part.field()) {
            parent.remove(name);
            let message = format!("there is no field `{name}` here: it was left out");
            findings.push(LintFinding::new(Severity::Warning, part.pointer.clone(), "newer_field", message));
        }
    }
    let definition = if findings.is_empty() { definition } else { from_value(value).map_err(within)? };
    definition.hold_to_known_parts(None).map_err(within)?;
    Ok((definition, findings))
}

fn agents(value: Option<Value>, findings: &mut Vec<LintFinding>) -> Vec<CreateAgent> {
    let mut read = Vec::new();
    for value in list(value).into_iter().take(MAX_GENERATED_AGENTS) {
        match from_value::<CreateAgent>(value) {
            Ok(agent) => read.push(agent),
            Err(ReadError { pointer, message }) => {
                let message = format!("an agent to create cannot be read, at `{pointer}`: {message}");
                findings.push(LintFinding::new(Severity::Warning, String::new(), "newer_field", message));
            }
        }
    }
    read
}

fn suggestion(value: Value) -> Option<SuggestedMcpServer> {
    let Value::Object(mut fields) = value else { return None };
    let name = text(fields.remove("name"), MAX_NAME_CHARS);
    let reason = text(fields.remove("reason"), MAX_REASON_CHARS);
    let steps = list(fields.remove("step_ids"));
    let step_ids = steps.iter().filter_map(|id| StepId::new(id.as_str()?).ok()).collect();
    (!name.is_empty()).then_some(SuggestedMcpServer { name, reason, step_ids })
}

fn reason(value: Value) -> Option<(StepId, String)> {
    let Value::Object(mut fields) = value else { return None };
    let step: StepId = optional(&mut fields, "step_id")?;
    Some((step, text(fields.remove("reason"), MAX_REASON_CHARS)))
}

fn optional<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Option<T> {
    from_value(fields.remove(name)?).ok()
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        Some(_) | None => Vec::new(),
    }
}

fn text(value: Option<Value>, most: usize) -> String {
    match value {
        Some(Value::String(text)) => text.trim().chars().filter(|c| *c != '\0').take(most).collect(),
        Some(_) | None => String::new(),
    }
}

/// Takes out what is empty.
fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if !OPAQUE.contains(&name.as_str()) {
                    prune(value);
                }
            }
            fields.retain(|name, value| !is_empty(value) || name == "steps");
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn step() -> Value {
        json!({"id": "a", "label": "A", "type": "llm", "prompt": "x"})
    }

    #[test]
    fn an_answer_is_read_with_and_without_its_wrapping() {
        let whole = json!({"workflow": {"name": "W", "definition": {"steps": [step()]}}, "explanation": "E"});
        let without = json!({"name": "W", "definition": {"steps": [step()]}, "explanation": "E"});
        for value in [whole, without] {
            let read = read(value.clone()).unwrap();
            assert_eq!((read.answer.name.as_str(), read.answer.explanation.as_str()), ("W", "E"), "{value}");
            assert_eq!((read.answer.definition.steps.len(), read.left_out), (1, vec![]));
        }
        let definition = json!({"steps": [step()]}).to_string();
        let workflow = json!({"name": "W", "definition": definition}).to_string();
        let read_of_texts = read(json!({"workflow": workflow, "agents_to_create": "[]"})).unwrap();
        assert_eq!((read_of_texts.answer.name.as_str(), read_of_texts.answer.definition.steps.len()), ("W", 1));
        assert_eq!(read(json!({"steps": [step()]})).unwrap().answer.definition.steps.len(), 1);
    }

    #[test]
    fn empty_parts_count_as_absent_and_values_of_the_user_are_kept() {
        let mut step = step();
        step["agent_id"] = "".into();
        step["cases"] = json!([]);
        step["next"] = Value::Null;
        let call = json!({"label": "B", "type": "tool", "tool": "native:wait", "arguments": {"a": null, "b": []}});
        let read = read(json!({"workflow": {"definition": {"steps": [step, call]}}})).unwrap();
        assert_eq!(read.left_out, []);
        let told = serde_json::to_value(&read.answer.definition).unwrap();
        assert_eq!(told["steps"][1]["arguments"], json!({"a": null, "b": []}));
    }

    #[test]
    fn suggestions_and_reasons_are_read_as_far_as_they_can_be() {
        let mut value = json!({"workflow": {"definition": {"steps": [step()]}}});
        value["mcps_suggested"] = json!([{"name": "web", "reason": "R", "step_ids": []}, {"reason": "no name"}, 7,
            {"name": "files", "reason": null, "step_ids": ["a", "no id!"]}]);
        value["reasons"] = json!([{"step_id": "a", "reason": "why"}, {"step_id": "no id!", "reason": "x"}, "x"]);
        let answer = read(value).unwrap().answer;
        let told: Vec<_> = answer.suggested.iter().map(|it| (it.name.as_str(), it.step_ids.len())).collect();
        assert_eq!(told, [("web", 0), ("files", 1)]);
        assert_eq!(answer.reasons.into_values().collect::<Vec<_>>(), ["why"]);
    }

    #[test]
    fn unknown_fields_are_left_out_and_named() {
        let mut step = step();
        step["colour"] = "red".into();
        let read = read(json!({"workflow": {"definition": {"steps": [step]}}})).unwrap();
        assert_eq!(read.left_out[0].pointer, "/steps/0/colour");
        assert!(read.answer.definition.newer_parts().is_empty());
    }

    #[test]
    fn what_is_no_definition_is_refused_where_it_is_wrong() {
        let pointer = |value: Value| read(value).unwrap_err().pointer;
        assert_eq!(pointer(json!([1])), "");
        assert_eq!(pointer(json!({"explanation": "x"})), "/workflow/definition");
        assert_eq!(pointer(json!({"workflow": 7})), "/workflow");
        let of_steps = |steps: Value| pointer(json!({"workflow": {"definition": {"steps": steps}}}));
        assert_eq!(of_steps(json!("x")), "/workflow/definition/steps");
        assert_eq!(
            of_steps(json!([{"label": "A", "type": "llm", "prompt": 7}])),
            "/workflow/definition/steps/0/prompt"
        );
        assert_eq!(of_steps(json!([{"label": "A", "type": "python"}])), "/workflow/definition/steps/0/type");
    }
}
