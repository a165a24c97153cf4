//! The values of a condition, as they are typed into the form.

use super::read::{Scanner, Token};

/// A value of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A reference, as it is written: `steps.Score.score`, `item`.
    Reference(String),
    /// A text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// True or false.
    Bool(bool),
}

impl Operand {
    /// The value that a person typed: a number, `true` or `false`, a reference, or else a text. A text that reads as
    /// something else is typed in quotes. `None` for an empty field.
    #[must_use]
    pub fn typed(text: &str, names: &[&str]) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let mut scanner = Scanner::new(text, names);
        if let Some(scanner) = &mut scanner
            && let Some(Token::Operand(operand)) = scanner.next()
            && scanner.next().is_none()
            && scanner.is_done()
        {
            return Some(operand);
        }
        Some(Self::Text(text.to_owned()))
    }

    /// The text to show in a field: [`Self::typed`] reads it as the same value.
    #[must_use]
    pub fn shown(&self, names: &[&str]) -> String {
        match self {
            Self::Text(text) if Self::typed(text, names).as_ref() == Some(self) => text.clone(),
            Self::Reference(_) | Self::Text(_) | Self::Number(_) | Self::Bool(_) => self.written(),
        }
    }

    /// The value in an expression.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Reference(text) | Self::Number(text) => text.clone(),
            Self::Text(text) => quoted(text),
            Self::Bool(value) => value.to_string(),
        }
    }
}

/// A text as a string literal.
fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            _ => literal.push(c),
        }
    }
    literal.push('"');
    literal
}
