//! The fields of agents and tools.

use serde_json::{Map, Value};

use super::field::StepField;
use crate::definition::{AgentStep, Approve, OnContextFull, ToolStep};
use crate::ids::AgentId;

/// A field that only `agent` steps have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentField {
    /// The agent that the step names.
    Agent(Option<AgentId>),
    /// The tools that it may call.
    Tools(Vec<String>),
    /// Which calls of tools a person approves.
    Approve(Option<Approve>),
    /// Calls of the model at the most.
    MaxTurns(Option<u32>),
    /// What happens when the conversation is longer than the model reads.
    OnContextFull(Option<OnContextFull>),
}

/// A field of `tool` steps.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolField {
    /// The tool, by its id.
    Tool(String),
    /// The arguments.
    Arguments(Map<String, Value>),
}

impl From<AgentField> for StepField {
    fn from(field: AgentField) -> Self {
        Self::Agent(field)
    }
}

impl From<ToolField> for StepField {
    fn from(field: ToolField) -> Self {
        Self::Tool(field)
    }
}

impl AgentField {
    pub(super) fn put(self, agent: &mut AgentStep) {
        match self {
            Self::Agent(id) => agent.agent_id = id,
            Self::Tools(tools) => agent.tools = tools,
            Self::Approve(approve) => agent.approve = approve,
            Self::MaxTurns(turns) => agent.max_turns = turns,
            Self::OnContextFull(then) => agent.on_context_full = then,
        }
    }
}

impl ToolField {
    pub(super) fn put(self, tool: &mut ToolStep) {
        match self {
            Self::Tool(id) => tool.tool = id,
            Self::Arguments(arguments) => tool.arguments = arguments,
        }
    }
}
