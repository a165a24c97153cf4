//! Texts of models as HTML. Whoever prompts a model also writes these texts, so nothing in them is
//! trusted: no HTML of theirs comes through, no link but to the web or to mail, and nothing is fetched
//! from another host by looking at them.
//!
//! The rendering is our own, as a browser has to load it: models write a small part of Markdown, and
//! that part takes a fraction of a whole parser. It follows [CommonMark](https://spec.commonmark.org)
//! with the tables, task items and strikethrough of GitHub. It is done in time linear in the text,
//! whatever the text is, and without recursion. Tests compare it with `pulldown-cmark`. It differs from
//! that on purpose in this:
//!
//! - HTML has no meaning at all: a line that begins with a tag is a paragraph like any other and does
//!   not interrupt one, and Markdown within and between tags is Markdown.
//! - Of the named character references those are known that people write; others stay as they are.
//! - Of the punctuation and symbols beside which emphasis opens and closes, those of Latin, Greek,
//!   Cyrillic, Hebrew, Arabic, Devanagari and East Asian texts, technical signs and emoji are known.
//! - Quotes and lists nest to 64 levels (`blocks::MAX_DEPTH`; a list counts twice, with its item); what would open
//!   another is text.
//! - Rows of a table that are too short are filled up to 16384 cells in a table (`blocks::MAX_FILLED_CELLS`).
//! - References use at most 1000 definitions (`references::MAX_DEFINITIONS`), and their names are compared in
//!   lower case, not by full case folding.
//! - `- [x]` is a task item as soon as it is written, not only when something follows. Texts are shown
//!   while they come in.
//! - A single tilde beside an escaped one follows the same rules as elsewhere.
//! - Spaces that begin a line within a code span are left out, as they are in other text.

mod blocks;
mod characters;
mod emphasis;
mod html;
mod inline;
mod line;
mod links;
mod references;

/// Gives Markdown as HTML that can be put into the page as it is.
///
/// Headings begin at the third level, as the page's own stand above them. Tables and code can be
/// scrolled by keyboard.
#[must_use]
pub fn to_html(source: &str) -> String {
    if source.contains('\r') {
        return html::written(blocks::parse(&source.replace("\r\n", "\n").replace('\r', "\n")));
    }
    html::written(blocks::parse(source))
}

#[cfg(test)]
mod tests;
