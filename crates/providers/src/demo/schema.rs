//! Makes JSON that fits a schema, for the built-in provider `demo`.

use std::cell::Cell;

use serde_json::{Map, Value, json};

/// A value that fits the schema, as far as the schema uses the common keywords.
pub fn instance_of(schema: &Value, seed: u64) -> Value {
    Maker { root: schema, seed, left: Cell::new(MOST_BYTES) }.make(schema, "value", 0)
}

/// Approximate bytes of one value. A schema may require lists of any length, nested in each other; past this limit,
/// values are `null` or absent.
const MOST_BYTES: usize = 64 * 1024;
/// Bytes of a value besides its text.
const VALUE_BYTES: usize = 16;

/// Schemas may refer to themselves.
const DEEPEST: usize = 12;

struct Maker<'a> {
    root: &'a Value,
    seed: u64,
    left: Cell<usize>,
}

impl Maker<'_> {
    fn make(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if !self.spend(VALUE_BYTES) || depth > DEEPEST {
            return Value::Null;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return found.map_or(Value::Null, |found| self.make(found, name, depth + 1));
        }
        if let Some(fixed) = schema.get("const").or_else(|| schema.get("default")) {
            return self.copy(fixed);
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return self.copy(self.pick(choices));
        }
        for union in ["oneOf", "anyOf"] {
            if let Some(choices) = schema.get(union).and_then(Value::as_array) {
                return self.make(self.pick(choices), name, depth + 1);
            }
        }
        match type_of(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "integer" => json!(integer(schema)),
            "number" => json!(schema.get("minimum").and_then(Value::as_f64).unwrap_or(1.0)),
            "boolean" => json!(self.seed.is_multiple_of(2)),
            "null" => Value::Null,
            _ => {
                let text = text(schema, name, self.left.get());
                self.spend(text.len());
                json!(text)
            }
        }
    }

    /// False once all bytes are made.
    fn spend(&self, bytes: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(bytes));
        self.left.get() > 0
    }

    fn copy(&self, value: &Value) -> Value {
        if self.spend(value.to_string().len()) { value.clone() } else { Value::Null }
    }

    fn pick<'v>(&self, choices: &'v [Value]) -> &'v Value {
        let count = u64::try_from(choices.len()).unwrap_or(1).max(1);
        let at = usize::try_from(self.seed % count).unwrap_or(0);
        choices.get(at).unwrap_or(&Value::Null)
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut object = Map::new();
        for (name, property) in properties.into_iter().flatten().take_while(|_| self.left.get() > 0) {
            self.spend(name.len());
            object.insert(name.clone(), self.make(property, name, depth + 1));
        }
        Value::Object(object)
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(2);
        let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(least.max(2));
        let (items, text) = (schema.get("items"), json!({"type": "string"}));
        let indexes = (0..least.max(2).min(most)).take_while(|_| self.left.get() > 0);
        indexes.map(|at| self.make(items.unwrap_or(&text), &format!("{name} {}", at + 1), depth + 1)).collect()
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

fn text(schema: &Value, name: &str, most_bytes: usize) -> String {
    let mut text = match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-01-01".to_owned(),
        Some("date-time") => "2026-01-01T00:00:00Z".to_owned(),
        Some("uri" | "url") => "https://example.com/".to_owned(),
        Some("email") => "demo@example.com".to_owned(),
        _ => format!("Simulated {name}"),
    };
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    // The added text is ASCII: one byte a character.
    let more = " and more";
    let missing = length("minLength").unwrap_or(0).min(most_bytes).saturating_sub(text.chars().count());
    text.push_str(&more.repeat(missing.div_ceil(more.len())));
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
            assert!(jsonschema::is_valid(&schema, &made), "{made}");
        }
    }

    #[test]
    fn what_is_made_is_bounded() {
        let wide: Map<String, Value> = (0..30).map(|at| (format!("p{at}"), json!({"$ref": "#"}))).collect();
        let lists = (0..8)
            .fold(json!({"type": "integer"}), |items, _| json!({"type": "array", "minItems": 1_000, "items": items}));
        for schema in [
            json!({"$ref": "#"}),
            json!({"type": "object", "properties": wide}),
            json!({"type": "array", "minItems": u64::MAX, "items": {"$ref": "#"}}),
            json!({"type": "array", "minItems": u64::MAX, "items": {"const": "x".repeat(1_000)}}),
            json!({"type": "array", "minItems": u64::MAX, "items": {"type": "string", "minLength": u64::MAX}}),
            lists,
        ] {
            let (done, made) = std::sync::mpsc::channel();
            let shown = schema.to_string();
            std::thread::spawn(move || done.send(instance_of(&schema, 0).to_string().len()));
            let made = made
                .recv_timeout(std::time::Duration::from_secs(20))
                .unwrap_or_else(|_| panic!("it does not end: {shown}"));
            assert!(made < 3 * MOST_BYTES, "{made}");
        }
    }
}
