//! The difference between two definitions, step by step.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::StepId;
use crate::status::status;

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
    /// Its fields that differ.
    pub fields: Vec<FieldChange>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// The field, as a JSON pointer into the step or into the definition.
    pub pointer: String,
    /// Its older value; `null` when it was not there.
    pub before: Option<Value>,
    /// Its newer value; `null` when it is not there.
    pub after: Option<Value>,
}

/// The difference between two versions of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersionDifference {
    /// The older version.
    pub from_version: i64,
    /// The newer version.
    pub to_version: i64,
    /// Fields of the workflow and of its definition that differ, without its steps.
    pub fields: Vec<FieldChange>,
    /// The steps that differ: in the order of the newer version, then those that are gone.
    pub steps: Vec<StepChange>,
}
