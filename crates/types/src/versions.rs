//! The versions of a workflow.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::definition::Definition;
use crate::definition_changes::{StepChangeKind, VersionContent, WorkflowVersionDifference};
use crate::status::status;

status!(
    /// How a version was saved.
    VersionOrigin {
        /// As a whole, by a request that creates or changes a workflow.
        Saved = "saved",
        /// By a request that changes one step.
        Step = "step",
        /// By a change of the connections on the canvas.
        Canvas = "canvas",
        /// It restored an older version: `restored_version` is its number.
        Restored = "restored",
        /// A model designed it.
        Generated = "generated",
        /// As a copy of another workflow.
        Copied = "copied",
        /// From a template.
        Template = "template",
    }
);

/// A saved version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersion {
    /// The version's number, from 1.
    pub version: i64,
    /// The name that it had.
    pub name: String,
    /// The description that it had.
    pub description: String,
    /// The definition that it ran.
    pub definition: Definition,
    /// The person who saved it; `null` when an older version of Sluice saved it.
    #[serde(default)]
    pub created_by: Option<String>,
    /// How it was saved; `null` when an older version of Sluice saved it.
    #[serde(default)]
    pub origin: Option<VersionOrigin>,
    /// The number of the version that it restored.
    #[serde(default)]
    pub restored_version: Option<i64>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

impl WorkflowVersion {
    /// What it holds of its workflow.
    #[must_use]
    pub fn content(&self) -> VersionContent<'_> {
        VersionContent { name: &self.name, description: &self.description, definition: &self.definition }
    }
}

/// A saved version in a list: without its definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersionSummary {
    /// The version's number, from 1.
    pub version: i64,
    /// The name that it had.
    pub name: String,
    /// Number of its steps.
    pub step_count: i32,
    /// What it changed; `null` for the first version.
    #[serde(default)]
    pub changes: Option<WorkflowVersionChanges>,
    /// The person who saved it; `null` when an older version of Sluice saved it.
    #[serde(default)]
    pub created_by: Option<String>,
    /// How it was saved; `null` when an older version of Sluice saved it.
    #[serde(default)]
    pub origin: Option<VersionOrigin>,
    /// The number of the version that it restored.
    #[serde(default)]
    pub restored_version: Option<i64>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

/// What a version changed since the version before, in numbers. `compare_versions` tells it field by field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersionChanges {
    /// Fields that differ outside of the steps: name, description, and those of the definition.
    pub fields: i32,
    /// Steps that are new.
    pub added_steps: i32,
    /// Steps that are gone.
    pub removed_steps: i32,
    /// Steps whose fields changed.
    pub changed_steps: i32,
    /// Steps that are at another place, with the same fields.
    pub moved_steps: i32,
}

impl WorkflowVersionChanges {
    /// Counts what differs.
    #[must_use]
    pub fn of(difference: &WorkflowVersionDifference) -> Self {
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let steps = |kind| count(difference.steps.iter().filter(|step| step.kind == kind).count());
        Self {
            fields: count(difference.fields.len()),
            added_steps: steps(StepChangeKind::Added),
            removed_steps: steps(StepChangeKind::Removed),
            changed_steps: steps(StepChangeKind::Changed),
            moved_steps: steps(StepChangeKind::Moved),
        }
    }
}

/// A page of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersionPage {
    /// The versions, newest first.
    pub items: Vec<WorkflowVersionSummary>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
