//! Bodies of answers, byte by byte, and what is heard of them. Each is also read in two packets, cut at every byte.

mod anthropic;
mod gemini;
mod ollama_chat;
mod openai_chat;
mod openai_responses;

use serde_json::Value;
use sluice_providers::{AnswerReader, Finish, ModelEvent, Protocol, ProviderError, ProviderErrorKind, ToolCall};
use sluice_types::{FinishReason, TokenUsage};

/// What was heard of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub text: String,
    pub thinking: String,
    /// The arguments of each call, in the pieces that were told.
    pub arguments: Vec<String>,
    pub end: Result<Finish, ProviderError>,
}

impl Heard {
    /// Text and reason of an answer that ended well.
    pub fn ended(&self) -> (&str, FinishReason) {
        let finish = self.end.as_ref().unwrap_or_else(|error| panic!("the answer should end well: {error:?}"));
        (self.text.as_str(), finish.reason)
    }

    /// The provider's word for the reason.
    pub fn word(&self) -> Option<&str> {
        self.end.as_ref().unwrap().word.as_deref()
    }

    pub fn usage(&self) -> TokenUsage {
        self.end.as_ref().unwrap().usage.expect("the provider counts")
    }

    pub fn calls(&self) -> &[ToolCall] {
        &self.end.as_ref().unwrap().tool_calls
    }

    /// Kind and words of a failure.
    pub fn failed(&self) -> (ProviderErrorKind, &str) {
        let error = self.end.as_ref().expect_err("the answer should fail");
        (error.kind, error.message.as_str())
    }
}

/// Reads a body in one packet, and in two, cut at every byte: the packets must not matter.
pub fn hear(protocol: Protocol, body: &str) -> Heard {
    let whole = hear_packets(protocol, &[body.as_bytes()]);
    for at in 1..body.len() {
        let (one, two) = body.as_bytes().split_at(at);
        assert_eq!(hear_packets(protocol, &[one, two]), whole, "{protocol:?}: cut at byte {at} of {body}");
    }
    whole
}

fn hear_packets(protocol: Protocol, packets: &[&[u8]]) -> Heard {
    let mut reader = AnswerReader::new(protocol);
    let mut heard = Heard {
        text: String::new(),
        thinking: String::new(),
        arguments: Vec::new(),
        end: Err(ProviderError::new(ProviderErrorKind::BadRequest, "no end was told")),
    };
    let read = packets.iter().try_for_each(|packet| reader.add(packet)).and_then(|()| reader.end());
    while let Some(event) = reader.next_event() {
        match event {
            ModelEvent::Text(piece) => heard.text.push_str(&piece),
            ModelEvent::Thinking(piece) => heard.thinking.push_str(&piece),
            ModelEvent::ToolCall { index, .. } => {
                assert_eq!(index, heard.arguments.len(), "calls are numbered in order");
                heard.arguments.push(String::new());
            }
            ModelEvent::ToolArguments { index, piece } => heard.arguments[index].push_str(&piece),
            ModelEvent::Finished(finish) => heard.end = Ok(finish),
            ModelEvent::Note(note) => panic!("a reader tells no notes: {note}"),
        }
    }
    if let Err(error) = read {
        heard.end = Err(error);
    }
    heard
}

/// An event stream of these values.
pub fn events(values: &[Value]) -> String {
    let frames: Vec<String> = values.iter().map(|value| format!("data: {value}\n\n")).collect();
    frames.concat()
}

/// A usage by its counts: input, output, read from a cache, written to a cache, thought with.
pub fn usage(counts: [u64; 5]) -> TokenUsage {
    let [input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens] = counts;
    TokenUsage { input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens }
}
