//! Unicode's two forms of a text: `é` as one character (NFC), or as `e` and an accent (NFD).
//!
//! The tables are too large for the browser: the forms are distinguished only with the feature `unicode`.

/// A text in the composed form.
#[cfg(feature = "unicode")]
pub(crate) fn composed(text: String) -> String {
    use unicode_normalization::{UnicodeNormalization as _, is_nfc};
    if text.is_ascii() || is_nfc(&text) { text } else { text.nfc().collect() }
}

/// Without the tables the text stays as it is.
#[cfg(not(feature = "unicode"))]
pub(crate) const fn composed(text: String) -> String {
    text
}

/// The decomposed form of a text; `None` when it is the same.
#[cfg(feature = "unicode")]
pub(crate) fn decomposed(text: &str) -> Option<String> {
    use unicode_normalization::{UnicodeNormalization as _, is_nfd};
    (!text.is_ascii() && !is_nfd(text)).then(|| text.nfd().collect())
}

/// Without the tables, both forms are the same.
#[cfg(not(feature = "unicode"))]
pub(crate) const fn decomposed(_text: &str) -> Option<String> {
    None
}
