//! The schema of a model's answer.

use serde_json::Value;

/// Whether a schema describes an object at its root.
#[must_use]
pub fn describes_an_object(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(_) => false,
        None => schema.get("properties").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_named_or_has_properties() {
        assert!(describes_an_object(&json!({"type": "object"})));
        assert!(describes_an_object(&json!({"properties": {}})));
        for other in [json!({"type": "array"}), json!({"type": ["object", "null"]}), json!({"enum": [1]}), json!(true)]
        {
            assert!(!describes_an_object(&other), "{other}");
        }
    }
}
