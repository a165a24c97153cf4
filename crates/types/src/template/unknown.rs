//! Finds unknown names, and text that only looks like a reference.

use std::collections::HashSet;

use super::expression::{Token, quote};
use super::locals::Locals;
use super::names::Names;
use super::reading::{ReadPiece, Reading};
use super::references::Root;
use super::scan::{Piece, Places, TemplateError};
use crate::limits::MAX_FINDINGS_OF_A_KIND;

/// Names that templates have besides the three roots: values, literals, operators and functions.
const KNOWN_WORDS: [&str; 16] = [
    "user_input",
    "loop",
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "range",
];

/// Unknown names in expressions: neither a root, nor a variable of the template.
pub fn unknown_names(source: &str, labels: &[&str]) -> Result<Vec<(String, TemplateError)>, TemplateError> {
    Ok(Reading::new(source, &Names::new(labels))?.unknown_names(Locals::default()))
}

/// `${name}` texts that only look like references, for the lint to report.
pub fn dollar_text(source: &str) -> Result<Vec<(String, TemplateError)>, TemplateError> {
    Ok(Reading::new(source, &Names::default())?.dollar_text())
}

/// A word in an expression that stands for a value.
pub(super) struct FreeWord<'r> {
    pub text: &'r str,
    /// Its offset in the source.
    start: usize,
    read: &'r ReadPiece,
    /// Its position among the tokens.
    at: usize,
}

impl Reading<'_> {
    /// Unknown names in expressions, at most one more than the lint lists. `locals` are the names that containers give.
    #[must_use]
    pub fn unknown_names(&self, locals: Locals) -> Vec<(String, TemplateError)> {
        let mut places = Places::new(self.source);
        let unknown = self.free_words().filter(|word| !locals.has(word.text));
        let found = unknown.map(|word| {
            let message = self.with_hyphen(word.read, word.at).unwrap_or_else(|| unknown_name(word.text));
            (word.text.to_owned(), places.error(word.start, message))
        });
        found.take(MAX_FINDINGS_OF_A_KIND + 1).collect()
    }

    /// The words that are neither a root nor a variable of the template.
    pub(super) fn free_words(&self) -> impl Iterator<Item = FreeWord<'_>> {
        let variables = self.variables();
        self.words().filter(move |word| {
            Root::of(word.text).is_none() && !variables.contains(word.text) && !KNOWN_WORDS.contains(&word.text)
        })
    }

    /// The words that stand for a value and are no part of a reference.
    pub(super) fn words(&self) -> impl Iterator<Item = FreeWord<'_>> {
        let words = self.pieces.iter().flat_map(move |read| {
            let keyword = match read.piece {
                Piece::Tag(_) => read.tokens.iter().position(|token| matches!(token, Token::Word(_))),
                Piece::Text(_) | Piece::Expression(_) | Piece::Dollar(_) => None,
            };
            read.tokens.iter().enumerate().filter_map(move |(at, token)| {
                let Token::Word(word) = token else { return None };
                (keyword != Some(at)).then(|| FreeWord { text: token.word(self.source), start: word.start, read, at })
            })
        });
        words.filter(|word| self.stands_for_a_value(&word.read.tokens, word.at))
    }

    /// The message for the word after a hyphen in `input.user-name`, which reads as a subtraction.
    fn with_hyphen(&self, read: &ReadPiece, at: usize) -> Option<String> {
        let (Token::Reference(index, end), Token::Sign('-', hyphen), Token::Word(word)) =
            (read.tokens.get(at.checked_sub(2)?)?, read.tokens.get(at - 1)?, read.tokens.get(at)?)
        else {
            return None;
        };
        if hyphen != end || word.start != hyphen + 1 {
            return None;
        }
        let reference = self.references.get(*index)?;
        let tail = self.source.get(*hyphen..)?;
        let tail = tail.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).next().unwrap_or_default();
        let written = self.source.get(reference.span.start..*end)?;
        let last = reference.field.as_ref().unwrap_or(&reference.name);
        let before = written.strip_suffix(last.as_str())?.strip_suffix('.')?;
        Some(format!(
            "`{written}{tail}` is read as a subtraction: for the name `{last}{tail}`, write `{before}[{}]`",
            quote(&format!("{last}{tail}"))
        ))
    }

    /// Whether the word at `at` is a value: not a field, a filter, a test, a call or a named argument.
    fn stands_for_a_value(&self, all: &[Token], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let before_that = at.checked_sub(2).and_then(|before| all.get(before));
        let word = |token: Option<&Token>| token.map_or("", |token| token.word(self.source));
        if matches!(before, Some(Token::Sign('.' | '|', _)))
            || word(before) == "is"
            || (word(before) == "not" && word(before_that) == "is")
        {
            return false;
        }
        match (all.get(at + 1), all.get(at + 2)) {
            (Some(Token::Sign('=', _)), Some(Token::Sign('=', _))) => true,
            (Some(Token::Sign('(' | '=', _)), _) => false,
            _ => true,
        }
    }

    /// Names that the template defines by `for`, `set` and `with`.
    fn variables(&self) -> HashSet<&str> {
        let mut names = HashSet::new();
        for read in &self.pieces {
            if !matches!(read.piece, Piece::Tag(_)) {
                continue;
            }
            let mut words = read.tokens.iter().map(|token| token.word(self.source)).filter(|word| !word.is_empty());
            match words.next() {
                Some("for") => names.extend(words.take_while(|word| *word != "in")),
                Some("set" | "with" | "filter") => names.extend(words),
                _ => {}
            }
        }
        names
    }

    /// `${name}` texts that only look like references, at most one more than the lint lists.
    #[must_use]
    pub fn dollar_text(&self) -> Vec<(String, TemplateError)> {
        let mut places = Places::new(self.source);
        let mut found = Vec::new();
        for read in &self.pieces {
            let Piece::Text(range) = &read.piece else { continue };
            let text = self.source.get(range.clone()).unwrap_or_default();
            for (at, _) in text.match_indices("${") {
                let body = text.get(at + 2..).unwrap_or_default();
                let name: String = body.chars().take_while(|c| *c != '}' && *c != '\n').take(60).collect();
                let looks_like = name.contains('.') && name.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
                if looks_like {
                    let message = format!(
                        "`${{{name}}}` stays as text: only `steps`, `input`, `user_input` and `context` are filled in"
                    );
                    found.push((name, places.error(range.start + at, message)));
                }
                if found.len() > MAX_FINDINGS_OF_A_KIND {
                    return found;
                }
            }
        }
        found
    }
}

fn unknown_name(name: &str) -> String {
    if Locals::ITEM.contains(&name) {
        return format!("`{name}` is only known to the steps inside a `for_each`");
    }
    if Locals::ROUND.contains(&name) {
        return format!("`{name}` is only known inside a `loop`");
    }
    let name = short(name);
    format!(
        "`{name}` is not a name that templates know: use `input.<field>`, `steps.<label>.content` or `context.<key>`"
    )
}

/// The most characters of a name that a message repeats.
const MAX_SHOWN_CHARS: usize = 100;

/// A name as a message shows it.
pub(crate) fn short(name: &str) -> String {
    match name.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}
