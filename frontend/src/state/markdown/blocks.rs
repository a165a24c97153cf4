//! What a text is made of: quotes, lists, paragraphs and other blocks, one after the other.

use std::ops::Range;

use super::line::{self, Line};
use super::links;
use super::references::References;

/// How many quotes, lists and their items may be within each other: each list counts twice, with its item.
pub(super) const MAX_DEPTH: usize = 64;

/// How many cells are added to rows of a table that are too short.
pub(super) const MAX_FILLED_CELLS: usize = 1 << 14;

/// How a column of a table is aligned.
#[derive(Clone, Copy)]
pub(super) enum Column {
    Left,
    Center,
    Right,
}

impl Column {
    pub const fn aligned(left: bool, right: bool) -> Self {
        match (left, right) {
            (true, true) => Self::Center,
            (false, true) => Self::Right,
            _ => Self::Left,
        }
    }
}

/// A block, or where one that holds others begins or ends. Texts are ranges of [`Document::text`].
pub(super) enum Block {
    Quote,
    QuoteEnd,
    /// With its first number if it is ordered. Paragraphs of a tight one are not set apart.
    List {
        start: Option<u32>,
        tight: bool,
    },
    ListEnd {
        ordered: bool,
    },
    Item,
    ItemEnd,
    /// The box of a task that has no text.
    Task(bool),
    Paragraph {
        task: Option<bool>,
        text: Range<usize>,
    },
    Heading {
        level: usize,
        task: Option<bool>,
        text: Range<usize>,
    },
    Code {
        language: String,
        text: Range<usize>,
    },
    /// The cells of all rows; the first row is the head.
    Table {
        columns: Vec<Column>,
        cells: Vec<Range<usize>>,
    },
    Rule,
}

/// A text that has been taken apart.
#[derive(Default)]
pub(super) struct Document {
    pub blocks: Vec<Block>,
    /// The texts of the blocks, without what their lines begin with.
    pub text: String,
    pub references: References,
}

/// What holds other blocks and is open.
enum Container {
    Quote,
    /// With the place of its block.
    List {
        mark: u8,
        block: usize,
    },
    Item {
        width: usize,
    },
}

struct Parser<'a> {
    /// The lines that come next.
    rest: &'a str,
    spine: Vec<Container>,
    /// Whether the line before was blank.
    after_blank: bool,
    /// Whether the item that is open has no text yet.
    is_item_empty: bool,
    document: Document,
}

/// Takes a text apart whose lines end with `\n`.
pub(super) fn parse(source: &str) -> Document {
    let document = Document { references: References::new(source.len()), ..Document::default() };
    let mut parser = Parser { rest: source, spine: Vec::new(), after_blank: false, is_item_empty: false, document };
    while !parser.rest.is_empty() {
        parser.block();
    }
    parser.close_to(0);
    parser.document
}

/// Gives the first line, and those after it.
fn split(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

impl<'a> Parser<'a> {
    /// Takes the block that begins with the next line, or a blank line.
    fn block(&mut self) {
        let (text, rest) = split(self.rest);
        let has_end = self.rest.len() > text.len();
        self.rest = rest;
        let mut line = Line::new(text);
        let open = self.enter(&mut line);
        self.close_to(open);
        if self.open(&mut line) {
            return;
        }
        if line.is_blank() {
            self.blank_line();
            return;
        }
        let indent = line.skip(4);
        if indent == 4 {
            self.finish_list();
            self.indented_code(line, has_end);
            return;
        }
        let text = line.rest();
        if line::is_rule(text) {
            self.finish_list();
            self.document.blocks.push(Block::Rule);
        } else if let Some((level, text)) = line::heading(text) {
            self.finish_list();
            let text = self.keep(text);
            self.document.blocks.push(Block::Heading { level, task: None, text });
        } else if let Some((mark, length, info)) = line::fence(text) {
            self.finish_list();
            self.fenced_code(indent, mark, length, info);
        } else {
            self.paragraph(line, None);
        }
    }

    /// Reads what the lines of the open containers begin with. Gives how many of them go on in this line.
    fn enter(&self, line: &mut Line<'a>) -> usize {
        for (depth, container) in self.spine.iter().enumerate() {
            let mut inner = *line;
            let goes_on = match container {
                Container::List { .. } => true,
                Container::Quote => {
                    inner.skip(3);
                    inner.quote_marker()
                }
                Container::Item { width } => inner.skip(*width) == *width || inner.is_end(),
            };
            if !goes_on {
                return depth;
            }
            *line = inner;
        }
        self.spine.len()
    }

    /// Opens the quotes and items that begin in this line. Gives whether nothing is left of it.
    fn open(&mut self, line: &mut Line<'a>) -> bool {
        while self.spine.len() < MAX_DEPTH {
            let mut inner = *line;
            let indent = inner.skip(4);
            if indent == 4 {
                break;
            }
            if let Some(marker) = inner.list_marker(indent) {
                self.continue_list(marker.mark, (!marker.is_bullet()).then_some(marker.number));
                self.spine.push(Container::Item { width: marker.width });
                self.document.blocks.push(Block::Item);
                let task = inner.task();
                if inner.is_blank() {
                    self.document.blocks.extend(task.map(Block::Task));
                    self.is_item_empty = true;
                    return true;
                }
                if task.is_some() {
                    inner.skip_all();
                    self.paragraph(inner, task);
                    return true;
                }
            } else if inner.quote_marker() {
                self.finish_list();
                self.spine.push(Container::Quote);
                self.document.blocks.push(Block::Quote);
            } else {
                break;
            }
            *line = inner;
        }
        false
    }

    fn blank_line(&mut self) {
        match self.spine.last_mut() {
            Some(Container::Quote) => {}
            Some(Container::Item { width }) if self.is_item_empty => {
                self.after_blank = true;
                // Nothing can come into it any more, but the list goes on.
                *width = 0;
            }
            _ => self.after_blank = true,
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.spine.len() > depth {
            let end = match self.spine.pop() {
                Some(Container::List { mark, block }) => {
                    if let Some(Block::List { tight: true, .. }) = self.document.blocks.get(block) {
                        self.is_item_empty = false;
                    }
                    Block::ListEnd { ordered: matches!(mark, b'.' | b')') }
                }
                Some(Container::Item { .. }) => Block::ItemEnd,
                Some(Container::Quote) | None => Block::QuoteEnd,
            };
            self.document.blocks.push(end);
        }
    }

    /// Makes a list loose, by its place in the open containers.
    fn loosen(&mut self, depth: Option<usize>) {
        let container = depth.and_then(|depth| self.spine.get(depth));
        if let Some(&Container::List { block, .. }) = container
            && let Some(Block::List { tight, .. }) = self.document.blocks.get_mut(block)
        {
            *tight = false;
        }
    }

    /// Closes an item that began with two blank lines.
    fn finish_empty_item(&mut self) {
        if self.is_item_empty && self.after_blank && matches!(self.spine.last(), Some(Container::Item { .. })) {
            self.close_to(self.spine.len() - 1);
        }
        self.is_item_empty = false;
    }

    /// Closes a list that no item continues, before a block that is not one.
    fn finish_list(&mut self) {
        self.finish_empty_item();
        if let Some(Container::List { .. }) = self.spine.last() {
            self.close_to(self.spine.len() - 1);
        }
        if self.after_blank {
            self.loosen(self.spine.len().checked_sub(2));
            self.after_blank = false;
        }
    }

    /// Goes on with the list that is open, or begins one.
    fn continue_list(&mut self, mark: u8, start: Option<u32>) {
        self.finish_empty_item();
        match self.spine.last() {
            Some(Container::List { mark: open, .. }) if *open == mark => {
                if self.after_blank {
                    self.loosen(self.spine.len().checked_sub(1));
                    self.after_blank = false;
                }
                return;
            }
            Some(_) => self.finish_list(),
            None => {}
        }
        self.spine.push(Container::List { mark, block: self.document.blocks.len() });
        self.document.blocks.push(Block::List { start, tight: true });
        self.after_blank = false;
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.document.text.len();
        self.document.text.push_str(text);
        start..self.document.text.len()
    }

    fn keep_code(&mut self, line: &Line<'_>, has_end: bool) {
        for _ in 0..line.spaces() {
            self.document.text.push(' ');
        }
        self.document.text.push_str(line.rest());
        if has_end {
            self.document.text.push('\n');
        }
    }

    fn indented_code(&mut self, first: Line<'a>, has_end: bool) {
        let start = self.document.text.len();
        self.keep_code(&first, has_end);
        let mut end = self.document.text.len();
        self.after_blank = false;
        while !self.rest.is_empty() {
            let (text, rest) = split(self.rest);
            let mut line = Line::new(text);
            if self.enter(&mut line) < self.spine.len() || (line.skip(4) < 4 && !line.is_end()) {
                break;
            }
            self.keep_code(&line, self.rest.len() > text.len());
            self.rest = rest;
            self.after_blank = line.is_blank();
            if !self.after_blank {
                end = self.document.text.len();
            }
        }
        self.document.text.truncate(end);
        self.document.blocks.push(Block::Code { language: String::new(), text: start..end });
    }

    /// Takes lines up to a closing fence, or to the end of the text: it may still be coming in.
    fn fenced_code(&mut self, indent: usize, mark: u8, length: usize, info: &str) {
        let start = self.document.text.len();
        while !self.rest.is_empty() {
            let (text, rest) = split(self.rest);
            let mut line = Line::new(text);
            if self.enter(&mut line) < self.spine.len() {
                break;
            }
            line.skip(indent);
            let mut closing = line;
            let is_code = closing.skip(4 - indent) == 4 - indent;
            if !is_code && line::closes_fence(closing.rest(), mark, length) {
                self.rest = rest;
                break;
            }
            self.keep_code(&line, self.rest.len() > text.len());
            self.rest = rest;
        }
        let language = info
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.'))
            .take(40)
            .collect();
        self.document.blocks.push(Block::Code { language, text: start..self.document.text.len() });
    }

    /// Takes the lines of a paragraph, which may turn out to be a heading or a table.
    fn paragraph(&mut self, first: Line<'a>, task: Option<bool>) {
        self.finish_list();
        let columns = self.table_columns(first.rest(), self.rest);
        if !columns.is_empty() {
            self.table(first.rest(), columns);
            return;
        }
        let mut start = self.keep(first.rest()).start;
        while !self.rest.is_empty() {
            let (text, rest) = split(self.rest);
            let mut line = Line::new(text);
            let is_within = self.enter(&mut line) == self.spine.len();
            if line.skip(4) < 4 {
                if is_within && let Some(level) = line::underline(line.rest()) {
                    start = self.define(start, task);
                    if start < self.document.text.len() {
                        self.rest = rest;
                        let text = start..self.text_end(start);
                        self.document.blocks.push(Block::Heading { level, task, text });
                        return;
                    }
                }
                if line::interrupts(&line, is_within) || self.is_table(&line, rest) {
                    break;
                }
            }
            line.skip_all();
            if line.is_end() {
                break;
            }
            self.rest = rest;
            self.document.text.push('\n');
            self.document.text.push_str(line.rest());
        }
        start = self.define(start, task);
        if start < self.document.text.len() {
            let text = start..self.text_end(start);
            self.document.blocks.push(Block::Paragraph { task, text });
        }
    }

    /// Gives where a text ends that begins there, without white space behind it.
    fn text_end(&self, start: usize) -> usize {
        start.max(self.document.text.trim_end_matches([' ', '\t', '\u{b}', '\u{c}', '\n']).len())
    }

    /// Takes the definitions that a paragraph begins with. Gives where the rest of it begins.
    fn define(&mut self, start: usize, task: Option<bool>) -> usize {
        let mut at = start;
        while task.is_none()
            && let Some((label, url, length)) = links::definition(self.document.text.get(at..).unwrap_or_default())
        {
            self.document.references.define(label, url);
            at += length;
        }
        at
    }

    /// Whether such a line begins a table within a paragraph.
    fn is_table(&self, line: &Line<'a>, rest: &'a str) -> bool {
        line.rest().starts_with('|') && !self.table_columns(line.rest(), rest).is_empty()
    }

    /// Gives the columns of a table with this head, if the next line makes it one.
    fn table_columns(&self, head: &str, rest: &'a str) -> Vec<Column> {
        let cells = line::head_cells(head);
        let mut line = Line::new(split(rest).0);
        if cells == 0 || self.enter(&mut line) < self.spine.len() {
            return Vec::new();
        }
        let columns = line::columns(line.rest());
        if columns.len() == cells { columns } else { Vec::new() }
    }

    fn table(&mut self, head: &str, columns: Vec<Column>) {
        let mut cells = Vec::new();
        let mut filled = 0;
        self.row(head, columns.len(), &mut cells, &mut filled);
        self.rest = split(self.rest).1;
        while !self.rest.is_empty() {
            let (text, rest) = split(self.rest);
            let mut line = Line::new(text);
            if self.enter(&mut line) < self.spine.len() {
                break;
            }
            line.skip_all();
            // Any item interrupts a table.
            if line::interrupts(&line, false) || !self.row(line.rest(), columns.len(), &mut cells, &mut filled) {
                break;
            }
            self.rest = rest;
        }
        self.document.blocks.push(Block::Table { columns, cells });
    }

    /// Takes as many cells as there are columns. Gives whether it is a row.
    fn row(&mut self, text: &str, columns: usize, cells: &mut Vec<Range<usize>>, filled: &mut usize) -> bool {
        let row = cells.len();
        let mut taken = 0;
        let mut rest = text;
        loop {
            rest = rest.strip_prefix('|').unwrap_or(rest).trim_start_matches([' ', '\t', '\u{b}', '\u{c}']);
            if rest.is_empty() {
                break;
            }
            let (cell, after) = rest.split_at_checked(line::cell_length(rest)).unwrap_or((rest, ""));
            if taken < columns {
                let cell = self.keep_cell(line::trimmed(cell));
                cells.push(cell);
            }
            taken += 1;
            rest = after;
        }
        if taken == 0 || *filled + columns.saturating_sub(taken) > MAX_FILLED_CELLS {
            cells.truncate(row);
            return false;
        }
        for _ in taken..columns {
            *filled += 1;
            cells.push(0..0);
        }
        true
    }

    /// Keeps the text of a cell. A pipe within it is one that has been escaped.
    fn keep_cell(&mut self, cell: &str) -> Range<usize> {
        let start = self.document.text.len();
        for c in cell.chars() {
            if c == '|' {
                self.document.text.pop();
            }
            self.document.text.push(c);
        }
        start..self.document.text.len()
    }
}
