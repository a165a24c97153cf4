//! How a line begins: its indentation, and the marks that make a block of it.

use super::blocks::Column;

/// A line without its end, and how far it has been read. Tabs reach to the next multiple of four.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    text: &'a str,
    at: usize,
    /// Where the last tab ended: from there on columns are bytes.
    tab: usize,
    /// Columns of a tab that has been read in part.
    spaces: usize,
}

/// What begins an item of a list.
pub(super) struct Marker {
    /// One of `-`, `+`, `*`, `.` and `)`: another one begins another list.
    pub mark: u8,
    pub number: u32,
    /// How far the text of the item is indented.
    pub width: usize,
}

impl Marker {
    pub const fn is_bullet(&self) -> bool {
        matches!(self.mark, b'-' | b'+' | b'*')
    }
}

impl<'a> Line<'a> {
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0, tab: 0, spaces: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// How many columns of a tab stand before [`Line::rest`].
    pub const fn spaces(&self) -> usize {
        self.spaces
    }

    pub const fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub fn is_blank(&self) -> bool {
        is_blank(self.rest())
    }

    /// Reads as many columns of white space as asked for, if there are so many. Gives how many there were.
    pub fn skip(&mut self, columns: usize) -> usize {
        let mut skipped = self.spaces.min(columns);
        self.spaces -= skipped;
        while skipped < columns {
            match self.byte() {
                Some(b' ') => {
                    self.at += 1;
                    skipped += 1;
                }
                Some(b'\t') => {
                    let width = 4 - (self.at - self.tab) % 4;
                    self.at += 1;
                    self.tab = self.at;
                    let used = width.min(columns - skipped);
                    skipped += used;
                    self.spaces = width - used;
                }
                _ => break,
            }
        }
        skipped
    }

    pub fn skip_all(&mut self) {
        self.spaces = 0;
        while let Some(b' ' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.byte() == Some(byte);
        if is_next {
            self.at += 1;
        }
        is_next
    }

    pub fn quote_marker(&mut self) -> bool {
        let is_quote = self.take(b'>');
        if is_quote {
            self.skip(1);
        }
        is_quote
    }

    /// Reads what begins an item of a list, with the space after it.
    pub fn list_marker(&mut self, indent: usize) -> Option<Marker> {
        let mut line = *self;
        let (mark, number) = line.bullet_or_number()?;
        let mut width = indent + line.at - self.at + 1;
        if line.skip(1) == 0 && !line.is_end() {
            return None;
        }
        if !line.is_blank() {
            let mut text = line;
            let space = text.skip(4);
            // Four make code of it, behind a single one.
            if space < 4 {
                width += space;
                line = text;
            }
        }
        *self = line;
        Some(Marker { mark, number, width })
    }

    fn bullet_or_number(&mut self) -> Option<(u8, u32)> {
        let (mut number, mut digits) = (0, 0);
        loop {
            let byte = self.byte()?;
            match byte {
                b'-' | b'+' | b'*' if digits == 0 && !is_rule(self.rest()) => {}
                b'.' | b')' if digits > 0 => {}
                b'0'..=b'9' if digits < 9 => {
                    number = number * 10 + u32::from(byte - b'0');
                    digits += 1;
                    self.at += 1;
                    continue;
                }
                _ => return None,
            }
            self.at += 1;
            return Some((byte, number));
        }
    }

    /// Reads the box of a task. Gives whether it is ticked.
    pub fn task(&mut self) -> Option<bool> {
        let mut line = *self;
        line.skip(3);
        if !line.take(b'[') {
            return None;
        }
        let done = match line.byte() {
            Some(b'x' | b'X') => true,
            Some(byte) if is_space(byte) => false,
            _ => return None,
        };
        line.at += 1;
        if !line.take(b']') || line.byte().is_some_and(|byte| !is_space(byte)) {
            return None;
        }
        *self = line;
        Some(done)
    }
}

/// White space within a line.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// How many times the byte stands there, from the first one on.
pub(super) fn run(text: &str, byte: u8) -> usize {
    text.bytes().take_while(|&next| next == byte).count()
}

/// Whether it is a thematic break.
pub(super) fn is_rule(text: &str) -> bool {
    let Some(mark @ (b'*' | b'-' | b'_')) = text.bytes().next() else { return false };
    let mut marks = 0;
    for byte in text.bytes() {
        if byte == mark {
            marks += 1;
        } else if !matches!(byte, b' ' | b'\t') {
            return false;
        }
    }
    marks >= 3
}

/// Gives the level of a heading, and its text without closing `#`.
pub(super) fn heading(text: &str) -> Option<(usize, &str)> {
    let level = run(text, b'#');
    let text = text.get(level..)?;
    if !(1..=6).contains(&level) || text.bytes().next().is_some_and(|byte| !is_space(byte)) {
        return None;
    }
    let text = trimmed(text).trim_end_matches(' ');
    let open = text.trim_end_matches('#');
    let is_closed = open.is_empty() || open.ends_with(' ');
    Some((level, if is_closed { trimmed(open) } else { text }))
}

/// Gives the level of the heading that such a line makes of the paragraph above it.
pub(super) fn underline(text: &str) -> Option<usize> {
    let mark = text.bytes().next()?;
    let level = match mark {
        b'=' => 1,
        b'-' => 2,
        _ => return None,
    };
    is_blank(text.get(run(text, mark)..)?).then_some(level)
}

/// Gives the mark and the length of a fence before code, and what stands behind it.
pub(super) fn fence(text: &str) -> Option<(u8, usize, &str)> {
    let mark @ (b'`' | b'~') = text.bytes().next()? else { return None };
    let length = run(text, mark);
    let info = text.get(length..)?;
    (length >= 3 && (mark == b'~' || !info.contains('`'))).then_some((mark, length, trimmed(info)))
}

pub(super) fn closes_fence(text: &str, mark: u8, length: usize) -> bool {
    let closing = run(text, mark);
    closing >= length && text.bytes().skip(closing).all(|byte| byte == b' ')
}

/// How many cells a line has as the head of a table; none if it cannot be one.
pub(super) fn head_cells(text: &str) -> usize {
    let (mut pipes, mut last, mut before) = (0, 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'|' && before != b'\\' {
            pipes += 1;
            last = at + 1;
        }
        before = byte;
    }
    if pipes == 0 {
        return 0;
    }
    if trimmed(text).starts_with('|') {
        pipes -= 1;
    }
    if text.get(last..).is_some_and(is_blank) { pipes } else { pipes + 1 }
}

/// How the columns of a table are aligned by the line below its head; none if it is not such a line.
pub(super) fn columns(text: &str) -> Vec<Column> {
    let inner = text.trim_start_matches(' ');
    if text.len() - inner.len() > 3 {
        return Vec::new();
    }
    let mut columns = Vec::new();
    let (mut left, mut dash, mut right) = (false, false, false);
    let mut piped = inner.starts_with('|');
    for byte in inner.strip_prefix('|').unwrap_or(inner).bytes() {
        match byte {
            b' ' => {}
            b':' if dash => right = true,
            b':' => left = true,
            b'-' => dash = true,
            b'|' if dash => {
                piped = true;
                columns.push(Column::aligned(left, right));
                (left, dash, right) = (false, false, false);
            }
            _ => return Vec::new(),
        }
    }
    // While it comes in, the last column may not have more than its colon yet.
    if dash || (left && !columns.is_empty()) {
        columns.push(Column::aligned(left, right));
    }
    if piped { columns } else { Vec::new() }
}

/// Without white space at its ends.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\u{b}', '\u{c}'])
}

/// How long the text is up to a pipe that is not escaped.
pub(super) fn cell_length(text: &str) -> usize {
    let mut before = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'|' && before != b'\\' {
            return at;
        }
        before = byte;
    }
    text.len()
}

/// Whether a line begins another block than the paragraph before it. Within the same containers, an item
/// does so only if it has a text and is the first.
pub(super) fn interrupts(line: &Line<'_>, is_within: bool) -> bool {
    let text = line.rest();
    let mut item = *line;
    text.is_empty()
        || text.starts_with('>')
        || is_rule(text)
        || heading(text).is_some()
        || fence(text).is_some()
        || item
            .list_marker(0)
            .is_some_and(|marker| !is_within || ((marker.is_bullet() || marker.number == 1) && !item.is_blank()))
}
