//! Strangers' words in messages.

/// The most characters of a server's own words that a message repeats.
pub const MAX_QUOTED_CHARS: usize = 500;

/// The text without surrounding space, cut after [`MAX_QUOTED_CHARS`] characters.
pub fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(MAX_QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_a_character() {
        let at_limit = "ä".repeat(MAX_QUOTED_CHARS);
        assert_eq!(shortened(&format!(" {at_limit}\n")), at_limit);
        assert_eq!(shortened(&format!("{at_limit}ä")), format!("{at_limit}…"));
    }
}
