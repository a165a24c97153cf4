//! The conversation that the model of an agent is sent, made from the step runs of its turns and calls.

use serde_json::Value;
use sluice_providers::{AssistantMessage, Message, ToolCall, ToolResult};
use sluice_store::StepRecord;
use sluice_types::{Candidate, StepPath};

use super::plan::{call_of, turn_of};
use super::result_text::{DROPPED, result_text};
use crate::machine::containers::size_of;
use crate::machine::runs::Runs;
use crate::templating::{MAX_INLINE_BYTES, room_beside};

/// What a message counts besides its text, where the length of a conversation is judged.
const MESSAGE_BYTES: usize = 64;

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

/// Whether the conversation of an agent is so long that making a request of it takes more than a moment.
pub fn has_long_conversation(runs: &Runs, agent: &StepPath) -> bool {
    let text = |room: usize, text: Option<&String>| room.checked_sub(text.map_or(0, String::len));
    let beside = |room: usize, record: &StepRecord| {
        let room = text(room.checked_sub(MESSAGE_BYTES)?, record.run.content.as_ref())?;
        match &record.run.output {
            // It is the content.
            None | Some(Value::String(_)) => Some(room),
            Some(output) => room_beside(room, output),
        }
    };
    let prompt = runs.get(agent).and_then(|run| run.prompt.as_ref());
    let mut room = text(MAX_INLINE_BYTES, prompt);
    for number in 1.. {
        let Some(turn) = turn_of(agent, number) else { break };
        let Some(record) = runs.record(&turn) else { break };
        let calls = (0..record.memory.calls.len()).map_while(|call| runs.record(&call_of(&turn, call)?));
        room = std::iter::once(record).chain(calls).fold(room, |room, record| beside(room?, record));
        if room.is_none() {
            return true;
        }
    }
    room.is_none()
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
