//! Reads an expression as the rows of a form.

use sluice_types::template::{Reference, references};

use super::{Comparison, Condition, Join, Operand, Row};

/// The condition of an expression; `None` when the form cannot show it. `names` are the labels and ids of the steps.
#[must_use]
pub fn read(expression: &str, names: &[&str]) -> Option<Condition> {
    let mut scanner = Scanner::new(expression, names)?;
    let mut tokens = Vec::new();
    while let Some(token) = scanner.next() {
        tokens.push(token);
    }
    if !scanner.is_done() {
        return None;
    }
    let mut join = None;
    let mut rows = Vec::new();
    for part in tokens.split_inclusive(|token| matches!(token, Token::And | Token::Or)) {
        let (row, joined) = match part.split_last()? {
            (Token::And, row) => (row, Some(Join::All)),
            (Token::Or, row) => (row, Some(Join::Any)),
            _ => (part, None),
        };
        // “and” and “or” side by side would need brackets.
        if joined.is_some() && *join.get_or_insert(joined) != joined {
            return None;
        }
        rows.push(row_of(row)?);
    }
    // Behind the last “and” a row is missing.
    let is_whole = !matches!(tokens.last(), None | Some(Token::And | Token::Or));
    is_whole.then(|| Condition { join: join.flatten().unwrap_or_default(), rows })
}

fn row_of(tokens: &[Token]) -> Option<Row> {
    let row = |left: &Operand, comparison, right: &Operand| {
        Some(Row { left: left.clone(), comparison, right: right.clone() })
    };
    match tokens {
        [Token::Operand(left)] => row(left, Comparison::Holds, &Operand::Bool(true)),
        [Token::Not, Token::Operand(left)] => row(left, Comparison::HoldsNot, &Operand::Bool(true)),
        [Token::Operand(left), Token::Sign(comparison), Token::Operand(right)] => row(left, *comparison, right),
        [Token::Operand(right), Token::In, Token::Operand(left)] => row(left, Comparison::Contains, right),
        [Token::Operand(right), Token::Not, Token::In, Token::Operand(left)] => {
            row(left, Comparison::ContainsNot, right)
        }
        _ => None,
    }
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Operand(Operand),
    Sign(Comparison),
    In,
    Not,
    And,
    Or,
}

/// The names that a reference can begin with, besides those that the templates find.
const ROOTS: [&str; 8] = ["steps", "input", "user_input", "context", "item", "index", "iteration", "previous"];

/// Cuts an expression into tokens. It stops at the first sign that no form shows.
pub(super) struct Scanner<'s> {
    source: &'s str,
    at: usize,
    /// The references of the expression: a label may hold spaces and words as `and`.
    found: Vec<Reference>,
}

/// The braces that make an expression a template.
const OPENING: &str = "{{";

impl<'s> Scanner<'s> {
    /// `None` when the references cannot be read.
    pub fn new(source: &'s str, names: &[&str]) -> Option<Self> {
        // A brace could close the template around it.
        if source.contains(['{', '}']) && source.contains("}}") {
            return None;
        }
        let found = references(&format!("{OPENING}{source}}}}}"), names).ok()?;
        Some(Self { source, at: 0, found })
    }

    /// Whether all was read.
    pub fn is_done(&self) -> bool {
        self.rest().trim().is_empty()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub fn next(&mut self) -> Option<Token> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let rest = self.rest();
        let first = rest.chars().next()?;
        if let Some(token) = self.sign(rest) {
            return Some(token);
        }
        if first == '"' || first == '\'' {
            let (text, length) = literal(rest, first)?;
            self.at += length;
            return Some(Token::Operand(Operand::Text(text)));
        }
        if first.is_ascii_digit() || first == '-' {
            let length = number(rest)?;
            let (text, _) = rest.split_at_checked(length)?;
            self.at += length;
            return Some(Token::Operand(Operand::Number(text.to_owned())));
        }
        self.word(rest)
    }

    fn sign(&mut self, rest: &str) -> Option<Token> {
        let signs = [
            Comparison::AtLeast,
            Comparison::AtMost,
            Comparison::Is,
            Comparison::IsNot,
            Comparison::Above,
            Comparison::Below,
        ];
        let found =
            signs.into_iter().find(|comparison| comparison.sign().is_some_and(|sign| rest.starts_with(sign)))?;
        self.at += found.sign().map_or(0, str::len);
        Some(Token::Sign(found))
    }

    /// A word between values, or a reference.
    fn word(&mut self, rest: &str) -> Option<Token> {
        let from = self.at;
        let known = self.found.iter().find(|reference| reference.span.start == from + OPENING.len());
        let length = known.map(|reference| reference.span.len());
        let length = length.unwrap_or_else(|| word_length(rest));
        let word = rest.get(..length).filter(|word| !word.is_empty())?;
        if known.is_none() {
            let token = match word {
                "and" => Some(Token::And),
                "or" => Some(Token::Or),
                "not" => Some(Token::Not),
                "in" => Some(Token::In),
                "true" | "True" => Some(Token::Operand(Operand::Bool(true))),
                "false" | "False" => Some(Token::Operand(Operand::Bool(false))),
                _ => None,
            };
            if token.is_some() {
                self.at += length;
                return token;
            }
            if !ROOTS.contains(&word) {
                return None;
            }
        }
        let length = length + path_length(rest.get(length..).unwrap_or_default());
        let reference = rest.get(..length)?.to_owned();
        self.at += length;
        Some(Token::Operand(Operand::Reference(reference)))
    }
}

fn word_length(text: &str) -> usize {
    if text.starts_with(|c: char| !(c.is_alphabetic() || c == '_')) {
        return 0;
    }
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// The length of `.field`, `["field"]` and `[0]` behind a reference.
fn path_length(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let more = match rest.strip_prefix('.') {
            Some(field) => word_length(field).checked_sub(1).map_or(0, |length| length + 2),
            None => subscript_length(rest).unwrap_or(0),
        };
        if more == 0 {
            return at;
        }
        at += more;
    }
}

fn subscript_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let length = match inside.chars().next()? {
        quote @ ('"' | '\'') => literal(inside, quote)?.1,
        _ => inside.find(|c: char| !c.is_ascii_digit()).filter(|length| *length > 0)?,
    };
    inside.get(length..)?.starts_with(']').then_some(length + 2)
}

/// The length of a number.
fn number(text: &str) -> Option<usize> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let sign = text.len() - digits.len();
    let length = digits.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(digits.len());
    let number = digits.get(..length)?;
    let follows = digits.get(length..)?.chars().next();
    let is_number = number.parse::<f64>().is_ok()
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number.starts_with(|c: char| c.is_ascii_digit());
    let is_alone = !follows.is_some_and(|c| c.is_alphanumeric() || c == '_');
    (is_number && is_alone).then_some(sign + length)
}

/// The text of a string literal, and its length with its quotes.
fn literal(text: &str, quote: char) -> Option<(String, usize)> {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' => inside.push('\n'),
                'r' => inside.push('\r'),
                't' => inside.push('\t'),
                same @ ('"' | '\'' | '\\' | '/') => inside.push(same),
                // Other escapes are left to the text field.
                _ => return None,
            },
            _ if c == quote => return Some((inside, at + 1)),
            _ => inside.push(c),
        }
    }
    None
}
