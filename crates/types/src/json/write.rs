//! Writing JSON.
//!
//! `serde_json` writes fractions with a table of 10 KB that no compressor makes smaller; [`fraction`] has none in a
//! browser.

use std::io::{Result, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Error, Serializer, Value};

use crate::fraction;

/// Writes on one line.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> std::result::Result<String, Error> {
    value_to_string(&serde_json::to_value(value)?)
}

/// Writes a value as it is, on one line.
pub fn value_to_string(value: &Value) -> std::result::Result<String, Error> {
    written(value, CompactFormatter)
}

/// How many bytes a value has on one line; limits are about these.
pub fn size(value: &Value) -> usize {
    value_to_string(value).map_or(0, |text| text.len())
}

/// Writes for people, with indentation.
pub fn to_string_pretty<T: Serialize + ?Sized>(value: &T) -> std::result::Result<String, Error> {
    written(&serde_json::to_value(value)?, PrettyFormatter::new())
}

/// Writes a value, and not what it was made of: so the writing of each type is compiled once, to a value, and not
/// for each layout as well.
fn written<F: Formatter>(value: &Value, layout: F) -> std::result::Result<String, Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Plain(layout)))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// A layout whose fractions are written without a table.
struct Plain<F>(F);

/// Hands methods on to the layout.
macro_rules! layout {
    ($($name:ident($($first:ident)?)),*) => {
        $(fn $name<W: Write + ?Sized>(&mut self, to: &mut W $(, $first: bool)?) -> Result<()> {
            self.0.$name(to $(, $first)?)
        })*
    };
}

impl<F: Formatter> Formatter for Plain<F> {
    fn write_f64<W: Write + ?Sized>(&mut self, to: &mut W, value: f64) -> Result<()> {
        let digits = fraction::shortest(value);
        to.write_all(digits.as_bytes())?;
        // With a point or an exponent, so that it is read as a fraction again.
        if digits.contains(['.', 'e']) { Ok(()) } else { to.write_all(b".0") }
    }

    fn write_f32<W: Write + ?Sized>(&mut self, to: &mut W, value: f32) -> Result<()> {
        self.write_f64(to, value.into())
    }

    layout! {
        begin_array(), end_array(), begin_array_value(first), end_array_value(), begin_object(), end_object(),
        begin_object_key(first), end_object_key(), begin_object_value(), end_object_value()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::built_in_templates;

    #[test]
    fn texts_are_as_serde_json_writes_them() {
        for template in built_in_templates() {
            assert_eq!(to_string(template).unwrap(), serde_json::to_string(template).unwrap());
            assert_eq!(to_string_pretty(template).unwrap(), serde_json::to_string_pretty(template).unwrap());
        }
        let value =
            json!({"a": [], "b": {}, "c": [1, -2, 0.5, 1.0, true, null, "é\u{1}\"\\\n"], "d": {"e": {"f": [[]]}}});
        assert_eq!(to_string(&value).unwrap(), value.to_string());
        assert_eq!(to_string_pretty(&value).unwrap(), format!("{value:#}"));
        assert_eq!(to_string(&[f64::NAN, f64::INFINITY]).unwrap(), "[null,null]");
    }

    proptest! {
        #[test]
        fn fractions_come_back_as_they_were(number in any::<f64>().prop_filter("JSON has no other", |it| it.is_finite())) {
            let text = to_string(&number).unwrap();
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
            let read: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(read.is_f64(), "{}", text);
        }
    }
}
