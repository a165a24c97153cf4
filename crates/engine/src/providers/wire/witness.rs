//! Observes the raw frames of a stream, for faults that genai 0.7 leaves out of its events.
//!
//! - Its Responses reader skips a frame that is not JSON, and turns `response.failed` into a parse error.
//! - Its Ollama reader passes over a line `{"error": …}`.
//! - Its Gemini reader forgets `promptFeedback.blockReason`, and fails on a frame that carries usage alone.
//! - Its SSE splitter may take CRLF cut between two packets for the end of an event, which parts Anthropic's
//!   `event:` line from its data; the data is then skipped.

use std::sync::{Mutex, MutexGuard, PoisonError};

use genai::chat::{ChatFrameSink, FrameCtx, RawFrameRef};
use serde_json::Value;

use super::{super::call::ProviderError, errors, target::Protocol};

/// Bytes of one frame of a stream: a line of JSON, or the data of one SSE event.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;

/// Facts that the frames so far have shown.
#[derive(Debug)]
pub(super) struct FrameObserver {
    protocol: Protocol,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    fault: Option<ProviderError>,
    last_was_bare: bool,
}

impl FrameObserver {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self { protocol, seen: Mutex::default() }
    }

    /// The first thing wrong that a frame has shown.
    pub(super) fn fault(&self) -> Option<ProviderError> {
        self.seen().fault.clone()
    }

    /// Whether the last frame was a good one without any candidate (Gemini's usage alone).
    pub(super) fn last_was_bare(&self) -> bool {
        self.seen().last_was_bare
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChatFrameSink for FrameObserver {
    fn on_frame(&self, _: &FrameCtx, frame: RawFrameRef<'_>) {
        let fault = fault_of(self.protocol, frame.event, frame.data);
        let mut seen = self.seen();
        seen.last_was_bare = self.protocol == Protocol::Gemini && !frame.data.contains("\"candidates\"");
        if seen.fault.is_none() {
            seen.fault = fault;
        }
    }
}

/// The fault of one frame.
fn fault_of(protocol: Protocol, event: Option<&str>, data: &str) -> Option<ProviderError> {
    if data.len() > MAX_FRAME_BYTES {
        return Some(errors::broken(&format!("a piece of the answer is longer than {MAX_FRAME_BYTES} bytes")));
    }
    let data = data.trim();
    // An event of no data is a comment; `[DONE]` is the end marker of chat completions.
    if data.is_empty() || data == "[DONE]" {
        return None;
    }
    let Ok(frame) = serde_json::from_str::<Value>(data) else {
        return Some(errors::broken("the answer holds a piece that is not JSON"));
    };
    if is_set(frame.get("error")) || is_set(frame.pointer("/response/error")) || is_type(&frame, "error") {
        return Some(errors::from_event(&frame));
    }
    if let Some(reason) = frame.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
        return Some(errors::withheld(reason));
    }
    if protocol == Protocol::AnthropicMessages && event.is_none() {
        return Some(errors::broken("the answer holds a piece without its event's name"));
    }
    None
}

fn is_set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

fn is_type(frame: &Value, name: &str) -> bool {
    frame.get("type").and_then(Value::as_str) == Some(name)
}
