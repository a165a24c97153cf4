//! The words of a text, to compare texts.

use std::collections::HashSet;

/// Words that say nothing of a subject.
const STOP_WORDS: [&str; 44] = [
    "the", "and", "for", "with", "from", "that", "this", "then", "than", "into", "are", "was", "its", "his", "her",
    "their", "our", "your", "you", "have", "has", "had", "not", "but", "all", "any", "can", "will", "each", "which",
    "what", "when", "who", "how", "let", "get", "use", "using", "tool", "agent", "step", "workflow", "make", "one",
];
/// Fewest characters of a word.
const SHORTEST: usize = 3;

/// The words of a text in small letters, without endings of the plural and without words that say nothing. Scripts
/// without spaces give pairs of characters.
pub fn words(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if is_unspaced(&word) {
            let chars: Vec<char> = word.chars().collect();
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if word.chars().count() >= SHORTEST && !STOP_WORDS.contains(&word.as_str()) {
            found.insert(stem(&word).to_owned());
        }
    }
    found
}

/// Whether a word is of a script that is written without spaces.
fn is_unspaced(word: &str) -> bool {
    word.chars().any(|c| matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}

/// The word without the ending of a plural.
fn stem(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= SHORTEST && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// How much a named thing has in common with the words of a prompt: its name counts most.
pub fn score(prompt: &HashSet<String>, name: &str, description: &str) -> usize {
    let common = |text: &str| words(text).intersection(prompt).count();
    NAME_WEIGHT * common(name) + common(description)
}

/// What a word of a name counts, compared with one of a description.
pub const NAME_WEIGHT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_more_than_a_description() {
        let prompt = words("Read the files of a repository and report");
        assert_eq!(score(&prompt, "read_file", ""), 2 * NAME_WEIGHT);
        assert_eq!(score(&prompt, "scout", "Reports on repositories."), 1);
        assert_eq!(score(&words("翻译这篇文章"), "文章", ""), NAME_WEIGHT);
        assert_eq!(score(&words(""), "x", "y"), 0);
    }
}
