//! Fractions and their digits.
//!
//! In a browser, the browser converts them. The standard library does so by tables of powers of ten and of five, and
//! these would be a noticeable part of what is sent: no compressor makes them smaller.

#[cfg(target_arch = "wasm32")]
use js_sys::{Number, parse_float};

/// The number that digits as in JSON stand for; infinite when it is too large.
pub(crate) fn read(digits: &str) -> f64 {
    #[cfg(target_arch = "wasm32")]
    return parse_float(digits);
    #[cfg(not(target_arch = "wasm32"))]
    digits.parse().unwrap_or(f64::NAN)
}

/// The fewest digits that are read as this number again: `0.1`, `2`, `1e21` or `1e+21`.
#[must_use]
pub fn shortest(number: f64) -> String {
    #[cfg(target_arch = "wasm32")]
    return Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default();
    #[cfg(not(target_arch = "wasm32"))]
    {
        let text = format!("{number:?}");
        text.strip_suffix(".0").unwrap_or(&text).to_owned()
    }
}

/// With so many digits after the point: `0.10`, `2.00`. What is exactly between two becomes the larger one in a
/// browser, and the even one elsewhere.
#[must_use]
pub fn fixed(number: f64, digits: u8) -> String {
    #[cfg(target_arch = "wasm32")]
    return Number::from(number).to_fixed(digits).map(String::from).unwrap_or_default();
    #[cfg(not(target_arch = "wasm32"))]
    format!("{number:.*}", usize::from(digits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_are_as_people_and_json_write_them() {
        for (number, short) in [(0.1, "0.1"), (2.0, "2"), (-0.5, "-0.5"), (1e21, "1e21"), (1e-7, "1e-7"), (0.0, "0")] {
            assert_eq!(shortest(number), short);
            assert!((read(short) - number).abs() < f64::EPSILON);
        }
        assert_eq!([fixed(0.1, 2), fixed(2.0, 0), fixed(0.0456, 3)], ["0.10", "2", "0.046"]);
        assert!(read("1e999").is_infinite());
    }

    proptest! {
        #[test]
        fn the_shortest_digits_are_read_as_the_same_number(number in any::<f64>()) {
            prop_assume!(number.is_finite());
            prop_assert_eq!(read(&shortest(number)).to_bits(), number.to_bits());
        }
    }
}
