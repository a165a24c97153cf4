//! What OpenAI takes as the schema of a structured answer:
//! <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>.

use serde_json::Value;

/// The name under which OpenAI wants a schema; it appears nowhere else.
pub const SCHEMA_NAME: &str = "output";

/// Whether a schema is one that `strict` takes: each object names all its properties as required and allows no other.
/// Without `strict` the model sees the schema, and the answer is checked here as any other.
pub fn fits_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => {
            let is_object =
                fields.get("type").and_then(Value::as_str) == Some("object") || fields.contains_key("properties");
            (!is_object || is_closed(schema)) && fields.values().all(fits_strict)
        }
        Value::Array(parts) => parts.iter().all(fits_strict),
        _ => true,
    }
}

fn is_closed(schema: &Value) -> bool {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    schema.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.is_some_and(|properties| properties.keys().all(|name| required.contains(&name.as_str())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_strict_when_it_is_closed_at_every_depth() {
        let closed = |inner: Value| json!({"type": "object", "properties": {"a": inner}, "required": ["a"], "additionalProperties": false});
        assert!(fits_strict(&closed(json!({"type": "string"}))));
        assert!(fits_strict(&closed(closed(json!({"enum": [1]})))));
        assert!(!fits_strict(&json!({"type": "object", "properties": {"a": {}}, "required": ["a"]})));
        assert!(!fits_strict(&json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false})));
        assert!(!fits_strict(&closed(json!({"type": "array", "items": {"type": "object"}}))));
    }
}
