//! The lines that an edit took out and put in.

use similar::{ChangeTag, TextDiff};

/// The changed lines, `-` for those taken out and `+` for those put in; `None` when nothing changed.
#[must_use]
pub fn difference(before: &str, after: &str) -> Option<String> {
    if before == after {
        return None;
    }
    let mut lines = String::new();
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => continue,
        };
        lines.push(sign);
        lines.push_str(change.value().trim_end_matches('\n'));
        lines.push('\n');
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changed_lines_are_told() {
        assert_eq!(difference("a\nb\nc\n", "a\nB\nc\n").as_deref(), Some("-b\n+B\n"));
        assert_eq!(difference("same", "same"), None);
    }
}
