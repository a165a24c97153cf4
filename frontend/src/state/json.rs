//! Reading JSON. The app reads its types here and nowhere else, and always by way of a value: what reads a type
//! is then compiled once, instead of once for texts and once for values.

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

/// Reads a text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    of_value(serde_json::from_str(text)?)
}

/// Reads what is a value already.
pub fn of_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::{Definition, Fallback};

    use super::*;

    #[test]
    fn a_definition_is_read_whole() {
        let value = json!({"yolo": true, "steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "x", "fallbacks": [{"model": "demo"}], "temperature": 0.5}]});
        let read: Definition = read(&value.to_string()).unwrap();
        assert_eq!(read, of_value(value.clone()).unwrap());
        assert_eq!(serde_json::from_value::<Definition>(value).unwrap(), read);
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert!(read::<Fallback>("{").unwrap_err().to_string().contains("EOF while parsing"));
        assert!(read::<Fallback>(r#"{"model": "a"} x"#).unwrap_err().to_string().contains("trailing characters"));
        assert!(of_value::<Fallback>(json!({"model": 1})).unwrap_err().to_string().contains("expected a string"));
    }
}
