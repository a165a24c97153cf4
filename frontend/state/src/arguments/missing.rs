//! Arguments that a tool cannot do without and that are left out.

use serde_json::{Map, Value};
use sluice_types::{Index, LintFinding, NATIVE, Severity, StepKind, ToolResource};

use super::{Field, Kind, Part, fault, fields, pointer, value_at};

/// Why a field is marked that has no value: its tool needs it. The fields of an object that is left out are not missing.
#[must_use]
pub fn missing(field: &Field, arguments: &Map<String, Value>, path: &[Part]) -> Option<String> {
    let holder = path.split_last().map(|(_, holder)| holder).unwrap_or_default();
    let is_there = holder.is_empty() || value_at(arguments, holder).is_some();
    match value_at(arguments, path) {
        None | Some(Value::Null) if is_there => fault(field, None),
        _ => None,
    }
}

/// The places of the fields that are missing.
fn missing_at(fields: &[Field], arguments: &Map<String, Value>, around: &[Part], found: &mut Vec<Vec<Part>>) {
    for field in fields {
        let path = inside(around, Part::Name(field.name.clone()));
        if missing(field, arguments, &path).is_some() {
            found.push(path);
        } else {
            missing_inside(field, arguments, &path, found);
        }
    }
}

/// The same inside the object or the list that a field has.
fn missing_inside(field: &Field, arguments: &Map<String, Value>, path: &[Part], found: &mut Vec<Vec<Part>>) {
    match (&field.kind, value_at(arguments, path)) {
        (Kind::Group(fields), Some(Value::Object(_))) => missing_at(fields, arguments, path, found),
        (Kind::List(item), Some(Value::Array(items))) => {
            for position in 0..items.len() {
                missing_inside(item, arguments, &inside(path, Part::Item(position)), found);
            }
        }
        _ => {}
    }
}

fn inside(path: &[Part], part: Part) -> Vec<Part> {
    path.iter().cloned().chain([part]).collect()
}

/// The findings of `tool` steps without an argument that their tool needs, by the tools as they were listed last. As on
/// the server, they are warnings for a tool of an MCP server: it may have changed since.
#[must_use]
pub fn missing_arguments(index: &Index, tools: &[ToolResource]) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    for place in index.places() {
        let StepKind::Tool(step) = &place.step.kind else { continue };
        let Some(tool) = tools.iter().find(|tool| tool.id == step.tool) else { continue };
        let is_native = step.tool.split_once(':').is_some_and(|(source, _)| source == NATIVE);
        let severity = if is_native { Severity::Error } else { Severity::Warning };
        let mut found = Vec::new();
        missing_at(&fields(&tool.input_schema).unwrap_or_default(), &step.arguments, &[], &mut found);
        findings.extend(found.into_iter().map(|path| {
            let name = path.iter().rev().find_map(|part| match part {
                Part::Name(name) => Some(name.as_str()),
                Part::Item(_) => None,
            });
            let message = format!("the tool needs the argument `{}`", name.unwrap_or_default());
            LintFinding::new(
                severity,
                format!("{}/arguments{}", place.pointer, pointer(&path)),
                "arguments_do_not_fit",
                message,
            )
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::Definition;

    use super::*;

    fn tool(id: &str) -> ToolResource {
        serde_json::from_value(json!({
            "id": id, "server_id": null, "name": "x", "title": null, "description": "", "effect": "reads",
            "used_by_count": 0, "used_by_agent_count": 0,
            "input_schema": {"type": "object", "required": ["path", "mode"], "properties": {
                "path": {"type": "string"}, "mode": {"enum": ["a", "b"]},
                "edits": {"type": "array", "items":
                    {"type": "object", "required": ["old"], "properties": {"old": {"type": "string"}}}},
                "range": {"type": "object", "required": ["from"], "properties": {"from": {"type": "integer"}}},
            }},
        }))
        .unwrap()
    }

    fn found(tool_id: &str, arguments: &Value) -> Vec<(String, Severity)> {
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "read", "label": "Read", "type": "tool", "tool": tool_id, "arguments": arguments},
        ]}))
        .unwrap();
        let tools = [tool("native:x"), tool("files:x")];
        let findings = missing_arguments(&Index::of(&definition), &tools);
        findings.into_iter().map(|it| (it.pointer, it.severity)).collect()
    }

    #[test]
    fn each_missing_argument_is_found_at_its_place() {
        let at = |name: &str| format!("/steps/0/arguments/{name}");
        let error = |name: &str| (at(name), Severity::Error);
        assert_eq!(found("native:x", &json!({})), [error("path"), error("mode")]);
        assert_eq!(
            found("files:x", &json!({"mode": null, "path": "{{input.path}}"})),
            [(at("mode"), Severity::Warning)]
        );
        assert_eq!(found("native:x", &json!({"path": "", "mode": "a", "range": {"to": 1}})), [error("range/from")]);
        let edits = json!({"path": "", "mode": "a", "edits": [{"old": "a"}, {"new": "b"}]});
        assert_eq!(found("native:x", &edits), [error("edits/1/old")]);
        assert_eq!(found("gone:x", &json!({})), []);
    }

    #[test]
    fn what_lies_in_an_object_that_is_left_out_is_not_missing() {
        let field = Field {
            name: "from".into(),
            label: "From".into(),
            description: String::new(),
            required: true,
            kind: Kind::Text,
            default: None,
        };
        let path = [Part::Name("range".into()), Part::Name("from".into())];
        let marked = |arguments: Value| missing(&field, arguments.as_object().unwrap(), &path).is_some();
        assert!(!marked(json!({})) && marked(json!({"range": {}})) && !marked(json!({"range": {"from": "1"}})));
        assert!(missing(&field, &Map::new(), &path[1..]).is_some());
    }
}
