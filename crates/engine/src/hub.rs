//! The live streams: what happens in an execution, to whoever listens. Each event is serialised
//! once, into the bytes that every reader is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use dashmap::DashMap;
use serde::Deserialize;
use sluice_store::StoredEvent;
use sluice_types::{Event, EventType, ExecutionId, ExecutionStatus, StepPath};
use tokio::sync::broadcast;

use crate::shared::ExecutionKey;

/// Events that a reader may fall behind before it is dropped; it then connects again.
const BEHIND: usize = 1_024;

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
        // After an event that cannot be read at all, the reader connects again: it is then told whether more is to come.
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
}

/// The streams of all executions that anybody writes to or listens to.
#[derive(Default)]
pub struct Hub {
    channels: Arc<DashMap<ExecutionKey, Weak<Channel>>>,
}

/// The stream of one execution.
pub struct Channel {
    key: ExecutionKey,
    /// Made for the first reader: its ring of events is most of what a channel weighs.
    sender: OnceLock<broadcast::Sender<Frame>>,
    live: Mutex<BTreeMap<StepPath, LiveText>>,
    channels: Arc<DashMap<ExecutionKey, Weak<Channel>>>,
}

/// The text of an attempt under way.
#[derive(Debug, Clone, Default)]
struct LiveText {
    attempt: i32,
    text: String,
}

impl Hub {
    /// The stream of an execution, made when nobody has it open.
    pub fn channel(&self, key: &ExecutionKey) -> Arc<Channel> {
        let mut entry = self.channels.entry(key.clone()).or_default();
        if let Some(open) = entry.upgrade() {
            return open;
        }
        let opened = Arc::new(Channel {
            key: key.clone(),
            sender: OnceLock::new(),
            live: Mutex::default(),
            channels: self.channels.clone(),
        });
        *entry = Arc::downgrade(&opened);
        opened
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // Unless somebody opened it anew in the meantime.
        self.channels.remove_if(&self.key, |_, channel| channel.strong_count() == 0);
    }
}

impl Channel {
    fn live(&self) -> std::sync::MutexGuard<'_, BTreeMap<StepPath, LiveText>> {
        // What a panic left behind is text that is whole up to some piece.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody listens.
    pub fn has_readers(&self) -> bool {
        self.sender.get().is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Sends stored events to whoever listens.
    pub fn publish(&self, frames: impl IntoIterator<Item = Frame>) {
        let Some(sender) = self.sender.get() else { return };
        for frame in frames {
            // Nobody listening is no error.
            let _ = sender.send(frame);
        }
    }

    /// Begins the text of an attempt.
    pub fn begin_text(&self, path: &StepPath, attempt: i32) {
        self.live().insert(path.clone(), LiveText { attempt, text: String::new() });
    }

    /// Adds a piece to the text of an attempt, and sends it.
    pub fn add_text(&self, at: DateTime<Utc>, path: &StepPath, attempt: i32, piece: &str) {
        // Sending under the lock keeps the pieces in order with what a new reader is given.
        let mut live = self.live();
        let Some(text) = live.get_mut(path).filter(|text| text.attempt == attempt) else { return };
        let offset = text.text.len();
        text.text.push_str(piece);
        if self.has_readers()
            && let Some(sender) = self.sender.get()
        {
            // The last reader may have left just now.
            let _ = sender.send(Frame::text(&self.key.id, at, path, attempt, offset, piece));
        }
    }

    /// The text of an attempt as far as it came.
    pub fn text_of(&self, path: &StepPath, attempt: i32) -> String {
        self.live().get(path).filter(|text| text.attempt == attempt).map(|text| text.text.clone()).unwrap_or_default()
    }

    /// The text of an attempt from an offset in bytes on, which is where a piece of it ended.
    pub fn text_from(&self, path: &StepPath, attempt: i32, offset: usize) -> String {
        let live = self.live();
        let text = live.get(path).filter(|text| text.attempt == attempt);
        text.and_then(|text| text.text.get(offset..)).unwrap_or_default().to_owned()
    }

    /// Ends the text of a step run, and gives it.
    pub fn end_text(&self, path: &StepPath) -> String {
        self.live().remove(path).map(|text| text.text).unwrap_or_default()
    }

    /// Listens: the texts of all attempts under way as they are now, and everything from now on.
    pub fn subscribe(&self, now: DateTime<Utc>) -> (Vec<Frame>, broadcast::Receiver<Frame>) {
        let live = self.live();
        let texts =
            live.iter().map(|(path, text)| Frame::text(&self.key.id, now, path, text.attempt, 0, &text.text)).collect();
        (texts, self.sender.get_or_init(|| broadcast::Sender::new(BEHIND)).subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ExecutionKey {
        let id = ExecutionId::new("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").unwrap();
        ExecutionKey { tenant: sluice_types::TenantId::local(), id }
    }

    #[test]
    fn a_reader_that_comes_late_is_given_all_text_and_then_each_piece_once() {
        let hub = Hub::default();
        let channel = hub.channel(&key());
        let path = StepPath::new("a").unwrap();
        let at = DateTime::default();
        channel.begin_text(&path, 1);
        channel.add_text(at, &path, 1, "ab");
        let (texts, mut rest) = channel.subscribe(at);
        channel.add_text(at, &path, 1, "cd");
        channel.add_text(at, &path, 2, "of an attempt that is over");
        assert_eq!(texts.iter().map(|frame| frame.text.clone().unwrap().end).collect::<Vec<_>>(), [2]);
        assert_eq!(rest.try_recv().unwrap().text.unwrap(), TextEnd { path: path.clone(), attempt: 1, end: 4 });
        assert!(rest.try_recv().is_err());
        assert_eq!(channel.end_text(&path), "abcd");
    }

    #[test]
    fn the_last_event_of_a_newer_server_ends_the_stream() {
        let frame = |payload: &str| Frame::of_stored(&StoredEvent { seq: 3, payload: payload.into() });
        let newer = frame(r#"{"type": "archived", "status": "completed", "at": {"day": 1}, "path": 7}"#);
        assert!(newer.ends_stream);
        assert!(newer.bytes.starts_with(b"id: 3\nevent: progress\ndata: {\"type\": \"archived\""));
        let under_way = frame(r#"{"type": "retry", "status": "running", "at": 1}"#);
        assert!(!under_way.ends_stream && under_way.bytes.starts_with(b"id: 3\nevent: retry\n"));
        assert!(!frame(r#"{"type": "thinking", "status": "dreaming"}"#).ends_stream);
        assert!(frame("broken").ends_stream, "its reader connects again");
    }

    #[test]
    fn a_channel_that_nobody_has_is_gone() {
        let hub = Hub::default();
        let channel = hub.channel(&key());
        assert!(Arc::ptr_eq(&channel, &hub.channel(&key())));
        drop(channel);
        assert!(hub.channels.is_empty());
    }
}
