//! The removed and added lines of an edit.

use similar::{ChangeTag, TextDiff};
use sluice_types::limits::MAX_COMPARED_LINES;

/// The changed lines, `-` for removed and `+` for added ones; `None` without a change.
///
/// The work is bounded by counting, not by a clock: when texts are too long for a detailed comparison, all lines
/// between their common prefix and suffix count as removed and added.
#[must_use]
pub fn difference(before: &str, after: &str) -> Option<String> {
    if before == after {
        return None;
    }
    let (before, after) = changed_middle(lines(before), lines(after));
    let mut out = String::new();
    if before.len() + after.len() > MAX_COMPARED_LINES {
        for (sign, lines) in [('-', before), ('+', after)] {
            for line in lines {
                push(&mut out, sign, line);
            }
        }
        return Some(out);
    }
    for change in TextDiff::from_slices(&before, &after).iter_all_changes() {
        match change.tag() {
            ChangeTag::Delete => push(&mut out, '-', change.value()),
            ChangeTag::Insert => push(&mut out, '+', change.value()),
            ChangeTag::Equal => {}
        }
    }
    Some(out)
}

/// The lines of a text, each with its line break: a missing last line break is a difference, too.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Both lists without their common prefix and suffix.
fn changed_middle<'a>(mut before: Vec<&'a str>, mut after: Vec<&'a str>) -> (Vec<&'a str>, Vec<&'a str>) {
    while before.last().is_some_and(|line| after.last() == Some(line)) {
        before.pop();
        after.pop();
    }
    let same = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
    (before.split_off(same), after.split_off(same))
}

fn push(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line.trim_end_matches('\n'));
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_changed_lines_are_told() {
        assert_eq!(difference("a\nb\nc\n", "a\nB\nc\n").as_deref(), Some("-b\n+B\n"));
        assert_eq!(difference("a\nb", "a\nx\nb").as_deref(), Some("+x\n"));
        assert_eq!(difference("same", "same"), None);
        assert_eq!(difference("", "a").as_deref(), Some("+a\n"));
        assert_eq!(difference("a\n", "a").as_deref(), Some("-a\n+a\n"));
    }

    #[test]
    fn long_texts_are_told_without_being_compared_closely() {
        // A line-by-line comparison of these takes hours.
        let numbers =
            |from: usize| (from..from + 500_000).flat_map(|n| [n.to_string(), "\n".to_owned()]).collect::<String>();
        for (before, after) in [
            ("a".to_owned(), "\n".repeat(2 * 1024 * 1024)),
            ("\n".repeat(2 * 1024 * 1024), "a".to_owned()),
            (numbers(0), numbers(250_000)),
        ] {
            let (told, tells) = mpsc::channel();
            let (counted_before, counted_after) = (before.lines().count(), after.lines().count());
            std::thread::spawn(move || told.send(difference(&before, &after)));
            let difference = tells.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
            let count = |sign: char| difference.lines().filter(|line| line.starts_with(sign)).count();
            assert_eq!((count('-'), count('+')), (counted_before, counted_after));
        }
        // A small change in a long text is still found.
        let changed = numbers(0).replace("\n250000\n", "\n250000!\n");
        assert_eq!(difference(&numbers(0), &changed).as_deref(), Some("-250000\n+250000!\n"));
    }

    /// Lines of one letter, in an order of its own for each text.
    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec("[abc]\n", 0..12).prop_map(|lines| lines.concat())
    }

    proptest! {
        #[test]
        fn lines_that_go_and_come_make_up_the_change(before in text(), after in text()) {
            let told = difference(&before, &after).unwrap_or_default();
            let count = |text: &str, line: &str| text.lines().filter(|it| *it == line).count();
            for line in ["a", "b", "c"] {
                let (gone, come) = (count(&told, &format!("-{line}")), count(&told, &format!("+{line}")));
                prop_assert_eq!(count(&before, line) + come, count(&after, line) + gone);
            }
        }
    }
}
