//! Prints texts that others wrote: labels, gates, answers of models, names of files and fields.
//!
//! A terminal obeys control characters. With them a text can hide a part of itself from a reviewer, forge a line of
//! ours, or set the clipboard. So they are written as escapes, such as `\u{1b}`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

/// The text with its control characters written as escapes. Line ends and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // Before a line feed, a carriage return moves nothing.
        let ends_line = c == '\r' && rest.peek() == Some(&'\n');
        if is_hidden(c) && !ends_line {
            // Writing to a string does not fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal obeys the character, or shows nothing where a model reads something: C0 without line feed and
/// tab, DEL, C1, the controls of the bidirectional algorithm (UAX #9), and tag characters (Unicode 23.9).
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{e0000}'..='\u{e007f}' => true,
        c => c.is_control(),
    }
}

/// Prints to standard output: with escapes on a terminal, unchanged into a pipe or a file.
pub fn print(text: &str) {
    let mut out = std::io::stdout();
    let text = if out.is_terminal() { visible(text) } else { Cow::Borrowed(text) };
    // A closed output is no reason to stop a run.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line to standard output, as [`print()`] does.
pub fn print_line(line: &str) {
    print(&format!("{line}\n"));
}

/// Prints to standard error, always with escapes.
pub fn tell(text: &str) {
    let mut out = std::io::stderr();
    // As for standard output.
    let _ = out.write_all(visible(text).as_bytes());
}

/// Prints a line to standard error, always with escapes.
pub fn tell_line(line: &str) {
    tell(&format!("{line}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_as_escapes() {
        let table = [
            ("plain, ünïcödé, 日本, 👩‍👩‍👧, line\nand\ttab", "plain, ünïcödé, 日本, 👩‍👩‍👧, line\nand\ttab"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{1b}[8mhidden", "\\u{1b}[8mhidden"),
            ("paid\rnot", "paid\\u{d}not"),
            ("a\r\nb\u{8}", "a\r\nb\\u{8}"),
            ("\u{0}\u{7f}\u{80}\u{9b}\u{9f}", "\\u{0}\\u{7f}\\u{80}\\u{9b}\\u{9f}"),
            ("\u{202e}evil\u{2066}\u{200f}\u{61c}", "\\u{202e}evil\\u{2066}\\u{200f}\\u{61c}"),
            ("tag \u{e0041}", "tag \\u{e0041}"),
        ];
        for (text, shown) in table {
            assert_eq!(visible(text), shown);
        }
    }
}
