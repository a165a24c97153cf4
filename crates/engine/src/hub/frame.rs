//! Server-sent events as bytes. Each event is serialised once, into the bytes that every reader is sent.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sluice_store::StoredEvent;
use sluice_tools::Progress;
use sluice_types::{EventType, ExecutionEvent, ExecutionId, ExecutionStatus, StepPath, StepRunStatus};

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

/// The texts that an attempt streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// The answer.
    #[default]
    Answer,
    /// What the model thinks.
    Thinking,
}

impl TextKind {
    const fn event_type(self) -> EventType {
        match self {
            Self::Answer => EventType::Text,
            Self::Thinking => EventType::Thinking,
        }
    }
}

/// Which attempt's text a piece belongs to, and where the piece ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEnd {
    /// Which of its texts.
    pub kind: TextKind,
    /// The step run.
    pub path: StepPath,
    /// The attempt.
    pub attempt: i32,
    /// Where the piece ends in the attempt's text, in bytes.
    pub end: usize,
}

/// The part of a stored event that its frame needs. A newer server may have written the rest in another form.
#[derive(Deserialize)]
struct EventHead {
    #[serde(rename = "type")]
    event_type: EventType,
    #[serde(default)]
    status: Option<ExecutionStatus>,
}

impl Frame {
    /// The frame of a stored event.
    #[must_use]
    pub fn of_stored(stored: &StoredEvent) -> Self {
        let head: Option<EventHead> = serde_json::from_str(&stored.payload).ok();
        let name = head.as_ref().map_or(EventType::Progress, |head| head.event_type).frame_name();
        // After an event that cannot be read at all, the reader connects again, and finds out whether more follows.
        let ends_stream = head.is_none_or(|head| head.status.is_some_and(ExecutionStatus::is_terminal));
        Self::stored(stored, name, ends_stream)
    }

    /// The frame of an event that is known.
    #[must_use]
    pub fn stored(stored: &StoredEvent, name: &str, ends_stream: bool) -> Self {
        let bytes = format!("id: {}\nevent: {name}\ndata: {}\n\n", stored.seq, stored.payload);
        Self { seq: Some(stored.seq), text: None, ends_stream, bytes: bytes.into() }
    }

    /// The frame of a piece of text.
    #[must_use]
    pub fn text(
        kind: TextKind,
        id: &ExecutionId,
        at: DateTime<Utc>,
        path: &StepPath,
        attempt: i32,
        offset: usize,
        text: &str,
    ) -> Self {
        let event = ExecutionEvent {
            path: Some(path.clone()),
            attempt: Some(attempt),
            offset: Some(i64::try_from(offset).unwrap_or(i64::MAX)),
            text: Some(text.to_owned()),
            ..ExecutionEvent::of_execution(kind.event_type(), id, at)
        };
        let end = TextEnd { kind, path: path.clone(), attempt, end: offset + text.len() };
        Self { text: Some(end), ..Self::live(&event) }
    }

    /// The frame of a report on how far a call of a tool is.
    #[must_use]
    pub fn progress(
        id: &ExecutionId,
        at: DateTime<Utc>,
        path: &StepPath,
        attempt: i32,
        Progress { progress, total, message }: &Progress,
    ) -> Self {
        Self::live(&ExecutionEvent {
            path: Some(path.clone()),
            attempt: Some(attempt),
            progress: Some(*progress),
            total: *total,
            message: message.clone(),
            ..ExecutionEvent::of_execution(EventType::ToolProgress, id, at)
        })
    }

    /// The frame of an event that is not stored.
    fn live(event: &ExecutionEvent) -> Self {
        let json = serde_json::to_string(event).unwrap_or_default();
        let bytes = format!("event: {}\ndata: {json}\n\n", event.event_type.frame_name());
        Self { seq: None, text: None, ends_stream: false, bytes: bytes.into() }
    }
}

impl Frame {
    /// The event that the frame carries, for readers in the same process.
    #[must_use]
    pub fn event(&self) -> Option<ExecutionEvent> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_event_of_a_newer_server_ends_the_stream() {
        let frame = |payload: &str| Frame::of_stored(&StoredEvent { seq: 3, payload: payload.into() });
        let newer = frame(r#"{"type": "archived", "status": "completed", "at": {"day": 1}, "path": 7}"#);
        assert!(newer.ends_stream);
        assert!(newer.bytes.starts_with(b"id: 3\nevent: progress\ndata: {\"type\": \"archived\""));
        let under_way = frame(r#"{"type": "retry", "status": "running", "at": 1}"#);
        assert!(!under_way.ends_stream && under_way.bytes.starts_with(b"id: 3\nevent: retry\n"));
        assert!(!frame(r#"{"type": "resting", "status": "dreaming"}"#).ends_stream);
        assert!(frame("broken").ends_stream, "its reader connects again");
    }
}
