//! A definition with every kind of step that is planned: a client that reads it and writes it again must not change it.
//!
//! The document for it is the committed one with the kinds that are not there yet, cut down to what a definition needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::generated;
use crate::fail::{Context, Done, Failure};
use crate::openapi;

const SCHEMA: &str = "#/components/schemas/";
/// The operation whose answer is a definition.
const OPERATION: &str = "/api/v1/workflows/executions/{execution_id}/definition";

/// The definition to read and write.
pub fn definition() -> PathBuf {
    generated::source("union").join("definition.json")
}

/// The document with all kinds of step, as [`write_document`] has written it.
pub fn document() -> PathBuf {
    generated::scratch().join("union.json")
}

/// Writes the document with all kinds of step.
pub fn write_document() -> Done {
    let mut document = read(&openapi::committed_file())?;
    let planned = read(&generated::source("union").join("planned.json"))?;
    add_missing(
        schemas_of(&mut document)?,
        planned.as_object().ok_or_else(|| Failure::new("planned.json is no object"))?,
    );
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|path, _| path == OPERATION);
    }
    let mut used = Vec::new();
    if let Some(paths) = document.get("paths") {
        references(paths, &mut used);
    }
    let schemas = schemas_of(&mut document)?;
    let wanted = reachable(schemas, used);
    schemas.retain(|name, _| wanted.contains(name));
    let file = document_file()?;
    fs::write(&file, document.to_string()).context(|| format!("cannot write {}", file.display()))
}

/// Writes the definition as a literal of the type `Definition`, for clients whose types are nothing at run time.
pub fn write_literal(file: &Path, import: &str) -> Done {
    let sample = definition();
    let json = fs::read_to_string(&sample).context(|| format!("cannot read {}", sample.display()))?;
    let text = format!("{import}\n\nexport const definition: Definition = {json};\n");
    fs::write(file, text).context(|| format!("cannot write {}", file.display()))
}

/// Fails when a client has changed the definition. Fields that are `null` or an empty list count as left out.
pub fn compare(written: &Path) -> Done {
    let (before, after) = (without_empty(read(&definition())?), without_empty(read(written)?));
    match difference(&before, &after, "") {
        None => Ok(()),
        Some(place) => {
            Err(Failure::new(format!("the client changed a definition that it read and wrote: at `{place}`"))
                .cure(format!("compare {} with {}", written.display(), definition().display())))
        }
    }
}

fn schemas_of(document: &mut Value) -> Result<&mut Map<String, Value>, Failure> {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    schemas.ok_or_else(|| Failure::new("the API document has no schemas"))
}

fn document_file() -> Result<PathBuf, Failure> {
    let folder = generated::scratch();
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    Ok(document())
}

fn read(file: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(file).context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).context(|| format!("{} is not JSON", file.display()))
}

/// Adds the schemas that the document lacks. A kind of step gets the fields that all kinds have, and a `type` of its own.
fn add_missing(schemas: &mut Map<String, Value>, planned: &Map<String, Value>) {
    let (common, required, open) = common_fields(schemas);
    for (name, schema) in planned {
        if schemas.contains_key(name) {
            continue;
        }
        let mut schema = schema.clone();
        if let Some(kind) = name.strip_suffix("Step") {
            let tag = format!("{name}Type");
            schemas.insert(tag.clone(), json!({"type": "string", "enum": [kind.to_lowercase()]}));
            if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                properties.extend(common.clone());
                properties.insert("type".into(), json!({"$ref": format!("{SCHEMA}{tag}")}));
            }
            if let Some(list) = schema.get_mut("required").and_then(Value::as_array_mut) {
                list.extend(required.clone());
            }
            if let (Some(open), Some(fields)) = (&open, schema.as_object_mut()) {
                fields.insert("additionalProperties".into(), open.clone());
            }
            if let Some(union) = schemas.get_mut("Step").and_then(|step| step.get_mut("oneOf")?.as_array_mut()) {
                union.push(json!({"$ref": format!("{SCHEMA}{name}")}));
            }
        }
        schemas.insert(name.clone(), schema);
    }
}

/// What an `llm` and a `review` step share: fields, which of them are required, and what holds of further fields.
fn common_fields(schemas: &Map<String, Value>) -> (Map<String, Value>, Vec<Value>, Option<Value>) {
    let of = |step: &str, part: &str| schemas.get(step).and_then(|schema| schema.get(part)).cloned();
    let fields = |step| of(step, "properties").and_then(|value| value.as_object().cloned()).unwrap_or_default();
    let required = |step| of(step, "required").and_then(|value| value.as_array().cloned()).unwrap_or_default();
    let other = fields("ReviewStep");
    let common = fields("LlmStep").into_iter().filter(|(name, _)| other.contains_key(name)).collect();
    let also = required("ReviewStep");
    let required = required("LlmStep").into_iter().filter(|name| also.contains(name)).collect();
    (common, required, of("LlmStep", "additionalProperties"))
}

/// The names of some schemas and of all that they refer to.
pub fn reachable(schemas: &Map<String, Value>, mut open: Vec<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(schema) = schemas.get(&name)
            && found.insert(name)
        {
            references(schema, &mut open);
        }
    }
    found
}

fn references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(SCHEMA));
            into.extend(name.map(str::to_owned));
            fields.values().for_each(|field| references(field, into));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, field)| !is_empty(field));
            Value::Object(kept.map(|(name, field)| (name, without_empty(field))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_empty).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// The JSON pointer of the first place that differs. `2` and `2.0` are the same number.
fn difference(before: &Value, after: &Value, at: &str) -> Option<String> {
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            names.into_iter().find_map(|name| {
                let fields = (one.get(name).unwrap_or(&Value::Null), other.get(name).unwrap_or(&Value::Null));
                difference(fields.0, fields.1, &format!("{at}/{name}"))
            })
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(index, (one, other))| difference(one, other, &format!("{at}/{index}")))
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => None,
        _ => (before != after).then(|| at.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{add_missing, difference, reachable, without_empty};

    #[test]
    fn a_planned_kind_gets_the_common_fields_and_joins_the_union() {
        let mut document = json!({
            "Step": {"oneOf": [{"$ref": "#/components/schemas/LlmStep"}]},
            "LlmStep": {"required": ["label", "prompt"], "properties": {"label": {}, "prompt": {}}},
            "ReviewStep": {"required": ["label"], "properties": {"label": {}, "shows": {}}},
        });
        let planned = json!({
            "ToolStep": {"required": ["tool"], "properties": {"tool": {}}},
            "LlmStep": {"properties": {}},
        });
        let schemas = document.as_object_mut().unwrap();
        add_missing(schemas, planned.as_object().unwrap());
        assert_eq!(schemas["ToolStep"]["required"], json!(["tool", "label"]));
        assert_eq!(schemas["ToolStepType"]["enum"], json!(["tool"]));
        assert_eq!(schemas["Step"]["oneOf"][1]["$ref"], "#/components/schemas/ToolStep");
        assert!(schemas["LlmStep"]["properties"].get("prompt").is_some(), "the document's own schema stays");
        let found = reachable(schemas, vec!["Step".into()]);
        assert!(found.contains("ToolStepType") && !found.contains("ReviewStep"));
    }

    #[test]
    fn only_what_says_nothing_may_come_and_go() {
        let before = json!({"steps": [{"label": "A", "tags": [], "limit": 2}], "next": null});
        let same = |after| difference(&without_empty(before.clone()), &without_empty(after), "");
        assert_eq!(same(json!({"steps": [{"label": "A", "limit": 2.0}], "yolo": null})), None);
        assert_eq!(same(json!({"steps": [{"label": "A", "limit": 3}]})).as_deref(), Some("/steps/0/limit"));
        assert_eq!(same(json!({"steps": [{"label": "A"}]})).as_deref(), Some("/steps/0/limit"));
        assert_eq!(same(json!({"steps": []})).as_deref(), Some("/steps"));
    }
}
