//! Completions at the cursor.

use std::ops::Range;

use super::context::{Context, StepNames, local_detail};
use super::rank::{Fit, fit};
use super::utf16;

/// Upper bound of completions: typing narrows them.
const MOST_ITEMS: usize = 50;
/// The characters that end a name.
const SIGNS: &str = "|{}()[],=!<>+*/~\"'\n";

/// One offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The displayed text, such as `steps.Research.content`.
    pub label: String,
    /// The inserted text, with closing braces where they are missing.
    pub insert: String,
    /// A short description.
    pub detail: String,
    /// What it belongs to; items of one group follow each other.
    pub group: Group,
}

/// What names belong to, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Earlier steps of the same list inside a container.
    Here,
    /// Earlier steps.
    Before,
    /// The item or the round of the containers around.
    Round,
    /// The input.
    Input,
    /// The values of the workflow.
    Context,
}

impl Group {
    /// Its heading.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Here => "In this list",
            Self::Before => "Before",
            Self::Round => "Item and round",
            Self::Input => "Input",
            Self::Context => "Context",
        }
    }
}

impl Completion {
    /// Number of groups among the items.
    #[must_use]
    pub fn groups(&self) -> usize {
        let mut groups: Vec<Group> = self.items.iter().map(|item| item.group).collect();
        groups.dedup();
        groups.len()
    }
}

/// Completions, and the range that they replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The replaced range, in UTF-16 units as a `textarea` counts.
    pub replace: Range<usize>,
    /// The offers, best first; there is at least one.
    pub items: Vec<Item>,
}

/// Completions after `{{`, `${` or a word of a tag such as `{% if`, at a cursor in UTF-16 units. `None` when the cursor
/// is elsewhere, nothing matches, or the typed text is the only match.
#[must_use]
pub fn complete(text: &str, cursor_utf16: usize, context: &Context) -> Option<Completion> {
    let cursor = utf16::to_bytes(text, cursor_utf16)?;
    let (before, after) = text.split_at_checked(cursor)?;
    let open = Opening::before(before)?;
    let inside = before.get(open.inside..)?;
    let typed = if open.is_tag() { typed_in_tag(inside, context)? } else { typed_name(inside, context)? };
    let start = cursor - typed.text().len();
    let tail = Tail::of(after, open.closer);
    // In a tag, more may follow: `{% if steps.Idea.content == "x" %}`.
    let closing = if tail.is_closed || open.is_tag() {
        String::new()
    } else {
        let space = if inside.starts_with(' ') && open.closer == "}}" { " " } else { "" };
        format!("{space}{}", open.closer)
    };
    let items = typed.offers(context, &closing);
    let replaced = text.get(start..cursor + tail.replaced)?;
    let is_done = matches!(items.as_slice(), [only] if only.insert == replaced);
    if items.is_empty() || is_done {
        return None;
    }
    let from = utf16::len(text.get(..start)?);
    Some(Completion { replace: from..from + utf16::len(replaced), items })
}

/// The same for an expression, which stands without braces.
#[must_use]
pub fn complete_expression(text: &str, cursor_utf16: usize, context: &Context) -> Option<Completion> {
    let cursor = utf16::to_bytes(text, cursor_utf16)?;
    let (before, after) = text.split_at_checked(cursor)?;
    let typed = typed_in_expression(before, context)?;
    let start = cursor - typed.text().len();
    let items = typed.offers(context, "");
    let replaced = text.get(start..cursor + path_length(after))?;
    let is_done = matches!(items.as_slice(), [only] if only.insert == replaced);
    if items.is_empty() || is_done {
        return None;
    }
    let from = utf16::len(text.get(..start)?);
    Some(Completion { replace: from..from + utf16::len(replaced), items })
}

/// The length of the rest of a reference, as it is replaced.
fn path_length(after: &str) -> usize {
    after.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(after.len())
}

/// Braces or a tag that are open at the cursor.
struct Opening {
    /// The byte offset of their inside.
    inside: usize,
    closer: &'static str,
}

impl Opening {
    fn before(text: &str) -> Option<Self> {
        let at = ["{{", "${", "{%"].into_iter().filter_map(|opening| text.rfind(opening)).max()?;
        let (opening, inside) = text.get(at..)?.split_at_checked(2)?;
        let closer = match opening {
            "{{" => "}}",
            "{%" => "%}",
            _ => "}",
        };
        (!inside.contains(closer) && !inside.contains('\n')).then_some(Self { inside: at + 2, closer })
    }

    fn is_tag(&self) -> bool {
        self.closer == "%}"
    }
}

/// The text after the cursor.
struct Tail {
    /// Bytes of it that are replaced.
    replaced: usize,
    /// Whether the braces are closed.
    is_closed: bool,
}

impl Tail {
    fn of(after: &str, closer: &str) -> Self {
        let line = after.split('\n').next().unwrap_or_default();
        let until_opening = line.find("{{").into_iter().chain(line.find("${")).min().unwrap_or(line.len());
        let line = line.get(..until_opening).unwrap_or_default();
        let name = line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(line.len());
        match line.find(closer) {
            // In a tag, the condition continues after the name.
            Some(_) if closer == "%}" => Self { replaced: path_length(line), is_closed: true },
            // Replace the rest of a name after the cursor too.
            Some(end) => {
                let rest = line.get(..end).unwrap_or_default().trim_end();
                let is_name = !rest.starts_with(' ') && !rest.contains(|c| SIGNS.contains(c));
                Self { replaced: if is_name { rest.len() } else { name }, is_closed: true }
            }
            // One brace of two.
            None if closer == "}}" && line.get(name..).is_some_and(|rest| rest.starts_with('}')) => {
                Self { replaced: name + 1, is_closed: false }
            }
            None => Self { replaced: name, is_closed: false },
        }
    }
}

/// The name that is being typed.
enum Typed<'a> {
    /// No root yet: any name matches.
    Any(&'a str),
    /// `steps.` and the beginning of a label.
    Step { whole: &'a str, name: &'a str },
    /// `steps.<label>.` and the beginning of a field.
    Field { whole: &'a str, step: &'a StepNames, field: &'a str },
    /// `input.` and the beginning of a field.
    Input { whole: &'a str, name: &'a str },
    /// `context.` and the beginning of a key.
    Key { whole: &'a str, name: &'a str },
}

/// Parses the name before the cursor inside an expression; `None` where a name cannot be.
fn typed_name<'a>(inside: &'a str, context: &'a Context) -> Option<Typed<'a>> {
    for (root, is_step) in [("steps.", true), ("input.", false), ("context.", false)] {
        let Some(at) = last_root(inside, root) else { continue };
        let (whole, name) = (inside.get(at..)?, inside.get(at + root.len()..)?);
        if !is_step {
            if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                let is_input = root == "input.";
                return Some(if is_input { Typed::Input { whole, name } } else { Typed::Key { whole, name } });
            }
            continue;
        }
        let known = context.with_fields().flat_map(|step| [(step.label.as_str(), step), (step.id.as_str(), step)]);
        let with_field = known.filter_map(|(called, step)| {
            let field = name.strip_prefix(called)?.strip_prefix('.')?;
            field.chars().all(|c| c.is_alphanumeric() || c == '_').then_some((called.len(), step, field))
        });
        if let Some((_, step, field)) = with_field.max_by_key(|(length, ..)| *length) {
            return Some(Typed::Field { whole, step, field });
        }
        // A label may hold signs, as in `Reader's view`.
        let is_label = context.earlier().any(|step| fit(&step.label, name).is_some());
        if is_label || !name.contains(|c| SIGNS.contains(c)) {
            return Some(Typed::Step { whole, name });
        }
    }
    let begin = inside.rfind(|c| SIGNS.contains(c)).map_or(0, |at| at + 1);
    let before = inside.get(..begin)?.chars().next_back();
    // After `|` comes a filter, after a quote a text.
    let belongs = !matches!(before, Some('|' | '"' | '\'' | ']' | ')'));
    belongs.then(|| Typed::Any(inside.get(begin..).unwrap_or_default().trim_start()))
}

/// Words between two names in an expression.
const WORDS: [&str; 6] = [" and ", " or ", " not ", " in ", " if ", " else "];

/// The same inside of a tag that holds an expression. A word that a tag makes up itself is no reference.
fn typed_in_tag<'a>(inside: &'a str, context: &'a Context) -> Option<Typed<'a>> {
    let (tag, rest) = inside.trim_start_matches(['-', '+', ' ']).split_once(' ')?;
    let expression = match tag {
        "if" | "elif" => rest,
        "for" => rest.split_once(" in ")?.1,
        "set" => rest.split_once('=')?.1,
        _ => return None,
    };
    typed_in_expression(expression, context)
}

/// The same in an expression, where words stand between names.
fn typed_in_expression<'a>(expression: &'a str, context: &'a Context) -> Option<Typed<'a>> {
    // A label may hold such a word, as in `Facts and figures`.
    if let Some(Typed::Step { whole, name }) = typed_name(expression, context)
        && context.earlier().any(|step| fit(&step.label, name).is_some())
    {
        return Some(Typed::Step { whole, name });
    }
    let last = WORDS.iter().filter_map(|word| Some(expression.rfind(word)? + word.len())).max().unwrap_or(0);
    match typed_name(expression.get(last..)?, context)? {
        Typed::Any(text) => Some(Typed::Any(text.rsplit_once(' ').map_or(text, |(_, name)| name))),
        behind_root => Some(behind_root),
    }
}

/// The last occurrence of a root as a whole word in an expression.
fn last_root(inside: &str, root: &str) -> Option<usize> {
    let is_word = |at: usize| {
        let before = inside.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "_.\"'".contains(c))
    };
    inside.rmatch_indices(root).map(|(at, _)| at).find(|at| is_word(*at))
}

impl Typed<'_> {
    /// All that was typed of the reference.
    const fn text(&self) -> &str {
        match self {
            Self::Any(whole)
            | Self::Step { whole, .. }
            | Self::Field { whole, .. }
            | Self::Input { whole, .. }
            | Self::Key { whole, .. } => whole,
        }
    }

    /// Matching names by their groups, the group of the best match first: nearer steps before farther ones.
    fn offers(&self, context: &Context, closing: &str) -> Vec<Item> {
        let mut found = Vec::new();
        let mut offer = |group: Group, name: &str, typed: &str, label: String, reference: String, detail: String| {
            // Typed before any root, the root may be meant: `inp` for `input.topic`.
            let own = fit(name, typed);
            let best = if matches!(self, Self::Any(_)) { own.into_iter().chain(fit(&label, typed)).min() } else { own };
            if let Some(best) = best {
                found.push((best, Item { label, insert: format!("{reference}{closing}"), detail, group }));
            }
        };
        let group_of = |step: &StepNames| if step.is_beside && context.is_inside { Group::Here } else { Group::Before };
        if let Self::Any(typed) | Self::Step { name: typed, .. } = self {
            // The outputs of all steps first, then their fields.
            let each = |fields: fn(&StepNames) -> &[(String, String)]| {
                context.earlier().rev().flat_map(move |step| fields(step).iter().map(move |field| (step, field)))
            };
            let whole = each(|step| step.fields.get(..1).unwrap_or_default());
            for (step, (field, detail)) in whole.chain(each(|step| step.fields.get(1..).unwrap_or_default())) {
                let (label, reference) = (format!("steps.{}.{field}", step.label), spelled(&step.label, field));
                offer(group_of(step), &step.label, typed, label, reference, detail.clone());
            }
        }
        if let Self::Any(typed) = self {
            for name in context.locals.names() {
                offer(Group::Round, name, typed, name.to_owned(), name.to_owned(), local_detail(name).to_owned());
            }
        }
        if let Self::Field { step, field: typed, .. } = self {
            for (field, detail) in &step.fields {
                let (label, reference) = (format!("steps.{}.{field}", step.label), spelled(&step.label, field));
                offer(group_of(step), field, typed, label, reference, detail.clone());
            }
        }
        if let Self::Any(typed) | Self::Input { name: typed, .. } = self {
            for (name, detail) in &context.input {
                offer(Group::Input, name, typed, format!("input.{name}"), format!("input.{name}"), detail.clone());
            }
        }
        if let Self::Any(typed) | Self::Key { name: typed, .. } = self {
            for key in &context.keys {
                let name = format!("context.{key}");
                offer(Group::Context, key, typed, name.clone(), name, "context".into());
            }
        }
        grouped(found)
    }
}

/// The items with the best match first, and the others of its group behind it.
fn grouped(mut found: Vec<(Fit, Item)>) -> Vec<Item> {
    found.sort_by_key(|(fit, item)| (*fit, item.group));
    let mut groups: Vec<Group> = Vec::new();
    for (_, item) in &found {
        if !groups.contains(&item.group) {
            groups.push(item.group);
        }
    }
    found.truncate(MOST_ITEMS);
    found.sort_by_key(|(_, item)| groups.iter().position(|group| *group == item.group));
    found.into_iter().map(|(_, item)| item).collect()
}

/// A reference in the simplest spelling that templates read.
pub(crate) fn spelled(label: &str, field: &str) -> String {
    let is_plain = label.chars().all(|c| c.is_alphanumeric() || " _-&".contains(c)) && label.trim() == label;
    let step = if is_plain { format!(".{label}") } else { quoted(label) };
    let is_word = field.chars().all(|c| c.is_alphanumeric() || c == '_') && !field.starts_with(char::is_numeric);
    let field = if is_word { format!(".{field}") } else { quoted(field) };
    format!("steps{step}{field}")
}

/// A name as a subscript.
fn quoted(name: &str) -> String {
    format!("[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\""))
}
