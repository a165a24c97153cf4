//! Agents: a model with instructions and tools, for steps of several workflows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::definition::{Approve, Fallback, OnContextFull, ReasoningEffort};
use crate::ids::{AgentId, PersonaId};
use crate::providers::ProviderName;
use crate::{integer, patch};

/// A model with instructions and tools, which `agent` steps name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Unique in the tenant.
    pub id: AgentId,
    /// Display name.
    pub name: String,
    /// Purpose of the agent.
    pub description: String,
    /// How the agent should behave: its system prompt; a template.
    pub instructions: String,
    /// The tools that it may call, as `native:name` or `server-id:name`; `server-id:*` stands for all tools of a server.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Which calls of tools a person approves; `writes` when left out.
    #[serde(default)]
    pub approve: Option<Approve>,
    /// Calls of the model at the most; 10 when left out.
    #[serde(default, deserialize_with = "integer::optional")]
    pub max_turns: Option<u32>,
    /// What happens when the conversation is longer than the model reads; `fail` when left out.
    #[serde(default)]
    pub on_context_full: Option<OnContextFull>,
    /// Provider to call; the workflow's when left out.
    #[serde(default)]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model to call; the workflow's when left out.
    #[serde(default)]
    pub model: Option<String>,
    /// Persona to put before the instructions; the workflow's when left out.
    #[serde(default)]
    pub persona_id: Option<PersonaId>,
    /// Randomness of the answers, from 0 to 2. Some models take none.
    #[serde(default)]
    pub temperature: Option<f64>,
    /// Tokens in one answer of the model at the most.
    #[serde(default, deserialize_with = "integer::optional")]
    pub max_tokens: Option<u32>,
    /// How long the model thinks before it answers, for models that do; the model's default when left out.
    #[serde(default)]
    pub reasoning: Option<ReasoningEffort>,
    /// JSON Schema that the last answer must fit.
    #[serde(default)]
    pub output_schema: Option<Value>,
    /// Models to try in turn when this one fails for good.
    #[serde(default)]
    pub fallbacks: Vec<Fallback>,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An agent to create.
///
/// It accepts the response of `GET` too: the fields that the server sets are allowed and ignored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAgent {
    /// Default: derived from the name. It cannot change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AgentId>,
    /// Display name.
    pub name: String,
    /// Purpose of the agent.
    #[serde(default)]
    pub description: String,
    /// How the agent should behave: its system prompt; a template.
    pub instructions: String,
    /// The tools that it may call, as `native:name` or `server-id:name`; `server-id:*` stands for all tools of a server.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Which calls of tools a person approves; `writes` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::known")]
    pub approve: Option<Approve>,
    /// Calls of the model at the most; 10 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_turns: Option<u32>,
    /// What happens when the conversation is longer than the model reads; `fail` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::known")]
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
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::known")]
    pub reasoning: Option<ReasoningEffort>,
    /// JSON Schema that the last answer must fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// Models to try in turn when this one fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Fallback>,
    /// Accepted and ignored: a new agent has version 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

impl CreateAgent {
    /// The fields that are set, without the id.
    #[must_use]
    pub fn into_fields(self) -> UpdateAgent {
        UpdateAgent {
            name: self.name,
            description: self.description,
            instructions: self.instructions,
            tools: self.tools,
            approve: self.approve,
            max_turns: self.max_turns,
            on_context_full: self.on_context_full,
            provider: self.provider,
            model: self.model,
            persona_id: self.persona_id,
            temperature: self.temperature,
            max_tokens: self.max_tokens,
            reasoning: self.reasoning,
            output_schema: self.output_schema,
            fallbacks: self.fallbacks,
            ..UpdateAgent::default()
        }
    }
}

impl Agent {
    /// A new agent.
    #[must_use]
    pub fn new(id: AgentId, fields: UpdateAgent, now: DateTime<Utc>) -> Self {
        let empty = Self {
            id,
            name: String::new(),
            description: String::new(),
            instructions: String::new(),
            tools: Vec::new(),
            approve: None,
            max_turns: None,
            on_context_full: None,
            provider: None,
            model: None,
            persona_id: None,
            temperature: None,
            max_tokens: None,
            reasoning: None,
            output_schema: None,
            fallbacks: Vec::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        empty.with_fields(fields)
    }

    /// The agent with other fields.
    #[must_use]
    pub fn with_fields(&self, fields: UpdateAgent) -> Self {
        Self {
            id: self.id.clone(),
            name: fields.name,
            description: fields.description,
            instructions: fields.instructions,
            tools: fields.tools,
            approve: fields.approve,
            max_turns: fields.max_turns,
            on_context_full: fields.on_context_full,
            provider: fields.provider,
            model: fields.model,
            persona_id: fields.persona_id,
            temperature: fields.temperature,
            max_tokens: fields.max_tokens,
            reasoning: fields.reasoning,
            output_schema: fields.output_schema,
            fallbacks: fields.fallbacks,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// An agent that replaces the version in `If-Match`.
///
/// It accepts the response of `GET` too: `id` and the times are allowed and ignored, and `version` stands for a missing
/// `If-Match`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAgent {
    /// Display name.
    pub name: String,
    /// Purpose of the agent.
    #[serde(default)]
    pub description: String,
    /// How the agent should behave: its system prompt; a template.
    pub instructions: String,
    /// The tools that it may call, as `native:name` or `server-id:name`; `server-id:*` stands for all tools of a server.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Which calls of tools a person approves; `writes` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::known")]
    pub approve: Option<Approve>,
    /// Calls of the model at the most; 10 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_turns: Option<u32>,
    /// What happens when the conversation is longer than the model reads; `fail` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::known")]
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
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::known")]
    pub reasoning: Option<ReasoningEffort>,
    /// JSON Schema that the last answer must fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// Models to try in turn when this one fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Fallback>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AgentId>,
    /// The version that was read: only this one is replaced. `If-Match` takes precedence.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// Changes of an agent, as a JSON merge patch (RFC 7396). Absent fields stay as they are; `null` removes a field.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchAgent {
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = String)]
    pub name: Option<String>,
    /// Purpose of the agent; `null` empties it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// How the agent should behave: its system prompt; a template.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = String)]
    pub instructions: Option<String>,
    /// The tools that it may call, as `native:name` or `server-id:name`; `server-id:*` stands for all tools of a server.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<Vec<String>>)]
    pub tools: Option<Option<Vec<String>>>,
    /// Which calls of tools a person approves; `writes` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some_known")]
    #[schema(value_type = Option<Approve>)]
    pub approve: Option<Option<Approve>>,
    /// Calls of the model at the most; 10 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::some")]
    #[schema(value_type = Option<u32>)]
    pub max_turns: Option<Option<u32>>,
    /// What happens when the conversation is longer than the model reads; `fail` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some_known")]
    #[schema(value_type = Option<OnContextFull>)]
    pub on_context_full: Option<Option<OnContextFull>>,
    /// Provider to call; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<Option<String>>,
    /// Model to call; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub model: Option<Option<String>>,
    /// Persona to put before the instructions; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<PersonaId>)]
    pub persona_id: Option<Option<PersonaId>>,
    /// Randomness of the answers, from 0 to 2. Some models take none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<f64>)]
    pub temperature: Option<Option<f64>>,
    /// Tokens in one answer of the model at the most.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::some")]
    #[schema(value_type = Option<u32>)]
    pub max_tokens: Option<Option<u32>>,
    /// How long the model thinks before it answers, for models that do; the model's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some_known")]
    #[schema(value_type = Option<ReasoningEffort>)]
    pub reasoning: Option<Option<ReasoningEffort>>,
    /// JSON Schema that the last answer must fit.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<Value>)]
    pub output_schema: Option<Option<Value>>,
    /// Models to try in turn when this one fails for good.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<Vec<Fallback>>)]
    pub fallbacks: Option<Option<Vec<Fallback>>>,
}

/// A page of agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentPage {
    /// The agents, by id.
    pub items: Vec<Agent>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
