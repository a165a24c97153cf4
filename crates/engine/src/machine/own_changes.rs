//! Changes of a step for one of its runs alone: one item of a `for_each`, or one round of a loop.
//!
//! They are kept as JSON merge patches (RFC 7396), so that what they leave out still follows the definition, and a newer
//! server's fields are kept.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sluice_store::Snapshot;
use sluice_types::limits::MAX_OWN_CHANGES;
use sluice_types::{ErrorCode, Index, PatchStep, Segment, Step, StepKind, StepPath};

use crate::error::EngineError;

/// Whether a step may have several runs in an execution, of which the one at the path is one.
pub fn is_one_of_many(path: &StepPath) -> bool {
    path.segments().any(|segment| matches!(segment, Segment::Index(_)))
}

/// The index of what an execution runs: its definition, with the changes of single step runs.
#[must_use]
pub fn index_of(snapshot: &Snapshot) -> Index {
    let index = Index::of(&snapshot.definition);
    let own = snapshot.own_changes.iter().filter_map(|(path, change)| {
        let step = &index.at(path)?.step;
        // A change that this version cannot read leaves the step as it is.
        Some((path.clone(), changed(step, change)?))
    });
    let own: BTreeMap<StepPath, Step> = own.collect();
    index.with_own(own)
}

/// A step with a merge patch in it.
fn changed(step: &Step, change: &Map<String, Value>) -> Option<Step> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(step) else { return None };
    for (name, value) in change {
        let name = match &step.kind {
            StepKind::Agent(_) if name == "system_prompt" => "instructions",
            _ => name,
        };
        match value {
            Value::Null => _ = fields.remove(name),
            value => _ = fields.insert(name.to_owned(), value.clone()),
        }
    }
    serde_json::from_value(Value::Object(fields)).ok()
}

/// Adds a change of one step run to those that it has.
pub fn add(snapshot: &mut Snapshot, path: &StepPath, patch: &PatchStep) -> Result<(), EngineError> {
    let refused = |message: String| EngineError::field(ErrorCode::InvalidRequest, "/only_here", message);
    if patch.enabled.is_some() {
        let message = "a step is switched on or off for all items and rounds: leave `enabled` or `only_here` out";
        return Err(refused(message.into()));
    }
    let is_full = snapshot.own_changes.len() >= MAX_OWN_CHANGES;
    if is_full && !snapshot.own_changes.contains_key(path) {
        return Err(refused(format!(
            "{MAX_OWN_CHANGES} steps of this run have changes of their own already: change the step for all"
        )));
    }
    merge(snapshot.own_changes.entry(path.clone()).or_default(), patch);
    Ok(())
}

/// Lets a change for all runs of a step win over what the run has that it is sent to.
pub fn overwrite(snapshot: &mut Snapshot, path: &StepPath, patch: &PatchStep) {
    if let Some(own) = snapshot.own_changes.get_mut(path) {
        merge(own, &PatchStep { enabled: None, ..patch.clone() });
    }
}

fn merge(own: &mut Map<String, Value>, patch: &PatchStep) {
    let patch = PatchStep { only_here: false, ..patch.clone() };
    if let Ok(Value::Object(fields)) = serde_json::to_value(patch) {
        own.extend(fields);
    }
}
