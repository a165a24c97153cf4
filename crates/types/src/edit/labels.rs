//! Ids and labels that no other step has.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use crate::definition::NEXT_END;
use crate::ids::{StepId, slug_from_name};
use crate::index::Index;
use crate::limits::{MAX_NAME_CHARS, MAX_SLUG_CHARS, MAX_STEPS};

/// The fault of a label; `None` when it is valid. White space around the label does not count.
#[must_use]
pub fn label_problem(index: &Index, id: &StepId, label: &str) -> Option<String> {
    let label = label.trim();
    if label.is_empty() {
        return Some("A step needs a label: prompts refer to it.".into());
    }
    if label.chars().count() > MAX_NAME_CHARS {
        return Some(format!("A label has at most {MAX_NAME_CHARS} characters."));
    }
    if label.contains(['\n', '{', '}']) {
        return Some("A label holds no braces and no line breaks, as prompts refer to it.".into());
    }
    let is_taken = index.places().iter().any(|place| place.step.label == label && place.step.id != *id);
    is_taken.then(|| format!("Another step is called “{label}” already: prompts could not tell them apart."))
}

/// The names that steps have: labels and ids.
pub(super) struct Taken(HashSet<String>);

impl Taken {
    pub fn of(index: &Index) -> Self {
        Self(index.labels_and_ids().map(str::to_owned).collect())
    }

    /// An id and a label that no step has, and takes them: `Research 2` when there is a `Research`. `None` when no name is
    /// free.
    pub fn unique(&mut self, label: &str) -> Option<(StepId, String)> {
        let label = label.trim();
        let label = if !label.is_empty() && self.is_free(label) {
            label.to_owned()
        } else {
            numbered(label, |name| self.is_free(name))?
        };
        let id = unique_id(&slug_from_name(&label, "step"), |name| self.is_free(name))?;
        self.0.extend([id.to_string(), label.clone()]);
        Some((id, label))
    }

    fn is_free(&self, name: &str) -> bool {
        !self.0.contains(name)
    }
}

/// The numbers to try as a suffix. Each step uses at most two names: its id and its label.
const NUMBERS: RangeInclusive<usize> = 2..=2 * MAX_STEPS + 3;

/// Characters of a name that are left for its number.
const NUMBER_CHARS: usize = 8;

/// The first of `Research 2`, `Research 3` … that is free.
fn numbered(label: &str, is_free: impl Fn(&str) -> bool) -> Option<String> {
    let stem = match label.rsplit_once(' ') {
        Some((stem, number)) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => stem.trim_end(),
        _ => label,
    };
    let stem = if stem.is_empty() { "Step" } else { stem };
    let stem: String = stem.chars().take(MAX_NAME_CHARS.saturating_sub(NUMBER_CHARS)).collect();
    NUMBERS.map(|number| format!("{stem} {number}")).find(|name| is_free(name))
}

fn unique_id(slug: &str, is_free: impl Fn(&str) -> bool) -> Option<StepId> {
    let is_usable = |id: &str| id != NEXT_END && is_free(id);
    if is_usable(slug) {
        return StepId::new(slug).ok();
    }
    let stem = slug.get(..MAX_SLUG_CHARS.saturating_sub(NUMBER_CHARS).min(slug.len())).unwrap_or("step");
    NUMBERS.map(|number| format!("{stem}-{number}")).find(|id| is_usable(id)).and_then(|id| StepId::new(id).ok())
}
