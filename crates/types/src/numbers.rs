//! Numbers of a JSON text that 64 bits cannot hold. `serde_json` reads them as the nearest number without an error.

use std::borrow::Cow;
use std::ops::Range;

/// The error of a number that would be rounded.
pub const ROUNDED: &str = "the number has more digits than 64 bits hold and would be rounded: send it as a string";

/// Decimal digits that a number with a fraction or an exponent may have: enough for each 64-bit number (IEEE 754).
const MAX_DIGITS: usize = 17;

/// Integers up to this one are exact as 64-bit floating-point numbers.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A text whose numbers are read as they are written.
#[derive(Debug, PartialEq, Eq)]
pub struct Exact<'t> {
    /// The text. Integers with an exponent are written without it: `1e2` is `100` and not `100.0`.
    pub text: Cow<'t, str>,
    /// Place of the first number that would be rounded, in the text as given.
    pub rounded: Option<Range<usize>>,
}

/// Examines the numbers of a text, which should be JSON.
#[must_use]
pub fn exact(text: &str) -> Exact<'_> {
    let mut rewritten = String::new();
    let (mut copied, mut rounded) = (0, None);
    for place in (Numbers { text, at: 0 }) {
        let number = text.get(place.clone()).unwrap_or_default();
        if rounded.is_none() && is_rounded(number) {
            rounded = Some(place.clone());
        }
        if let Some(integer) = without_exponent(number) {
            rewritten.push_str(text.get(copied..place.start).unwrap_or_default());
            rewritten.push_str(&integer);
            copied = place.end;
        }
    }
    if copied == 0 {
        return Exact { text: Cow::Borrowed(text), rounded };
    }
    rewritten.push_str(text.get(copied..).unwrap_or_default());
    Exact { text: Cow::Owned(rewritten), rounded }
}

/// The places of the numbers of a text.
struct Numbers<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Numbers<'_> {
    type Item = Range<usize>;
    fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let mut in_string = false;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'"' => in_string = !in_string,
                b'\\' if in_string => self.at += 1,
                b'-' | b'0'..=b'9' if !in_string => {
                    let start = self.at;
                    let rest = bytes.get(start..).unwrap_or_default();
                    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                    self.at = start + rest.iter().take_while(is_part).count();
                    return Some(start..self.at);
                }
                _ => {}
            }
            self.at += 1;
        }
        None
    }
}

fn is_rounded(number: &str) -> bool {
    if !number.contains(['.', 'e', 'E']) {
        return number.parse::<i64>().is_err() && number.parse::<u64>().is_err();
    }
    let digits = number.split(['e', 'E']).next().unwrap_or_default().replace(['-', '.'], "");
    digits.trim_matches('0').len() > MAX_DIGITS
}

/// A number with an exponent as an integer, if it is one.
fn without_exponent(number: &str) -> Option<String> {
    let value = number.contains(['e', 'E']).then(|| number.parse::<f64>().ok())??;
    (value.fract() == 0.0 && value.abs() <= MAX_EXACT).then(|| format!("{value:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_64_bits_are_found() {
        for number in [
            "0",
            "-0",
            "1.0",
            "0.1",
            "1e300",
            "1e-300",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615",
            "0.30000000000000004",
            "0.10000000000000001",
            "100000000000000000000000.0",
            "0.00000000000000000000001",
        ] {
            assert_eq!(exact(number).rounded, None, "{number}");
        }
        for number in [
            "18446744073709551616",
            "-9223372036854775809",
            "3.14159265358979323846",
            "1234567890123456789.5",
            "1234567890123456789e1",
        ] {
            assert_eq!(exact(number).rounded, Some(0..number.len()), "{number}");
        }
    }

    #[test]
    fn only_numbers_are_examined() {
        let text = r#"{"18446744073709551616": "\"18446744073709551616", "a\\": [1, 18446744073709551616]}"#;
        let at = text.rfind("18446744073709551616").unwrap();
        assert_eq!(exact(text).rounded, Some(at..at + 20));
        assert_eq!(exact(text).text, text);
    }

    #[test]
    fn integers_with_an_exponent_are_integers() {
        for (text, expected) in [
            ("[1e2, 1E+2,1.5e3,-2e0]", "[100, 100,1500,-2]"),
            ("[1.0, 1e-2, 1.25e1, 1e300]", "[1.0, 1e-2, 1.25e1, 1e300]"),
            (r#"{"1e2": "1e2"}"#, r#"{"1e2": "1e2"}"#),
        ] {
            assert_eq!(exact(text).text, expected);
        }
    }
}
