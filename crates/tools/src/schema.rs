//! Checks of arguments against the schema of a tool, bounded in time, memory and stack. No other document is read.

use serde_json::Value;
use sluice_types::limits::MAX_SCHEMA_BYTES;

use crate::error::{Sent, ToolError, ToolErrorKind};

/// Faults of arguments that are listed.
pub const MAX_FAULTS: usize = 20;

/// A fault of arguments, or of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentFault {
    /// JSON pointer in the arguments; empty for the whole.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// Checks that a tool's schema can be used for checks of arguments. `Err` says where in the schema and why not: for
/// example, it refers to another document. Calls of such a tool are not checked before they are sent.
///
/// Takes up to a few milliseconds of computation: call it off the async threads.
pub fn check_schema(schema: &Value) -> Result<(), ArgumentFault> {
    check_size(schema)?;
    sluice_schema::check_schema(schema)
        .map_err(|error| ArgumentFault { pointer: error.pointer, message: error.message })
}

/// Checks arguments against the schema of their tool. Returns the faults, at most [`MAX_FAULTS`]; none when they fit, or
/// when the schema cannot be used for checks. Call it off the async threads.
#[must_use]
pub fn faults(schema: &Value, arguments: &Value) -> Vec<ArgumentFault> {
    if check_size(schema).is_err() {
        return Vec::new();
    }
    let misfits = sluice_schema::misfits(schema, arguments, MAX_FAULTS).unwrap_or_default();
    misfits
        .into_iter()
        .map(|misfit| ArgumentFault { pointer: misfit.pointer.unwrap_or_default(), message: misfit.message })
        .collect()
}

/// Checks arguments as [`faults`] does. The error names the first place, and its message the first few.
pub fn check_arguments(schema: &Value, arguments: &Value) -> Result<(), ToolError> {
    const TOLD: usize = 5;
    let faults = faults(schema, arguments);
    let Some(first) = faults.first() else { return Ok(()) };
    let told: Vec<String> =
        faults.iter().take(TOLD).map(|fault| format!("at `{}`: {}", fault.pointer, fault.message)).collect();
    let message = format!("The arguments do not fit the tool's schema, {}.", told.join("; "));
    let error = ToolError::new(ToolErrorKind::InvalidArguments, Sent::No, message);
    Err(ToolError { pointer: Some(first.pointer.clone()), ..error })
}

fn check_size(schema: &Value) -> Result<(), ArgumentFault> {
    let bytes = schema.to_string().len();
    if bytes <= MAX_SCHEMA_BYTES {
        return Ok(());
    }
    let message = format!("the schema has {bytes} bytes; at most {MAX_SCHEMA_BYTES} are checked");
    Err(ArgumentFault { pointer: String::new(), message })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn pointers(schema: &Value, arguments: &Value) -> Vec<String> {
        assert_eq!(check_schema(schema), Ok(()));
        faults(schema, arguments).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn every_fault_has_its_place() {
        let schema = json!({
            "type": "object",
            "properties": {"path": {"type": "string"}, "lines": {"type": "array", "items": {"type": "integer"}}},
            "required": ["path"],
            "additionalProperties": false,
        });
        assert_eq!(pointers(&schema, &json!({"path": "a", "lines": [1]})), Vec::<String>::new());
        assert_eq!(pointers(&schema, &json!({"path": 1, "lines": [1, "b"]})), ["/path", "/lines/1"]);
        assert_eq!(pointers(&schema, &json!({})), [""]);
        let message = &faults(&schema, &json!({"path": "a", "mode": 1}))[0].message;
        assert!(message.contains("mode"), "{message}");
    }

    #[test]
    fn references_unions_and_recursion_are_checked() {
        let schema = json!({
            "type": "object",
            "properties": {"root": {"$ref": "#/$defs/node"}, "size": {"oneOf": [{"type": "integer"}, {"const": "all"}]}},
            "$defs": {"node": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                "required": ["name"],
            }},
        });
        let fits = json!({"root": {"name": "a", "children": [{"name": "b", "children": []}]}, "size": "all"});
        assert_eq!(pointers(&schema, &fits), Vec::<String>::new());
        let wrong = json!({"root": {"name": "a", "children": [{"name": 1}]}, "size": 1.5});
        assert_eq!(pointers(&schema, &wrong), ["/root/children/0/name", "/size"]);
    }

    #[test]
    fn two_hundred_properties_are_checked_and_faults_are_bounded() {
        let properties: Map<String, Value> =
            (0..200).map(|number| (format!("p{number}"), json!({"type": "integer"}))).collect();
        let schema = json!({"type": "object", "properties": properties});
        let wrong: Map<String, Value> = (0..200).map(|number| (format!("p{number}"), json!("x"))).collect();
        assert_eq!(pointers(&schema, &Value::Object(wrong)).len(), MAX_FAULTS);
    }

    #[test]
    fn schemas_that_cannot_be_checked_check_nothing() {
        let remote = json!({"properties": {"a": {"$ref": "https://elsewhere.test/schema.json"}}});
        let endless = json!({"$ref": "#"});
        let long = json!({"description": "x".repeat(MAX_SCHEMA_BYTES)});
        for schema in [remote, endless, long, json!({"type": 1}), json!(1)] {
            assert!(check_schema(&schema).is_err(), "{schema}");
            assert_eq!(faults(&schema, &json!({"a": 1})), Vec::new(), "{schema}");
        }
    }
}
