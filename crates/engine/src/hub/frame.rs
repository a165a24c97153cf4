//! Server-sent events as bytes. Each event is serialised once, into the bytes that every reader is sent.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sluice_store::StoredEvent;
use sluice_types::{Event, EventType, ExecutionId, StepPath, StepRunStatus};

/// A server-sent event (WHATWG HTML, section 9.2), ready to be sent.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The event's number; text has none.
    pub seq: Option<i64>,
    /// For text: which attempt's, and where it ends.
    pub text: Option<TextEnd>,
    /// Whether the stream ends with it.
    pub ends_stream: bool,
    /// The bytes to send.
    pub bytes: Bytes,
}

/// Which attempt's text a piece belongs to, and where the piece ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEnd {
    /// The step run.
    pub path: StepPath,
    /// The attempt.
    pub attempt: i32,
    /// Where the piece ends in the attempt's text, in bytes.
    pub end: usize,
}

impl Frame {
    /// The frame of a stored event.
    #[must_use]
    pub fn of_stored(stored: &StoredEvent) -> Self {
        // Only its kind and whether it ends the stream are read from it.
        let event: Option<Event> = serde_json::from_str(&stored.payload).ok();
        let name = event.as_ref().map_or(EventType::Progress, |event| event.event_type).as_str();
        Self::stored(stored, name, event.is_some_and(|event| event.ends_stream()))
    }

    /// The frame of an event that is known.
    #[must_use]
    pub fn stored(stored: &StoredEvent, name: &str, ends_stream: bool) -> Self {
        let bytes = format!("id: {}\nevent: {name}\ndata: {}\n\n", stored.seq, stored.payload);
        Self { seq: Some(stored.seq), text: None, ends_stream, bytes: bytes.into() }
    }

    /// The frame of a piece of text.
    #[must_use]
    pub fn text(id: &ExecutionId, at: DateTime<Utc>, path: &StepPath, attempt: i32, offset: usize, text: &str) -> Self {
        let event = Event {
            path: Some(path.clone()),
            attempt: Some(attempt),
            offset: Some(i64::try_from(offset).unwrap_or(i64::MAX)),
            text: Some(text.to_owned()),
            ..Event::of_execution(EventType::Text, id, at)
        };
        let json = serde_json::to_string(&event).unwrap_or_default();
        Self {
            seq: None,
            text: Some(TextEnd { path: path.clone(), attempt, end: offset + text.len() }),
            ends_stream: false,
            bytes: format!("event: text\ndata: {json}\n\n").into(),
        }
    }
}

impl Frame {
    /// The event that the frame carries, for readers in the same process.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        let text = std::str::from_utf8(&self.bytes).ok()?;
        serde_json::from_str(text.split_once("\ndata: ")?.1).ok()
    }

    /// The attempt that completed its step, when the frame carries the event of that.
    #[must_use]
    pub fn completed_attempt(&self) -> Option<(StepPath, i32)> {
        let event = self.event()?;
        let completed = event.event_type == EventType::Progress && event.step_status == Some(StepRunStatus::Completed);
        event.path.zip(event.attempt.filter(|_| completed))
    }
}
