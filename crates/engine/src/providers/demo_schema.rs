//! Makes JSON that fits a schema, for the built-in provider `demo`.

use serde_json::{Map, Value, json};

/// A value that fits the schema, as far as the schema says it with the usual keywords.
pub fn instance_of(schema: &Value, seed: u64) -> Value {
    Maker { root: schema, seed }.make(schema, "value", 0)
}

/// Schemas may refer to themselves.
const DEEPEST: usize = 12;

struct Maker<'a> {
    root: &'a Value,
    seed: u64,
}

impl Maker<'_> {
    fn make(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return found.map_or(Value::Null, |found| self.make(found, name, depth + 1));
        }
        if let Some(fixed) = schema.get("const").or_else(|| schema.get("default")) {
            return fixed.clone();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return self.pick(choices);
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(choices) = schema.get(union).and_then(Value::as_array) {
                return self.make(&self.pick(choices), name, depth + 1);
            }
        }
        match type_of(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "integer" => json!(integer(schema)),
            "number" => json!(schema.get("minimum").and_then(Value::as_f64).unwrap_or(1.0)),
            "boolean" => json!(self.seed.is_multiple_of(2)),
            "null" => Value::Null,
            _ => json!(text(schema, name)),
        }
    }

    fn pick(&self, choices: &[Value]) -> Value {
        let count = u64::try_from(choices.len()).unwrap_or(1).max(1);
        let at = usize::try_from(self.seed % count).unwrap_or(0);
        choices.get(at).cloned().unwrap_or_default()
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut object = Map::new();
        for (name, property) in properties.into_iter().flatten() {
            object.insert(name.clone(), self.make(property, name, depth + 1));
        }
        Value::Object(object)
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(2);
        let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(least.max(2));
        let item = schema.get("items").cloned().unwrap_or_else(|| json!({"type": "string"}));
        (0..least.max(2).min(most)).map(|at| self.make(&item, &format!("{name} {}", at + 1), depth + 1)).collect()
    }
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null")
        }
        _ if schema.get("properties").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ => "string",
    }
}

fn integer(schema: &Value) -> i64 {
    let least = schema
        .get("minimum")
        .and_then(Value::as_i64)
        .or_else(|| schema.get("exclusiveMinimum").and_then(Value::as_i64).map(|n| n + 1));
    let most = schema.get("maximum").and_then(Value::as_i64);
    least.unwrap_or_else(|| most.map_or(1, |most| most.min(1)))
}

fn text(schema: &Value, name: &str) -> String {
    let mut text = match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-01-01".to_owned(),
        Some("date-time") => "2026-01-01T00:00:00Z".to_owned(),
        Some("uri" | "url") => "https://example.com/".to_owned(),
        Some("email") => "demo@example.com".to_owned(),
        _ => format!("Simulated {name}"),
    };
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    while length("minLength").is_some_and(|least| text.chars().count() < least) {
        text.push_str(" and more");
    }
    match length("maxLength") {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_fits_the_schema() {
        let schema = json!({"type": "object", "required": ["title", "score", "tags", "kind", "inner"], "additionalProperties": false,
            "properties": {
                "title": {"type": "string", "minLength": 40, "maxLength": 60},
                "score": {"type": "integer", "minimum": 3, "maximum": 9},
                "tags": {"type": "array", "items": {"type": "string"}, "minItems": 3},
                "kind": {"enum": ["a", "b"]},
                "inner": {"$ref": "#/$defs/inner"},
                "maybe": {"type": ["null", "number"]},
            },
            "$defs": {"inner": {"type": "object", "properties": {"when": {"type": "string", "format": "date"}}}}});
        for seed in 0..5 {
            let made = instance_of(&schema, seed);
            assert!(crate::output::output_of(&made.to_string(), Some(&schema)).is_ok(), "{made}");
        }
    }
}
