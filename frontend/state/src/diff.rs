//! The differences between two texts, line by line and word by word, for display.
//!
//! Texts may be as long as an output (2 MiB). The work is bounded by counting, not by a clock: texts that are too long
//! for a detailed comparison are shown as removed and added lines.

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, Replace, myers};
use sluice_types::limits::MAX_COMPARED_LINES;

/// Unchanged stretches that are longer are folded.
const MOST_SAME: usize = 6;
/// Unchanged lines that are shown beside a change.
const CONTEXT: usize = 3;
/// Words of two lines that are compared, as the product of their numbers; and of all lines together.
const MOST_WORDS: usize = 1_000_000;
const MOST_WORDS_IN_ALL: usize = 10_000_000;
/// Rows that are shown.
const MOST_ROWS: usize = 4_000;

/// The difference of two texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// The rows to show, in order.
    pub rows: Vec<Row>,
    /// Whether there are more rows than are shown.
    pub is_cut: bool,
}

/// One row of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A line.
    Line(DiffLine),
    /// A number of unchanged lines.
    Fold(usize),
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Kind of the line.
    pub kind: LineKind,
    /// Its text in pieces.
    pub spans: Vec<Span>,
}

/// Kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing.
    Same,
    /// It was removed.
    Removed,
    /// It was added.
    Added,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Whether the line on the other side lacks it.
    pub changed: bool,
    /// The text.
    pub text: String,
}

/// Compares two texts. Different line breaks are equal.
#[must_use]
pub fn lines(before: &str, after: &str) -> Diff {
    let all = compared(before, after);
    let mut rows = folded(all);
    let is_cut = rows.len() > MOST_ROWS;
    rows.truncate(MOST_ROWS);
    Diff { rows, is_cut }
}

/// Every line of both texts.
fn compared(before: &str, after: &str) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (rest(&old, head), rest(&new, head));
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (without_last(old_rest, tail), without_last(new_rest, tail));
    let mut out: Vec<DiffLine> = old.iter().take(head).map(|line| whole(LineKind::Same, line)).collect();
    if old_middle.len() + new_middle.len() > MAX_COMPARED_LINES {
        out.extend(old_middle.iter().map(|line| whole(LineKind::Removed, line)));
        out.extend(new_middle.iter().map(|line| whole(LineKind::Added, line)));
    } else {
        compare_closely(old_middle, new_middle, &mut out);
    }
    out.extend(rest(old_rest, old_middle.len()).iter().map(|line| whole(LineKind::Same, line)));
    out
}

fn rest<'a, 'b>(lines: &'a [&'b str], from: usize) -> &'a [&'b str] {
    lines.get(from..).unwrap_or_default()
}

fn without_last<'a, 'b>(lines: &'a [&'b str], count: usize) -> &'a [&'b str] {
    lines.get(..lines.len().saturating_sub(count)).unwrap_or_default()
}

fn compare_closely(old: &[&str], new: &[&str], out: &mut Vec<DiffLine>) {
    let mut budget = MOST_WORDS_IN_ALL;
    for op in operations(old, new) {
        let (old_lines, new_lines) =
            (old.get(op.old_range()).unwrap_or_default(), new.get(op.new_range()).unwrap_or_default());
        match op {
            DiffOp::Equal { .. } => out.extend(old_lines.iter().map(|line| whole(LineKind::Same, line))),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                // Pair the lines in their order: an edit seldom changes their number.
                let pairs: Vec<_> =
                    old_lines.iter().zip(new_lines).map(|(old, new)| words(old, new, &mut budget)).collect();
                let (mut removed, mut added): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
                removed.extend(rest(old_lines, removed.len()).iter().map(|line| whole(LineKind::Removed, line)));
                added.extend(rest(new_lines, added.len()).iter().map(|line| whole(LineKind::Added, line)));
                out.append(&mut removed);
                out.append(&mut added);
            }
        }
    }
}

/// The operations from the old parts to the new ones. Myers' algorithm is called by its name: choosing it by a value
/// would link the other algorithms into the app.
fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut found = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = myers::diff(&mut found, old, 0..old.len(), new, 0..new.len());
    found.into_inner().into_inner().into_ops()
}

/// A line that is all of one kind.
fn whole(kind: LineKind, line: &str) -> DiffLine {
    let span = Span { changed: kind != LineKind::Same, text: line.to_owned() };
    DiffLine { kind, spans: vec![span] }
}

/// A changed line, word by word where the old and the new line are similar.
fn words(old: &str, new: &str, budget: &mut usize) -> (DiffLine, DiffLine) {
    let (old_words, new_words) = (split_words(old), split_words(new));
    let work = old_words.len().saturating_mul(new_words.len());
    let apart = (whole(LineKind::Removed, old), whole(LineKind::Added, new));
    if work > MOST_WORDS || work > *budget {
        return apart;
    }
    *budget -= work;
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let mut same = 0;
    for op in operations(&old_words, &new_words) {
        let is_same = matches!(op, DiffOp::Equal { .. });
        let text_old = old_words.get(op.old_range()).unwrap_or_default().concat();
        let text_new = new_words.get(op.new_range()).unwrap_or_default().concat();
        same += if is_same { text_old.trim().len() } else { 0 };
        push(&mut removed, !is_same, text_old);
        push(&mut added, !is_same, text_new);
    }
    // Lines that share but a few words are easier to read as two lines.
    if same * 3 < old.len().max(new.len()) {
        return apart;
    }
    (DiffLine { kind: LineKind::Removed, spans: removed }, DiffLine { kind: LineKind::Added, spans: added })
}

fn push(spans: &mut Vec<Span>, changed: bool, text: String) {
    if !text.is_empty() {
        spans.push(Span { changed, text });
    }
}

/// Words, and every other character on its own; scripts without spaces are split into characters.
fn split_words(line: &str) -> Vec<&str> {
    let joins = |c: char| c.is_alphanumeric() && c < '\u{2e80}';
    let mut words = Vec::new();
    let mut from = 0;
    let mut last_joins = false;
    for (at, c) in line.char_indices() {
        if at > from && !(last_joins && joins(c)) {
            words.extend(line.get(from..at));
            from = at;
        }
        last_joins = joins(c);
    }
    words.extend(line.get(from..).filter(|word| !word.is_empty()));
    words
}

/// Puts a fold in the place of the middle of each long unchanged stretch.
fn folded(lines: Vec<DiffLine>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut same: Vec<DiffLine> = Vec::new();
    for line in lines {
        if line.kind == LineKind::Same {
            same.push(line);
        } else {
            fold(&mut rows, &mut same, false);
            rows.push(Row::Line(line));
        }
    }
    fold(&mut rows, &mut same, true);
    rows
}

fn fold(rows: &mut Vec<Row>, same: &mut Vec<DiffLine>, is_last: bool) {
    let before = if rows.is_empty() { 0 } else { CONTEXT };
    let after = if is_last { 0 } else { CONTEXT };
    let hidden = if same.len() > MOST_SAME { same.len() - before - after } else { 0 };
    for (at, line) in same.drain(..).enumerate() {
        if hidden > 0 && at == before {
            rows.push(Row::Fold(hidden));
        }
        if !(before..before + hidden).contains(&at) {
            rows.push(Row::Line(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers of removed and added lines among the displayed ones.
    fn counts(diff: &Diff) -> (usize, usize) {
        let count = |kind| diff.rows.iter().filter(|row| matches!(row, Row::Line(line) if line.kind == kind)).count();
        (count(LineKind::Removed), count(LineKind::Added))
    }

    /// A difference as text: changed pieces in brackets.
    fn show(diff: &Diff) -> String {
        let line = |line: &DiffLine| {
            let sign = match line.kind {
                LineKind::Same => ' ',
                LineKind::Removed => '-',
                LineKind::Added => '+',
            };
            let spans =
                line.spans.iter().map(|span| if span.changed { format!("[{}]", span.text) } else { span.text.clone() });
            format!("{sign}{}\n", spans.collect::<String>())
        };
        let rows = diff.rows.iter().map(|row| match row {
            Row::Line(of) => line(of),
            Row::Fold(count) => format!("~{count}\n"),
        });
        rows.collect()
    }

    #[test]
    fn words_are_marked_in_lines_that_are_alike() {
        let diff = lines("The quick fox.\nSame\n", "The slow fox!\nSame");
        assert_eq!(show(&diff), "-The [quick] fox[.]\n+The [slow] fox[!]\n Same\n");
        assert_eq!(counts(&diff), (1, 1));
        assert_eq!(show(&lines("私は猫です", "私は犬です")), "-私は[猫]です\n+私は[犬]です\n");
        assert_eq!(show(&lines("one thing", "quite another")), "-[one thing]\n+[quite another]\n");
    }

    #[test]
    fn lines_that_came_or_went_are_whole() {
        assert_eq!(show(&lines("a\nb", "a\nx\nb")), " a\n+[x]\n b\n");
        assert_eq!(show(&lines("a\nb", "b")), "-[a]\n b\n");
        assert_eq!(show(&lines("", "a")), "+[a]\n");
        assert_eq!(show(&lines("", "")), "");
        let alike = lines("a\r\nb", "a\nb\n");
        assert_eq!(counts(&alike), (0, 0));
    }

    #[test]
    fn long_unchanged_stretches_are_folded() {
        let numbers = |from: usize, to: usize| (from..=to).map(|n| n.to_string() + "\n").collect::<String>();
        let diff = lines(
            &format!("{}old\n{}old\n{}", numbers(1, 7), numbers(1, 6), numbers(1, 9)),
            &format!("{}new\n{}new\n{}", numbers(1, 7), numbers(1, 6), numbers(1, 9)),
        );
        assert_eq!(
            show(&diff),
            "~4\n 5\n 6\n 7\n-[old]\n+[new]\n 1\n 2\n 3\n 4\n 5\n 6\n-[old]\n+[new]\n 1\n 2\n 3\n~6\n"
        );
        assert_eq!(show(&lines(&numbers(1, 7), &numbers(1, 7))), "~7\n");
        assert_eq!(show(&lines(&numbers(1, 2), &numbers(1, 2))), " 1\n 2\n");
    }

    #[test]
    fn long_texts_are_shown_without_being_compared_closely() {
        let text = |word: &str, count: usize| {
            (0..count).map(|n| [word, " ", &n.to_string(), " of many words\n"].concat()).collect::<String>()
        };
        let diff = lines(&text("old", 40_000), &text("new", 40_000));
        assert!(diff.is_cut && diff.rows.len() == MOST_ROWS);
        // A small change in a long text is still found.
        let long = text("same", 40_000);
        let diff = lines(&long, &long.replace("same 20000 of", "same 20000 off"));
        assert_eq!(show(&diff).lines().filter(|line| line.contains('[')).count(), 2);
        // One endless line.
        let (old, new) = ("word ".repeat(200_000), "ward ".repeat(200_000));
        assert_eq!(lines(&old, &new).rows.len(), 2);
    }

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec("[ab ü,]{0,6}", 0..12).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_difference(before in text(), after in text()) {
            let all = compared(&before, &after);
            let side = |gone: LineKind| -> Vec<String> {
                let shown = all.iter().filter(|line| line.kind != gone);
                shown.map(|line| line.spans.iter().map(|span| span.text.as_str()).collect()).collect()
            };
            prop_assert_eq!(side(LineKind::Added), before.lines().collect::<Vec<_>>());
            prop_assert_eq!(side(LineKind::Removed), after.lines().collect::<Vec<_>>());
            let total = all.len();
            let shown: usize = folded(all).iter().map(|row| match row { Row::Line(_) => 1, Row::Fold(count) => *count }).sum();
            prop_assert_eq!(total, shown);
        }
    }
}
