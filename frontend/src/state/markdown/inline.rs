//! What the text of a block is made of: emphasis, code, links and breaks.

use super::characters::{self, is_punctuation};
use super::emphasis;
use super::line::{is_space, run};
use super::links;
use super::references::References;

/// A piece of a text.
pub(super) enum Token<'a> {
    Text(&'a str),
    Char(char),
    /// With what is left out at its ends.
    Code(&'a str),
    Break {
        hard: bool,
    },
    /// One character of a run that may open or close emphasis; what has no partner is text.
    Mark(Mark),
    /// Markup that comes of such a run.
    Tag(&'static str),
    /// The beginning of a link, or of an image that is shown as one, with its place in [`Inline::urls`].
    Open {
        url: usize,
        is_image: bool,
    },
    Close,
}

#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub byte: u8,
    /// How many characters the run has.
    pub run: usize,
    pub opens: bool,
    pub closes: bool,
}

/// A text in pieces.
pub(super) struct Inline<'a> {
    pub tokens: Vec<Token<'a>>,
    pub urls: Vec<String>,
}

/// A bracket that may begin a link.
struct Bracket {
    token: usize,
    /// Where its text begins.
    start: usize,
    is_image: bool,
}

struct Scanner<'a, 'r> {
    text: &'a str,
    at: usize,
    /// Where the text begins that is not in a token yet.
    from: usize,
    inline: Inline<'a>,
    brackets: Vec<Bracket>,
    /// Below here brackets begin no links, as they would hold one.
    disabled: usize,
    /// For each length of a run of backticks, where the last such run begins that has been seen.
    ticks: Vec<usize>,
    /// Whether all runs of backticks have been seen.
    all_ticks: bool,
    references: &'r mut References,
}

/// Takes the text of a block apart.
pub(super) fn parse<'a>(text: &'a str, references: &mut References) -> Inline<'a> {
    let mut scanner = Scanner {
        text,
        at: 0,
        from: 0,
        inline: Inline { tokens: Vec::new(), urls: Vec::new() },
        brackets: Vec::new(),
        disabled: 0,
        ticks: Vec::new(),
        all_ticks: false,
        references,
    };
    while let Some(byte) = scanner.byte(scanner.at) {
        scanner.take(byte);
    }
    scanner.flush(text.len());
    emphasis::resolve(&mut scanner.inline.tokens);
    scanner.inline
}

impl<'a> Scanner<'a, '_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    fn push(&mut self, token: Token<'a>) {
        self.inline.tokens.push(token);
    }

    /// Makes a token of the text up to there.
    fn flush(&mut self, end: usize) {
        if let Some(text) = self.text.get(self.from..end).filter(|text| !text.is_empty()) {
            self.push(Token::Text(text));
        }
        self.from = end;
    }

    /// Goes on behind a piece that is no text.
    fn resume(&mut self, at: usize) {
        self.at = at;
        self.from = at;
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\n' => self.line_end(),
            b'\\' => self.escape(),
            b'`' => self.code(),
            b'*' | b'_' | b'~' => self.marks(byte),
            b'<' => self.autolink(),
            b'&' => self.reference(),
            b'!' if self.byte(self.at + 1) == Some(b'[') => self.open(2),
            b'[' => self.open(1),
            b']' => self.close(),
            _ => self.at += 1,
        }
    }

    /// Two spaces at its end make a line break that is kept.
    fn line_end(&mut self) {
        let line = self.text.get(..self.at).unwrap_or_default();
        let spaces = line.bytes().rev().take_while(|&byte| is_space(byte)).count();
        self.flush(self.from.max(self.at - spaces));
        self.push(Token::Break { hard: spaces >= 2 });
        self.resume(self.at + 1);
    }

    fn escape(&mut self) {
        match self.byte(self.at + 1) {
            Some(b'\n') => {
                self.flush(self.at);
                self.push(Token::Break { hard: true });
                self.resume(self.at + 2);
            }
            Some(next) if next.is_ascii_punctuation() => {
                self.flush(self.at);
                self.from = self.at + 1;
                self.at += 2;
            }
            _ => self.at += 1,
        }
    }

    fn code(&mut self) {
        let length = run(self.rest(self.at), b'`');
        let start = self.at + length;
        if let Some(end) = self.closing_ticks(start, length) {
            self.flush(self.at);
            self.push(Token::Code(self.text.get(start..end).unwrap_or_default()));
            self.resume(end + length);
        } else {
            self.at = start;
        }
    }

    /// Finds the next run of as many backticks. What has been seen is remembered: once all of the text has
    /// been looked through, it is only looked through for a run that is there.
    fn closing_ticks(&mut self, start: usize, length: usize) -> Option<usize> {
        if self.all_ticks && self.ticks.get(length).is_none_or(|&last| last < start) {
            return None;
        }
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            if byte != b'`' {
                at += 1;
                continue;
            }
            let found = run(self.rest(at), b'`');
            if found == length {
                return Some(at);
            }
            if self.ticks.len() <= found {
                self.ticks.resize(found + 1, 0);
            }
            if let Some(last) = self.ticks.get_mut(found) {
                *last = at.max(*last);
            }
            at += found;
        }
        self.all_ticks = true;
        None
    }

    /// Tells by what stands beside a run whether it may open or close emphasis.
    fn marks(&mut self, byte: u8) {
        let run = run(self.rest(self.at), byte);
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        let after = self.rest(self.at + run).chars().next();
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let is_mark = |c: Option<char>| c.is_some_and(is_punctuation);
        // These may stand within a word.
        let is_free = byte == b'*' || (byte == b'~' && run == 2);
        let is_double = byte == b'~' && run == 2;
        let opens =
            !is_space(after) && (is_space(before) || is_mark(before) || is_double || (is_free && !is_mark(after)));
        let closes = !is_space(before) && (is_space(after) || is_mark(after) || (is_free && !is_mark(before)));
        if (opens || closes) && (byte != b'~' || run <= 2) {
            self.flush(self.at);
            for _ in 0..run {
                self.push(Token::Mark(Mark { byte, run, opens, closes }));
            }
            self.resume(self.at + run);
        } else {
            self.at += run;
        }
    }

    fn autolink(&mut self) {
        let start = self.at + 1;
        let Some((length, is_mail)) = links::autolink(self.rest(start)) else {
            self.at = start;
            return;
        };
        self.flush(self.at);
        let text = self.text.get(start..start + length).unwrap_or_default();
        let mut url = String::from(if is_mail { "mailto:" } else { "" });
        url.push_str(text);
        self.push(Token::Open { url: self.inline.urls.len(), is_image: false });
        self.inline.urls.push(url);
        self.push(Token::Text(text));
        self.push(Token::Close);
        self.resume(start + length + 1);
    }

    fn reference(&mut self) {
        match characters::reference(self.rest(self.at)) {
            Some((c, length)) => {
                self.flush(self.at);
                self.push(Token::Char(c));
                self.resume(self.at + length);
            }
            None => self.at += 1,
        }
    }

    /// A bracket, with the `!` of an image before it.
    fn open(&mut self, length: usize) {
        self.flush(self.at);
        let start = self.at + length;
        self.brackets.push(Bracket { token: self.inline.tokens.len(), start, is_image: length == 2 });
        self.push(Token::Text(if length == 2 { "![" } else { "[" }));
        self.resume(start);
    }

    /// The end of a link's text, if there was a beginning and an address follows.
    fn close(&mut self) {
        let end = self.at;
        self.at += 1;
        let Some(open) = self.brackets.pop() else { return };
        let is_disabled = !open.is_image && self.brackets.len() < self.disabled;
        self.disabled = self.disabled.min(self.brackets.len());
        if is_disabled {
            return;
        }
        let Some((url, after)) = self.target(open.start - 1, end + 1) else { return };
        self.flush(end);
        if let Some(token) = self.inline.tokens.get_mut(open.token) {
            *token = Token::Open { url: self.inline.urls.len(), is_image: open.is_image };
        }
        self.inline.urls.push(url);
        self.push(Token::Close);
        self.resume(after);
        if !open.is_image {
            self.disabled = self.brackets.len();
        }
    }

    /// Gives where the link leads that has its text between these, and where it ends.
    fn target(&mut self, start: usize, end: usize) -> Option<(String, usize)> {
        if let Some(target) = links::target(self.text, end) {
            return Some(target);
        }
        if self.references.is_empty() {
            return None;
        }
        let (label, after) = if let Some(named) = links::label(self.text, end) {
            named
        } else {
            let (label, after) = links::label(self.text, start).filter(|&(_, after)| after == end)?;
            (label, if self.rest(end).starts_with("[]") { end + 2 } else { after })
        };
        Some((self.references.resolve(&label)?, after))
    }
}
