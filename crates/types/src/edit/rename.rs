//! The change of a label, or of the name of an input, in every text that refers to it.

use std::collections::BTreeMap;

use crate::definition::{Definition, Language, Step};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::template;

/// Rewrites the references to renamed labels: `renamed` maps each old label to the new label, which its step
/// has already. All are renamed at once, through unused intermediate names, so that two labels can be swapped. A text
/// that does not parse as a template stays unchanged: unfinished work can be saved.
pub fn rename_references(definition: &mut Definition, renamed: &BTreeMap<String, String>) {
    if renamed.is_empty() {
        return;
    }
    let index = Index::of(definition);
    let known: Vec<&str> = renamed.keys().map(String::as_str).chain(index.labels_and_ids()).collect();
    let stem = unused_stem(&index, &known);
    // An unused name, as an intermediate between the old label and the new one.
    let between: Vec<String> = (0..renamed.len()).map(|number| format!("{stem}{number}")).collect();
    let rewrite = |source: &str, language| {
        let mut known = known.clone();
        let mut text = source.to_owned();
        for (old, place) in renamed.keys().zip(&between) {
            text = template::rename_in(&text, language, &known, old, place).ok()?;
            known.push(place);
        }
        for (new, place) in renamed.values().zip(&between) {
            text = template::rename_in(&text, language, &known, place, new).ok()?;
        }
        Some(text)
    };
    rewrite_texts(definition, &index, rewrite);
}

/// Rewrites the references to a field of the input.
pub(super) fn rename_input(definition: &mut Definition, from: &str, to: &str) {
    let index = Index::of(definition);
    let rewrite = |source: &str, language| template::rename_input_in(source, language, index.names(), from, to).ok();
    rewrite_texts(definition, &index, rewrite);
}

/// Rewrites the texts of all steps. A text stays as it is where `rewrite` gives `None`.
fn rewrite_texts(definition: &mut Definition, index: &Index, rewrite: impl Fn(&str, Language) -> Option<String>) {
    // Containers come before the steps inside them; otherwise a container would overwrite renamed steps.
    for place in index.places() {
        let mut step = Step::clone(&place.step);
        for (language, text) in step.texts_mut() {
            if let Some(rewritten) = rewrite(text, language) {
                *text = rewritten;
            }
        }
        if step != *place.step
            && let Some(before) = definition.step_mut(&step.id)
        {
            *before = step;
        }
    }
}

/// A prefix that no step name and no template uses.
fn unused_stem(index: &Index, known: &[&str]) -> String {
    let mut stem = "renamed-".to_owned();
    let is_used = |stem: &str| {
        let mut texts = index.places().iter().flat_map(|place| place.step.texts());
        known.iter().any(|name| name.starts_with(stem)) || texts.any(|text| text.source.contains(stem))
    };
    while is_used(&stem) {
        stem.push('-');
    }
    stem
}

/// The references to rewrite when a step gets a label, from old to new.
pub(super) fn renames(index: &Index, renamed: &Place, label: &str) -> BTreeMap<String, String> {
    let mut renames = BTreeMap::new();
    let first_called = |name: &str| -> Option<&StepId> {
        index.places().iter().find(|place| place.step.label == name).map(|place| &place.step.id)
    };
    let is_first = |place: &Place| first_called(&place.step.label) == Some(&place.step.id);
    // Labels come before ids. Where prompts know another step by the id that is to be this label, they have to use
    // that step's own label.
    let by_id = index.places().iter().find(|place| place.step.id != renamed.step.id && place.step.id.as_str() == label);
    if let Some(other) = by_id.filter(|other| first_called(label).is_none() && is_first(other)) {
        renames.insert(label.to_owned(), other.step.label.clone());
    }
    // When two steps have the same label, prompts refer to the first.
    if is_first(renamed) {
        renames.insert(renamed.step.label.clone(), label.to_owned());
    }
    renames
}
