//! Metadata: texts of the client's own that tie an execution or a workflow to a record in another system.

use std::collections::BTreeMap;

use crate::json::escape;
use crate::limits::{MAX_METADATA_KEY_CHARS, MAX_METADATA_KEYS, MAX_METADATA_VALUE_CHARS};
use crate::problem::FieldError;

/// Texts by key. Schemas name the map itself: utoipa does not see through this name.
pub type Metadata = BTreeMap<String, String>;

/// The faults of metadata at a JSON pointer.
#[must_use]
pub fn metadata_errors(pointer: &str, metadata: &Metadata) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if metadata.len() > MAX_METADATA_KEYS {
        let message = format!("at most {MAX_METADATA_KEYS} keys, not {}", metadata.len());
        errors.push(FieldError::new(pointer, message));
    }
    for (key, value) in metadata {
        let mut add = |message: String| errors.push(FieldError::new(format!("{pointer}/{}", escape(key)), message));
        let chars = key.chars().count();
        if chars == 0 || chars > MAX_METADATA_KEY_CHARS {
            add(format!("a key has 1 to {MAX_METADATA_KEY_CHARS} characters, not {chars}"));
        }
        // A filter is `key:value`.
        if key.chars().any(|char| char == ':' || char.is_control()) {
            add("a key contains no colon and no control character".into());
        }
        let chars = value.chars().count();
        if chars > MAX_METADATA_VALUE_CHARS {
            add(format!("at most {MAX_METADATA_VALUE_CHARS} characters, not {chars}"));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(entries: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
        metadata_errors("/metadata", &entries.into_iter().collect()).into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn metadata_is_taken_at_its_limits_and_refused_past_them() {
        let many = |count: usize| (0..count).map(|at| (at.to_string(), String::new()));
        assert!(faults(many(MAX_METADATA_KEYS)).is_empty());
        assert_eq!(faults(many(MAX_METADATA_KEYS + 1)), ["/metadata"]);
        let one = |key: usize, value: usize| [("ä".repeat(key), "ö".repeat(value))];
        assert!(faults(one(MAX_METADATA_KEY_CHARS, MAX_METADATA_VALUE_CHARS)).is_empty());
        assert_eq!(faults(one(MAX_METADATA_KEY_CHARS + 1, 1)).len(), 1);
        assert_eq!(faults(one(1, MAX_METADATA_VALUE_CHARS + 1)), ["/metadata/ä"]);
        assert_eq!(faults([(String::new(), "x".to_owned())]), ["/metadata/"]);
        assert_eq!(faults([("a/b:c".to_owned(), "x".to_owned())]), ["/metadata/a~1b:c"]);
        assert_eq!(faults([("a\nb".to_owned(), "x:y,z".to_owned())]).len(), 1);
    }
}
