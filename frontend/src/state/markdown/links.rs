//! The parts of links: labels, addresses and titles. All of them give where they end.

use super::characters::unescaped;
use super::line::is_space;
use crate::state::letters::lower;

/// How deeply parentheses within an address may be nested.
const MAX_PARENTHESES: usize = 32;

/// How long a label may be, in bytes.
const MAX_LABEL: usize = 1000;

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// How long what stands there is: two bytes if it is an escape.
fn step(text: &str, at: usize) -> usize {
    let is_escape = byte(text, at) == Some(b'\\') && byte(text, at + 1).is_some_and(|next| next.is_ascii_punctuation());
    if is_escape { 2 } else { 1 }
}

/// Passes over white space with at most one end of a line. Gives whether there was one.
fn pass_space(text: &str, at: &mut usize) -> bool {
    let mut has_break = false;
    while let Some(next) = byte(text, *at) {
        if next == b'\n' && !has_break {
            has_break = true;
        } else if !is_space(next) {
            break;
        }
        *at += 1;
    }
    has_break
}

/// Reads `[label]`, in the form in which labels are compared.
pub(super) fn label(text: &str, start: usize) -> Option<(String, usize)> {
    if byte(text, start) != Some(b'[') {
        return None;
    }
    let mut at = start + 1;
    loop {
        match byte(text, at)? {
            b']' => break,
            b'[' => return None,
            _ => at += step(text, at),
        }
        if at - start > MAX_LABEL {
            return None;
        }
    }
    let mut label = String::new();
    for word in text.get(start + 1..at)?.split_ascii_whitespace() {
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(&lower(word));
    }
    (!label.is_empty()).then_some((label, at + 1))
}

/// Reads an address, in angle brackets or up to white space.
fn address(text: &str, start: usize) -> Option<(String, usize)> {
    let mut at = start;
    if byte(text, start) == Some(b'<') {
        at += 1;
        loop {
            match byte(text, at)? {
                b'>' => return Some((unescaped(text.get(start + 1..at)?), at + 1)),
                b'<' | b'\n' => return None,
                _ => at += step(text, at),
            }
        }
    }
    let mut depth = 0;
    while let Some(next) = byte(text, at) {
        match next {
            0..=b' ' => break,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            b'(' if depth > MAX_PARENTHESES => return None,
            b'(' => depth += 1,
            _ => {}
        }
        at += step(text, at);
    }
    (depth == 0).then_some(())?;
    Some((unescaped(text.get(start..at)?), at))
}

/// Passes over a title.
fn title(text: &str, start: usize) -> Option<usize> {
    let open = byte(text, start)?;
    let close = match open {
        b'"' | b'\'' => open,
        b'(' => b')',
        _ => return None,
    };
    let mut at = start + 1;
    loop {
        let next = byte(text, at)?;
        if next == close {
            return Some(at + 1);
        }
        if next == open {
            return None;
        }
        at += step(text, at);
    }
}

/// Reads `(address "title")` behind the text of a link.
pub(super) fn target(text: &str, start: usize) -> Option<(String, usize)> {
    if byte(text, start) != Some(b'(') {
        return None;
    }
    let mut at = start + 1;
    pass_space(text, &mut at);
    let (url, mut at) = address(text, at)?;
    pass_space(text, &mut at);
    if let Some(end) = title(text, at) {
        at = end;
        pass_space(text, &mut at);
    }
    (byte(text, at) == Some(b')')).then_some((url, at + 1))
}

/// Reads `[label]: address "title"` at the start of a paragraph, with the end of its line.
pub(super) fn definition(text: &str) -> Option<(String, String, usize)> {
    let (label, at) = label(text, 0)?;
    if byte(text, at) != Some(b':') {
        return None;
    }
    let mut at = at + 1;
    pass_space(text, &mut at);
    let (url, end) = address(text, at)?;
    if end == at {
        return None;
    }
    let mut after = end;
    pass_space(text, &mut after);
    let with_title = if after > end { title(text, after).and_then(|at| line_end(text, at)) } else { None };
    let end = with_title.or_else(|| line_end(text, end))?;
    Some((label, url, end))
}

/// Gives where the next line begins, if nothing more stands in this one.
fn line_end(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    while byte(text, at).is_some_and(is_space) {
        at += 1;
    }
    match byte(text, at) {
        None => Some(at),
        Some(b'\n') => Some(at + 1),
        Some(_) => None,
    }
}

/// Reads what follows the `<` of a link that is its own text, up to its `>`. Gives its length, and whether
/// it is an address of mail.
pub(super) fn autolink(text: &str) -> Option<(usize, bool)> {
    let end = text.bytes().position(|byte| byte <= b' ' || matches!(byte, b'<' | b'>'))?;
    let inner = text.get(..end)?;
    if byte(text, end) != Some(b'>') {
        return None;
    }
    if is_uri(inner) {
        return Some((end, false));
    }
    is_mail(inner).then_some((end, true))
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    (2..=32).contains(&scheme.len())
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
}

fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    !name.is_empty() && name.bytes().all(is_name) && host.split('.').all(is_host_label)
}

fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
