//! Reads the tokens in one expression.

use std::ops::Range;

use super::count_work;

/// A token that the search for names needs. Ranges are into the whole template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Range<usize>),
    /// A string literal; the range holds its quotes.
    Text(Range<usize>),
    Sign(char, usize),
    Number,
    /// A reference, by its index in the reading, and where it ends with its field.
    Reference(usize, usize),
}

impl Token {
    /// The text of a word; empty for other tokens.
    pub fn word<'s>(&self, source: &'s str) -> &'s str {
        match self {
            Self::Word(range) => source.get(range.clone()).unwrap_or_default(),
            Self::Text(_) | Self::Sign(..) | Self::Number | Self::Reference(..) => "",
        }
    }
}

/// Cuts the inside of an expression into tokens, skipping white space. It can be moved forward, past
/// a label that would not read as tokens.
pub(super) struct Tokens<'s> {
    source: &'s str,
    at: usize,
    end: usize,
    /// The quotes that no later quote closes.
    unclosed: Vec<char>,
    /// White space that minijinja does not know, as a no-break space.
    pub wide_spaces: Vec<Range<usize>>,
}

impl<'s> Tokens<'s> {
    pub const fn new(source: &'s str, inside: &Range<usize>) -> Self {
        Self { source, at: inside.start, end: inside.end, unclosed: Vec::new(), wide_spaces: Vec::new() }
    }

    pub const fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    fn run(&self, belongs: impl Fn(char) -> bool) -> usize {
        let rest = self.source.get(self.at..self.end).unwrap_or_default();
        rest.find(|c| !belongs(c)).map_or(self.end, |length| self.at + length)
    }

    /// The end of the string literal that begins here; `None` when it is never closed.
    fn string_end(&mut self, quote: char) -> Option<usize> {
        if self.unclosed.contains(&quote) {
            return None;
        }
        let end = string_end(self.source, self.at, self.end, quote);
        if end.is_none() {
            self.unclosed.push(quote);
        }
        end
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.at < self.end {
            let at = self.at;
            let c = self.source.get(at..self.end)?.chars().next()?;
            let (end, token) = if c.is_whitespace() {
                let end = at + c.len_utf8();
                if !c.is_ascii() {
                    self.wide_spaces.push(at..end);
                }
                (end, None)
            } else if c.is_alphabetic() || c == '_' {
                let end = self.run(|c| c.is_alphanumeric() || c == '_');
                (end, Some(Token::Word(at..end)))
            } else if c.is_ascii_digit() {
                (self.run(|c| c.is_ascii_alphanumeric() || c == '_'), Some(Token::Number))
            } else if let Some(end) = Some(c).filter(|c| matches!(c, '"' | '\'')).and_then(|c| self.string_end(c)) {
                (end, Some(Token::Text(at..end)))
            } else {
                (at + c.len_utf8(), Some(Token::Sign(c, at)))
            };
            count_work(end - at);
            self.at = end;
            if token.is_some() {
                return token;
            }
        }
        None
    }
}

/// The end of a string literal, one past its closing quote.
pub(super) fn string_end(source: &str, from: usize, to: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in source.get(from + 1..to)?.char_indices() {
        count_work(c.len_utf8());
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(from + 1 + at + 1),
            _ => {}
        }
    }
    None
}

/// The text inside a string literal.
pub(super) fn unquote(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut chars = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default().chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => {}
            },
            _ => text.push(c),
        }
    }
    text
}

/// A text as a string literal.
pub(super) fn quote(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            _ => literal.push(c),
        }
    }
    literal.push('"');
    literal
}
