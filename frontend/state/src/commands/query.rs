//! What is typed into the command menu, and how well a title fits it.

use sluice_types::limits::MAX_SEARCH_CHARS;

/// How well a title fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The title begins with it.
    Beginning,
    /// Each word of it begins a word of the title.
    WordStarts,
    /// Each word of it is somewhere in the title.
    Inside,
    /// Each word of it is in the title or among its further words, or the server found it.
    Also,
}

/// The text that is searched for: what is typed, in lower case, with single spaces, and no longer than the server takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    text: String,
    is_cut: bool,
}

impl Query {
    /// Reads what is typed.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        // More than a few times the limit is not even looked at.
        let looked_at = typed.chars().take(4 * MAX_SEARCH_CHARS).collect::<String>();
        let words = looked_at.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let text: String = words.chars().take(MAX_SEARCH_CHARS).collect();
        let is_cut = text.len() < words.len() || looked_at.len() < typed.trim_end().len();
        Self { text: text.trim_end().to_owned(), is_cut }
    }

    /// The text for the server; `None` when nothing is typed.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        Some(self.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether more was typed than is searched for.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How well a title with its further words fits; `None` when it does not. Everything fits when nothing is typed.
    #[must_use]
    pub fn fit(&self, title: &str, also: &str) -> Option<Fit> {
        let title = title.to_lowercase();
        if title.starts_with(&self.text) {
            return Some(Fit::Beginning);
        }
        let words = || self.text.split(' ');
        if words().all(|word| begins_word(&title, word)) {
            return Some(Fit::WordStarts);
        }
        if words().all(|word| title.contains(word)) {
            return Some(Fit::Inside);
        }
        let also = also.to_lowercase();
        words().all(|word| title.contains(word) || begins_word(&also, word)).then_some(Fit::Also)
    }
}

fn begins_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(typed: &str, title: &str) -> Option<Fit> {
        Query::new(typed).fit(title, "keys openai")
    }

    #[test]
    fn a_title_fits_by_its_beginning_its_words_or_its_inside() {
        assert_eq!(fit("mar", "Market brief"), Some(Fit::Beginning));
        assert_eq!(fit("BRIEF  mar", "Market brief"), Some(Fit::WordStarts));
        assert_eq!(fit("brief", "Tea (brief)"), Some(Fit::WordStarts));
        assert_eq!(fit("ark rie", "Market brief"), Some(Fit::Inside));
        assert_eq!(fit("market open", "Market brief"), Some(Fit::Also));
        assert_eq!(fit("penai", "Market brief"), None);
        assert_eq!(fit("", "Market brief"), Some(Fit::Beginning));
        assert_eq!(fit("über", "Das ÜBER-Ding"), Some(Fit::WordStarts));
        assert_eq!(fit("\"", "Say \"yes\""), Some(Fit::WordStarts));
        assert_eq!(fit("%", "Market brief"), None);
    }

    #[test]
    fn a_long_text_is_cut_to_what_the_server_takes() {
        let long = Query::new(&"a".repeat(10_000));
        assert_eq!(long.text().map(str::len), Some(MAX_SEARCH_CHARS));
        assert!(long.is_cut());
        let most = Query::new(&"ä".repeat(MAX_SEARCH_CHARS));
        assert_eq!(most.text().map(|text| text.chars().count()), Some(MAX_SEARCH_CHARS));
        assert!(!most.is_cut() && !Query::new(" a ").is_cut());
        assert!(Query::new(&"ä".repeat(MAX_SEARCH_CHARS + 1)).is_cut());
        assert_eq!(Query::new(" \n\t ").text(), None);
    }
}
