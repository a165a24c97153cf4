//! Integers as JSON Schema defines them: a number without a fraction, so that `1.0` is one. Some languages write every
//! number so.

use serde::de::Unexpected;
use serde::{Deserialize, Deserializer};
use serde_json::Number;

/// A type of integer.
pub(crate) trait Integer: TryFrom<i64> {
    /// Its range, for messages.
    const RANGE: &str;
}

impl Integer for u32 {
    const RANGE: &str = "an integer from 0 to 4294967295";
}

impl Integer for i64 {
    const RANGE: &str = "an integer of 64 bits";
}

/// Reads a field that may be `null` (`serde(deserialize_with)`, with `serde(default)`).
pub(crate) fn optional<'de, T: Integer, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<Number>::deserialize(deserializer)?.map(|number| whole(&number)).transpose()
}

/// The same for a field that distinguishes `null` from absent.
#[expect(clippy::option_option, reason = "absent, `null` and a value are three things")]
pub(crate) fn some<'de, T: Integer, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    optional(deserializer).map(Some)
}

/// Reads a field that is never `null`.
pub(crate) fn required<'de, T: Integer, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    whole(&Number::deserialize(deserializer)?)
}

fn whole<T: Integer, E: serde::de::Error>(number: &Number) -> Result<T, E> {
    let integer = match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => Some(integer),
        // Its digits without a fraction: they fit into 64 bits, or cannot be read.
        (None, Some(float)) if float.fract() == 0.0 => format!("{float:.0}").parse().ok(),
        (None, _) => None,
    };
    integer
        .and_then(|integer| T::try_from(integer).ok())
        .ok_or_else(|| E::invalid_value(Unexpected::Other(&format!("number `{number}`")), &T::RANGE))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{DecideGate, Definition, PatchStep, UpdateWorkflow, json as reader};

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        let review = |opened_seq: &str| {
            let text = format!("{{\"decision\": \"approve\", \"opened_seq\": {opened_seq}}}");
            serde_json::from_str::<DecideGate>(&text).map(|review| review.opened_seq)
        };
        for (text, expected) in [
            ("7", Some(7)),
            ("7.0", Some(7)),
            ("-7.0", Some(-7)),
            ("-0.0", Some(0)),
            ("7e2", Some(700)),
            ("9223372036854775807", Some(i64::MAX)),
            ("null", None),
        ] {
            assert_eq!(review(text).unwrap(), expected, "{text}");
        }
        for text in ["7.5", "1e300", "9223372036854775808", "\"7\"", "true"] {
            assert!(review(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_integer_of_a_request_is_read_so() {
        let (times, tokens) = (json!({"timeout": 1.0, "idle_timeout": 2.0}), json!({"max_tokens": 3.0}));
        let llm = json!({"label": "A", "type": "llm", "prompt": "x", "max_retries": 4.0, "timeout": 1.0, "idle_timeout": 2.0,
            "max_tokens": 3.0});
        let review = json!({"label": "B", "type": "review", "expires_in": 5.0});
        let read: Definition = reader::from_value(json!({"steps": [llm, review]})).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        for expected in
            ["\"max_retries\":4,", "\"timeout\":1,", "\"idle_timeout\":2", "\"max_tokens\":3,", "\"expires_in\":5"]
        {
            assert!(written.contains(expected), "{expected} is not in {written}");
        }
        let read: PatchStep = reader::from_value(times).unwrap();
        assert_eq!((read.timeout, read.idle_timeout, read.max_tokens), (Some(Some(1)), Some(Some(2)), None));
        let read: PatchStep = reader::from_value(tokens).unwrap();
        assert_eq!(read.max_tokens, Some(Some(3)));
        let saved = json!({"name": "x", "version": 6.0, "definition": {"steps": []}});
        assert_eq!(reader::from_value::<UpdateWorkflow>(saved).unwrap().version, Some(6));
        let error = reader::from_value::<PatchStep>(json!({"timeout": -1})).unwrap_err();
        assert_eq!(error.to_string(), "/timeout: invalid value: number `-1`, expected an integer from 0 to 4294967295");
    }
}
