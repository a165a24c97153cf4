//! Offsets as a browser's text fields count them, in UTF-16 units, and as Rust does, in bytes.

/// The offset in bytes; `None` past the end and inside a character.
pub(super) fn to_bytes(text: &str, utf16: usize) -> Option<usize> {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= utf16 {
            return (units == utf16).then_some(at);
        }
        units += c.len_utf16();
    }
    (units == utf16).then_some(text.len())
}

/// Number of UTF-16 units in a text.
pub(super) fn len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
