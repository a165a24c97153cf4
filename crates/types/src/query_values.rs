//! Values of query parameters that hold several: separated by commas, or one for each time that the parameter is given.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

/// What separates the values of a repeated parameter whose values may contain commas. No text of the API contains U+0000.
pub const REPEATED_SEPARATOR: char = '\0';

/// Reads words of a parameter that are separated by commas.
///
/// # Errors
/// When a word is not one of the type's.
pub fn words<'de, T: FromStr<Err = String>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    text.split(',').map(|word| word.parse().map_err(D::Error::custom)).collect()
}

/// Reads words that are separated by commas, each once and in the order of their type.
///
/// # Errors
/// When a word is not one of the type's.
pub fn comma_separated<'de, T, D>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    T: FromStr<Err = String> + Ord,
    D: Deserializer<'de>,
{
    let mut words: Vec<T> = words(deserializer)?;
    words.sort();
    words.dedup();
    Ok(Some(words))
}

/// Reads the values of a repeated parameter, each once. They may contain commas.
///
/// # Errors
/// When the value is not a text.
pub fn repeated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut values: Vec<String> = Vec::new();
    for value in text.split(REPEATED_SEPARATOR) {
        if values.iter().all(|known| known != value) {
            values.push(value.to_owned());
        }
    }
    Ok(values)
}
