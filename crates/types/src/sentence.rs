//! Messages for people, as sentences.

/// A message that begins with a capital letter. A name at its beginning, as `max_tokens`, stays as it is.
#[must_use]
pub fn begun_with_capital(message: &str) -> String {
    let word = message.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches([',', ':', ';', '.', '!', '?', '…']);
    let is_word = |letter: char| letter.is_alphabetic() || matches!(letter, '\'' | '’');
    let mut letters = message.chars();
    if !message.starts_with(char::is_lowercase) || !word.chars().all(is_word) {
        return message.to_owned();
    }
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::begun_with_capital;

    #[test]
    fn a_message_begins_with_a_capital_and_a_name_stays() {
        for (message, begun) in [
            ("a step needs a label", "A step needs a label"),
            ("from 1 to 20", "From 1 to 20"),
            ("the provider's URL leads elsewhere", "The provider's URL leads elsewhere"),
            ("émile: no", "Émile: no"),
            ("max_tokens: at most 4096", "max_tokens: at most 4096"),
            ("demo-broken refuses it", "demo-broken refuses it"),
            ("gpt-5 is not known", "gpt-5 is not known"),
            ("input.topic is missing", "input.topic is missing"),
            ("`a` comes before", "`a` comes before"),
            ("“idea” is this step", "“idea” is this step"),
            ("", ""),
        ] {
            assert_eq!(begun_with_capital(message), begun);
        }
        assert_eq!(begun_with_capital("Done"), "Done");
    }
}
