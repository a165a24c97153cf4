//! Fields of which `null` and left out are two things.

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// The name under which such a field is read: `json` reads what is left out as `null`, but not here.
pub(crate) const PATCHED: &str = "sluice::Patched";

/// Reads a field that is there, for `#[serde(default, deserialize_with)]`: `Some(None)` is `null`, and `None` stays
/// for what is left out.
#[expect(clippy::option_option, reason = "left out, `null` and a value are three things")]
pub(crate) fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    deserializer.deserialize_newtype_struct(PATCHED, There(PhantomData))
}

struct There<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for There<T> {
    type Value = Option<Option<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{CredentialRequest, PatchStep, json as reader};

    #[test]
    fn left_out_null_and_a_value_are_three_things_to_every_reader() {
        for value in [json!({}), json!({"prompt": "x"}), json!({"model": null, "provider": "demo", "persona_id": null})]
        {
            let read: PatchStep = reader::from_value_strictly(value.clone()).unwrap();
            assert_eq!(read, serde_json::from_value(value.clone()).unwrap(), "{value}");
            assert_eq!(serde_json::to_value(&read).unwrap(), value);
        }
        let read: PatchStep = reader::from_str(r#"{"model": null}"#).unwrap();
        assert_eq!((read.model, read.provider), (Some(None), None));
        let error = reader::from_value_strictly::<PatchStep>(json!({"model": 1})).unwrap_err();
        assert_eq!(error.to_string(), "/model: invalid type: integer `1`, expected a string");
        let read: CredentialRequest = reader::from_value_strictly(json!({"base_url": null})).unwrap();
        assert_eq!((read.base_url, read.api_key), (Some(None), None));
    }
}
