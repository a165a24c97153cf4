//! Keyset cursors: where a page ended, so that the next one begins there whatever its number.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Where a page ended. Callers see it as one opaque text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The order that the list was in; a cursor holds for that order only.
    #[serde(rename = "s")]
    pub sort: String,
    /// The value that the last row was sorted by.
    #[serde(rename = "k")]
    pub key: String,
    /// The last row's id, which breaks ties.
    #[serde(rename = "i")]
    pub id: String,
}

impl Cursor {
    /// The cursor as callers see it.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads a cursor that callers sent back; `None` when it is not one of ours.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        // PostgreSQL's texts hold no NUL.
        (!cursor.key.contains('\0') && !cursor.id.contains('\0')).then_some(cursor)
    }
}

/// Cuts what was read to the page's size (one row more is read to see whether there is a next page)
/// and gives the cursor that follows.
pub(crate) fn page<T>(mut items: Vec<T>, limit: u32, cursor_of: impl Fn(&T) -> Cursor) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| cursor_of(last).encode());
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_with_nul_is_refused() {
        let cursor = Cursor { sort: "name".into(), key: "a\0".into(), id: "w".into() };
        assert_eq!(Cursor::decode(&cursor.encode()), None);
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back(sort in ".{0,20}", key in "[^\\x00]{0,40}", id in "[^\\x00]{0,40}") {
            let cursor = Cursor { sort, key, id };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,60}") {
            let _ = Cursor::decode(&text);
        }
    }
}
