//! Agents: a model with instructions and tools, for steps of several workflows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::definition::{Approve, Fallback, OnContextFull, ReasoningEffort};
use crate::ids::{AgentId, PersonaId};
use crate::integer;
use crate::providers::ProviderName;

/// A model with instructions and tools, which `agent` steps name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Unique in the tenant.
    pub id: AgentId,
    /// Display name.
    pub name: String,
    /// Purpose of the agent.
    pub description: String,
    /// How the agent is to behave: its system prompt; a template.
    pub instructions: String,
    /// The tools that it may call, as `native:name` or `server-id:name`; `server-id:*` stands for all tools of a server.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Which calls of tools a person approves; `writes` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<Approve>,
    /// Calls of the model at the most; 10 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_turns: Option<u32>,
    /// What happens when the conversation is longer than the model reads; `fail` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_context_full: Option<OnContextFull>,
    /// Provider to call; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model to call; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Persona to put before the instructions; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona_id: Option<PersonaId>,
    /// Randomness of the answers, from 0 to 2. Some models take none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Tokens in one answer of the model at the most.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_tokens: Option<u32>,
    /// How long the model thinks before it answers, for models that do; the model's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<ReasoningEffort>,
    /// JSON Schema that the last answer must fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// Models to try in turn when this one fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Fallback>,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
