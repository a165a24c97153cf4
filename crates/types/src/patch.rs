//! Fields that distinguish `null` from absent.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Reads a field that is present, for `#[serde(default, deserialize_with)]`: `Some(None)` is `null`, and `None` stays
/// for an absent field.
#[expect(clippy::option_option, reason = "absent, `null` and a value are three things")]
pub(crate) fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Reads a field that may be absent and cannot be removed: `null` is refused.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Option::deserialize(deserializer)?;
    value.map(Some).ok_or_else(|| D::Error::custom("it cannot be removed: leave it out to keep it"))
}

/// Like [`some`], for a field that takes one of a few words: a typing error must not pass as a word of a newer version.
#[expect(clippy::option_option, reason = "absent, `null` and a value are three things")]
pub(crate) fn some_known<'de, T: FromStr<Err = String>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    word.map(|word| word.parse().map_err(D::Error::custom)).transpose().map(Some)
}

/// Reads an optional field that takes one of a few words, which must be known; `null` counts as absent.
pub(crate) fn known<'de, T: FromStr<Err = String>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    some_known(deserializer).map(Option::flatten)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{PatchStep, ReasoningEffort, UpdateCredential, json as reader};

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        for value in [json!({}), json!({"prompt": "x"}), json!({"model": null, "provider": "demo", "persona_id": null})]
        {
            let read: PatchStep = reader::from_value(value.clone()).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), value);
        }
        let read: PatchStep = reader::from_value(json!({"model": null})).unwrap();
        assert_eq!((read.model, read.provider), (Some(None), None));
        let error = reader::from_value::<PatchStep>(json!({"model": 1})).unwrap_err();
        assert_eq!(error.to_string(), "/model: invalid type: integer `1`, expected a string");
        let read: PatchStep = reader::from_value(json!({"reasoning": "low", "on_truncated": null})).unwrap();
        assert_eq!((read.reasoning, read.on_truncated), (Some(Some(ReasoningEffort::Low)), Some(None)));
        let error = reader::from_value::<PatchStep>(json!({"reasoning": "hard"})).unwrap_err();
        assert_eq!(error.to_string(), "/reasoning: \"hard\" is not one of low, medium, high");
        let read: UpdateCredential = reader::from_value(json!({"base_url": null})).unwrap();
        assert_eq!((read.base_url, read.api_key), (Some(None), None));
    }
}
