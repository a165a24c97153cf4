//! The `agent` step: a model that calls tools until it is done.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::words::words;
use super::{Fallback, ReasoningEffort};
use crate::agents::Agent;
use crate::ids::{AgentId, PersonaId};
use crate::integer;
use crate::limits::DEFAULT_TURNS;
use crate::providers::ProviderName;

/// The fields of an `agent` step. Its output is text, or JSON when it has an `output_schema`.
///
/// What it leaves out comes from the agent that it names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentStep {
    /// The agent; none when `instructions` and `tools` are given here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// What the agent should do; a template.
    #[serde(default)]
    #[schema(required = true)]
    pub prompt: String,
    /// How the agent should behave: its system prompt; a template. The agent's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The tools that it may call, as `native:name` or `server-id:name`; `server-id:*` stands for all tools of a server. The
    /// agent's when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Which calls of tools a person approves; the agent's when left out, else `writes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<Approve>,
    /// Calls of the model at the most; the agent's when left out, else 10.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_turns: Option<u32>,
    /// What happens when the conversation is longer than the model reads; the agent's when left out, else `fail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_context_full: Option<OnContextFull>,
    /// Provider to call; the agent's when left out, else the workflow's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model to call; the agent's when left out, else the workflow's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Persona to put before the instructions; the agent's when left out, else the workflow's.
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
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

impl AgentStep {
    /// Calls of the model at the most.
    #[must_use]
    pub fn turns(&self) -> u32 {
        self.max_turns.unwrap_or(DEFAULT_TURNS).max(1)
    }

    /// Takes from the agent what the step leaves out, so that a run keeps it. A provider and a model belong together: a
    /// step that names one takes neither.
    pub fn fill_in(&mut self, agent: &Agent) {
        if self.provider.is_none() && self.model.is_none() {
            self.provider.clone_from(&agent.provider);
            self.model.clone_from(&agent.model);
            if self.fallbacks.is_empty() {
                self.fallbacks.clone_from(&agent.fallbacks);
            }
        }
        if self.tools.is_empty() {
            self.tools.clone_from(&agent.tools);
        }
        if self.instructions.is_none() {
            self.instructions = Some(agent.instructions.clone());
        }
        take(&mut self.approve, agent.approve.as_ref());
        take(&mut self.max_turns, agent.max_turns.as_ref());
        take(&mut self.on_context_full, agent.on_context_full.as_ref());
        take(&mut self.persona_id, agent.persona_id.as_ref());
        take(&mut self.temperature, agent.temperature.as_ref());
        take(&mut self.max_tokens, agent.max_tokens.as_ref());
        take(&mut self.reasoning, agent.reasoning.as_ref());
        take(&mut self.output_schema, agent.output_schema.as_ref());
    }
}

fn take<T: Clone>(own: &mut Option<T>, of_agent: Option<&T>) {
    if own.is_none() {
        *own = of_agent.cloned();
    }
}

words!(
    /// Which calls of tools a person approves before they are made.
    Approve {
        /// None.
        Never = "never",
        /// Those that change something elsewhere.
        Writes = "writes",
        /// All.
        Always = "always",
    }
);

words!(
    /// What happens when the conversation of an agent is longer than its model reads.
    OnContextFull {
        /// The step fails.
        Fail = "fail",
        /// The oldest results of tools are left out, and the model is told so.
        DropOldestResults = "drop_oldest_results",
    }
);

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_step_takes_from_its_agent_what_it_leaves_out() {
        let agent: Agent = serde_json::from_value(json!({
            "id": "scout", "name": "Scout", "description": "", "instructions": "Look around.", "provider": "openai",
            "model": "gpt-5.4", "max_turns": 4, "tools": ["files:*"], "version": 1,
            "created_at": DateTime::UNIX_EPOCH, "updated_at": DateTime::UNIX_EPOCH,
        }))
        .unwrap();
        let filled = |step: Value| {
            let mut step: AgentStep = serde_json::from_value(step).unwrap();
            step.fill_in(&agent);
            (step.model.clone(), step.tools.clone(), step.instructions.clone(), step.turns())
        };
        let all = (Some("gpt-5.4".into()), vec!["files:*".into()], Some("Look around.".into()), 4);
        assert_eq!(filled(json!({"agent_id": "scout", "prompt": "x"})), all);
        let own =
            json!({"agent_id": "scout", "prompt": "x", "provider": "demo", "tools": ["native:wait"], "max_turns": 2});
        assert_eq!(filled(own), (None, vec!["native:wait".into()], Some("Look around.".into()), 2));
    }
}
