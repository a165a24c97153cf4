//! Finds the label that a text begins with.

use super::count_work;
use crate::unicode::decomposed;

/// The labels and ids of a definition's steps, built once for many templates.
///
/// A label may contain spaces and signs, so the end of a label is found only with all labels at hand.
#[derive(Debug, Clone, Default)]
pub struct Names {
    sorted: Vec<Name>,
    /// For each name: the longest other name that it begins with.
    parents: Vec<Option<usize>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    /// Spelling in templates: the label, or its other Unicode form.
    written: String,
    /// The label, when it is spelled in its other form.
    composed: Option<String>,
}

impl Name {
    fn label(&self) -> &str {
        self.composed.as_deref().unwrap_or(&self.written)
    }
}

impl Names {
    /// Builds the index.
    #[must_use]
    pub fn new(labels: &[&str]) -> Self {
        let mut sorted: Vec<Name> = Vec::with_capacity(labels.len());
        for label in labels.iter().copied().filter(|label| !label.is_empty()) {
            let other = decomposed(label).map(|written| Name { written, composed: Some(label.into()) });
            sorted.extend(other);
            sorted.push(Name { written: label.into(), composed: None });
        }
        // An exact label sorts first: it takes precedence over another label's other form.
        sorted.sort_unstable();
        sorted.dedup_by(|next, kept| next.written == kept.written);
        let mut parents = Vec::with_capacity(sorted.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, name) in sorted.iter().enumerate() {
            while let Some(last) = open.last().and_then(|&last| sorted.get(last)) {
                if name.written.starts_with(&last.written) {
                    break;
                }
                open.pop();
            }
            parents.push(open.last().copied());
            open.push(at);
        }
        Self { sorted, parents }
    }

    /// The longest label that is a prefix of `text` and whose length in bytes is accepted, with that length.
    ///
    /// All names that are prefixes of `text` are ancestors of the last name that does not sort after it.
    pub(super) fn longest(&self, text: &str, accept: impl Fn(usize) -> bool) -> Option<(&str, usize)> {
        let mut cursor = self.not_after(text);
        while let Some(at) = cursor {
            let name = self.sorted.get(at)?;
            count_work(1);
            if text.starts_with(&name.written) && accept(name.written.len()) {
                return Some((name.label(), name.written.len()));
            }
            cursor = self.parents.get(at).copied().flatten();
        }
        None
    }

    /// The label that is written so.
    pub(super) fn label(&self, written: &str) -> Option<&str> {
        let name = self.sorted.get(self.not_after(written)?)?;
        (name.written == written).then(|| name.label())
    }

    fn not_after(&self, text: &str) -> Option<usize> {
        let after = self.sorted.partition_point(|name| {
            count_work(1);
            name.written.as_str() <= text
        });
        after.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_accepted_name_wins() {
        let names = Names::new(&["Idea", "Idea Box", "Idea Box 2", "Ideb", ""]);
        assert_eq!(names.longest("Idea Box.content", |_| true), Some(("Idea Box", 8)));
        assert_eq!(names.longest("Idea Box.content", |length| length != 8), Some(("Idea", 4)));
        assert_eq!(names.longest("Ide", |_| true), None);
        assert_eq!(Names::default().longest("x", |_| true), None);
        assert_eq!((names.label("Idea Box"), names.label("Idea B")), (Some("Idea Box"), None));
    }

    proptest! {
        #[test]
        fn it_is_what_a_search_through_all_finds(
            labels in prop::collection::vec("[ab ]{0,4}", 0..12),
            text in "[ab ]{0,6}",
        ) {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            let all = labels.iter().copied().filter(|label| !label.is_empty() && text.starts_with(label));
            let longest = all.max_by_key(|label| label.len()).map(|label| (label, label.len()));
            let names = Names::new(&labels);
            prop_assert_eq!(names.longest(&text, |_| true), longest);
        }
    }
}
