//! What a JSON text holds at any depth and a body must not: a key twice in one object, whose values other readers would
//! take for different ones (RFC 8259, section 4), and U+0000, which PostgreSQL cannot store.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use sluice_types::FieldError;
use sluice_types::json::ReadError;

/// Checks a text that is JSON; the error has its place.
pub fn check(text: &[u8]) -> Result<(), FieldError> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    match serde_path_to_error::deserialize::<_, Checked>(&mut reader) {
        Ok(Checked) => Ok(()),
        Err(error) => Err(ReadError::new(&error).into()),
    }
}

/// The place of the value that begins at a byte of a text, which is JSON up to there.
pub fn pointer_at(text: &str, at: usize) -> String {
    // The text ends before the value, so that reading it fails at the value's place.
    let mut reader = serde_json::Deserializer::from_str(text.get(..at).unwrap_or(text));
    let read = serde_path_to_error::deserialize::<_, Checked>(&mut reader);
    read.err().map(|error| ReadError::new(&error).pointer).unwrap_or_default()
}

/// A value that was checked and dropped.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Checker)
    }
}

struct Checker;

impl<'de> Visitor<'de> for Checker {
    type Value = Checked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Checked, E> {
        check_text(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Checked, A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            check_text::<A::Error>(&key)?;
            if keys.contains(&key) {
                return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
            }
            keys.insert(key);
            fields.next_value::<Checked>()?;
        }
        Ok(Checked)
    }
}

fn check_text<E: Error>(text: &str) -> Result<Checked, E> {
    if text.contains('\0') {
        return Err(E::custom("the text contains the character U+0000: remove it"));
    }
    Ok(Checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_in_its_object() {
        for text in ["{\"a\": 1, \"b\": {\"a\": [null, true, -1, 1.5, \"a\"]}}", "[{\"a\": 1}, {\"a\": 1}]", "7"] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
        for (text, pointer) in [
            ("{\"a\": 1, \"a\": 1}", ""),
            ("{\"a\": 1, \"\\u0061\": 2}", ""),
            ("{\"x\": [0, {\"a\": {}, \"a\": {}}]}", "/x/1"),
        ] {
            assert_eq!(check(text.as_bytes()), Err(FieldError::new(pointer, "duplicate field `a`")), "{text}");
        }
    }

    #[test]
    fn a_value_has_its_place() {
        let text = "{\"a\": [[], {\"b\": 1, \"c\": 22}], \"d\": 333}";
        for (value, pointer) in [("1", "/a/1/b"), ("22", "/a/1/c"), ("333", "/d")] {
            assert_eq!(pointer_at(text, text.find(value).unwrap()), pointer);
        }
    }

    #[test]
    fn no_text_and_no_key_has_u_0000() {
        for (text, pointer) in [("{\"a\": [\"x\\u0000\"]}", "/a/0"), ("{\"a\": {\"\\u0000\": 1}}", "/a")] {
            assert_eq!(check(text.as_bytes()).unwrap_err().pointer, pointer, "{text}");
        }
        assert_eq!(check(b"{\"a\": \"\\\\u0000\"}"), Ok(()));
    }
}
