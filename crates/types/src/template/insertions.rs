//! Distinguishes templates that only insert values from those that compute.

use super::expression::Token;
use super::reading::{ReadPiece, Reading};
use super::scan::{Piece, tag_word};

impl Reading<'_> {
    /// The number of expressions, when the template only inserts values and tests whether they are there: it has no loop,
    /// call, comparison or operator that makes a value, and no filter but `default`. Filling it in takes time in proportion to its length and to
    /// the values of each expression. `None` for any other template.
    #[must_use]
    pub fn insertions(&self) -> Option<usize> {
        let mut count = 0;
        for read in &self.pieces {
            let inside = match &read.piece {
                Piece::Text(_) => continue,
                Piece::Tag(inside) => Some(inside.clone()),
                Piece::Expression(_) | Piece::Dollar(_) => None,
            };
            let word = inside.and_then(|inside| Some(tag_word(self.source.get(inside)?)));
            let is_branch = word.is_none_or(|word| matches!(word, "if" | "elif" | "else" | "endif"));
            if !is_branch || !self.only_names(read) {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// Whether a piece holds only names, literals, `and`, `or`, `not` and `default`.
    fn only_names(&self, read: &ReadPiece) -> bool {
        let is_default =
            |token: Option<&Token>| token.is_some_and(|token| matches!(token.word(self.source), "default" | "d"));
        read.tokens.iter().enumerate().all(|(at, token)| match token {
            Token::Reference(..) | Token::Text(_) | Token::Number => true,
            Token::Word(_) => token.word(self.source) != "in",
            Token::Sign('|', _) => is_default(read.tokens.get(at + 1)),
            Token::Sign('(', _) => is_default(at.checked_sub(1).and_then(|before| read.tokens.get(before))),
            // A hyphen also trims white space, as in `{{- … -}}`.
            Token::Sign(sign, _) => matches!(sign, '.' | '[' | ']' | '-' | ')'),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::Names;
    use super::*;

    fn insertions(source: &str) -> Option<usize> {
        Reading::new(source, &Names::new(&["Idea Box"])).unwrap().insertions()
    }

    #[test]
    fn templates_that_insert_are_told_from_those_that_compute() {
        for (source, expected) in [
            ("no expression (a | b * c)", 0),
            ("{{steps.Idea Box.content}} ${input.a} {{ input }} {# x | y #}", 3),
            ("{{ steps[\"Idea Box\"].output.list[0].name }}", 1),
            ("{{ input.a | default('x') }}{{ input.b|d(input.c) }}", 2),
            ("{% if input.a and not input.b is defined %}{{ input.a }}{%- else -%}-{% endif %}", 4),
        ] {
            assert_eq!(insertions(source), Some(expected), "{source}");
        }
        for source in [
            "{% for a in input.list %}{% endfor %}",
            "{% set a = input.a %}",
            "{{ input.a | upper }}",
            "{{ input.a ~ input.b }}",
            "{{ input.a * 1000 }}",
            "{{ range(1000) }}",
            "{{ input.a | default(range(1000)) }}",
            "{{ input.default | upper }}",
            "{% if input.a == input.b %}{% endif %}",
            "{% if input.a in input.b %}{% endif %}",
        ] {
            assert_eq!(insertions(source), None, "{source}");
        }
    }
}
