//! The size of a value as JSON.

use serde_json::Value;

/// The size of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Bytes as JSON, without escapes in texts.
    pub bytes: usize,
    /// Levels of nested arrays and objects.
    pub depth: usize,
}

/// The size of a value.
#[must_use]
pub fn size_of(value: &Value) -> Size {
    match value {
        Value::Null | Value::Bool(true) => Size { bytes: 4, depth: 0 },
        Value::Bool(false) => Size { bytes: 5, depth: 0 },
        Value::Number(number) => Size { bytes: number.to_string().len(), depth: 0 },
        Value::String(text) => Size { bytes: text.len() + 2, depth: 0 },
        Value::Array(items) => around(items.iter().map(|item| (1, size_of(item)))),
        // Quotes, colon and comma.
        Value::Object(fields) => around(fields.iter().map(|(key, value)| (key.len() + 4, size_of(value)))),
    }
}

fn around(parts: impl Iterator<Item = (usize, Size)>) -> Size {
    parts.fold(Size { bytes: 2, depth: 1 }, |whole, (beside, part)| Size {
        bytes: whole.bytes + beside + part.bytes,
        depth: whole.depth.max(part.depth + 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_as_large_as_its_json_or_a_comma_larger() {
        for value in [json!(null), json!("text"), json!([]), json!({"a": [1, 2.5, false], "b": {"c": [[]]}})] {
            let written = value.to_string().len();
            let size = size_of(&value).bytes;
            assert!(size >= written && size <= written + 6, "{value}: {size} for {written}");
        }
        assert_eq!(size_of(&json!({"a": [[1]], "b": 1})).depth, 3);
        assert_eq!(size_of(&json!(1)).depth, 0);
    }
}
