//! Workflows as the API takes and answers them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::definition::{Definition, known_parts_if_given, known_parts_only, to_be_checked};
use crate::execution::ExecutionSummary;
use crate::ids::WorkflowId;

/// A named, versioned definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workflow {
    /// Unique in the tenant.
    pub id: WorkflowId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// One word to group by.
    pub category: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it runs.
    pub definition: Definition,
    /// Counts the saves, from 1; it is the `ETag`.
    pub version: i64,
    /// Whether it is a template of the tenant's own.
    pub is_template: bool,
    /// The template that it was made from.
    pub source_template_id: Option<WorkflowId>,
    /// Whether it can be run.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last saved.
    pub updated_at: DateTime<Utc>,
}

/// A workflow to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWorkflow {
    /// Derived from the name when left out; it cannot change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<WorkflowId>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// One word to group by.
    #[serde(default)]
    pub category: Option<String>,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What it runs.
    #[serde(deserialize_with = "known_parts_only")]
    pub definition: Definition,
    /// Whether it is a template of the tenant's own.
    #[serde(default)]
    pub is_template: bool,
    /// Whether it can be run.
    #[serde(default = "yes")]
    pub is_active: bool,
}

/// A workflow to put in the place of the version that `If-Match` names.
///
/// It is what `GET` answers too: `id`, `version`, `source_template_id` and the times may be sent
/// along and are not changed, so that a client can send back what it read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkflow {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// One word to group by.
    #[serde(default)]
    pub category: Option<String>,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What it runs. Fields that a newer version of Sluice has added to the stored definition may be sent back unchanged.
    #[serde(deserialize_with = "to_be_checked")]
    pub definition: Definition,
    /// Whether it is a template of the tenant's own.
    #[serde(default)]
    pub is_template: bool,
    /// Whether it can be run.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Labels that changed, old to new: references to the old ones are rewritten in this save.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed_labels: BTreeMap<String, String>,
    /// As read; not changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<WorkflowId>,
    /// As read; not changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// As read; not changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_template_id: Option<WorkflowId>,
    /// As read; not changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// As read; not changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

const fn yes() -> bool {
    true
}

/// A workflow in a list: without its definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowSummary {
    /// Unique in the tenant.
    pub id: WorkflowId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// One word to group by.
    pub category: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How many steps it has.
    pub step_count: i32,
    /// The labels of its steps, in order.
    pub step_labels: Vec<String>,
    /// Counts the saves, from 1.
    pub version: i64,
    /// Whether it is a template of the tenant's own.
    pub is_template: bool,
    /// Whether it can be run.
    pub is_active: bool,
    /// The newest of its executions.
    pub last_execution: Option<ExecutionSummary>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last saved.
    pub updated_at: DateTime<Utc>,
}

/// A page of workflows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowPage {
    /// The workflows, in the order asked for.
    pub items: Vec<WorkflowSummary>,
    /// Give it as `cursor` for the next page; missing on the last one.
    pub next_cursor: Option<String>,
}

/// Which workflows to list, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Items on the page: 1 to 200, 20 when left out.
    pub limit: Option<u32>,
    /// Where to go on: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `-updated_at` (newest first, as when left out), `updated_at`, `name` or `-name`.
    pub sort: Option<String>,
    /// Words that the name or description contains: at most 200 characters.
    pub search: Option<String>,
    /// A tag that they have.
    pub tag: Option<String>,
    /// Their category.
    pub category: Option<String>,
    /// Whether they are templates.
    pub is_template: Option<bool>,
}

/// A saved version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersion {
    /// The version's number, from 1.
    pub version: i64,
    /// The name that it had.
    pub name: String,
    /// The description that it had.
    pub description: String,
    /// What it ran.
    pub definition: Definition,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

/// A page of versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowVersionPage {
    /// The versions, newest first.
    pub items: Vec<WorkflowVersion>,
    /// Give it as `cursor` for the next page; missing on the last one.
    pub next_cursor: Option<String>,
}

/// How the copy is to be called.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyWorkflow {
    /// Derived from the name when left out.
    #[serde(default)]
    pub id: Option<WorkflowId>,
    /// `Copy of …` when left out.
    #[serde(default)]
    pub name: Option<String>,
}

/// What to check; the saved definition with an empty input when left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidateRequest {
    /// A definition that is not saved yet.
    #[serde(default, deserialize_with = "known_parts_if_given")]
    pub definition: Option<Definition>,
    /// An input to check the templates against.
    #[serde(default)]
    pub input: Option<Value>,
}

/// What a workflow's executions came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowStats {
    /// How many executions there are.
    pub executions: i64,
    /// How many of them completed.
    pub completed: i64,
    /// How many of them failed.
    pub failed: i64,
    /// What they cost together.
    pub cost_usd: f64,
    /// Tokens of the prompts and answers.
    pub token_usage: crate::usage::TokenUsage,
    /// The time that a completed execution took on average.
    pub mean_duration_ms: Option<i64>,
}
