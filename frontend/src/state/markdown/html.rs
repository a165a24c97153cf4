//! Writes a text that has been taken apart. All tags and attributes are written here, or by `emphasis`.

use std::ops::Range;

use super::blocks::{Block, Column, Document};
use super::characters::escape;
use super::inline::{self, Inline, Token};
use super::references::References;

const LINK_END: &str = "\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">";

struct Writer<'a> {
    out: String,
    text: &'a str,
    references: References,
    /// For each quote and list that is open, whether its paragraphs are not set apart.
    tight: Vec<bool>,
}

/// Gives the HTML of a text.
pub(super) fn written(document: Document) -> String {
    let Document { blocks, text, references } = document;
    let out = String::with_capacity(text.len() + text.len() / 2);
    let mut writer = Writer { out, text: &text, references, tight: Vec::new() };
    for block in blocks {
        writer.block(&block);
    }
    writer.out
}

impl Writer<'_> {
    fn push(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// Writes a tag that begins a line.
    fn push_line(&mut self, markup: &str) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(markup);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Quote => {
                self.tight.push(false);
                self.push_line("<blockquote>\n");
            }
            Block::QuoteEnd => {
                self.tight.pop();
                self.push("</blockquote>\n");
            }
            Block::List { start, tight } => {
                self.tight.push(*tight);
                self.list(*start);
            }
            Block::ListEnd { ordered } => {
                self.tight.pop();
                self.push(if *ordered { "</ol>\n" } else { "</ul>\n" });
            }
            Block::Item => self.push_line("<li>"),
            Block::ItemEnd => self.push("</li>\n"),
            Block::Task(done) => self.task(Some(*done)),
            Block::Paragraph { task, text } => self.paragraph(*task, text),
            Block::Heading { level, task, text } => self.heading(*level, *task, text),
            Block::Code { language, text } => self.code(language, text),
            Block::Table { columns, cells } => self.table(columns, cells),
            Block::Rule => self.push_line("<hr />\n"),
        }
    }

    fn list(&mut self, start: Option<u32>) {
        match start {
            None => self.push_line("<ul>\n"),
            Some(1) => self.push_line("<ol>\n"),
            Some(start) => {
                self.push_line("<ol start=\"");
                self.push(&start.to_string());
                self.push("\">\n");
            }
        }
    }

    fn task(&mut self, task: Option<bool>) {
        self.push(match task {
            Some(true) => "<input type=\"checkbox\" disabled checked aria-label=\"Done\"> ",
            Some(false) => "<input type=\"checkbox\" disabled aria-label=\"Not done\"> ",
            None => "",
        });
    }

    fn paragraph(&mut self, task: Option<bool>, text: &Range<usize>) {
        let is_tight = self.tight.last().copied().unwrap_or(false);
        if !is_tight {
            self.push_line("<p>");
        }
        self.task(task);
        self.inline(text);
        if !is_tight {
            self.push("</p>\n");
        }
    }

    /// Two levels down, as far as there are levels.
    fn heading(&mut self, level: usize, task: Option<bool>, text: &Range<usize>) {
        let (start, end) = match level {
            1 => ("<h3>", "</h3>\n"),
            2 => ("<h4>", "</h4>\n"),
            3 => ("<h5>", "</h5>\n"),
            _ => ("<h6>", "</h6>\n"),
        };
        self.push_line(start);
        self.task(task);
        self.inline(text);
        self.push(end);
    }

    fn code(&mut self, language: &str, text: &Range<usize>) {
        self.push("<pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.push(" class=\"language-");
            escape(&mut self.out, language, true);
            self.push("\"");
        }
        self.push(">");
        escape(&mut self.out, self.text.get(text.clone()).unwrap_or_default(), false);
        self.push("</code></pre>\n");
    }

    fn table(&mut self, columns: &[Column], cells: &[Range<usize>]) {
        self.push("<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table><thead>");
        for (row, cells) in cells.chunks(columns.len().max(1)).enumerate() {
            self.push("<tr>");
            for (column, cell) in columns.iter().zip(cells) {
                self.push(if row == 0 { "<th scope=\"col\"" } else { "<td" });
                // By class: a strict policy keeps `style` from having any effect.
                self.push(match column {
                    Column::Left => ">",
                    Column::Center => " class=\"center\">",
                    Column::Right => " class=\"right\">",
                });
                self.inline(cell);
                self.push(if row == 0 { "</th>" } else { "</td>" });
            }
            self.push(if row == 0 { "</tr></thead><tbody>\n" } else { "</tr>\n" });
        }
        self.push("</tbody></table>\n</div>\n");
    }

    fn inline(&mut self, text: &Range<usize>) {
        let text = self.text.get(text.clone()).unwrap_or_default();
        let inline = inline::parse(text, &mut self.references);
        push_inline(&mut self.out, &inline);
    }
}

/// What a link or an image was opened as.
struct Opened {
    is_link: bool,
    /// The address of an image, to be shown when no text stands for it.
    unnamed: Option<usize>,
}

/// Writes the text of a block. Links that lead where none may, or stand within another, are text.
fn push_inline(out: &mut String, inline: &Inline<'_>) {
    let mut opened: Vec<Opened> = Vec::new();
    let mut is_within_link = false;
    for token in &inline.tokens {
        if matches!(token, Token::Text(_) | Token::Char(_) | Token::Code(_) | Token::Mark(_))
            && let Some(open) = opened.last_mut()
        {
            open.unnamed = None;
        }
        match *token {
            Token::Text(text) => escape(out, text, false),
            Token::Char(c) => escape(out, c.encode_utf8(&mut [0; 4]), false),
            Token::Code(code) => push_code(out, code),
            Token::Break { hard } => out.push_str(if hard { "<br />\n" } else { "\n" }),
            Token::Mark(mark) => out.push(char::from(mark.byte)),
            Token::Tag(tag) => out.push_str(tag),
            Token::Open { url, is_image } => {
                let to = inline.urls.get(url).map_or("", String::as_str);
                let is_link = !is_within_link && is_allowed(to);
                if is_link {
                    is_within_link = true;
                    out.push_str("<a href=\"");
                    escape(out, to, true);
                    out.push_str(LINK_END);
                }
                opened.push(Opened { is_link, unnamed: is_image.then_some(url) });
            }
            Token::Close => {
                let Some(open) = opened.pop() else { continue };
                if let Some(url) = open.unnamed.and_then(|url| inline.urls.get(url)) {
                    escape(out, url, false);
                }
                if open.is_link {
                    is_within_link = false;
                    out.push_str("</a>");
                }
            }
        }
    }
}

/// Ends of lines are spaces in code. One space at both its ends is not part of it, if there is more.
fn push_code(out: &mut String, code: &str) {
    const SPACE: [char; 2] = [' ', '\n'];
    let mut code = code;
    if code.contains(|c| !SPACE.contains(&c))
        && let Some(inner) = code.strip_prefix(SPACE).and_then(|code| code.strip_suffix(SPACE))
    {
        code = inner;
    }
    out.push_str("<code>");
    for (at, line) in code.split('\n').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        escape(out, line, false);
    }
    out.push_str("</code>");
}

/// Whether a link may lead there. Browsers pass over white space and control characters in a scheme;
/// an address that has any is not one that people write.
fn is_allowed(url: &str) -> bool {
    let starts = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let plain = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    plain && (starts("http://") || starts("https://") || starts("mailto:"))
}
