//! Splits a prompt into segments for highlighting.

use std::ops::Range;

use sluice_types::Language;
use sluice_types::template::{Names, Reading, Reference, Root, TemplateError};

use super::context::{Context, Reach};

/// Kind of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Plain,
    /// A reference that will be filled in.
    Reference,
    /// A reference to an unknown name.
    Unknown,
    /// A reference to this step or a later one, which has not run yet.
    Later,
}

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The text of the prompt: all segments together are the prompt.
    pub text: &'a str,
    /// The kind.
    pub kind: Kind,
}

/// Splits a prompt of the current step into segments. After a syntax error (such as an unclosed brace), all text is
/// plain.
#[must_use]
pub fn mark<'a>(text: &'a str, language: Language, context: &Context) -> Vec<Segment<'a>> {
    let mut segments = Vec::new();
    let mut push = |range: Range<usize>, kind| {
        segments.extend(text.get(range).filter(|text| !text.is_empty()).map(|text| Segment { text, kind }));
    };
    let mut from = 0;
    for reference in readable_references(text, language, &Names::new(&context.names())) {
        let Range { start, end } = reference.span.clone();
        let end = with_field(text, end, reference.field.as_deref());
        push(from..start, Kind::Plain);
        push(start..end, kind_of(&reference, context));
        from = end;
    }
    push(from..text.len(), Kind::Plain);
    segments
}

/// The references up to the first error.
fn readable_references(text: &str, language: Language, names: &Names) -> Vec<Reference> {
    let mut readable = text;
    loop {
        match Reading::of(readable, language, names) {
            Ok(reading) => return reading.into_references(),
            Err(error) => match offset_of(readable, &error).filter(|offset| *offset < readable.len()) {
                Some(offset) => readable = readable.get(..offset).unwrap_or_default(),
                None => return Vec::new(),
            },
        }
    }
}

/// The byte offset of an error.
fn offset_of(text: &str, error: &TemplateError) -> Option<usize> {
    let line_start = match error.line.checked_sub(2) {
        None => 0,
        Some(breaks) => text.match_indices('\n').nth(breaks)?.0 + 1,
    };
    let column = text.get(line_start..)?.char_indices().nth(error.column.checked_sub(1)?).map(|(at, _)| at);
    Some(column.map_or(text.len(), |at| line_start + at))
}

/// The end of a reference with its field, as in `steps.Research.content`.
fn with_field(text: &str, end: usize, field: Option<&str>) -> usize {
    let tail = text.get(end..).and_then(|rest| rest.strip_prefix('.')).zip(field);
    tail.filter(|(rest, field)| rest.starts_with(field)).map_or(end, |(_, field)| end + 1 + field.len())
}

fn kind_of(reference: &Reference, context: &Context) -> Kind {
    match reference.root {
        Root::Steps => match context.step_named(&reference.name).map(|step| step.reach) {
            Some(Reach::Visible | Reach::Around) => Kind::Reference,
            Some(Reach::Later) => Kind::Later,
            Some(Reach::Hidden) | None => Kind::Unknown,
        },
        Root::Input => Kind::Reference,
        Root::Context if reference.optional || context.keys.contains(&reference.name) => Kind::Reference,
        Root::Context => Kind::Unknown,
    }
}
