//! Finds what a template refers to, and rewrites it.

use std::collections::HashSet;
use std::ops::Range;

use super::expression::{Token, quote, string_end, tokens, unquote};
use super::scan::{Piece, TemplateError, pieces, tag_word};

/// What a reference is to.
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
    fn of(word: &str) -> Option<Self> {
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
    /// What it is to.
    pub root: Root,
    /// The step's label or id, the input's field, or the key.
    pub name: String,
    /// What of it: `content`, `output` or a field.
    pub field: Option<String>,
    /// Whether the template says what to do without it (`default`, `is defined`, or a test in an `if`).
    pub optional: bool,
    /// From the root to the end of the name, in bytes.
    pub span: Range<usize>,
}

/// Everything that a template refers to, in order. `labels` are the labels and ids of the steps:
/// a label may hold spaces and signs, so only who knows them can tell where one ends.
pub fn references(source: &str, labels: &[&str]) -> Result<Vec<Reference>, TemplateError> {
    let mut found = Vec::new();
    for piece in pieces(source)? {
        let (inside, test) = match piece {
            Piece::Text(_) => continue,
            Piece::Expression(inside) | Piece::Dollar(inside) => (inside, false),
            Piece::Tag(inside) => {
                let test = matches!(tag_word(source.get(inside.clone()).unwrap_or_default()), "if" | "elif");
                (inside, test)
            }
        };
        let mut in_piece = references_in(source, inside, labels)?;
        for reference in &mut in_piece {
            reference.optional |= test;
        }
        found.extend(in_piece);
    }
    let optional: HashSet<(Root, String)> = found
        .iter()
        .filter(|reference| reference.optional)
        .map(|reference| (reference.root, reference.name.clone()))
        .collect();
    for reference in &mut found {
        reference.optional |= optional.contains(&(reference.root, reference.name.clone()));
    }
    Ok(found)
}

fn references_in(source: &str, inside: Range<usize>, labels: &[&str]) -> Result<Vec<Reference>, TemplateError> {
    let mut found = Vec::new();
    let mut from = inside.start;
    while let Some((root, word)) = next_root(source, from..inside.end) {
        match read_reference(source, root, &word, inside.end, labels)? {
            Some((reference, end)) => {
                found.push(reference);
                from = end;
            }
            None => from = word.end,
        }
    }
    Ok(found)
}

/// The next word that is a root: not a part of a path, a filter, a string or a keyword argument.
fn next_root(source: &str, range: Range<usize>) -> Option<(Root, Range<usize>)> {
    let all = tokens(source, range);
    all.iter().enumerate().find_map(|(at, token)| {
        let Token::Word(word) = token else { return None };
        let root = Root::of(source.get(word.clone())?)?;
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        (!matches!(before, Some(Token::Sign('.' | '|', _)))).then(|| (root, word.clone()))
    })
}

/// Reads the name after a root, and the field after the name; gives where to read on.
fn read_reference(
    source: &str,
    root: Root,
    word: &Range<usize>,
    end: usize,
    labels: &[&str],
) -> Result<Option<(Reference, usize)>, TemplateError> {
    let rest = source.get(word.end..end).unwrap_or_default();
    let lead = rest.len() - rest.trim_start().len();
    let sign = rest.trim_start().chars().next();
    let after_sign = word.end + lead + 1;
    let (name, name_end) = match sign {
        Some('.') => dotted_name(source, root, after_sign, end, labels)?,
        Some('[') => match subscript(source, after_sign, end) {
            Some(found) => found,
            // A computed subscript is for the renderer to judge.
            None => return Ok(None),
        },
        // `input` by itself is the whole input.
        _ => return Ok(None),
    };
    let (field, field_end) = field_after(source, name_end, end);
    let optional = is_optional(source.get(field_end..end).unwrap_or_default());
    Ok(Some((Reference { root, name, field, optional, span: word.start..name_end }, field_end)))
}

fn dotted_name(
    source: &str,
    root: Root,
    from: usize,
    end: usize,
    labels: &[&str],
) -> Result<(String, usize), TemplateError> {
    let rest = source.get(from..end).unwrap_or_default();
    if root == Root::Steps {
        let known = labels
            .iter()
            .filter(|label| !label.is_empty() && rest.starts_with(**label) && ends_name(rest, label.len()));
        if let Some(label) = known.max_by_key(|label| label.len()) {
            return Ok(((*label).to_owned(), from + label.len()));
        }
        // An unknown label: up to the dot before its field, so that the message can name it.
        let stop = rest.find(|c: char| ".|{}()[],=!<>+*/~\"\n".contains(c)).unwrap_or(rest.len());
        if rest.get(stop..).is_some_and(|tail| tail.starts_with('.')) && stop > 0 {
            return Ok((rest.get(..stop).unwrap_or_default().to_owned(), from + stop));
        }
    }
    let stop = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || (c == '-' && root == Root::Steps)))
        .unwrap_or(rest.len());
    if stop == 0 {
        return Err(TemplateError::at(source, from, "a name is expected after the dot"));
    }
    Ok((rest.get(..stop).unwrap_or_default().to_owned(), from + stop))
}

/// Whether a name that is `length` long ends there: the label `Idea` is not meant by `steps.Ideas`,
/// nor by `steps.Idea Box.content`, but is by `steps.Idea or 1`.
fn ends_name(rest: &str, length: usize) -> bool {
    let tail = rest.get(length..).unwrap_or_default();
    if tail.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
        return false;
    }
    let word: String = tail.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    word.is_empty() || ["or", "and", "if", "else", "is", "in", "not"].contains(&word.as_str())
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

fn is_optional(after: &str) -> bool {
    let after = after.trim_start();
    if let Some(filter) = after.strip_prefix('|') {
        let name: String = filter.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        return name == "default" || name == "d";
    }
    let words: Vec<&str> = after.split_whitespace().take(3).collect();
    matches!(words.as_slice(), ["is", "defined" | "undefined", ..] | ["is", "not", "defined" | "undefined"])
}

/// Rewrites the spellings that people use into the one that minijinja reads:
/// `{{steps.Idea Generation.content}}` and `${steps.Idea Generation.content}` become
/// `{{steps["Idea Generation"].content}}`.
pub fn to_jinja(source: &str, labels: &[&str]) -> Result<String, TemplateError> {
    rewrite(
        source,
        labels,
        |reference| (reference.root == Root::Steps).then(|| format!("steps[{}]", quote(&reference.name))),
        true,
    )
}

/// Puts the new label in the place of the old one in every reference.
pub fn rename(source: &str, labels: &[&str], old: &str, new: &str) -> Result<String, TemplateError> {
    let plain = new.chars().all(|c| c.is_alphanumeric() || " _-&".contains(c)) && new.trim() == new;
    rewrite(
        source,
        labels,
        |reference| {
            (reference.root == Root::Steps && reference.name == old)
                .then(|| if plain { format!("steps.{new}") } else { format!("steps[{}]", quote(new)) })
        },
        false,
    )
}

fn rewrite(
    source: &str,
    labels: &[&str],
    replacement: impl Fn(&Reference) -> Option<String>,
    dollars_to_braces: bool,
) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(source.len() + 16);
    for piece in pieces(source)? {
        let (inside, open, close) = match piece {
            Piece::Text(range) => {
                out.push_str(source.get(range).unwrap_or_default());
                continue;
            }
            Piece::Expression(inside) => (inside, "{{", "}}"),
            Piece::Tag(inside) => (inside, "{%", "%}"),
            Piece::Dollar(inside) if dollars_to_braces => (inside, "{{", "}}"),
            Piece::Dollar(inside) => (inside, "${", "}"),
        };
        out.push_str(open);
        let mut from = inside.start;
        for reference in references_in(source, inside.clone(), labels)? {
            if let Some(text) = replacement(&reference) {
                out.push_str(source.get(from..reference.span.start).unwrap_or_default());
                out.push_str(&text);
                from = reference.span.end;
            }
        }
        out.push_str(source.get(from..inside.end).unwrap_or_default());
        out.push_str(close);
    }
    Ok(out)
}

/// Names that templates have besides the three roots: values, literals, operators and functions.
const KNOWN_WORDS: [&str; 24] = [
    "user_input",
    "loop",
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "range",
    "dict",
    "namespace",
    "lipsum",
    "self",
    "super",
    "caller",
    "recursive",
    "ignore",
];

/// Names in expressions that stand for nothing: neither a root, nor a variable of the template.
pub fn unknown_names(source: &str, labels: &[&str]) -> Result<Vec<(String, TemplateError)>, TemplateError> {
    let pieces = pieces(source)?;
    let locals = local_names(source, &pieces);
    let mut unknown = Vec::new();
    for piece in pieces {
        let (inside, tag) = match piece {
            Piece::Text(_) => continue,
            Piece::Expression(inside) | Piece::Dollar(inside) => (inside, false),
            Piece::Tag(inside) => (inside, true),
        };
        let spans: Vec<Range<usize>> =
            references_in(source, inside.clone(), labels)?.into_iter().map(|found| found.span).collect();
        let all = tokens(source, inside);
        for (at, token) in all.iter().enumerate() {
            let Token::Word(word) = token else { continue };
            let text = source.get(word.clone()).unwrap_or_default();
            let in_reference = spans.iter().any(|span| span.contains(&word.start));
            let first_of_tag = tag && all.iter().position(|token| matches!(token, Token::Word(_))) == Some(at);
            if in_reference
                || first_of_tag
                || Root::of(text).is_some()
                || locals.contains(text)
                || KNOWN_WORDS.contains(&text)
            {
                continue;
            }
            if stands_for_a_value(&all, at, source) {
                let message = format!(
                    "`{text}` is not a name that templates know: use `input.<field>`, `steps.<label>.content` or `context.<key>`"
                );
                unknown.push((text.to_owned(), TemplateError::at(source, word.start, message)));
            }
        }
    }
    Ok(unknown)
}

/// Whether the word at `at` is a value: not a field, a filter, a test, a call or a named argument.
fn stands_for_a_value(all: &[Token], at: usize, source: &str) -> bool {
    let word = |token: Option<&Token>| match token {
        Some(Token::Word(range)) => source.get(range.clone()).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let before = at.checked_sub(1).and_then(|before| all.get(before));
    let before_that = at.checked_sub(2).and_then(|before| all.get(before));
    if matches!(before, Some(Token::Sign('.' | '|', _)))
        || word(before) == "is"
        || (word(before) == "not" && word(before_that) == "is")
    {
        return false;
    }
    match (all.get(at + 1), all.get(at + 2)) {
        (Some(Token::Sign('=', _)), Some(Token::Sign('=', _))) => true,
        (Some(Token::Sign('(' | '=', _)), _) => false,
        _ => true,
    }
}

/// Names that the template gives itself, by `for`, `set`, `with` and `macro`.
fn local_names(source: &str, pieces: &[Piece]) -> HashSet<String> {
    let mut names = HashSet::new();
    for piece in pieces {
        let Piece::Tag(inside) = piece else { continue };
        let words: Vec<&str> = tokens(source, inside.clone())
            .into_iter()
            .filter_map(|token| match token {
                Token::Word(range) => source.get(range),
                Token::Text(_) | Token::Sign(..) | Token::Number => None,
            })
            .collect();
        match words.split_first() {
            Some((&"for", rest)) => {
                names.extend(rest.iter().take_while(|word| **word != "in").map(|word| (*word).to_owned()));
            }
            Some((
                &("set" | "with" | "macro" | "call" | "block" | "filter" | "autoescape" | "import" | "from"
                | "include"),
                rest,
            )) => {
                names.extend(rest.iter().map(|word| (*word).to_owned()));
            }
            _ => {}
        }
    }
    names
}

/// `${name}` texts that look like references but are none, so that the lint can point at them.
pub fn dollar_text(source: &str) -> Result<Vec<(String, TemplateError)>, TemplateError> {
    let mut found = Vec::new();
    for piece in pieces(source)? {
        let Piece::Text(range) = piece else { continue };
        let text = source.get(range.clone()).unwrap_or_default();
        for (at, _) in text.match_indices("${") {
            let name: String = text
                .get(at + 2..)
                .unwrap_or_default()
                .chars()
                .take_while(|c| *c != '}' && *c != '\n')
                .take(60)
                .collect();
            let looks_like = name.contains('.') && name.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
            if looks_like {
                let message = format!(
                    "`${{{name}}}` stays as text: only `steps`, `input`, `user_input` and `context` are filled in"
                );
                found.push((name, TemplateError::at(source, range.start + at, message)));
            }
        }
    }
    Ok(found)
}
