//! A field that differs between two definitions, in words.

use serde_json::Value;
use sluice_types::FieldChange;

use crate::conflict::{field_noun, is_long, shown_value};
use crate::format::capitalised;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedField {
    /// The field, in words.
    pub name: String,
    /// The older value; empty when it was not set.
    pub before: String,
    /// The newer value; empty when it is not set.
    pub after: String,
    /// Whether to show the lines that differ.
    pub is_text: bool,
}

impl From<&FieldChange> for ChangedField {
    /// A field of a step, of a definition, or of a version (`/definition/model`).
    fn from(change: &FieldChange) -> Self {
        let (before, after) = (shown_value(change.before.as_ref()), shown_value(change.after.as_ref()));
        let is_json = |value: &Option<Value>| matches!(value, Some(Value::Array(_) | Value::Object(_)));
        let both = !before.is_empty() && !after.is_empty();
        let is_text =
            both && (is_long(&before) || is_long(&after) || is_json(&change.before) || is_json(&change.after));
        let pointer = change.pointer.strip_prefix("/definition").unwrap_or(&change.pointer);
        Self { name: named(pointer), before, after, is_text }
    }
}

/// A JSON pointer in words: `/cases/0/when` is `Cases 1: when`.
fn named(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
    let words = parts.enumerate().map(|(at, part)| match part.parse::<u32>() {
        Ok(number) => format!(" {}", u64::from(number) + 1),
        Err(_) if at == 0 => capitalised(&field_noun(&part)),
        Err(_) => format!(": {}", field_noun(&part)),
    });
    let name: String = words.collect();
    if name.is_empty() { "All fields".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(pointer: &str, before: &Value, after: &Value) -> ChangedField {
        let change = json!({"pointer": pointer, "before": before, "after": after});
        ChangedField::from(&serde_json::from_value::<FieldChange>(change).unwrap())
    }

    #[test]
    fn a_pointer_is_told_in_words() {
        let name = |pointer: &str| field(pointer, &json!("a"), &json!("b")).name;
        let pointers =
            ["/name", "/definition/entry_step", "/definition/context/a~1b", "/cases/0/when", "/max_tokens", ""];
        let expected = ["Name", "First step", "Context: a/b", "Cases 1: when", "Answer length", "All fields"];
        assert_eq!(pointers.map(name), expected);
    }

    #[test]
    fn long_values_are_compared_line_by_line() {
        assert!(field("/prompt", &json!("a\nb"), &json!("c")).is_text);
        assert!(field("/fallbacks", &json!([{"model": "m"}]), &json!([{"model": "n"}])).is_text);
        assert!(!field("/prompt", &json!("a"), &json!("b")).is_text);
        let new = field("/prompt", &Value::Null, &json!("long ".repeat(40)));
        assert!(!new.is_text && new.before.is_empty(), "there is nothing to compare it with");
    }
}
