//! Takes references out of a template.

use super::reading::Reading;
use super::references::Reference;
use super::scan::Piece;

impl Reading<'_> {
    /// The template without the `{{ … }}` and `${ … }` that only insert such a reference. Those that compute, tags and bare
    /// expressions stay as they are.
    #[must_use]
    pub fn without(&self, is_gone: impl Fn(&Reference) -> bool) -> String {
        let mut out = String::with_capacity(self.source.len());
        for read in &self.pieces {
            let (inside, open, close) = match &read.piece {
                Piece::Text(range) => {
                    out.push_str(self.source.get(range.clone()).unwrap_or_default());
                    continue;
                }
                Piece::Expression(inside) if self.is_bare => (inside, "", ""),
                Piece::Expression(inside) => (inside, "{{", "}}"),
                Piece::Tag(inside) => (inside, "{%", "%}"),
                Piece::Dollar(inside) => (inside, "${", "}"),
            };
            let only = match self.references.get(read.references.clone()) {
                Some([only]) if read.tokens.len() == 1 => Some(only),
                Some(_) | None => None,
            };
            let inserts = !self.is_bare && !matches!(read.piece, Piece::Tag(_));
            if inserts && only.is_some_and(&is_gone) {
                continue;
            }
            out.push_str(open);
            out.push_str(self.source.get(inside.clone()).unwrap_or_default());
            out.push_str(close);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::Names;
    use super::*;

    #[test]
    fn what_only_inserts_is_taken_out() {
        let names = Names::new(&["Old", "New"]);
        let without = |source: &str| Reading::new(source, &names).unwrap().without(|reference| reference.name == "Old");
        assert_eq!(
            without("A {{steps.Old.content}}, ${steps.Old.output} and {{ steps.New.content }}"),
            "A ,  and {{ steps.New.content }}"
        );
        for kept in
            ["{{ steps.Old.content | upper }}", "{% if steps.Old.content %}x{% endif %}", "{{ steps.Old.content ~ 1 }}"]
        {
            assert_eq!(without(kept), kept);
        }
        let bare = Reading::expression("steps.Old.content", &names).unwrap();
        assert_eq!(bare.without(|_| true), "steps.Old.content");
    }
}
