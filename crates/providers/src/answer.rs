//! What is known of an answer while it is read, and the decision whether it ended well.

use std::collections::VecDeque;

use serde_json::{Map, Value};
use sluice_types::{FinishReason, TokenUsage};

use crate::error::ProviderError;
use crate::event::{Finish, ModelEvent, ToolCall};
use crate::refusal::broken;
use crate::thoughts::{Part, ThoughtSplitter};

/// Calls of tools in one answer.
const MAX_TOOL_CALLS: usize = 128;

/// The answer so far. The protocols write into it.
#[derive(Debug, Default)]
pub struct Answer {
    events: VecDeque<ModelEvent>,
    splitter: ThoughtSplitter,
    usage: Option<TokenUsage>,
    reason: Option<(FinishReason, Option<String>)>,
    has_end_marker: bool,
    calls: Vec<PartialCall>,
    replay: Vec<Value>,
    pauses: bool,
}

/// A call of a tool whose arguments are still written.
#[derive(Debug)]
struct PartialCall {
    /// The number by which the provider's pieces name the call.
    key: u64,
    id: String,
    name: String,
    arguments: String,
}

/// An answer that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Its end.
    pub finish: Finish,
    /// Whether the provider only paused: the call is to be sent again, with the answer so far ([`Finish::replay`]).
    pub pauses: bool,
}

impl Answer {
    /// The next event that was read.
    pub fn next_event(&mut self) -> Option<ModelEvent> {
        self.events.pop_front()
    }

    /// A piece of the text. Thoughts at its head are parted from it.
    pub fn text(&mut self, piece: &str) {
        for part in self.splitter.add(piece) {
            self.part(part);
        }
    }

    /// A piece of what the model thinks.
    pub fn thinking(&mut self, piece: &str) {
        if !piece.is_empty() {
            self.events.push_back(ModelEvent::Thinking(piece.to_owned()));
        }
    }

    fn part(&mut self, part: Part) {
        self.events.push_back(match part {
            Part::Text(text) => ModelEvent::Text(text),
            Part::Thinking(thought) => ModelEvent::Thinking(thought),
        });
    }

    /// A call of a tool begins, or tells more of itself: id and name may come in any piece.
    ///
    /// # Errors
    /// There are too many calls.
    pub fn tool_call(&mut self, key: u64, id: Option<&str>, name: Option<&str>) -> Result<(), ProviderError> {
        let id = id.unwrap_or_default();
        if let Some(call) = self.calls.iter_mut().find(|call| call.key == key) {
            // Some servers repeat the id and the name in each piece.
            if call.id.is_empty() {
                id.clone_into(&mut call.id);
            }
            return Ok(());
        }
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Err(broken("a piece of a tool's call came before the tool's name"));
        };
        if self.calls.len() >= MAX_TOOL_CALLS {
            return Err(broken(&format!("the answer calls more than {MAX_TOOL_CALLS} tools")));
        }
        let index = self.calls.len();
        self.calls.push(PartialCall { key, id: id.to_owned(), name: name.to_owned(), arguments: String::new() });
        self.events.push_back(ModelEvent::ToolCall { index, name: name.to_owned() });
        Ok(())
    }

    /// A piece of the arguments of a call that has begun.
    ///
    /// # Errors
    /// No such call has begun.
    pub fn tool_arguments(&mut self, key: u64, piece: &str) -> Result<(), ProviderError> {
        let Some((index, call)) = self.calls.iter_mut().enumerate().find(|(_, call)| call.key == key) else {
            return Err(broken("a piece of a tool's call belongs to no call"));
        };
        if !piece.is_empty() {
            call.arguments.push_str(piece);
            self.events.push_back(ModelEvent::ToolArguments { index, piece: piece.to_owned() });
        }
        Ok(())
    }

    /// Number of calls so far.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The provider's count so far. A later one replaces it.
    pub fn usage(&mut self, usage: TokenUsage) {
        // A server that counts nothing writes zeros.
        if usage != TokenUsage::default() {
            self.usage = Some(usage);
        }
    }

    /// Why the answer ends, with the provider's own word for it. The body may go on: counts follow, and some servers
    /// write a reason with each piece.
    pub fn finish(&mut self, reason: FinishReason, word: &str) {
        self.reason = Some((reason, Some(word.to_owned())));
    }

    /// Whether the answer has told why it ends.
    pub fn has_reason(&self) -> bool {
        self.reason.is_some()
    }

    /// The provider has marked the end: nothing follows.
    pub fn end_marker(&mut self) {
        self.has_end_marker = true;
    }

    /// Whether the provider has marked the end.
    pub fn is_marked(&self) -> bool {
        self.has_end_marker
    }

    /// A part of the answer that the provider wants back unchanged.
    pub fn replay(&mut self, part: Value) {
        self.replay.push(part);
    }

    /// The provider paused: it goes on when it gets the answer so far.
    pub fn pause(&mut self) {
        self.pauses = true;
    }

    /// Ends the answer, at the end of its body. It ended well when it told why it ends, or marked its end: otherwise it
    /// broke off.
    ///
    /// # Errors
    /// The answer broke off.
    pub fn end(&mut self) -> Result<Ended, ProviderError> {
        let (reason, word) = match self.reason.take() {
            Some(told) => told,
            None if self.has_end_marker => (FinishReason::Stop, None),
            None => return Err(broken("the answer broke off before its end")),
        };
        if let Some(part) = self.splitter.end() {
            self.part(part);
        }
        let calls = std::mem::take(&mut self.calls);
        let tool_calls: Vec<ToolCall> = (1_usize..).zip(calls).map(|(number, call)| call.whole(number)).collect();
        // Some servers say `stop` after a call of a tool.
        let reason =
            if reason == FinishReason::Stop && !tool_calls.is_empty() { FinishReason::ToolCalls } else { reason };
        let replay = std::mem::take(&mut self.replay);
        let finish = Finish { reason, word, usage: self.usage, tool_calls, replay };
        Ok(Ended { finish, pauses: self.pauses })
    }
}

impl PartialCall {
    fn whole(self, number: usize) -> ToolCall {
        let arguments = match self.arguments.trim() {
            "" => Value::Object(Map::new()),
            json => serde_json::from_str(json).unwrap_or_else(|_| Value::String(self.arguments.clone())),
        };
        let id = if self.id.is_empty() { format!("call_{number}") } else { self.id };
        ToolCall { id, name: self.name, arguments }
    }
}
