//! Rewrites the references of a template.

use std::ops::Range;

use super::expression::quote;
use super::names::Names;
use super::reading::Reading;
use super::references::{Reference, Root};
use super::scan::{Piece, TemplateError};
use crate::definition::Language;

/// Rewrites the spellings for people to minijinja's: `{{steps.Idea Generation.content}}` and
/// `${steps.Idea Generation.content}` become `{{steps["Idea Generation"].content}}`.
pub fn to_jinja(source: &str, labels: &[&str]) -> Result<String, TemplateError> {
    Ok(Reading::new(source, &Names::new(labels))?.to_jinja())
}

/// Replaces the old label in every reference of a template.
pub fn rename(source: &str, labels: &[&str], old: &str, new: &str) -> Result<String, TemplateError> {
    rename_in(source, Language::Template, labels, old, new)
}

/// Replaces the old label in every reference of a text.
pub fn rename_in(
    source: &str,
    language: Language,
    labels: &[&str],
    old: &str,
    new: &str,
) -> Result<String, TemplateError> {
    let plain = new.chars().all(|c| c.is_alphanumeric() || " _-&".contains(c)) && new.trim() == new;
    let place = if plain { format!("steps.{new}") } else { format!("steps[{}]", quote(new)) };
    let reading = Reading::of(source, language, &Names::new(labels))?;
    Ok(reading.rewrite(
        |reference| (reference.root == Root::Steps && reference.name == old).then(|| place.clone()),
        Spelling::AsWritten,
    ))
}

/// Replaces the name of a field of the input in every reference of a text. The new name is a plain word.
pub fn rename_input_in(
    source: &str,
    language: Language,
    names: &Names,
    old: &str,
    new: &str,
) -> Result<String, TemplateError> {
    let is_old = |reference: &Reference| reference.root == Root::Input && reference.name == old;
    let reading = Reading::of(source, language, names)?;
    Ok(reading.rewrite(|reference| is_old(reference).then(|| format!("input.{new}")), Spelling::AsWritten))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// For minijinja: `${…}` becomes `{{…}}`, and white space that it does not know a space.
    Jinja,
    AsWritten,
}

impl Reading<'_> {
    /// The template or the expression in the spelling that minijinja reads.
    #[must_use]
    pub fn to_jinja(&self) -> String {
        let subscript = |reference: &Reference| {
            (reference.root == Root::Steps).then(|| format!("steps[{}]", quote(&reference.name)))
        };
        self.rewrite(subscript, Spelling::Jinja)
    }

    fn rewrite(&self, replacement: impl Fn(&Reference) -> Option<String>, spelling: Spelling) -> String {
        let mut out = String::with_capacity(self.source.len() + 16);
        for read in &self.pieces {
            let (inside, open, close) = match &read.piece {
                Piece::Text(range) => {
                    out.push_str(self.source.get(range.clone()).unwrap_or_default());
                    continue;
                }
                Piece::Expression(inside) if self.is_bare => (inside, "", ""),
                Piece::Expression(inside) => (inside, "{{", "}}"),
                Piece::Tag(inside) => (inside, "{%", "%}"),
                Piece::Dollar(inside) if spelling == Spelling::Jinja => (inside, "{{", "}}"),
                Piece::Dollar(inside) => (inside, "${", "}"),
            };
            let references = self.references.get(read.references.clone()).unwrap_or_default();
            let mut edits: Vec<(Range<usize>, String)> =
                references.iter().filter_map(|found| Some((found.span.clone(), replacement(found)?))).collect();
            if spelling == Spelling::Jinja && !read.wide_spaces.is_empty() {
                edits.extend(read.wide_spaces.iter().map(|space| (space.clone(), " ".to_owned())));
                edits.sort_by_key(|(range, _)| range.start);
            }
            out.push_str(open);
            let mut from = inside.start;
            for (range, text) in edits {
                out.push_str(self.source.get(from..range.start).unwrap_or_default());
                out.push_str(&text);
                from = range.end;
            }
            out.push_str(self.source.get(from..inside.end).unwrap_or_default());
            out.push_str(close);
        }
        out
    }
}
