//! Splits Markdown into its top-level blocks while it comes in, so that each is rendered once, when it is complete.
//!
//! A few lines mark where a block may end; the parser confirms each place. Rendered one after the other, the blocks
//! give the same HTML as the whole text, except where a reference is used in another block than its definition. The
//! work is linear in the text: a place that the parser refuses delays the next check until the open block has doubled.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::OPTIONS;

/// A paragraph: parsed behind a text, it shows whether the blocks before it have ended.
const PROBE: &str = "x";

/// How far a text is split.
#[derive(Debug, Clone, Default)]
pub struct Blocks {
    /// Where the open block begins.
    start: usize,
    /// Where the newest line begins, and how far it has been searched for its end.
    line: usize,
    searched: usize,
    /// The open fence of a code block.
    fence: Option<Fence>,
    /// Whether the open block is a list or indented code, which a blank line does not end.
    spans_blanks: bool,
    /// Whether the line before was blank, in such a block.
    after_blank: bool,
    /// Whether there is text in the lines of the open block before the newest.
    has_text: bool,
    /// No place is checked until the open block has this length.
    check_from: usize,
}

/// The open fence of a code block.
#[derive(Debug, Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    /// Where the code begins, when the block begins with the fence.
    code: Option<usize>,
    /// Whether the fence is indented: it may be in a list, which ends later.
    is_indented: bool,
}

/// The text of the open block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail<'a> {
    /// Where it begins in the whole text.
    pub from: usize,
    /// The text as it was written; of code, without its fence.
    pub text: &'a str,
    /// Whether it is code.
    pub is_code: bool,
}

/// The kinds of blocks that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Indented,
    Fenced,
    Heading,
    Other,
}

impl Blocks {
    /// The blocks that are complete by now and were not before. `text` is the whole text so far: the text of the last
    /// call, with more behind it.
    pub fn advance<'a>(&mut self, text: &'a str) -> Vec<&'a str> {
        let mut complete = Vec::new();
        loop {
            let end = text
                .get(self.searched..)
                .and_then(|rest| rest.find('\n'))
                .map(|at| self.searched.saturating_add(at).saturating_add(1));
            self.searched = end.unwrap_or(text.len());
            let line = text.get(self.line..self.searched).unwrap_or_default();
            if self.ends_before(text, line, end.is_some()) {
                complete.extend(self.complete(text, self.line));
            }
            let Some(end) = end else { break };
            if self.ends_after(text, line, end) {
                complete.extend(self.complete(text, end));
            } else {
                self.has_text |= !is_blank(line);
            }
            self.line = end;
        }
        complete
    }

    /// The text of the open block.
    #[must_use]
    pub fn tail<'a>(&self, text: &'a str) -> Tail<'a> {
        let code = self.fence.and_then(|fence| fence.code);
        let open = text.get(code.unwrap_or(self.start)..).unwrap_or_default();
        let shown = if code.is_some() { open } else { open.trim_start_matches(['\n', '\r']) };
        Tail { from: text.len().saturating_sub(shown.len()), text: shown, is_code: code.is_some() }
    }

    fn complete<'a>(&mut self, text: &'a str, end: usize) -> Option<&'a str> {
        let block = text.get(self.start..end);
        *self = Self { start: end, line: self.line, searched: self.searched, ..Self::default() };
        block
    }

    /// Whether the open block ends before a line, which may be incomplete.
    fn ends_before(&mut self, text: &str, line: &str, is_complete: bool) -> bool {
        if self.fence.is_some() || is_blank(line) {
            return false;
        }
        if is_complete && line.starts_with(['`', '~']) && opens(line).is_some() {
            self.after_blank = false;
            return self.has_text && self.check(text, self.line, line, None).is_some();
        }
        if !self.after_blank {
            return false;
        }
        let may_continue = line.starts_with([' ', '\t']) || begins_a_list(line);
        let is_certain =
            is_complete || !line.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '+' | '`' | '~'));
        if !may_continue && !is_certain {
            return false;
        }
        self.after_blank = false;
        !may_continue && self.check(text, self.line, PROBE, None).is_some()
    }

    /// Whether the open block ends after a complete line.
    fn ends_after(&mut self, text: &str, line: &str, end: usize) -> bool {
        if let Some(fence) = self.fence {
            if !closes(fence, line) {
                return false;
            }
            self.fence = None;
            return !fence.is_indented && self.check(text, end, PROBE, Some(Kind::Fenced)).is_some();
        }
        if let Some((mark, length)) = opens(line) {
            self.fence = Some(Fence {
                mark,
                length,
                code: (!self.has_text).then_some(end),
                is_indented: line.starts_with([' ', '\t']),
            });
            return false;
        }
        if is_blank(line) {
            return self.ends_after_blank(text, end);
        }
        is_heading(line) && self.check(text, end, PROBE, Some(Kind::Heading)).is_some()
    }

    fn ends_after_blank(&mut self, text: &str, end: usize) -> bool {
        if !self.has_text {
            return false;
        }
        if self.spans_blanks {
            self.after_blank = true;
            return false;
        }
        match self.check(text, end, PROBE, None) {
            None => false,
            Some(Kind::List | Kind::Indented) => {
                (self.spans_blanks, self.after_blank) = (true, true);
                false
            }
            Some(Kind::Fenced | Kind::Heading | Kind::Other) => true,
        }
    }

    /// Asks the parser whether a probe behind the open block, up to `end`, would be a block of its own, and the block before
    /// it of the wanted kind. Returns that kind.
    fn check(&mut self, text: &str, end: usize, probe: &str, wanted: Option<Kind>) -> Option<Kind> {
        let open = text.get(self.start..end)?;
        if open.len() < self.check_from {
            return None;
        }
        let kind = kind_before(&[open, probe].concat(), open.len());
        let kind = kind.filter(|kind| wanted.is_none_or(|wanted| wanted == *kind));
        if kind.is_none() {
            self.check_from = open.len().saturating_mul(2);
        }
        kind
    }
}

/// The kind of the block before the last one, when that begins at a place.
fn kind_before(source: &str, place: usize) -> Option<Kind> {
    let (mut depth, mut before, mut last) = (0_usize, Kind::Other, None);
    for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
        let kind = match &event {
            Event::Start(Tag::List(_)) => Kind::List,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Kind::Indented,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => Kind::Fenced,
            Event::Start(Tag::Heading { .. }) => Kind::Heading,
            _ => Kind::Other,
        };
        if depth == 0 {
            if let Some((_, kind)) = last {
                before = kind;
            }
            last = Some((range.start, kind));
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    last.filter(|&(start, _)| start == place).map(|_| before)
}

/// Whether there is nothing but spaces and line breaks.
fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Whether a line begins as a heading does.
fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    line.len() > text.len() && text.starts_with([' ', '\t', '\r', '\n'])
}

/// Whether a line begins with the mark of a list.
fn begins_a_list(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marks: &[char] = if digits == 0 { &['-', '*', '+'] } else { &['.', ')'] };
    let after = line.get(digits..).and_then(|rest| rest.strip_prefix(marks));
    after.is_some_and(|after| after.starts_with([' ', '\t', '\r', '\n']))
}

/// The fence that a line opens.
fn opens(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start_matches([' ', '\t']);
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let length = line.len().saturating_sub(info.len());
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, length))
}

fn closes(fence: Fence, line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    let info = line.trim_start_matches(fence.mark);
    line.len().saturating_sub(info.len()) >= fence.length && is_blank(info)
}

#[cfg(test)]
mod tests;
