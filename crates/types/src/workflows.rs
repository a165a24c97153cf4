//! Request and response types of workflows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::canvas::{NodePosition, given};
use crate::definition::{Definition, known_parts_if_given, known_parts_only, to_be_checked};
use crate::execution::ExecutionSummary;
use crate::ids::{AgentId, McpServerId, WorkflowId};
use crate::integer;
use crate::patch;
use crate::query_values::{comma_separated, repeated, words};
use crate::status::ExecutionStatus;
use crate::templates::TemplateInput;
use crate::workflow_list::{RecentExecution, WorkflowFacets, WorkflowInclude};

/// A named, versioned definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workflow {
    /// Unique in the tenant.
    pub id: WorkflowId,
    /// Display name.
    pub name: String,
    /// Purpose of the workflow.
    pub description: String,
    /// Category for grouping.
    pub category: Option<String>,
    /// Tags for filters.
    pub tags: Vec<String>,
    /// Texts of the client's own; its executions start with them.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// The definition.
    pub definition: Definition,
    /// Where its steps stand on the canvas, as far as somebody placed them. Positions are no part of a version.
    #[serde(default)]
    pub layout: Vec<NodePosition>,
    /// Counts the saves, from 1; the `ETag` begins with it.
    pub version: i64,
    /// Whether it is a template of the tenant's own.
    pub is_template: bool,
    /// Whether it is a template that others may see. The list of templates leaves out drafts.
    #[serde(default)]
    pub is_published: bool,
    /// The template that it was made from.
    pub source_template_id: Option<WorkflowId>,
    /// Whether it can be run.
    pub is_active: bool,
    /// The person who made it; `null` when an older version of Sluice made it.
    #[serde(default)]
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last saved.
    pub updated_at: DateTime<Utc>,
}

/// A workflow or a template to create.
///
/// It accepts the response of `GET` too, of a workflow and of a template: the fields that the server sets are allowed and ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWorkflow {
    /// Default: derived from the name. It cannot change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<WorkflowId>,
    /// Display name.
    pub name: String,
    /// Purpose of the workflow.
    #[serde(default)]
    pub description: String,
    /// Category for grouping.
    #[serde(default)]
    pub category: Option<String>,
    /// Tags for filters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Texts of the client's own; its executions start with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// The definition.
    #[serde(deserialize_with = "known_parts_only")]
    pub definition: Definition,
    /// Where its steps stand on the canvas; those that it has not are ignored. Default: nobody placed one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given::positions")]
    pub layout: Option<Vec<NodePosition>>,
    /// Whether it is a template of the tenant's own.
    #[serde(default)]
    pub is_template: bool,
    /// Whether others may see the template. Default for a template: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_published: Option<bool>,
    /// Whether it can be run.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Accepted and ignored: a new workflow has version 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_template_id: Option<WorkflowId>,
    /// Accepted and ignored: only built-in templates describe their input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Vec<TemplateInput>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in: Option<bool>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

impl Default for CreateWorkflow {
    fn default() -> Self {
        Self {
            id: None,
            name: String::new(),
            description: String::new(),
            category: None,
            tags: Vec::new(),
            metadata: None,
            definition: Definition::default(),
            layout: None,
            is_template: false,
            is_published: None,
            is_active: true,
            version: None,
            source_template_id: None,
            input: None,
            built_in: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// A workflow that replaces the version in `If-Match`.
///
/// It accepts the response of `GET` too: `id`, `source_template_id`, `created_by` and the times are allowed and ignored, and
/// `version` stands for a missing `If-Match`, so that a client can send back a workflow that it has read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkflow {
    /// Display name.
    pub name: String,
    /// Purpose of the workflow.
    #[serde(default)]
    pub description: String,
    /// Category for grouping.
    #[serde(default)]
    pub category: Option<String>,
    /// Tags for filters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Texts of the client's own; its executions start with them. Default: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// The definition. Fields that a newer version of Sluice has added to the stored definition may be sent back unchanged.
    #[serde(deserialize_with = "to_be_checked")]
    pub definition: Definition,
    /// Where its steps stand on the canvas: all positions. Those of steps that it has not are ignored. A save that changes
    /// nothing else makes no version. Default: as they are.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given::positions")]
    pub layout: Option<Vec<NodePosition>>,
    /// Whether it is a template of the tenant's own.
    #[serde(default)]
    pub is_template: bool,
    /// Whether others may see the template. Default: as it is; a workflow that becomes a template is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_published: Option<bool>,
    /// Whether it can be run.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Labels that changed, old to new: references to the old ones are rewritten in this save.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed_labels: BTreeMap<String, String>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<WorkflowId>,
    /// The version that was read: only this one is replaced. `If-Match` takes precedence.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_template_id: Option<WorkflowId>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// Changes of a workflow, as a JSON merge patch (RFC 7396). Absent fields stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchWorkflow {
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = String)]
    pub name: Option<String>,
    /// Purpose of the workflow; `null` empties it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Category for grouping; `null` removes it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub category: Option<Option<String>>,
    /// All of its tags; `null` removes them.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Option<Option<Vec<String>>>,
    /// Entries of its metadata to set; `null` removes an entry. The others stay.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub metadata: Option<BTreeMap<String, Option<String>>>,
    /// Changes of the definition, a merge patch too: `null` removes a field, and a list such as `steps` replaces the
    /// whole list.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = Map<String, Value>)]
    pub definition: Option<Map<String, Value>>,
    /// Where its steps stand on the canvas: all positions; `null` removes them. Alone it makes no version.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given::some_positions")]
    #[schema(value_type = Option<Vec<NodePosition>>)]
    pub layout: Option<Option<Vec<NodePosition>>>,
    /// Whether it is a template of the tenant's own.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = bool)]
    pub is_template: Option<bool>,
    /// Whether others may see the template.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = bool)]
    pub is_published: Option<bool>,
    /// Whether it can be run.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}

const fn yes() -> bool {
    true
}

/// A workflow in a list: without its definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowSummary {
    /// Unique in the tenant.
    pub id: WorkflowId,
    /// Display name.
    pub name: String,
    /// Purpose of the workflow.
    pub description: String,
    /// Category for grouping.
    pub category: Option<String>,
    /// Tags for filters.
    pub tags: Vec<String>,
    /// Texts of the client's own; its executions start with them.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Number of steps.
    pub step_count: i32,
    /// The labels of its steps, in order.
    pub step_labels: Vec<String>,
    /// Counts the saves, from 1.
    pub version: i64,
    /// Whether it is a template of the tenant's own.
    pub is_template: bool,
    /// Whether it is a template that others may see.
    #[serde(default)]
    pub is_published: bool,
    /// Whether it can be run.
    pub is_active: bool,
    /// The newest of its executions.
    pub last_execution: Option<ExecutionSummary>,
    /// Its newest executions, at most 20, newest first; only when `include` asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent_executions: Option<Vec<RecentExecution>>,
    /// The person who made it; `null` when an older version of Sluice made it.
    #[serde(default)]
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last saved.
    pub updated_at: DateTime<Utc>,
}

/// A page of workflows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowPage {
    /// The workflows, in the requested order.
    pub items: Vec<WorkflowSummary>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
    /// The number of workflows that fit the filters, on all pages; only when `include` asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// The tags and categories of all workflows, whatever the filters are, except `is_template`; only when `include` asks
    /// for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<WorkflowFacets>,
}

/// Filter and order of a list of workflows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Items on the page: 1 to 200. Default: 20.
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// `-updated_at` (newest first, the default), `updated_at`, `-created_at`, `created_at`, `name` or `-name`, which compare
    /// without case. A walk in an order by `updated_at` can miss workflows that are saved meanwhile; `created_at` misses none.
    pub sort: Option<String>,
    /// Words that are all in the name, description, id, tags or labels of steps, compared without case: at most 200 characters.
    pub search: Option<String>,
    /// A tag that they have. Repeat the parameter for several tags, at most 10: a workflow has them all.
    #[serde(default, deserialize_with = "repeated", skip_serializing_if = "Vec::is_empty")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode)]
    pub tag: Vec<String>,
    /// Only those whose newest execution is in one of these statuses, separated by commas.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(style = Form, explode = false)]
    pub status: Option<Vec<ExecutionStatus>>,
    /// Their category.
    pub category: Option<String>,
    /// Whether they are templates.
    pub is_template: Option<bool>,
    /// Whether they are templates that others may see.
    pub is_published: Option<bool>,
    /// An agent that their steps name.
    pub agent_id: Option<AgentId>,
    /// An MCP server that their steps name, or one of its tools.
    pub mcp_server_id: Option<McpServerId>,
    /// A tool that their steps name, as `native:name` or `server-id:name`; also those that name all tools of its server.
    pub tool: Option<String>,
    /// What the page holds beside the workflows, separated by commas: `facets`, `recent_executions`, `total`. More may come.
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Vec::is_empty")]
    #[param(style = Form, explode = false, value_type = Option<Vec<WorkflowInclude>>)]
    pub include: Vec<WorkflowInclude>,
}

/// Id and name of the copy.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyWorkflow {
    /// Default: derived from the name.
    #[serde(default)]
    pub id: Option<WorkflowId>,
    /// Default: `Copy of …`.
    #[serde(default)]
    pub name: Option<String>,
}

/// The definition and the input to check. Default: the saved definition, with an empty input.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidateWorkflow {
    /// A definition that is not saved yet.
    #[serde(default, deserialize_with = "known_parts_if_given")]
    pub definition: Option<Definition>,
    /// An input to check the templates against.
    #[serde(default)]
    pub input: Option<Value>,
}
