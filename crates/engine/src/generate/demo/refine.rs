//! Changes a workflow by simple words: remove, rename, move, switch off or add a step or a review, and what `whole` knows.
//! A sentence of any other kind becomes part of the last prompt.

use std::collections::HashSet;

use serde_json::Value;
use sluice_types::edit::{Edit, apply, label_problem};
use sluice_types::{BlockAddress, Definition, Index, InputField, LintContext, Place, Step, StepId, StepKind, lint};

use super::super::answer::Answer;
use super::super::inventory::Inventory;
use super::super::request::Base;
use super::super::words::words;
use super::clauses::{Clause, Kind, kind, label_of, plain};
use super::parts::Before;
use super::steps::Assembly;
use super::whole::{default_model, new_input, new_name};

/// Characters of a wish that are added to a prompt.
const WISH_CHARS: usize = 400;

/// The changed workflow. What would make it worse is not done, and said.
pub fn refined(prompt: &str, base: &Base, inventory: &Inventory) -> Answer {
    let before = &base.definition;
    let text = plain(prompt, usize::MAX);
    if let Some(name) = new_name(&text) {
        let explanation = format!("The workflow is called “{name}” now.");
        let (description, definition) = (base.description.clone(), before.clone());
        return Answer { name, description, definition, explanation, ..Answer::default() };
    }
    let (changed, done) = changed(&text, before, inventory).unwrap_or_else(|| wish(&text, before));
    let errors = |definition: &Definition| lint(definition, &LintContext::default(), None).errors().count();
    let (definition, explanation) = if errors(&changed) > errors(before) {
        (before.clone(), format!("Nothing was changed: “{}” would leave the workflow with errors.", label_of(&text)))
    } else {
        (changed, done)
    };
    Answer {
        name: base.name.clone(),
        description: base.description.clone(),
        definition,
        explanation,
        ..Answer::default()
    }
}

/// The change that the words ask for, and what is said of it.
fn changed(text: &str, before: &Definition, inventory: &Inventory) -> Option<(Definition, String)> {
    let lower = text.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    let index = Index::of(before);
    match first {
        "remove" | "delete" | "drop" => removed(text, before, &index),
        "rename" | "call" => renamed(text, before, &index),
        "add" | "insert" | "append" | "put" | "place" => {
            new_input(text, before).or_else(|| added(text, before, &index, inventory))
        }
        "move" => moved(text, before, &index),
        "translate" => added(&format!("add {text}"), before, &index, inventory),
        "use" | "set" | "change" if lower.contains(" model ") => default_model(text, before),
        "disable" | "skip" => switched(text, before, &index, false),
        "enable" => switched(text, before, &index, true),
        "switch" | "turn" if lower.contains(" off") => switched(text, before, &index, false),
        "switch" | "turn" if lower.contains(" on") => switched(text, before, &index, true),
        _ if kind(text) == Kind::Review && [" before ", " after "].iter().any(|word| lower.contains(word)) => {
            gate(text, before, &index, inventory)
        }
        _ if lower.contains("shorter") => Some(with_wish(before, "Keep it short: half as long as usual.", "shorter")),
        _ if lower.contains("longer") => Some(with_wish(before, "Go into detail: twice as long as usual.", "longer")),
        _ => None,
    }
}

/// The step whose label has most words in common with a text.
fn meant<'i>(text: &str, index: &'i Index) -> Option<&'i Place> {
    let wanted = words(text);
    let common = |place: &Place| {
        let label: HashSet<String> = words(&format!("{} {}", place.step.label, place.step.step_type().as_str()));
        label.intersection(&wanted).count()
    };
    let exact = index.places().iter().find(|place| text.to_lowercase().contains(&place.step.label.to_lowercase()));
    let best = index.places().iter().rev().max_by_key(|place| common(place)).filter(|place| common(place) > 0);
    exact.or(best)
}

fn removed(text: &str, before: &Definition, index: &Index) -> Option<(Definition, String)> {
    let place = meant(text, index)?;
    let id = place.step.id.clone();
    let without = apply(before, Edit::ForgetStep(id.clone())).ok()?.definition;
    let mut without = apply(&without, Edit::RemoveSteps(vec![id.clone()])).ok()?.definition;
    without.each_step_mut(|step| {
        if let StepKind::Review(review) = &mut step.kind {
            review.shows.retain(|shown| *shown != id);
        }
    });
    Some((without, format!("The step “{}” was removed.", place.step.label)))
}

fn renamed(text: &str, before: &Definition, index: &Index) -> Option<(Definition, String)> {
    let at = text.to_lowercase().rfind(" to ")?;
    let (what, to) = (text.get(..at)?, text.get(at + " to ".len()..)?);
    let place = meant(what, index)?;
    let label = label_of(to);
    if label_problem(index, &place.step.id, &label).is_some() {
        return None;
    }
    let edit = Edit::RenameStep { id: place.step.id.clone(), label: label.clone() };
    let renamed = apply(before, edit).ok()?.definition;
    Some((renamed, format!("The step “{}” is called “{label}” now.", place.step.label)))
}

/// A text that says where something goes: what it is, and the step before or after which.
struct Placed<'t, 'i> {
    what: &'t str,
    target: Option<(&'i Place, bool)>,
}

/// `… before Write`, `… after Write`; no target when no step is meant.
fn placed<'t, 'i>(text: &'t str, index: &'i Index) -> Placed<'t, 'i> {
    let lower = text.to_lowercase();
    let found = [(" before ", true), (" after ", false), (" behind ", false)];
    let found = found.into_iter().find_map(|(word, is_before)| Some((lower.find(word)?, word.len(), is_before)));
    let Some((at, length, is_before)) = found else { return Placed { what: text, target: None } };
    // Small letters may take another number of bytes: then nothing is understood.
    let (Some(what), Some(rest)) = (text.get(..at), text.get(at + length..)) else {
        return Placed { what: text, target: None };
    };
    Placed { what, target: meant(rest, index).map(|place| (place, is_before)) }
}

/// The step goes before or after another one.
fn moved(text: &str, before: &Definition, index: &Index) -> Option<(Definition, String)> {
    let Placed { what, target } = placed(text, index);
    let (target, is_before) = target?;
    let step = meant(what, index).filter(|step| step.step.id != target.step.id)?;
    let is_behind = step.block == target.block && step.position < target.position;
    // Counted without the step itself.
    let position = target.position + usize::from(!is_before) - usize::from(is_behind);
    let edit = Edit::MoveStep { id: step.step.id.clone(), to: target.block.clone(), position };
    let changed = apply(before, edit).ok()?.definition;
    let side = if is_before { "before" } else { "after" };
    Some((changed, format!("The step “{}” stands {side} “{}” now.", step.step.label, target.step.label)))
}

/// The step is switched off or on.
fn switched(text: &str, before: &Definition, index: &Index, on: bool) -> Option<(Definition, String)> {
    let place = meant(text, index)?;
    let mut changed = before.clone();
    changed.step_mut(&place.step.id)?.enabled = on;
    Some((changed, format!("The step “{}” is switched {}.", place.step.label, if on { "on" } else { "off" })))
}

/// A review before or after a step, in whatever words it is asked for.
fn gate(text: &str, before: &Definition, index: &Index, inventory: &Inventory) -> Option<(Definition, String)> {
    let Placed { what, target } = placed(text, index);
    target?;
    added(&format!("add a review{}", text.get(what.len()..)?), before, index, inventory)
}

/// A step before or after another one, or at the end.
fn added(text: &str, before: &Definition, index: &Index, inventory: &Inventory) -> Option<(Definition, String)> {
    let Placed { what, target } = placed(text, index);
    let (to, position) = match target {
        Some((place, true)) => (place.block.clone(), place.position),
        Some((place, false)) => (place.block.clone(), place.position + 1),
        None => (BlockAddress::Root, before.steps.len()),
    };
    let last = position.checked_sub(1).and_then(|at| index.nth(&to, at)).map(|place| place.step.id.to_string());
    let last = last.map_or(Before::Input, Before::Step);
    let task = what.split_once(' ').map_or("", |(_, rest)| rest);
    let task = ["a ", "an ", "the ", "one "].iter().find_map(|article| task.strip_prefix(article)).unwrap_or(task);
    let task = task.strip_prefix("step that ").or_else(|| task.strip_prefix("step to ")).unwrap_or(task);
    let task = if task.trim().is_empty() { "Work on it" } else { task };
    let names = index.labels_and_ids().map(str::to_owned);
    let mut assembly = Assembly::beside(inventory, names, last);
    let kind = if kind(task) == Kind::Otherwise { Kind::Work } else { kind(task) };
    assembly.add(&Clause { text: plain(task, WISH_CHARS), kind });
    let (steps, inputs) = assembly.into_parts();
    let mut changed = before.clone();
    let mut label = String::new();
    for (offset, step) in steps.into_iter().enumerate() {
        let step: Step = serde_json::from_value(step).ok()?;
        label.clone_from(&step.label);
        let edit = Edit::InsertStep { step: Box::new(step), to: to.clone(), position: position + offset };
        changed = apply(&changed, edit).ok()?.definition;
    }
    declare(&mut changed, before, inputs);
    Some((changed, format!("The step “{label}” was added.")))
}

/// Declares what new steps read, where inputs are declared at all.
fn declare(changed: &mut Definition, before: &Definition, inputs: Vec<Value>) {
    if before.inputs.is_empty() && !before.steps.is_empty() {
        return;
    }
    for field in inputs {
        let Ok(field) = serde_json::from_value::<InputField>(field) else { continue };
        if changed.inputs.iter().all(|known| known.name != field.name) {
            changed.inputs.push(field);
        }
    }
}

/// The wish as part of the last prompt.
fn wish(text: &str, before: &Definition) -> (Definition, String) {
    with_wish(before, &format!("Mind this wish: {}.", plain(text, WISH_CHARS)), "as you wish")
}

fn with_wish(before: &Definition, words: &str, how: &str) -> (Definition, String) {
    let index = Index::of(before);
    let works = |place: &&Place| matches!(place.step.kind, StepKind::Llm(_) | StepKind::Agent(_));
    let last: Option<StepId> = index.places().iter().rev().find(works).map(|place| place.step.id.clone());
    let mut changed = before.clone();
    let label = last.as_ref().and_then(|id| changed.step_mut(id)).map(|step| {
        match &mut step.kind {
            StepKind::Llm(llm) => add_words(&mut llm.prompt, words),
            StepKind::Agent(agent) => add_words(&mut agent.prompt, words),
            StepKind::Tool(_)
            | StepKind::Review(_)
            | StepKind::Parallel(_)
            | StepKind::Conditional(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => {}
        }
        step.label.clone()
    });
    match label {
        Some(label) => (changed, format!("The prompt of “{label}” says it now: {how}.")),
        None => (changed, "Nothing was changed: no step calls a model.".to_owned()),
    }
}

fn add_words(prompt: &mut String, words: &str) {
    prompt.push_str("\n\n");
    prompt.push_str(words);
}
