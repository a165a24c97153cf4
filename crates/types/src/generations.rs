//! Workflows that a model designs from a sentence.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::agents::{Agent, CreateAgent};
use crate::definition::{Definition, known_parts_if_given};
use crate::definition_changes::{FieldChange, StepChange};
use crate::estimate::Estimate;
use crate::execution::RunError;
use crate::ids::{AgentId, GenerationId, McpServerId, StepId, WorkflowId};
use crate::lint::LintFinding;
use crate::providers::ProviderName;
use crate::status::status;
use crate::usage::TokenUsage;
use crate::workflows::{CreateWorkflow, Workflow};

/// What a workflow should do, in words. A model designs it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateWorkflow {
    /// What the workflow should do, or how it should be changed, in any language.
    pub prompt: String,
    /// Provider of the model that designs; that of the model, or of the server's setting, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model that designs; the server's setting, else the first available one that is able, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// A saved workflow to change. Its newest version counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// Name of the workflow to change, when it is not saved. With `workflow_id`, it stands for that workflow's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its description, in the same way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A definition to change, when it is not saved. With `workflow_id`, it stands for that workflow's definition.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_parts_if_given")]
    pub definition: Option<Definition>,
}

status!(
    /// Status of a generation.
    GenerationStatus {
        /// A model designs.
        Running = "running",
        /// There is a workflow. Its findings say what is still wrong with it.
        Completed = "completed",
        /// There is none; the error says why.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
);

impl GenerationStatus {
    /// Whether nothing more comes.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Running)
    }
}

/// A workflow that a model designs, or has designed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Generation {
    /// Its id.
    pub id: GenerationId,
    /// Its status.
    pub status: GenerationStatus,
    /// What was asked for.
    pub prompt: String,
    /// The saved workflow that it changes.
    pub workflow_id: Option<WorkflowId>,
    /// The version of that workflow when the generation was started.
    #[serde(default)]
    pub workflow_version: Option<i64>,
    /// Whether a definition was given that it changes.
    pub refines: bool,
    /// Provider of the model.
    #[schema(value_type = ProviderName)]
    pub provider: String,
    /// The model.
    pub model: String,
    /// Whether the model is `demo`: then the design comes from templates and the words of the prompt.
    pub simulated: bool,
    /// Calls of the model so far. After the first, the findings of the lint are sent back to it, three times at the most.
    pub calls: i64,
    /// The workflow, with an id that was free.
    pub workflow: Option<CreateWorkflow>,
    /// Agents that it needs and that are not there.
    pub agents_to_create: Vec<CreateAgent>,
    /// Agents that it uses and that are there.
    pub existing_agents_used: Vec<AgentId>,
    /// MCP servers that would help. They are never set up by themselves.
    pub mcps_suggested: Vec<SuggestedMcpServer>,
    /// MCP servers that it uses and that are there.
    pub existing_mcps_used: Vec<McpServerId>,
    /// How the workflow does what was asked for, in the model's words.
    pub explanation: String,
    /// What each step that calls a model, an agent or a tool reuses, and what is new.
    pub reuse: Vec<ReuseItem>,
    /// What changed, step by step, when a definition was changed.
    pub changes: Vec<StepChange>,
    /// What changed outside of the steps, when a definition was changed: `/name`, `/description`, and fields of the definition
    /// as `/definition/inputs/0/name`.
    #[serde(default)]
    pub field_changes: Vec<FieldChange>,
    /// What the lint finds in the workflow.
    pub findings: Vec<LintFinding>,
    /// What a run of the workflow is expected to cost.
    pub estimate: Option<Estimate>,
    /// What the generation has cost, as far as the price is known.
    pub cost_usd: f64,
    /// Tokens of the generation.
    pub token_usage: TokenUsage,
    /// Why it failed.
    pub error: Option<RunError>,
    /// The workflow that was created or changed from it last.
    #[serde(default)]
    pub applied_workflow_id: Option<WorkflowId>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

/// A generation as the list shows it, without its workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationSummary {
    /// Its id.
    pub id: GenerationId,
    /// Its status.
    pub status: GenerationStatus,
    /// The beginning of what was asked for: 500 characters at the most.
    pub prompt: String,
    /// The saved workflow that it changes.
    pub workflow_id: Option<WorkflowId>,
    /// Provider of the model.
    #[schema(value_type = ProviderName)]
    pub provider: String,
    /// The model.
    pub model: String,
    /// What it has cost, as far as the price is known.
    pub cost_usd: f64,
    /// The workflow that was created or changed from it last.
    pub applied_workflow_id: Option<WorkflowId>,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub completed_at: Option<DateTime<Utc>>,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

/// A page of generations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationPage {
    /// The generations, newest first.
    pub items: Vec<GenerationSummary>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

status!(
    /// Type of an event of a generation.
    GenerationEventType {
        /// How far it is.
        Progress = "progress",
        /// A piece of the model's answer.
        Text = "text",
        /// It has ended: the generation holds the workflow or the error.
        Done = "done",
    }
);

/// An event of a generation. It holds the fields of its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationEvent {
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: GenerationEventType,
    /// The generation.
    pub generation_id: GenerationId,
    /// Its status.
    pub status: GenerationStatus,
    /// Calls of the model so far. A text belongs to the call with this number.
    pub calls: i64,
    /// Characters of the model's answers so far, of all calls together; 0 when another server runs the generation.
    pub chars: i64,
    /// What the generation has cost so far, as far as the price is known.
    pub cost_usd: f64,
    /// Findings of the lint that were sent back to the model with the present call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<i64>,
    /// Where the piece begins in the answer of the present call, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// The piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
}

/// An MCP server that a workflow would need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestedMcpServer {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub reason: String,
    /// The steps that would use it.
    pub step_ids: Vec<StepId>,
}

status!(
    /// Where what a step uses comes from.
    ReuseKind {
        /// An agent that is there.
        ExistingAgent = "existing_agent",
        /// An agent that is to be created.
        NewAgent = "new_agent",
        /// An agent that is neither there nor to be created: choose another one, or create it.
        MissingAgent = "missing_agent",
        /// A tool of an MCP server that is there.
        ExistingTool = "existing_tool",
        /// A tool that comes with Sluice.
        NativeTool = "native_tool",
        /// A tool that is not there.
        MissingTool = "missing_tool",
        /// A call of a model that is described in the step itself.
        ModelCall = "model_call",
    }
);

/// What a step uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReuseItem {
    /// The step.
    pub step_id: StepId,
    /// Where it comes from.
    pub kind: ReuseKind,
    /// The agent or the tool; for a call of a model, the model as it is resolved.
    pub resource_id: Option<String>,
    /// Why.
    pub reason: String,
    /// The provider whose key is missing.
    #[schema(value_type = Option<ProviderName>)]
    pub missing_key: Option<String>,
}

/// A designed workflow to create, with its agents: the generation, or what became of it after it was edited.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyGeneration {
    /// The generation. Its workflow and agents are created, unless others are given here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_id: Option<GenerationId>,
    /// The workflow to create. A taken id is made free by a number. For a generation that changes a saved workflow, its next version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<CreateWorkflow>,
    /// The agents to create. A taken id is made free by a number, and the steps follow. Those that no step names are created too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents: Option<Vec<CreateAgent>>,
}

/// What was created from a generation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AppliedGeneration {
    /// The workflow.
    pub workflow: Workflow,
    /// The agents.
    pub agents: Vec<Agent>,
}
