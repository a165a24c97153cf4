//! Cuts a template into text, expressions, tags and comments.

use std::ops::Range;

use super::count_work;

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The fault and the remedy.
    pub message: String,
}

impl TemplateError {
    pub(super) fn at(source: &str, offset: usize, message: impl Into<String>) -> Self {
        Places::new(source).error(offset, message)
    }
}

/// Turns offsets into lines and columns. Asked in ascending order, it reads the source once.
pub(super) struct Places<'s> {
    source: &'s str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'s> Places<'s> {
    pub const fn new(source: &'s str) -> Self {
        Self { source, offset: 0, line: 1, column: 1 }
    }

    pub fn error(&mut self, offset: usize, message: impl Into<String>) -> TemplateError {
        if offset < self.offset {
            *self = Self::new(self.source);
        }
        for c in self.source.get(self.offset..offset).unwrap_or_default().chars() {
            count_work(c.len_utf8());
            (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.offset = offset;
        TemplateError { line: self.line, column: self.column, message: message.into() }
    }
}

/// Kind of a template piece. The range is the inside, without the braces.
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
    let mut scanner = Scanner::new(source);
    let mut pieces = Vec::new();
    let mut text_from = 0;
    let mut at = 0;
    while let Some(found) = next_opening(source, at) {
        let (piece, end) = scanner.read_piece(found)?;
        let Some(piece) = piece else {
            at = end;
            continue;
        };
        // The text before it includes comments and raw blocks, which stay unchanged.
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
        .inspect(|(_, c)| count_work(c.len_utf8()))
        .find(|&(at, c)| match c {
            '{' => rest.get(at + 1..).is_some_and(|after| after.starts_with(['{', '%', '#'])),
            '$' => rest.get(at + 1..).is_some_and(|after| after.starts_with('{')),
            _ => false,
        })
        .map(|(at, _)| from + at)
}

/// Searches for one text. With ascending start offsets, it reads the source once.
struct Finder {
    needle: &'static str,
    found: Option<usize>,
}

impl Finder {
    const fn new(needle: &'static str) -> Self {
        Self { needle, found: None }
    }

    /// The next place at or after `from`, or the end of the source.
    fn next(&mut self, source: &str, from: usize) -> usize {
        match self.found {
            Some(at) if at >= from => at,
            _ => {
                let rest = source.get(from..).unwrap_or_default();
                let length = rest.find(self.needle).unwrap_or(rest.len());
                count_work(length);
                let at = from + length;
                self.found = Some(at);
                at
            }
        }
    }
}

/// Closers of an expression, a tag and a `${`, and the next two places of each.
struct Closer {
    sign: &'static str,
    first: Finder,
    second: Finder,
}

impl Closer {
    const fn new(sign: &'static str) -> Self {
        Self { sign, first: Finder::new(sign), second: Finder::new(sign) }
    }
}

struct Scanner<'s> {
    source: &'s str,
    line_breaks: Finder,
    double_quotes: Finder,
    single_quotes: Finder,
    expression: Closer,
    tag: Closer,
    dollar: Closer,
}

/// Kind of a piece's closer.
#[derive(Clone, Copy)]
enum Opening {
    Expression,
    Tag,
    Dollar,
}

impl<'s> Scanner<'s> {
    const fn new(source: &'s str) -> Self {
        Self {
            source,
            line_breaks: Finder::new("\n"),
            double_quotes: Finder::new("\""),
            single_quotes: Finder::new("'"),
            expression: Closer::new("}}"),
            tag: Closer::new("%}"),
            dollar: Closer::new("}"),
        }
    }

    /// Parses the piece that opens at `open`; returns the piece (`None` for text) and its end.
    fn read_piece(&mut self, open: usize) -> Result<(Option<Piece>, usize), TemplateError> {
        let source = self.source;
        let rest = source.get(open..).unwrap_or_default();
        let inside = open + 2;
        if rest.starts_with("{#") {
            let end = rest.find("#}").ok_or_else(|| unclosed(source, open, "{#", "#}"))?;
            count_work(end);
            return Ok((None, open + end + 2));
        }
        if rest.starts_with("${") {
            let body = source.get(inside..).unwrap_or_default().trim_start();
            let word = body.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
            count_work(word.len());
            if !DOLLAR_ROOTS.contains(&word) {
                // `${{ … }}` is text before an expression.
                return Ok((None, open + 1));
            }
            let end = self.closing(inside, Opening::Dollar).ok_or_else(|| unclosed(source, open, "${", "}"))?;
            return Ok((Some(Piece::Dollar(inside..end)), end + 1));
        }
        if rest.starts_with("{{") {
            let end = self.closing(inside, Opening::Expression).ok_or_else(|| unclosed(source, open, "{{", "}}"))?;
            return Ok((Some(Piece::Expression(inside..end)), end + 2));
        }
        let end = self.closing(inside, Opening::Tag).ok_or_else(|| unclosed(source, open, "{%", "%}"))?;
        if tag_word(source.get(inside..end).unwrap_or_default()) == "raw" {
            return end_of_raw(source, open, end + 2).map(|end| (None, end));
        }
        Ok((Some(Piece::Tag(inside..end)), end + 2))
    }

    /// The end of the piece that begins at `from`, outside string literals.
    fn closing(&mut self, from: usize, opening: Opening) -> Option<usize> {
        let sign = match opening {
            Opening::Expression => self.expression.sign,
            Opening::Tag => self.tag.sign,
            Opening::Dollar => self.dollar.sign,
        };
        let rest = self.source.get(from..)?;
        let mut quote: Option<char> = None;
        let mut escaped = false;
        // A label may hold an apostrophe (`steps.Reader's view.content`), so a quote that is never
        // closed before the end of the piece is read as a character.
        for (at, c) in rest.char_indices() {
            count_work(c.len_utf8());
            match quote {
                Some(_) if escaped => escaped = false,
                Some(_) if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                None if rest.get(at..).is_some_and(|tail| tail.starts_with(sign)) => return Some(from + at),
                None if matches!(c, '"' | '\'') && self.closes_before(from + at, c, opening) => quote = Some(c),
                Some(_) | None => {}
            }
        }
        None
    }

    /// Whether the quote at `at` begins a string literal: its line has another quote before the piece closes. When the
    /// closer comes first, it may be inside the string: then another closer follows.
    fn closes_before(&mut self, at: usize, quote: char, opening: Opening) -> bool {
        let source = self.source;
        let line_end = self.line_breaks.next(source, at + 1);
        let quotes = if quote == '"' { &mut self.double_quotes } else { &mut self.single_quotes };
        let quoted = quotes.next(source, at + 1);
        if quoted >= line_end {
            return false;
        }
        let closer = match opening {
            Opening::Expression => &mut self.expression,
            Opening::Tag => &mut self.tag,
            Opening::Dollar => &mut self.dollar,
        };
        let closed = closer.first.next(source, at + 1);
        closed >= line_end || quoted < closed || closer.second.next(source, closed + closer.sign.len()) < line_end
    }
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
        count_work(end - at);
        if tag_word(source.get(start + 2..end).unwrap_or_default()) == "endraw" {
            return Ok(end + 2);
        }
        at = end + 2;
    }
    Err(unclosed(source, open, "{% raw %}", "{% endraw %}"))
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
