//! The size of values, before they are converted for templates.

use std::collections::BTreeMap;

use serde_json::Value;

use super::budget::VALUE_BYTES;

/// Bytes of templates, with the values that they insert, that are read or filled in on an async thread: a millisecond of
/// work. More is done on a blocking thread.
pub const MAX_INLINE_BYTES: usize = 64 * 1024;

/// The part of `room` bytes that is left beside a value; `None` when the value takes more. It stops there, so a large
/// value is not walked to its end.
pub fn room_beside(room: usize, value: &Value) -> Option<usize> {
    let room = room.checked_sub(VALUE_BYTES)?;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(room),
        Value::String(text) => room.checked_sub(text.len()),
        Value::Array(items) => items.iter().try_fold(room, room_beside),
        Value::Object(fields) => {
            fields.iter().try_fold(room, |room, (key, value)| room_beside(room.checked_sub(key.len())?, value))
        }
    }
}

/// The same for the context of a definition.
pub(super) fn room_beside_context(room: usize, context: &BTreeMap<String, Value>) -> Option<usize> {
    context.iter().try_fold(room, |room, (key, value)| room_beside(room.checked_sub(key.len())?, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_room_is_counted_to_the_byte() {
        let value = json!({"key": ["text", 1]});
        let bytes = 4 * VALUE_BYTES + "key".len() + "text".len();
        assert_eq!(room_beside(bytes, &value), Some(0));
        assert_eq!(room_beside(bytes - 1, &value), None);
        let context = BTreeMap::from([("key".to_owned(), json!("text"))]);
        assert_eq!(room_beside_context(VALUE_BYTES + 7, &context), Some(0));
    }
}
