//! The document as OpenAPI 3.0 (<https://spec.openapis.org/oas/v3.0.4.html>), for generators that do not read 3.1.

use serde_json::{Map, Value, json};

/// A document of OpenAPI 3.1 as one of 3.0.
pub fn rendition(mut document: Value) -> Value {
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        license.remove("identifier");
    }
    rewrite(&mut document);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("openapi".into(), "3.0.3".into());
    }
    document
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(rewrite);
            if let Some(schemas) = fields.get_mut("responses").and_then(Value::as_object_mut) {
                split_default(schemas);
            }
            rewrite_schema(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        _ => {}
    }
}

/// Generators of 3.0 know ranges of statuses; progenitor fails on `default`.
fn split_default(responses: &mut Map<String, Value>) {
    if let Some(errors) = responses.remove("default") {
        responses.insert("4XX".into(), errors.clone());
        responses.insert("5XX".into(), errors);
    }
}

fn rewrite_schema(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get("type") {
        let named: Vec<Value> = types.iter().filter(|one| *one != "null").cloned().collect();
        let has_null = named.len() < types.len();
        match <[Value; 1]>::try_from(named) {
            Ok([only]) => schema.insert("type".into(), only),
            // Any of several types: 3.0 has no word for it but none.
            Err(_) => schema.remove("type"),
        };
        if has_null {
            schema.insert("nullable".into(), true.into());
        }
    }
    for union in ["oneOf", "anyOf"] {
        let Some(Value::Array(items)) = schema.get_mut(union) else { continue };
        let before = items.len();
        items.retain(|item| item.get("type").is_none_or(|kind| kind != "null"));
        if items.len() < before {
            if items.len() == 1
                && let Some(only) = schema.remove(union)
            {
                schema.insert("allOf".into(), only);
            }
            schema.insert("nullable".into(), true.into());
        }
    }
    schema.remove("propertyNames");
    if let Some(only) = schema.remove("const") {
        schema.insert("enum".into(), json!([only]));
    }
    // In 3.0 nothing may stand beside a reference.
    if schema.len() > 1
        && let Some(Value::String(target)) = schema.get("$ref")
    {
        let reference = json!([{"$ref": target}]);
        schema.remove("$ref");
        schema.insert("allOf".into(), reference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_newer_version_knows_is_rewritten() {
        let table = [
            (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
            (json!({"type": ["string", "integer", "null"]}), json!({"nullable": true})),
            (
                json!({"oneOf": [{"type": "null"}, {"$ref": "#/a"}], "description": "d"}),
                json!({"allOf": [{"$ref": "#/a"}], "description": "d", "nullable": true}),
            ),
            (json!({"$ref": "#/a", "description": "d"}), json!({"allOf": [{"$ref": "#/a"}], "description": "d"})),
            (json!({"$ref": "#/a"}), json!({"$ref": "#/a"})),
            (json!({"const": "a"}), json!({"enum": ["a"]})),
            (json!({"type": "object", "propertyNames": {}}), json!({"type": "object"})),
            (
                json!({"responses": {"200": {}, "default": {"a": 1}}}),
                json!({"responses": {"200": {}, "4XX": {"a": 1}, "5XX": {"a": 1}}}),
            ),
        ];
        for (newer, older) in table {
            let mut value = newer.clone();
            rewrite(&mut value);
            assert_eq!(value, older, "{newer}");
        }
    }

    #[test]
    fn the_document_holds_nothing_of_the_newer_version() {
        let document = serde_json::to_value(crate::routes::document()).unwrap();
        let older = rendition(document);
        assert_eq!(older["openapi"], "3.0.3");
        let text = older.to_string();
        for newer in [r#""type":["#, r#""type":"null""#, r#""const":"#, r#""propertyNames""#, r#""identifier""#] {
            assert!(!text.contains(newer), "{newer}");
        }
        for item in older["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                assert!(operation["responses"]["default"].is_null(), "{operation}");
            }
        }
    }
}
