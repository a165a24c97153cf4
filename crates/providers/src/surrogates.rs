//! JSON whose texts were cut inside a character.

use std::borrow::Cow;

/// Escapes of UTF-16 that stand alone, replaced by U+FFFD. A server that cuts a text into pieces by UTF-16 units writes
/// `\ud83d` in one piece and `\ude00` in the next; neither is a character, and no parser of JSON takes them.
pub fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut kept = 0;
    let mut rest = 0;
    while let Some(found) = json.get(rest..).and_then(|tail| tail.find('\\')) {
        let at = rest + found;
        match (unit(json, at), unit(json, at + ESCAPE_BYTES)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => rest = at + 2 * ESCAPE_BYTES,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(json.get(kept..at).unwrap_or_default());
                mended.push_str("\\ufffd");
                rest = at + ESCAPE_BYTES;
                kept = rest;
            }
            (Some(_), _) => rest = at + ESCAPE_BYTES,
            // An escape of one character, which may be a second `\`.
            (None, _) => rest = at + 2,
        }
    }
    if kept == 0 {
        return Cow::Borrowed(json);
    }
    mended.push_str(json.get(kept..).unwrap_or_default());
    Cow::Owned(mended)
}

/// Bytes of `\ud83d`.
const ESCAPE_BYTES: usize = 6;

/// The UTF-16 unit of an escape that begins here.
fn unit(json: &str, at: usize) -> Option<u16> {
    u16::from_str_radix(json.get(at..at + ESCAPE_BYTES)?.strip_prefix("\\u")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_replaced_and_nothing_else() {
        let table = [
            (r#""a\ud83d""#, r#""a\ufffd""#),
            (r#""\ude00b""#, r#""\ufffdb""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\u00e4 \n ä""#, r#""\u00e4 \n ä""#),
            (r"\", r"\"),
            (r"\ud8", r"\ud8"),
        ];
        for (json, mended) in table {
            assert_eq!(without_lone_surrogates(json), mended, "{json}");
        }
    }
}
