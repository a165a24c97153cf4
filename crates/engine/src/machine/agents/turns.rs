//! Turns of an agent: calls of its model.

use sluice_providers::{ModelCall, Tool, ToolCall};
use sluice_store::{AskedCall, ListedTool};
use sluice_types::limits::MAX_CONVERSATION_BYTES;
use sluice_types::{AgentStep, Candidate, ErrorCode, InAgent, LlmStep, OnContextFull, RunError, StepPath};

use super::transcript::{conversation, results_before};
use crate::machine::Machine;

impl Machine {
    /// The call of a turn's next attempt, before its limits are set.
    pub(in crate::machine) fn turn_call(&mut self, at: &InAgent, candidate: &Candidate) -> Result<ModelCall, RunError> {
        let missing = || RunError::new(ErrorCode::Internal, format!("`{}` is no agent", at.agent));
        let messages = loop {
            let dropped = self.runs.record(&at.agent).ok_or_else(missing)?.memory.dropped;
            let conversation = conversation(&self.runs, &at.agent, at.turn, dropped, candidate);
            if conversation.bytes <= MAX_CONVERSATION_BYTES {
                break conversation.messages;
            }
            if !self.drop_results(at) {
                let message = format!(
                    "The conversation of the agent has more than {MAX_CONVERSATION_BYTES} bytes: let its tools give shorter results, or let it leave out the oldest ones (`on_context_full: drop_oldest_results`)."
                );
                return Err(RunError::new(ErrorCode::ContextTooLong, message));
            }
        };
        let record = self.runs.record(&at.agent).ok_or_else(missing)?;
        let (instructions, tools) =
            (record.memory.instructions.clone(), record.memory.tools.clone().unwrap_or_default());
        let agent = self.agent_step(&at.agent).ok_or_else(missing)?;
        let call = self.call(agent.model_use(), candidate, String::new(), instructions);
        Ok(ModelCall { messages, tools: tools.iter().map(told).collect(), ..call })
    }

    /// Leaves half of the results out that are still sent, the oldest first. False when the agent does not allow it, or when
    /// none is left.
    pub(in crate::machine) fn drop_results(&mut self, at: &InAgent) -> bool {
        let allows = self.agent_step(&at.agent).and_then(|agent| agent.on_context_full.as_ref());
        if allows != Some(&OnContextFull::DropOldestResults) {
            return false;
        }
        let all = results_before(&self.runs, &at.agent, at.turn);
        let dropped = self.runs.record(&at.agent).map_or(0, |record| record.memory.dropped);
        let left = all.saturating_sub(dropped);
        if left > 0 {
            self.change(&at.agent, |record| record.memory.dropped = dropped + left.div_ceil(2));
        }
        left > 0
    }

    /// Records the calls that a turn asks for, and the parts of its answer to send back.
    pub(in crate::machine) fn turn_completed(
        &mut self,
        path: &StepPath,
        at: &InAgent,
        calls: Vec<ToolCall>,
        replay: Vec<serde_json::Value>,
    ) {
        let asked = |call: ToolCall| AskedCall { id: call.id, name: call.name, arguments: call.arguments };
        let calls: Vec<AskedCall> = calls.into_iter().map(asked).collect();
        let count = u32::try_from(calls.len()).ok().filter(|count| *count > 0);
        let most = self.agent_step(path).map_or(0, AgentStep::turns);
        self.change(path, |record| {
            record.run.tool_calls = count;
            record.memory.calls.clone_from(&calls);
            record.memory.replay = replay;
        });
        // Nobody would read the results after the last turn.
        if at.turn < most {
            self.make_calls(path, at, &calls);
        }
    }
}

/// An agent's turn, as the judge of answers sees it.
pub fn as_llm(agent: &AgentStep) -> LlmStep {
    LlmStep { max_tokens: agent.max_tokens, output_schema: agent.output_schema.clone(), ..LlmStep::default() }
}

/// A tool, as a model is told of it.
fn told(tool: &ListedTool) -> Tool {
    Tool { name: tool.name.clone(), description: tool.description.clone(), parameters: tool.input_schema.clone() }
}
