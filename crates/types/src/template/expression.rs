//! Reads the names in one expression.

use std::ops::Range;

/// A token that the search for names needs. Ranges are into the whole template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Range<usize>),
    /// A string literal; the range holds its quotes.
    Text(Range<usize>),
    Sign(char, usize),
    Number,
}

/// Cuts the inside of an expression into tokens, skipping white space.
pub(super) fn tokens(source: &str, inside: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = inside.start;
    while at < inside.end {
        let Some(c) = source.get(at..inside.end).and_then(|rest| rest.chars().next()) else { break };
        let end = match c {
            _ if c.is_alphabetic() || c == '_' => run(source, at, inside.end, |c| c.is_alphanumeric() || c == '_'),
            _ if c.is_ascii_digit() => run(source, at, inside.end, |c| c.is_ascii_alphanumeric() || c == '_'),
            '"' | '\'' => string_end(source, at, inside.end, c).unwrap_or(at + 1),
            _ => at + c.len_utf8(),
        };
        match c {
            _ if c.is_whitespace() => {}
            _ if c.is_alphabetic() || c == '_' => tokens.push(Token::Word(at..end)),
            _ if c.is_ascii_digit() => tokens.push(Token::Number),
            '"' | '\'' if end > at + 1 => tokens.push(Token::Text(at..end)),
            _ => tokens.push(Token::Sign(c, at)),
        }
        at = end;
    }
    tokens
}

fn run(source: &str, from: usize, to: usize, belongs: impl Fn(char) -> bool) -> usize {
    let rest = source.get(from..to).unwrap_or_default();
    rest.find(|c| !belongs(c)).map_or(to, |length| from + length)
}

/// Where a string literal ends, one past its closing quote.
pub(super) fn string_end(source: &str, from: usize, to: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in source.get(from + 1..to)?.char_indices() {
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
