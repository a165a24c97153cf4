//! The fields of a JSON Schema, as far as a form can show them.

use serde_json::{Map, Value};

use super::{Field, Kind};
use crate::format::capitalised;

/// Fields in a form at the most; a schema with more is edited as JSON.
const MAX_FIELDS: usize = 300;
/// How deep groups and lists nest in a form. What is deeper, as in a recursive schema, is edited as JSON.
const MAX_DEPTH: usize = 4;
/// Values to choose from at the most; of more the value is typed.
const MAX_CHOICES: usize = 200;
/// References to follow one after the other.
const MAX_REFERENCES: usize = 8;

/// The fields of the arguments of a tool; `None` when only JSON can show them.
#[must_use]
pub fn fields(schema: &Value) -> Option<Vec<Field>> {
    let mut reader = Reader { root: schema, left: MAX_FIELDS };
    let object = reader.resolved(schema)?.as_object()?;
    if object.contains_key("properties") {
        return reader.of_object(object, 0);
    }
    // A tool without arguments, as most servers describe it.
    let is_plain =
        object.keys().all(|key| matches!(key.as_str(), "type" | "$schema" | "title" | "description" | "required"));
    let is_closed = object.get("additionalProperties") == Some(&Value::Bool(false));
    (is_plain || is_closed).then(Vec::new)
}

struct Reader<'s> {
    root: &'s Value,
    left: usize,
}

impl<'s> Reader<'s> {
    /// Follows references within the schema.
    fn resolved(&self, schema: &'s Value) -> Option<&'s Value> {
        let mut schema = schema;
        for _ in 0..MAX_REFERENCES {
            let Some(Value::String(reference)) = schema.get("$ref") else { return Some(schema) };
            schema = self.root.pointer(reference.strip_prefix('#')?)?;
        }
        None
    }

    fn of_object(&mut self, object: &'s Map<String, Value>, depth: usize) -> Option<Vec<Field>> {
        let required: Vec<&str> = match object.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let properties = object.get("properties")?.as_object()?;
        let mut fields = Vec::with_capacity(properties.len().min(MAX_FIELDS));
        for (name, schema) in properties {
            fields.push(self.field(name, schema, required.contains(&name.as_str()), depth)?);
        }
        // What is needed comes first; besides, the order of the schema.
        fields.sort_by_key(|field| !field.required);
        Some(fields)
    }

    /// A field; `None` when there are too many.
    fn field(&mut self, name: &str, schema: &'s Value, required: bool, depth: usize) -> Option<Field> {
        self.left = self.left.checked_sub(1)?;
        let target = self.resolved(schema);
        let kind = match target {
            Some(target) => self.kind(target, depth)?,
            None => Kind::Json,
        };
        // A reference may have a description of its own beside it.
        let word = |key: &str| {
            let own = schema.get(key).and_then(Value::as_str);
            own.or_else(|| target?.get(key)?.as_str()).map(str::trim).filter(|text| !text.is_empty())
        };
        Some(Field {
            label: word("title").map_or_else(|| label_of(name), str::to_owned),
            description: word("description").unwrap_or_default().to_owned(),
            default: target.and_then(|target| target.get("default")).cloned(),
            name: name.to_owned(),
            required,
            kind,
        })
    }

    fn kind(&mut self, schema: &'s Value, depth: usize) -> Option<Kind> {
        let Some(object) = schema.as_object() else { return Some(Kind::Json) };
        if depth >= MAX_DEPTH {
            return Some(Kind::Json);
        }
        if let Some(value) = object.get("const") {
            return Some(choice(std::slice::from_ref(value)));
        }
        if let Some(Value::Array(values)) = object.get("enum") {
            return Some(choice(values));
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(Value::Array(ways)) = object.get(key) {
                return self.of_ways(ways, depth);
            }
        }
        match type_of(object) {
            Some("string") => Some(Kind::Text),
            Some("integer") => Some(Kind::Number { whole: true, range: range_of(object) }),
            Some("number") => Some(Kind::Number { whole: false, range: range_of(object) }),
            Some("boolean") => Some(Kind::Boolean),
            Some("array") => self.of_list(object, depth),
            Some("object") if object.contains_key("properties") => {
                Some(Kind::Group(self.of_object(object, depth.saturating_add(1))?))
            }
            _ => Some(Kind::Json),
        }
    }

    fn of_list(&mut self, object: &'s Map<String, Value>, depth: usize) -> Option<Kind> {
        let items = object.get("items").filter(|items| items.is_object() && !object.contains_key("prefixItems"));
        match items {
            Some(items) => Some(Kind::List(Box::new(self.field("item", items, true, depth.saturating_add(1))?))),
            None => Some(Kind::Json),
        }
    }

    /// One of several schemas: a value that may be null, or values to choose from.
    fn of_ways(&mut self, ways: &'s [Value], depth: usize) -> Option<Kind> {
        let is_null = |way: &&Value| way.get("type") == Some(&Value::String("null".to_owned()));
        let ways: Vec<&Value> = ways.iter().filter(|way| !is_null(way)).collect();
        if let [only] = ways.as_slice() {
            return match self.resolved(only) {
                Some(only) => self.kind(only, depth.saturating_add(1)),
                None => Some(Kind::Json),
            };
        }
        let mut values = Vec::new();
        for way in ways {
            match (way.get("const"), way.get("enum")) {
                (Some(value), _) => values.push(value.clone()),
                (None, Some(Value::Array(several))) => values.extend(several.iter().cloned()),
                (None, _) => return Some(Kind::Json),
            }
        }
        Some(choice(&values))
    }
}

/// A choice of texts, numbers and truth values; anything else is JSON. `null` stands for the value that is left out.
fn choice(values: &[Value]) -> Kind {
    let values: Vec<Value> = values.iter().filter(|value| !value.is_null()).cloned().collect();
    let can_show = !values.is_empty() && values.len() <= MAX_CHOICES;
    let is_plain = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    if can_show && values.iter().all(is_plain) { Kind::Choice(values) } else { Kind::Json }
}

/// The one type besides `null`.
fn type_of(object: &Map<String, Value>) -> Option<&str> {
    match object.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.next().filter(|_| names.next().is_none())
        }
        _ => None,
    }
}

fn range_of(object: &Map<String, Value>) -> (Option<f64>, Option<f64>) {
    (object.get("minimum").and_then(Value::as_f64), object.get("maximum").and_then(Value::as_f64))
}

/// The name of an argument in words: `oldText` and `old_text` are both `Old text`.
fn label_of(name: &str) -> String {
    let mut words = String::with_capacity(name.len().saturating_add(4));
    let mut before = ' ';
    for character in name.chars() {
        if matches!(character, '_' | '-' | '.') {
            words.push(' ');
        } else if character.is_uppercase() && before.is_lowercase() {
            words.push(' ');
            words.extend(character.to_lowercase());
        } else {
            words.push(character);
        }
        before = character;
    }
    capitalised(words.trim())
}
