//! Finds the references of a template.

use std::ops::Range;

use super::count_work;
use super::expression::{string_end, unquote};
use super::names::Names;
use super::scan::TemplateError;

/// Target of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Root {
    /// A step's result: `steps.<label or id>`.
    Steps,
    /// A field of the execution's input: `input.<field>`.
    Input,
    /// A value of the definition: `context.<key>`.
    Context,
}

impl Root {
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "steps" => Some(Self::Steps),
            "input" => Some(Self::Input),
            "context" => Some(Self::Context),
            _ => None,
        }
    }
}

/// One reference in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The target.
    pub root: Root,
    /// The step's label or id, the input's field, or the key.
    pub name: String,
    /// Part of the target: `content`, `output` or a field.
    pub field: Option<String>,
    /// Whether the template handles a missing value (`default`, `is defined`, or a test in an `if`).
    pub optional: bool,
    /// From the root to the end of the name, in bytes.
    pub span: Range<usize>,
}

/// Parses the name after a root and the field after the name; returns the offset to continue at.
pub(super) fn read_reference(
    source: &str,
    root: Root,
    word: &Range<usize>,
    end: usize,
    names: &Names,
) -> Result<Option<(Reference, usize)>, TemplateError> {
    let rest = source.get(word.end..end).unwrap_or_default();
    let lead = rest.len() - rest.trim_start().len();
    count_work(lead);
    let sign = rest.trim_start().chars().next();
    let after_sign = word.end + lead + 1;
    let (name, name_end) = match sign {
        Some('.') => dotted_name(source, root, after_sign, end, names)?,
        Some('[') => match subscript(source, after_sign, end) {
            Some((name, end)) if root == Root::Steps => (names.label(&name).map_or(name, str::to_owned), end),
            Some(found) => found,
            // A computed subscript is for the renderer to judge.
            None => return Ok(None),
        },
        // `input` alone is the whole input.
        _ => return Ok(None),
    };
    let (field, field_end) = field_after(source, name_end, end);
    Ok(Some((Reference { root, name, field, optional: false, span: word.start..name_end }, field_end)))
}

fn dotted_name(
    source: &str,
    root: Root,
    from: usize,
    end: usize,
    names: &Names,
) -> Result<(String, usize), TemplateError> {
    let rest = source.get(from..end).unwrap_or_default();
    if root == Root::Steps {
        if let Some((label, length)) = names.longest(rest, |length| ends_name(rest, length)) {
            return Ok((label.to_owned(), from + length));
        }
        // An unknown label: up to the dot before its field, so that the message can name it.
        let stop = rest.find(|c: char| ".|{}()[],=!<>+*/~\"\n".contains(c)).unwrap_or(rest.len());
        count_work(stop);
        if rest.get(stop..).is_some_and(|tail| tail.starts_with('.')) && stop > 0 {
            return Ok((rest.get(..stop).unwrap_or_default().to_owned(), from + stop));
        }
    }
    let stop = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || (c == '-' && root == Root::Steps)))
        .unwrap_or(rest.len());
    count_work(stop);
    if stop == 0 {
        return Err(TemplateError::at(source, from, "a name is expected after the dot"));
    }
    Ok((rest.get(..stop).unwrap_or_default().to_owned(), from + stop))
}

/// The words that may follow a name.
const WORDS_AFTER: [&str; 7] = ["or", "and", "if", "else", "is", "in", "not"];

/// Whether a name of this length ends there: `steps.Ideas` and `steps.Idea Box.content` do not refer to the label
/// `Idea`, but `steps.Idea or 1` does.
fn ends_name(rest: &str, length: usize) -> bool {
    let tail = rest.get(length..).unwrap_or_default();
    if tail.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
        return false;
    }
    let after = tail.trim_start();
    count_work(tail.len() - after.len());
    // One letter more than the longest of the words distinguishes them all.
    let word: String = after.chars().take(5).take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    word.is_empty() || WORDS_AFTER.contains(&word.as_str())
}

fn subscript(source: &str, from: usize, end: usize) -> Option<(String, usize)> {
    let rest = source.get(from..end)?;
    let open = from + rest.len() - rest.trim_start().len();
    let quote = source.get(open..end)?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let literal_end = string_end(source, open, end, quote)?;
    let tail = source.get(literal_end..end)?;
    let close = tail.trim_start().strip_prefix(']').map(|_| literal_end + tail.len() - tail.trim_start().len() + 1)?;
    Some((unquote(source.get(open..literal_end)?), close))
}

fn field_after(source: &str, from: usize, end: usize) -> (Option<String>, usize) {
    let rest = source.get(from..end).unwrap_or_default();
    if let Some(tail) = rest.strip_prefix('.') {
        let stop = tail.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(tail.len());
        count_work(stop);
        if stop > 0 {
            return (tail.get(..stop).map(str::to_owned), from + 1 + stop);
        }
    }
    if rest.starts_with('[')
        && let Some((field, end)) = subscript(source, from + 1, end)
    {
        return (Some(field), end);
    }
    (None, from)
}
