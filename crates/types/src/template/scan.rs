//! Cuts a template into text, expressions, tags and comments.

use std::ops::Range;

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl TemplateError {
    pub(super) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
        }
    }
}

/// What a piece of a template is. The range is that of its inside, without the braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text that stays as it is; a comment or a raw block too.
    Text(Range<usize>),
    /// `{{ … }}`
    Expression(Range<usize>),
    /// `{% … %}`
    Tag(Range<usize>),
    /// `${ … }`, when it begins with a name that templates know.
    Dollar(Range<usize>),
}

/// The names that `${…}` is read for. Anything else in `${…}` is text, as shell and JavaScript use it.
const DOLLAR_ROOTS: [&str; 4] = ["steps", "input", "user_input", "context"];

/// Cuts a template into its pieces.
pub(super) fn pieces(source: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut text_from = 0;
    let mut at = 0;
    while let Some(found) = next_opening(source, at) {
        let (piece, end) = read_piece(source, found)?;
        let Some(piece) = piece else {
            at = end;
            continue;
        };
        // What stands before belongs to the text, comments and raw blocks that stay as they are.
        pieces.push(Piece::Text(text_from..found));
        pieces.push(piece);
        (text_from, at) = (end, end);
    }
    pieces.push(Piece::Text(text_from..source.len()));
    Ok(pieces)
}

fn next_opening(source: &str, from: usize) -> Option<usize> {
    let rest = source.get(from..)?;
    rest.char_indices()
        .find(|&(at, c)| match c {
            '{' => rest.get(at + 1..).is_some_and(|after| after.starts_with(['{', '%', '#'])),
            '$' => rest.get(at + 1..).is_some_and(|after| after.starts_with('{')),
            _ => false,
        })
        .map(|(at, _)| from + at)
}

/// Reads what opens at `open`; gives the piece (none for what stays text) and where it ends.
fn read_piece(source: &str, open: usize) -> Result<(Option<Piece>, usize), TemplateError> {
    let rest = source.get(open..).unwrap_or_default();
    let inside = open + 2;
    if rest.starts_with("{#") {
        let end = rest.find("#}").ok_or_else(|| unclosed(source, open, "{#", "#}"))?;
        return Ok((None, open + end + 2));
    }
    if rest.starts_with("${") {
        let body = source.get(inside..).unwrap_or_default();
        let word = body.trim_start().split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
        if !DOLLAR_ROOTS.contains(&word) {
            // `${{ … }}` is text before an expression.
            return Ok((None, open + 1));
        }
        let end = closing(source, inside, "}").ok_or_else(|| unclosed(source, open, "${", "}"))?;
        return Ok((Some(Piece::Dollar(inside..end)), end + 1));
    }
    let (opening, closer) = if rest.starts_with("{{") { ("{{", "}}") } else { ("{%", "%}") };
    let end = closing(source, inside, closer).ok_or_else(|| unclosed(source, open, opening, closer))?;
    if opening == "{{" {
        return Ok((Some(Piece::Expression(inside..end)), end + 2));
    }
    if tag_word(source.get(inside..end).unwrap_or_default()) == "raw" {
        return end_of_raw(source, open, end + 2).map(|end| (None, end));
    }
    Ok((Some(Piece::Tag(inside..end)), end + 2))
}

/// The first word of a tag, as `for` in `{% for x in y %}`.
pub(super) fn tag_word(inside: &str) -> &str {
    inside.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or_default().trim_end_matches(['-', '+'])
}

fn end_of_raw(source: &str, open: usize, from: usize) -> Result<usize, TemplateError> {
    let mut at = from;
    while let Some(start) = source.get(at..).and_then(|rest| rest.find("{%")).map(|found| at + found) {
        let end = source.get(start..).and_then(|rest| rest.find("%}")).map(|found| start + found);
        let Some(end) = end else { break };
        if tag_word(source.get(start + 2..end).unwrap_or_default()) == "endraw" {
            return Ok(end + 2);
        }
        at = end + 2;
    }
    Err(unclosed(source, open, "{% raw %}", "{% endraw %}"))
}

/// Where `closer` stands, outside string literals.
fn closing(source: &str, from: usize, closer: &str) -> Option<usize> {
    let rest = source.get(from..)?;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    // A label may hold an apostrophe (`steps.Reader's view.content`), so a quote that is never
    // closed before the end of the piece is read as a character.
    for (at, c) in rest.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if rest.get(at..).is_some_and(|tail| tail.starts_with(closer)) => return Some(from + at),
            None if matches!(c, '"' | '\'') && closes_before(rest, at, c, closer) => quote = Some(c),
            Some(_) | None => {}
        }
    }
    None
}

fn closes_before(rest: &str, at: usize, quote: char, closer: &str) -> bool {
    let after = rest.get(at + 1..).unwrap_or_default();
    let line = after.split('\n').next().unwrap_or_default();
    match (line.find(quote), line.find(closer)) {
        (Some(quoted), Some(end)) if quoted < end => true,
        // The closer may stand inside the string: then there is another one after it.
        (Some(_), Some(end)) => {
            line.get(end..).is_some_and(|tail| tail.contains(quote) && tail.matches(closer).count() > 1)
        }
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn unclosed(source: &str, open: usize, opening: &str, closer: &str) -> TemplateError {
    TemplateError::at(
        source,
        open,
        format!(
            "`{opening}` is never closed by `{closer}`; to write it as text, put it between `{{% raw %}}` and `{{% endraw %}}`"
        ),
    )
}
