//! Which runs of `*`, `_` and `~` belong together, by the rules of
//! [CommonMark](https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis).

use super::inline::{Mark, Token};

/// What is left of a run that may open emphasis.
struct Opener {
    token: usize,
    count: usize,
    mark: Mark,
}

/// Below which height of the stack there is no partner for a run of a kind: so that no run is looked for
/// twice among the same ones.
#[derive(Clone, Copy)]
struct Bounds([usize; 9]);

/// The kinds of runs in [`Bounds`]: those that only close have a bound of their own.
const UNDERSCORE_CLOSER: usize = 0;
const ASTERISK_CLOSER: usize = 1;
const ASTERISK: usize = 2;
const TILDE: usize = 5;
const UNDERSCORE: usize = 6;

impl Bounds {
    const fn kinds(mark: Mark) -> (usize, usize) {
        match mark.byte {
            b'_' => (UNDERSCORE + mark.run % 3, UNDERSCORE_CLOSER),
            b'*' => (ASTERISK + mark.run % 3, ASTERISK_CLOSER),
            _ => (TILDE, TILDE),
        }
    }

    fn get(&self, mark: Mark) -> usize {
        let (kind, closer) = Self::kinds(mark);
        let at = |kind: usize| self.0.get(kind).copied().unwrap_or(0);
        if mark.opens { at(kind) } else { at(kind).min(at(closer)) }
    }

    fn set(&mut self, mark: Mark, bound: usize) {
        let (kind, closer) = Self::kinds(mark);
        for (at, value) in self.0.iter_mut().enumerate() {
            if at == kind || (at == closer && !mark.opens) {
                *value = bound;
            }
        }
    }

    fn limit(&mut self, bound: usize) {
        for value in &mut self.0 {
            *value = bound.min(*value);
        }
    }
}

/// The runs that are open; those outside a link are kept apart from those within it.
struct Stack {
    openers: Vec<Opener>,
    bounds: Bounds,
    base: usize,
}

/// Puts markup in the place of the runs that belong together.
pub(super) fn resolve(tokens: &mut [Token<'_>]) {
    let mut stack = Stack { openers: Vec::new(), bounds: Bounds([0; 9]), base: 0 };
    let mut outer = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match *token {
            Token::Open { .. } => {
                outer.push((stack.base, stack.bounds));
                stack.base = stack.openers.len();
                stack.bounds = Bounds([stack.base; 9]);
            }
            Token::Close => {
                stack.openers.truncate(stack.base);
                if let Some((base, bounds)) = outer.pop() {
                    (stack.base, stack.bounds) = (base, bounds);
                }
            }
            Token::Mark(mark) => {
                stack.take(tokens, at, mark);
                at += mark.run;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

impl Stack {
    fn take(&mut self, tokens: &mut [Token<'_>], start: usize, mark: Mark) {
        let (mut at, mut left) = (start, mark.run);
        while mark.closes
            && left > 0
            && let Some(opener) = self.partner(mark)
        {
            let count = left.min(opener.count);
            join(tokens, opener.token + opener.count, at, count, mark.byte);
            at += count;
            left -= count;
            if opener.count > count {
                self.push(Opener { count: opener.count - count, ..opener });
            }
        }
        if left > 0 && mark.opens {
            self.push(Opener { token: at, count: left, mark });
        }
    }

    fn push(&mut self, opener: Opener) {
        if opener.mark.byte == b'~' {
            let bound = self.bounds.get(opener.mark).min(self.openers.len());
            self.bounds.set(opener.mark, bound);
        }
        self.openers.push(opener);
    }

    /// Takes the nearest run that this one closes off the stack, with all that is above it.
    fn partner(&mut self, mark: Mark) -> Option<Opener> {
        let lowest = self.bounds.get(mark).max(self.base);
        let mut at = self.openers.len();
        while at > lowest {
            at -= 1;
            if self.openers.get(at).is_some_and(|opener| fits(opener.mark, mark)) {
                self.bounds.limit(at);
                self.openers.truncate(at + 1);
                return self.openers.pop();
            }
        }
        self.bounds.set(mark, self.openers.len());
        None
    }
}

fn fits(open: Mark, close: Mark) -> bool {
    open.byte == close.byte
        && (open.byte != b'~' || open.run == close.run)
        && ((!open.closes && !close.opens) || !(open.run + close.run).is_multiple_of(3) || close.run.is_multiple_of(3))
}

/// Makes emphasis of so many characters before and behind a text, from the inside out: strong while there
/// are two.
fn join(tokens: &mut [Token<'_>], mut open: usize, mut close: usize, count: usize, byte: u8) {
    let mut left = count;
    while left > 0 {
        let width = left.min(2);
        let (start, end) = match (byte, width) {
            (b'~', _) => ("<del>", "</del>"),
            (_, 2) => ("<strong>", "</strong>"),
            _ => ("<em>", "</em>"),
        };
        open -= width;
        put(tokens, open, width, start);
        put(tokens, close, width, end);
        close += width;
        left -= width;
    }
}

/// Puts markup in the place of a token or two.
fn put(tokens: &mut [Token<'_>], at: usize, width: usize, tag: &'static str) {
    for (token, tag) in tokens.iter_mut().skip(at).take(width).zip([tag, ""]) {
        *token = Token::Tag(tag);
    }
}
