//! Changes of single steps of a saved workflow.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::definition::Step;
use crate::ids::StepId;
use crate::integer;
use crate::lint::LintFinding;

/// A step to add. Its list is the workflow's own, unless `parent` names a container.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InsertStep {
    /// The step. Its id is made from its label when it is left out.
    #[schema(value_type = Step)]
    pub step: Value,
    /// The container to put it into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<StepId>,
    /// The list of the container: `branch:NAME`, `case:NAME`, `otherwise`, `each` (the steps for each item) or `body` (the
    /// rounds of a loop). It may be left out when the container has one list only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// Its position in the list, from 0; behind the others when neither this nor `after` is given.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub position: Option<u32>,
    /// The step of the list behind which it is put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<StepId>,
}

/// A step that replaces the one with its id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceStep {
    /// The step, with the steps inside it. Its id may be left out. References to a label that changes are rewritten.
    #[schema(value_type = Step)]
    pub step: Value,
}

/// The new order of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReorderSteps {
    /// The container that holds the list; the workflow's own list when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<StepId>,
    /// The list of the container, as in `InsertStep`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// Each step of the list once, in their new order.
    pub step_ids: Vec<StepId>,
}

/// The new place of a step: in its own list, or in another one outside the step.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveStep {
    /// The container to put it into; the workflow's own list when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<StepId>,
    /// The list of the container, as in `InsertStep`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
    /// Its position in the list, from 0 and counted without the step; behind the others when neither this nor `after` is
    /// given.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub position: Option<u32>,
    /// The step of the list behind which it is put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<StepId>,
}

/// Where a step goes on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectStep {
    /// Where the connection begins: `next` for the step itself, `case:NAME` or `otherwise` for a case of it; `next` when left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<String>,
    /// A later step of the same list, or `end`. `null` removes the connection, so that the next step follows.
    #[schema(required = true)]
    pub target: Option<StepId>,
}

/// What becomes of the references to a step that is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum References {
    /// They stay, and the lint reports them.
    #[default]
    Keep,
    /// `{{ … }}` that only insert something of the step are taken out of prompts. What computes with it stays.
    Remove,
}

/// A step of a workflow, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlacedStep {
    /// The step.
    pub step: Step,
    /// The container that holds it; `null` in the workflow's own list.
    pub parent: Option<StepId>,
    /// The list of the container: `branch:NAME`, `case:NAME`, `otherwise`, `each` or `body`; `null` in the workflow's own list.
    pub slot: Option<String>,
    /// Its position in the list, from 0.
    pub position: u32,
    /// The version of the workflow; it is the `ETag`.
    pub version: i64,
}

/// What a change of steps has made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepEdit {
    /// The step as it is now. Left out when it is deleted, or when the change concerned a whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// The container that holds it; `null` in the workflow's own list.
    pub parent: Option<StepId>,
    /// The list of the container: `branch:NAME`, `case:NAME`, `otherwise`, `each` or `body`; `null` in the workflow's own list.
    pub slot: Option<String>,
    /// Its position in the list, from 0; `null` without a step.
    pub position: Option<u32>,
    /// The version of the workflow; it is the `ETag`.
    pub version: i64,
    /// What the lint finds now, and did not find before. A repeat with the same `Idempotency-Key` has none.
    pub findings: Vec<LintFinding>,
    /// The places that referred to a deleted step, and were left as they are.
    pub references: Vec<StepReference>,
}

/// A place that refers to a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepReference {
    /// The step that refers.
    pub step_id: StepId,
    /// The text that refers, as a JSON pointer into the definition.
    pub pointer: String,
}
