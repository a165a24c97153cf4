//! JSON merge patches (RFC 7396).

use serde_json::{Map, Value};

/// Applies a patch to an object: `null` removes a field, objects are merged, and any other value replaces what was there.
pub fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            // `remove` would move the last field to its place.
            Value::Null => _ = target.shift_remove(name),
            Value::Object(fields) => {
                let there = target.entry(name.as_str()).or_insert(Value::Null);
                if !there.is_object() {
                    *there = Value::Object(Map::new());
                }
                if let Value::Object(there) = there {
                    merge(there, fields);
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patches_are_applied_as_in_the_rfc() {
        // The examples of appendix A whose target and patch are objects.
        for (target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let (Value::Object(mut merged), Value::Object(changes)) = (target.clone(), patch.clone()) else {
                unreachable!()
            };
            merge(&mut merged, &changes);
            assert_eq!(Value::Object(merged), expected, "{target} {patch}");
        }
    }

    #[test]
    fn the_other_fields_keep_their_order() {
        let (Value::Object(mut target), Value::Object(patch)) =
            (json!({"a": 1, "b": 2, "c": 3}), json!({"a": null, "b": 4}))
        else {
            unreachable!()
        };
        merge(&mut target, &patch);
        assert_eq!(serde_json::to_string(&target).unwrap(), r#"{"b":4,"c":3}"#);
    }
}
