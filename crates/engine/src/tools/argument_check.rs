//! Checks the arguments of `tool` steps before anything is spent, as far as they are known then: templates are not.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use sluice_store::{Store, StoreError};
use sluice_tools::schema::faults;
use sluice_types::json::escape;
use sluice_types::{Index, LintFinding, NATIVE, Severity, StepKind, TenantId, ToolId, ToolSource, ToolStep};

use crate::mcp_servers::native_tools;

/// The schemas of tools, by the id of the tool.
pub type Schemas = HashMap<String, Value>;

/// The schemas of the native tools that steps call.
#[must_use]
pub fn native_schemas(index: &Index) -> Schemas {
    let named: BTreeSet<&str> = steps(index).map(|(_, step)| step.tool.as_str()).collect();
    if named.is_empty() {
        return Schemas::new();
    }
    let called = native_tools().into_iter().filter(|tool| named.contains(tool.id.as_str()));
    called.map(|tool| (tool.id, tool.input_schema)).collect()
}

/// The same, and those of MCP servers as they were listed last.
pub async fn schemas(store: &Store, tenant: &TenantId, index: &Index) -> Result<Schemas, StoreError> {
    let mut schemas = native_schemas(index);
    let mut servers = BTreeSet::new();
    for (_, step) in steps(index) {
        if let Ok(ToolId { source: ToolSource::Server(server), .. }) = step.tool.parse() {
            servers.insert(server);
        }
    }
    for server in servers {
        let listed = store.tools_of_server(tenant, &server).await?;
        schemas.extend(listed.into_iter().map(|tool| (tool.id, tool.input_schema)));
    }
    Ok(schemas)
}

/// The findings of arguments that do not fit. For a tool of a server they are warnings: it may have changed since.
#[must_use]
pub fn findings(index: &Index, schemas: &Schemas) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    for (pointer, step) in steps(index) {
        let Some(schema) = schemas.get(&step.tool) else { continue };
        let is_native = step.tool.split_once(':').is_some_and(|(source, _)| source == NATIVE);
        let severity = if is_native { Severity::Error } else { Severity::Warning };
        for (at, message) in misfits(schema, step) {
            let pointer = format!("{pointer}/arguments{at}");
            findings.push(LintFinding::new(severity, pointer, "arguments_do_not_fit", message));
        }
    }
    findings
}

fn steps(index: &Index) -> impl Iterator<Item = (&str, &ToolStep)> {
    index.places().iter().filter_map(|place| match &place.step.kind {
        StepKind::Tool(step) => Some((place.pointer.as_str(), step)),
        StepKind::Llm(_)
        | StepKind::Agent(_)
        | StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    })
}

/// The places in the arguments that do not fit, with the reasons.
fn misfits(schema: &Value, step: &ToolStep) -> Vec<(String, String)> {
    let mut templated = Vec::new();
    for (name, value) in &step.arguments {
        templates(&format!("/{}", escape(name)), value, &mut templated);
    }
    let mut misfits = names(schema, step);
    let found = faults(schema, &Value::Object(step.arguments.clone()));
    // What a template will be is not known, nor what holds it. Names are checked by themselves.
    let is_known =
        |at: &str| !at.is_empty() && !templated.iter().any(|known| is_at_or_in(known, at) || is_at_or_in(at, known));
    misfits.extend(found.into_iter().filter(|it| is_known(&it.pointer)).map(|it| (it.pointer, it.message)));
    misfits
}

/// Arguments that are required and missing, and arguments that the tool does not have.
fn names(schema: &Value, step: &ToolStep) -> Vec<(String, String)> {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|name| !step.arguments.contains_key(*name));
    let missing = missing.map(|name| (String::new(), format!("the tool needs the argument `{name}`")));
    let known = schema.get("properties").and_then(Value::as_object);
    let is_closed =
        schema.get("additionalProperties") == Some(&Value::Bool(false)) && schema.get("patternProperties").is_none();
    let known = known.filter(|_| is_closed);
    let unknown = step.arguments.keys().filter(|name| known.is_some_and(|known| !known.contains_key(*name)));
    let unknown = unknown.map(|name| (format!("/{}", escape(name)), format!("the tool has no argument `{name}`")));
    missing.chain(unknown).collect()
}

/// The pointers of the texts that are templates.
fn templates(at: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(['{', '$']) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                templates(&format!("{at}/{position}"), item, found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                templates(&format!("{at}/{}", escape(name)), field, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a pointer leads to a place, or to one inside it.
fn is_at_or_in(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_known_before_is_checked() {
        let schema = json!({"type": "object", "required": ["url", "n"], "additionalProperties": false, "properties": {
            "url": {"type": "string", "maxLength": 5}, "n": {"type": "integer"},
            "deep": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}}});
        let found = |arguments: Value| {
            let step = ToolStep {
                tool: "odd:x".into(),
                arguments: arguments.as_object().unwrap().clone(),
                ..ToolStep::default()
            };
            misfits(&schema, &step).into_iter().map(|(at, _)| at).collect::<Vec<_>>()
        };
        assert_eq!(found(json!({"url": "x", "n": 1})), Vec::<String>::new());
        assert_eq!(found(json!({"url": "{{ input.url }}", "n": "{{ input.n }}"})), Vec::<String>::new());
        assert_eq!(found(json!({"url": "too long", "n": "{{ input.n }}"})), ["/url"]);
        assert_eq!(found(json!({"n": 1, "more": 2})), ["", "/more"]);
        assert_eq!(found(json!({"url": "x", "n": 1, "deep": {"a": "{{ 1 }}", "b": "x"}})), ["/deep/b"]);
    }
}
