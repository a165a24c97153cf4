//! A template, read once.

use std::collections::HashSet;
use std::ops::Range;

use super::expression::{Token, Tokens};
use super::names::Names;
use super::references::{Reference, Root, read_reference};
use super::scan::{Piece, TemplateError, pieces, tag_word};
use crate::definition::Language;
use crate::limits::{MAX_BRANCHES, MAX_EXPRESSION_TOKENS};

/// A template that has been cut into pieces and tokens, with its references.
#[derive(Debug)]
pub struct Reading<'s> {
    pub(super) source: &'s str,
    pub(super) pieces: Vec<ReadPiece>,
    pub(super) references: Vec<Reference>,
    /// Whether it is one expression, without braces around it.
    pub(super) is_bare: bool,
    depth: usize,
}

/// A piece with its tokens; a text piece has no tokens.
#[derive(Debug)]
pub(super) struct ReadPiece {
    pub piece: Piece,
    pub tokens: Vec<Token>,
    /// The references in it, as a range of all.
    pub references: Range<usize>,
    /// White space in it that minijinja does not know.
    pub wide_spaces: Vec<Range<usize>>,
}

impl<'s> Reading<'s> {
    /// Reads a template.
    pub fn new(source: &'s str, names: &Names) -> Result<Self, TemplateError> {
        Self::of_pieces(source, pieces(source)?, false, names)
    }

    /// Reads an expression: what stands between the braces of a template.
    pub fn expression(source: &'s str, names: &Names) -> Result<Self, TemplateError> {
        Self::of_pieces(source, vec![Piece::Expression(0..source.len())], true, names)
    }

    /// Reads a text in one of the two languages.
    pub fn of(source: &'s str, language: Language, names: &Names) -> Result<Self, TemplateError> {
        match language {
            Language::Template => Self::new(source, names),
            Language::Expression => Self::expression(source, names),
        }
    }

    fn of_pieces(source: &'s str, pieces: Vec<Piece>, is_bare: bool, names: &Names) -> Result<Self, TemplateError> {
        let mut reading = Self { source, pieces: Vec::new(), references: Vec::new(), is_bare, depth: 0 };
        let mut branches = Branches::default();
        let mut deepest_tag = 0;
        for piece in pieces {
            let inside = match &piece {
                Piece::Text(_) => 0..0,
                Piece::Expression(inside) | Piece::Dollar(inside) | Piece::Tag(inside) => inside.clone(),
            };
            let from = reading.references.len();
            let (tokens, wide_spaces) = reading.read_tokens(&inside, names)?;
            if matches!(piece, Piece::Tag(_)) {
                let word = tag_word(source.get(inside.clone()).unwrap_or_default());
                if !branches.add(word) {
                    let message = format!("one `if` has at most {MAX_BRANCHES} `elif`: write several `if`");
                    return Err(TemplateError::at(source, inside.start, message));
                }
                let is_test = matches!(word, "if" | "elif");
                deepest_tag = deepest_tag.max(branches.depth());
                for reference in reading.references.iter_mut().skip(from) {
                    reference.optional |= is_test;
                }
            }
            reading.depth = reading.depth.max(tokens.len());
            let references = from..reading.references.len();
            reading.pieces.push(ReadPiece { piece, tokens, references, wide_spaces });
        }
        reading.depth += deepest_tag;
        reading.mark_optional();
        Ok(reading)
    }

    /// Upper bound of the recursion depth of a parser for the template.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// Everything that the template refers to, in order.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The reference that is the whole expression: with its field and nothing else.
    #[must_use]
    pub fn only_reference(&self) -> Option<&Reference> {
        match (self.pieces.as_slice(), self.references.as_slice()) {
            ([piece], [only]) if piece.tokens.len() == 1 => Some(only),
            _ => None,
        }
    }

    /// The same, without the rest.
    #[must_use]
    pub fn into_references(self) -> Vec<Reference> {
        self.references
    }

    /// Cuts the inside of a piece into tokens, and reads the references in it.
    fn read_tokens(
        &mut self,
        inside: &Range<usize>,
        names: &Names,
    ) -> Result<(Vec<Token>, Vec<Range<usize>>), TemplateError> {
        let source = self.source;
        let mut stream = Tokens::new(source, inside);
        let mut tokens: Vec<Token> = Vec::new();
        while let Some(token) = stream.next() {
            if tokens.len() >= MAX_EXPRESSION_TOKENS {
                let message = format!(
                    "one `{{{{ }}}}` or `{{% %}}` holds at most {MAX_EXPRESSION_TOKENS} words and signs: write it in several"
                );
                return Err(TemplateError::at(source, inside.start, message));
            }
            // Not a part of a path, and not a filter.
            let begins = !matches!(tokens.last(), Some(Token::Sign('.' | '|', _)));
            if begins
                && let Token::Word(word) = &token
                && let Some(root) = Root::of(source.get(word.clone()).unwrap_or_default())
                && let Some((reference, end)) = read_reference(source, root, word, inside.end, names)?
            {
                tokens.push(Token::Reference(self.references.len(), end));
                self.references.push(reference);
                stream.skip_to(end);
            } else {
                tokens.push(token);
            }
        }
        for (at, token) in tokens.iter().enumerate() {
            if let Token::Reference(index, _) = token
                && let Some(reference) = self.references.get_mut(*index)
            {
                reference.optional = is_optional(source, tokens.get(at + 1..).unwrap_or_default());
            }
        }
        Ok((tokens, stream.wide_spaces))
    }

    /// A reference that is optional in one place is optional in all.
    fn mark_optional(&mut self) {
        let optional: HashSet<(Root, String)> = self
            .references
            .iter()
            .filter(|reference| reference.optional)
            .map(|reference| (reference.root, reference.name.clone()))
            .collect();
        if optional.is_empty() {
            return;
        }
        for reference in &mut self.references {
            reference.optional |= optional.contains(&(reference.root, reference.name.clone()));
        }
    }
}

/// Whether the tokens after a reference provide a fallback for it.
fn is_optional(source: &str, after: &[Token]) -> bool {
    let word = |at: usize| after.get(at).map_or("", |token| token.word(source));
    if matches!(after.first(), Some(Token::Sign('|', _))) {
        return matches!(word(1), "default" | "d");
    }
    let test = if word(1) == "not" { word(2) } else { word(1) };
    word(0) == "is" && matches!(test, "defined" | "undefined")
}

/// Counts the blocks that are open, and the `elif` of each `if`: minijinja reads them one inside the other.
#[derive(Default)]
struct Branches {
    /// The number of `elif` of each open `if`.
    elifs: Vec<usize>,
    /// Open blocks of all kinds.
    blocks: usize,
    /// Largest number of `elif` in one `if` so far.
    most: usize,
}

impl Branches {
    /// Counts the next tag; false when its `if` has too many branches.
    fn add(&mut self, word: &str) -> bool {
        if word.starts_with("end") {
            self.blocks = self.blocks.saturating_sub(1);
        } else if !matches!(word, "elif" | "else") {
            self.blocks += 1;
        }
        match word {
            "if" => self.elifs.push(0),
            "endif" => {
                self.elifs.pop();
            }
            "elif" => {
                if let Some(count) = self.elifs.last_mut() {
                    *count += 1;
                    self.most = self.most.max(*count);
                    return *count <= MAX_BRANCHES;
                }
            }
            _ => {}
        }
        true
    }

    /// A `set` without an end counts as a block, too: this is a bound.
    fn depth(&self) -> usize {
        self.blocks.min(MAX_BLOCKS) + self.most
    }
}

/// Blocks inside each other that minijinja reads; it refuses more.
const MAX_BLOCKS: usize = 150;

/// All references of a template, in order. `labels` are the labels and ids of the steps: a label may contain spaces and
/// signs, so they are required to find its end.
pub fn references(source: &str, labels: &[&str]) -> Result<Vec<Reference>, TemplateError> {
    Ok(Reading::new(source, &Names::new(labels))?.into_references())
}
