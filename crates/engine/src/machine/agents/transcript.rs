//! The conversation that the model of an agent is sent, made from the step runs of its turns and calls.

use sluice_providers::{AssistantMessage, Message, ToolCall, ToolResult};
use sluice_store::StepRecord;
use sluice_types::{Candidate, StepPath};

use super::plan::{call_of, turn_of};
use super::result_text::{DROPPED, result_text};
use crate::machine::containers::size_of;
use crate::machine::runs::Runs;

/// A conversation, with its size in bytes.
#[derive(Debug)]
pub struct Conversation {
    pub messages: Vec<Message>,
    pub bytes: usize,
}

/// The conversation before a turn, for a model. The oldest `dropped` results are left out.
pub fn conversation(runs: &Runs, agent: &StepPath, before: u32, dropped: u32, to: &Candidate) -> Conversation {
    let prompt = runs.get(agent).and_then(|run| run.prompt.clone()).unwrap_or_default();
    let mut conversation = Conversation { bytes: prompt.len(), messages: vec![Message::User(prompt)] };
    let mut results = 0;
    for number in 1..before {
        let Some(path) = turn_of(agent, number) else { break };
        let Some(turn) = runs.record(&path) else { break };
        conversation.add_turn(turn, to);
        for (at, call) in turn.memory.calls.iter().enumerate() {
            let (content, is_error) = if results < dropped {
                (DROPPED.to_owned(), false)
            } else {
                result_text(call_of(&path, at).and_then(|call| runs.record(&call)))
            };
            results += 1;
            conversation.bytes += content.len();
            let (call_id, name) = (call.id.clone(), call.name.clone());
            conversation.messages.push(Message::Tool(ToolResult { call_id, name, content, is_error }));
        }
    }
    conversation
}

/// Number of the results before a turn.
pub fn results_before(runs: &Runs, agent: &StepPath, before: u32) -> u32 {
    let turns = (1..before).filter_map(|number| runs.record(&turn_of(agent, number)?));
    turns.map(|turn| u32::try_from(turn.memory.calls.len()).unwrap_or(u32::MAX)).sum()
}

impl Conversation {
    fn add_turn(&mut self, turn: &StepRecord, to: &Candidate) {
        let run = &turn.run;
        let is_own = run.provider.as_ref() == Some(&to.provider) && run.model.as_ref() == Some(&to.model);
        let calls = turn.memory.calls.iter();
        let calls = calls.map(|call| ToolCall {
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
        });
        let said = AssistantMessage {
            text: run.content.clone().unwrap_or_default(),
            tool_calls: calls.collect(),
            // Signed thoughts mean nothing to another model.
            replay: if is_own { turn.memory.replay.clone() } else { Vec::new() },
        };
        let values = said.tool_calls.iter().map(|call| &call.arguments).chain(&said.replay);
        self.bytes += said.text.len() + values.map(|value| size_of(value).bytes).sum::<usize>();
        self.messages.push(Message::Assistant(said));
    }
}
