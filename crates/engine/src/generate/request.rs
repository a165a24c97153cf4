//! What is asked of a designer, and what it gives.

use sluice_types::{
    AgentId, Candidate, CreateAgent, CreateWorkflow, Definition, Estimate, FieldChange, LintFinding, McpServerId,
    ReuseItem, StepChange, SuggestedMcpServer, TokenUsage, VersionContent, WorkflowId,
};

/// A workflow to design, or to change.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignRequest {
    /// What the workflow is to do, or how it is to be changed.
    pub prompt: String,
    /// The workflow to change; a new one is designed when absent.
    pub base: Option<Base>,
    /// The model that designs: see [`crate::Engine::designer`].
    pub candidate: Candidate,
}

/// A workflow to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    /// Its id, when it is saved.
    pub workflow_id: Option<WorkflowId>,
    /// Its name; empty when it has none yet.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its definition.
    pub definition: Definition,
}

impl Base {
    /// Its name, description and definition, as a version holds them.
    pub(crate) fn content(&self) -> VersionContent<'_> {
        VersionContent { name: &self.name, description: &self.description, definition: &self.definition }
    }
}

/// What is told while a model designs.
#[derive(Debug, Clone, PartialEq)]
pub enum DesignProgress {
    /// A call of the model begins.
    Call {
        /// Its number, from 1.
        number: i64,
    },
    /// The model has written a piece of its answer.
    Text {
        /// Characters so far, of all calls together.
        chars: usize,
        /// The piece.
        text: String,
    },
    /// What all calls so far have cost. It is told when a call ends, however it ends.
    Usage {
        /// The cost, as far as prices are known.
        cost_usd: f64,
        /// The tokens; estimated for a call that did not end well.
        token_usage: TokenUsage,
    },
    /// Findings are sent back to the model.
    Repair {
        /// How many.
        findings: usize,
    },
}

/// A designed workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The workflow. Its id was free, or it is that of the workflow that was changed.
    pub workflow: CreateWorkflow,
    /// Agents that it needs and that are not there. Their ids were free.
    pub agents_to_create: Vec<CreateAgent>,
    /// Agents that it uses and that are there.
    pub existing_agents_used: Vec<AgentId>,
    /// MCP servers that would help.
    pub mcps_suggested: Vec<SuggestedMcpServer>,
    /// MCP servers that it uses and that are there.
    pub existing_mcps_used: Vec<McpServerId>,
    /// How the workflow does what was asked for.
    pub explanation: String,
    /// What each step that calls a model, an agent or a tool reuses, and what is new.
    pub reuse: Vec<ReuseItem>,
    /// What changed, step by step, when a workflow was changed.
    pub changes: Vec<StepChange>,
    /// What changed outside of the steps.
    pub field_changes: Vec<FieldChange>,
    /// What is wrong with the workflow.
    pub findings: Vec<LintFinding>,
    /// The expected cost of a run.
    pub estimate: Estimate,
}
