//! Ids and labels that nothing else has, and the change of a label in every prompt.

use std::ops::RangeInclusive;
use std::sync::Arc;

use sluice_types::definition::NEXT_END;
use sluice_types::limits::{MAX_NAME_CHARS, MAX_SLUG_CHARS, MAX_STEPS};
use sluice_types::{Step, StepId, slug_from_name, template};

use super::draft::Draft;

/// Why a step cannot be called this; nothing when it can. Space around the label does not count.
#[must_use]
pub fn label_problem(draft: &Draft, id: &StepId, label: &str) -> Option<String> {
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
    let at = draft.steps.iter().position(|step| step.label == label && step.id != *id)?;
    Some(format!("Step {} is called “{label}” already: prompts could not tell them apart.", at + 1))
}

/// The step with an id and a label that no step of the draft has: `Research 2` when there is a
/// `Research`.
pub(super) fn made_unique(draft: &Draft, mut step: Step) -> Option<Step> {
    let is_free = |name: &str| !draft.steps.iter().any(|other| other.label == name || other.id.as_str() == name);
    let label = step.label.trim();
    step.label = if !label.is_empty() && is_free(label) { label.to_owned() } else { numbered(label, is_free)? };
    step.id = unique_id(&slug_from_name(&step.label, "step"), is_free)?;
    Some(step)
}

/// The numbers to try behind a name. Each step takes at most two names away, its id and its label.
const NUMBERS: RangeInclusive<usize> = 2..=2 * MAX_STEPS + 3;

/// The first of `Research 2`, `Research 3` … that is free.
fn numbered(label: &str, is_free: impl Fn(&str) -> bool) -> Option<String> {
    let stem = match label.rsplit_once(' ') {
        Some((stem, number)) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => stem.trim_end(),
        _ => label,
    };
    let stem = if stem.is_empty() { "Step" } else { stem };
    // Room for the number.
    let stem: String = stem.chars().take(MAX_NAME_CHARS.saturating_sub(8)).collect();
    NUMBERS.map(|number| format!("{stem} {number}")).find(|name| is_free(name))
}

fn unique_id(slug: &str, is_free: impl Fn(&str) -> bool) -> Option<StepId> {
    let is_usable = |id: &str| id != NEXT_END && is_free(id);
    if is_usable(slug) {
        return StepId::new(slug).ok();
    }
    let stem = slug.get(..MAX_SLUG_CHARS.saturating_sub(8).min(slug.len())).unwrap_or("step");
    NUMBERS.map(|number| format!("{stem}-{number}")).find(|id| is_usable(id)).and_then(|id| StepId::new(id).ok())
}

/// The steps with the one at `at` called `label`, and every reference to it rewritten. A text that
/// cannot be read as a template stays as it is: it may be half typed.
pub(super) fn renamed(draft: &Draft, at: usize, label: &str) -> Vec<Arc<Step>> {
    let renames = renames(draft, at, label);
    let names: Vec<&str> = draft.steps.iter().flat_map(|step| [step.label.as_str(), step.id.as_str()]).collect();
    let rewrite = |index: usize, before: &Arc<Step>| {
        let mut step = Step::clone(before);
        if index == at {
            label.clone_into(&mut step.label);
        }
        for text in step.templates_mut() {
            for (old, new) in &renames {
                if let Ok(rewritten) = template::rename(text, &names, old, new) {
                    *text = rewritten;
                }
            }
        }
        if step == **before { Arc::clone(before) } else { Arc::new(step) }
    };
    draft.steps.iter().enumerate().map(|(index, step)| rewrite(index, step)).collect()
}

/// What prompts have to call otherwise when the step at `at` is called `label`, in this order.
fn renames<'a>(draft: &'a Draft, at: usize, label: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut renames = Vec::new();
    let first_called = |name: &str| draft.steps.iter().position(|step| step.label == name);
    // Labels come before ids. Where prompts know another step by the id that is to be this label,
    // they have to use that step's own label.
    let by_id = draft.steps.iter().enumerate().find(|(other, step)| *other != at && step.id.as_str() == label);
    if let Some((other, step)) = by_id
        && first_called(label).is_none()
        && first_called(&step.label) == Some(other)
    {
        renames.push((label, step.label.as_str()));
    }
    // Of two steps with the same label, prompts mean the first.
    if let Some(step) = draft.steps.get(at)
        && first_called(&step.label) == Some(at)
    {
        renames.push((step.label.as_str(), label));
    }
    renames
}
