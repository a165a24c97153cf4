//! The difference between two definitions, step by step.

mod fields;
mod moves;

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::definition::{Definition, Step};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::status::status;
use crate::versions::WorkflowVersion;

status!(
    /// What happened to a step.
    StepChangeKind {
        /// It is new.
        Added = "added",
        /// It is gone.
        Removed = "removed",
        /// Its fields changed.
        Changed = "changed",
        /// It is at another place, with the same fields.
        Moved = "moved",
    }
);

/// A step that differs between two definitions. The steps inside a container are told by themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepChange {
    /// What happened to it.
    pub kind: StepChangeKind,
    /// The step.
    pub step_id: StepId,
    /// Its label, the newer one.
    pub label: String,
    /// Whether it is also at another place.
    pub moved: bool,
    /// Its fields that differ; all of them when it is new or gone.
    pub fields: Vec<FieldChange>,
}

/// A field that differs. Objects and arrays of the same length are compared part by part. A value in which more than 100
/// parts differ is one change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// The field, as a JSON pointer into the step. For a field that no step has: into the definition, or into the version
    /// of the workflow when versions are compared.
    pub pointer: String,
    /// Its older value; `null` when it was not there.
    pub before: Option<Value>,
    /// Its newer value; `null` when it is not there.
    pub after: Option<Value>,
}

/// The difference between two versions of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersionDifference {
    /// The version that `before` shows; 0 for an empty workflow, before the first version.
    pub from_version: i64,
    /// The version that `after` shows.
    pub to_version: i64,
    /// Name, description and fields of the definition that differ, without the steps: `/name`, `/definition/model`.
    pub fields: Vec<FieldChange>,
    /// The steps that differ: in the order of `to_version`, then those that are gone.
    pub steps: Vec<StepChange>,
}

/// The difference between two definitions: their fields without the steps, and the steps by id. The steps that are gone
/// come last.
///
/// Steps in one list count as moved when their order changed: as few of them as explain the new order. The answer holds each
/// value at most once, so that it is not larger than both definitions together.
#[must_use]
pub fn definition_difference(before: &Definition, after: &Definition) -> (Vec<FieldChange>, Vec<StepChange>) {
    let (older, newer) = (Index::of(before), Index::of(after));
    let moved = moves::moved_steps(&older, &newer);
    let mut steps: Vec<StepChange> = distinct(&newer)
        .filter_map(|place| {
            let step = &place.step;
            match older.place(&step.id) {
                None => Some(only_in_one(StepChangeKind::Added, step)),
                Some(other) => in_both(&other.step, step, moved.contains(&step.id)),
            }
        })
        .collect();
    let gone = distinct(&older).filter(|place| newer.place(&place.step.id).is_none());
    steps.extend(gone.map(|place| only_in_one(StepChangeKind::Removed, &place.step)));
    (fields::differing(&fields::of_definition(before), &fields::of_definition(after)), steps)
}

/// What a version holds of its workflow.
#[derive(Debug, Clone, Copy)]
pub struct VersionContent<'a> {
    /// The name.
    pub name: &'a str,
    /// The description.
    pub description: &'a str,
    /// The definition.
    pub definition: &'a Definition,
}

/// The difference between two of them: the fields outside of the steps (`/name`, `/definition/model`), and the steps by id.
#[must_use]
pub fn content_difference(
    before: VersionContent<'_>,
    after: VersionContent<'_>,
) -> (Vec<FieldChange>, Vec<StepChange>) {
    let (in_definition, steps) = definition_difference(before.definition, after.definition);
    let own = |content: VersionContent<'_>| json!({"name": content.name, "description": content.description});
    let mut fields = fields::differing(&own(before), &own(after));
    fields.extend(
        in_definition
            .into_iter()
            .map(|field| FieldChange { pointer: format!("/definition{}", field.pointer), ..field }),
    );
    (fields, steps)
}

/// The difference of two versions of a workflow.
#[must_use]
pub fn version_difference(before: &WorkflowVersion, after: &WorkflowVersion) -> WorkflowVersionDifference {
    let (fields, steps) = content_difference(before.content(), after.content());
    WorkflowVersionDifference { from_version: before.version, to_version: after.version, fields, steps }
}

/// The steps of a definition. Of two with one id, the first.
fn distinct(index: &Index) -> impl Iterator<Item = &Place> {
    let mut seen = HashSet::new();
    index.places().iter().filter(move |place| seen.insert(&place.step.id))
}

fn only_in_one(kind: StepChangeKind, step: &Step) -> StepChange {
    let (nothing, all) = (Value::Object(Map::new()), fields::of_step(step));
    let fields = match kind {
        StepChangeKind::Removed => fields::differing(&all, &nothing),
        _ => fields::differing(&nothing, &all),
    };
    StepChange { kind, step_id: step.id.clone(), label: step.label.clone(), moved: false, fields }
}

fn in_both(before: &Arc<Step>, after: &Arc<Step>, moved: bool) -> Option<StepChange> {
    let fields = if Arc::ptr_eq(before, after) {
        Vec::new()
    } else {
        fields::differing(&fields::of_step(before), &fields::of_step(after))
    };
    let kind = match (fields.is_empty(), moved) {
        (false, _) => StepChangeKind::Changed,
        (true, true) => StepChangeKind::Moved,
        (true, false) => return None,
    };
    Some(StepChange { kind, step_id: after.id.clone(), label: after.label.clone(), moved, fields })
}

#[cfg(test)]
mod tests;
