//! Requests that change an execution: its budget, a step, an output.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::definition::{OnTruncated, ReasoningEffort};
use crate::ids::PersonaId;
use crate::integer;
use crate::patch;
use crate::providers::ProviderName;

/// Changes of an execution. Absent fields stay; `null` removes the budget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchExecution {
    /// Whether review steps are skipped from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yolo: Option<bool>,
    /// Budget in US dollars. A call that would exceed it opens a gate.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<f64>)]
    pub budget_usd: Option<Option<f64>>,
}

/// Changes of a step, for this execution only. Absent fields stay; `null` selects the workflow's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchStep {
    /// Provider to call.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<Option<String>>,
    /// Model to call.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub model: Option<Option<String>>,
    /// Persona to put before the system prompt.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<PersonaId>)]
    pub persona_id: Option<Option<PersonaId>>,
    /// Prompt for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// System prompt.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub system_prompt: Option<Option<String>>,
    /// Tokens in the answer at the most.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::some")]
    #[schema(value_type = Option<u32>)]
    pub max_tokens: Option<Option<u32>>,
    /// How long the model thinks before it answers.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some_known")]
    #[schema(value_type = Option<ReasoningEffort>)]
    pub reasoning: Option<Option<ReasoningEffort>>,
    /// What an answer that was cut at its token limit counts as.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some_known")]
    #[schema(value_type = Option<OnTruncated>)]
    pub on_truncated: Option<Option<OnTruncated>>,
    /// Seconds that one attempt may take.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::some")]
    #[schema(value_type = Option<u32>)]
    pub timeout: Option<Option<u32>>,
    /// Seconds of silence after which an attempt ends.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::some")]
    #[schema(value_type = Option<u32>)]
    pub idle_timeout: Option<Option<u32>>,
    /// Whether the step runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether the change counts for this step run alone: for one item of a `for_each`, or one round of a `loop`. Otherwise
    /// it counts for the step in all items and rounds that have not run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_here: bool,
}

impl PatchStep {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { only_here: self.only_here, ..Self::default() }
    }
}

/// An output that replaces the output of a step. Exactly one of the two fields is required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideOutput {
    /// The text.
    #[serde(default)]
    pub content: Option<String>,
    /// JSON, for a step that has an output schema.
    #[serde(default)]
    pub output: Option<Value>,
}
