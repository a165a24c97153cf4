//! Texts of models as HTML: `pulldown-cmark` parses, and a filter over its events makes the result safe.
//!
//! The texts are untrusted: HTML becomes text, links lead only to web and mail addresses, and images become links, so
//! that a displayed text loads nothing from another host.

pub mod blocks;

use std::fmt::Write;

use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream,
    html,
};

/// What the parser reads beside the core of Markdown.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// Converts Markdown to safe HTML.
///
/// Headings begin at the third level, below the page's own. Tables and code can be scrolled by keyboard. Each block of
/// the text has the direction of its own first letter; code runs from left to right. Bare web addresses are links.
#[must_use]
pub fn to_html(source: &str) -> String {
    let mut rewriter = Rewriter::default();
    // Merged: the parser splits a text, and an address in it, at each character that may be a mark.
    let events = TextMergeStream::new(Parser::new_ext(source, OPTIONS)).flat_map(move |event| rewriter.rewrite(event));
    let mut out = String::with_capacity(source.len() + source.len() / 2);
    html::push_html(&mut out, events);
    out
}

/// Puts safe events in the place of those that are not, one after the other.
#[derive(Default)]
struct Rewriter {
    /// The open links and images.
    links: Vec<Opened>,
    /// Alignments of the open table's columns, and the next column.
    columns: Vec<Alignment>,
    column: usize,
    in_table_head: bool,
    /// Number of the open lists and quotations. Their direction holds for all blocks inside.
    depth: usize,
    in_code: bool,
}

/// An open link or image.
struct Opened {
    /// Whether it became a link; otherwise it is text.
    is_link: bool,
    /// The address of an image, shown when it has no alternative text.
    unnamed: Option<String>,
}

/// At most two events come of one.
type Events<'a> = [Option<Event<'a>>; 2];

fn one(event: Event<'_>) -> Events<'_> {
    [Some(event), None]
}

fn markup<'a>(html: impl Into<CowStr<'a>>) -> Events<'a> {
    // Block and inline HTML are written in the same way.
    one(Event::InlineHtml(html.into()))
}

impl Rewriter {
    fn rewrite<'a>(&mut self, event: Event<'a>) -> impl Iterator<Item = Event<'a>> + use<'a> {
        if matches!(event, Event::Text(_) | Event::Code(_) | Event::Html(_) | Event::InlineHtml(_))
            && let Some(open) = self.links.last_mut()
        {
            open.unnamed = None;
        }
        let events = match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Html(text) | Event::InlineHtml(text) => one(Event::Text(text)),
            Event::TaskListMarker(done) => markup(if done {
                "<input type=\"checkbox\" disabled checked aria-label=\"Done\"> "
            } else {
                "<input type=\"checkbox\" disabled aria-label=\"Not done\"> "
            }),
            Event::Text(text) if self.links.is_empty() && !self.in_code => with_links(text),
            Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak | Event::Rule => one(event),
            // The parser's options exclude these.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                one(Event::Text(text))
            }
        };
        events.into_iter().flatten()
    }

    fn open<'a>(&mut self, tag: Tag<'a>) -> Events<'a> {
        match tag {
            Tag::HtmlBlock | Tag::Paragraph if self.depth == 0 => markup("<p dir=\"auto\">"),
            Tag::HtmlBlock => one(Event::Start(Tag::Paragraph)),
            Tag::Heading { level, .. } if self.depth == 0 => markup(format!("<{} dir=\"auto\">", lowered(level))),
            Tag::Heading { level, .. } => {
                let level = lowered(level);
                one(Event::Start(Tag::Heading { level, id: None, classes: Vec::new(), attrs: Vec::new() }))
            }
            Tag::List(_) | Tag::BlockQuote(_) => {
                self.depth += 1;
                if self.depth == 1 { markup(container_start(&tag)) } else { one(Event::Start(tag)) }
            }
            Tag::CodeBlock(kind) => {
                self.in_code = true;
                markup(code_start(&kind))
            }
            Tag::Table(columns) => {
                self.columns = columns;
                [
                    Some(Event::InlineHtml(
                        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">".into(),
                    )),
                    Some(Event::Start(Tag::Table(Vec::new()))),
                ]
            }
            Tag::TableHead => {
                (self.column, self.in_table_head) = (0, true);
                one(Event::Start(Tag::TableHead))
            }
            Tag::TableRow => {
                self.column = 0;
                one(Event::Start(Tag::TableRow))
            }
            Tag::TableCell => markup(self.cell_start()),
            Tag::Link { link_type, dest_url, .. } => {
                let url =
                    if link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.into_string() };
                self.open_link(&url, false)
            }
            Tag::Image { dest_url, .. } => self.open_link(&dest_url, true),
            other => one(Event::Start(other)),
        }
    }

    fn close<'a>(&mut self, tag: TagEnd) -> Events<'a> {
        match tag {
            TagEnd::HtmlBlock => one(Event::End(TagEnd::Paragraph)),
            TagEnd::Heading(level) => one(Event::End(TagEnd::Heading(lowered(level)))),
            TagEnd::List(_) | TagEnd::BlockQuote(_) => {
                self.depth = self.depth.saturating_sub(1);
                one(Event::End(tag))
            }
            TagEnd::CodeBlock => {
                self.in_code = false;
                markup("</code></pre>\n")
            }
            TagEnd::Table => [Some(Event::End(TagEnd::Table)), Some(Event::InlineHtml("</div>\n".into()))],
            TagEnd::TableHead => {
                self.in_table_head = false;
                one(Event::End(TagEnd::TableHead))
            }
            TagEnd::TableCell => markup(if self.in_table_head { "</th>" } else { "</td>" }),
            TagEnd::Link | TagEnd::Image => {
                let open = self.links.pop();
                let is_link = open.as_ref().is_some_and(|open| open.is_link);
                let text = open.and_then(|open| open.unnamed).map(|url| Event::Text(url.into()));
                [text, is_link.then(|| Event::InlineHtml("</a>".into()))]
            }
            other => one(Event::End(other)),
        }
    }

    /// Opens a link, unless its address is not allowed or it is inside another link.
    fn open_link<'a>(&mut self, url: &str, is_image: bool) -> Events<'a> {
        let within = self.links.iter().any(|open| open.is_link);
        let is_link = !within && is_allowed(url);
        self.links.push(Opened { is_link, unnamed: is_image.then(|| url.to_owned()) });
        if !is_link {
            return [None, None];
        }
        markup(link_start(url))
    }

    fn cell_start(&mut self) -> &'static str {
        let alignment = self.columns.get(self.column).copied().unwrap_or(Alignment::None);
        self.column += 1;
        // By class: a strict policy keeps `style` from having any effect.
        match (self.in_table_head, alignment) {
            (true, Alignment::None | Alignment::Left) => "<th scope=\"col\" dir=\"auto\">",
            (true, Alignment::Center) => "<th scope=\"col\" dir=\"auto\" class=\"center\">",
            (true, Alignment::Right) => "<th scope=\"col\" dir=\"auto\" class=\"right\">",
            (false, Alignment::None | Alignment::Left) => "<td dir=\"auto\">",
            (false, Alignment::Center) => "<td dir=\"auto\" class=\"center\">",
            (false, Alignment::Right) => "<td dir=\"auto\" class=\"right\">",
        }
    }
}

/// The start of a list or quotation that is in no other.
fn container_start(tag: &Tag<'_>) -> String {
    match tag {
        Tag::List(Some(1)) => "<ol dir=\"auto\">\n".to_owned(),
        Tag::List(Some(first)) => format!("<ol dir=\"auto\" start=\"{first}\">\n"),
        Tag::List(None) => "<ul dir=\"auto\">\n".to_owned(),
        _ => "<blockquote dir=\"auto\">\n".to_owned(),
    }
}

fn link_start(url: &str) -> String {
    format!("<a href=\"{}\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">", escaped(url))
}

/// A text with its bare web addresses as links.
fn with_links(text: CowStr<'_>) -> Events<'_> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let is_web = |url: &str| is_allowed(url) && !url.starts_with("mailto:");
    if !finder.links(&text).any(|link| is_web(link.as_str())) {
        return one(Event::Text(text));
    }
    let mut html = String::with_capacity(text.len() * 2);
    for span in finder.spans(&text) {
        let shown = escaped(span.as_str());
        if span.kind().is_some() && is_web(span.as_str()) {
            // Writing to a string does not fail.
            let _written = write!(html, "{}{shown}</a>", link_start(span.as_str()));
        } else {
            html.push_str(&shown);
        }
    }
    markup(html)
}

/// Two levels down, as far as there are levels.
const fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

fn code_start(kind: &CodeBlockKind<'_>) -> String {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.as_ref(),
        CodeBlockKind::Indented => "",
    };
    let language: String = info
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.'))
        .take(40)
        .collect();
    if language.is_empty() {
        "<pre dir=\"ltr\" tabindex=\"0\"><code>".into()
    } else {
        format!("<pre dir=\"ltr\" tabindex=\"0\"><code class=\"language-{language}\">")
    }
}

/// Whether an address is allowed. Browsers ignore white space and control characters in a scheme; legitimate addresses
/// contain none.
fn is_allowed(url: &str) -> bool {
    let starts = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let plain = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    plain && ["http://", "https://", "mailto:"].into_iter().any(starts)
}

/// Writes a text into an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
