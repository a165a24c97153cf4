//! The stream of one execution, and the register of all streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use chrono::{DateTime, Utc};
use dashmap::DashMap;
use sluice_tools::Progress;
use sluice_types::StepPath;
use sluice_types::limits::MAX_THINKING_BYTES;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::frame::{Frame, TextKind};
use super::pace::{Pace, Turn};
use super::text::LiveText;
use crate::key::ExecutionKey;

/// Events that a reader may fall behind before it is dropped; it then connects again.
const BEHIND: usize = 1_024;

/// The mark at the end of a thinking that is longer than is kept.
const MORE_THINKING: &str = "\n[The rest of the thinking was not kept.]";

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
    /// How far the stored events have come.
    published: watch::Sender<Advance>,
    texts: Mutex<Texts>,
    /// How often the calls of tools tell how far they are, all together.
    progress_pace: Pace,
    /// The poller of the execution while readers hold it. The lock is held while one is started.
    pub(crate) poller: tokio::sync::Mutex<Weak<AbortOnDropHandle<()>>>,
    channels: Arc<DashMap<ExecutionKey, Weak<Channel>>>,
}

/// How far the stored events of an execution have come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Advance {
    /// The number of the newest event.
    pub seq: i64,
    /// Whether the execution may have ended or paused with it.
    pub may_have_settled: bool,
}

/// The texts of attempts under way. Those of answers are in two maps, so that the poller never touches the text of an attempt that runs here:
/// its output is made from it.
#[derive(Default)]
struct Texts {
    /// Of attempts that run here.
    here: BTreeMap<StepPath, LiveText>,
    /// The thinking of attempts that run here. It is in no database before its attempt ends.
    thinking: BTreeMap<StepPath, LiveText>,
    /// Of attempts that another server runs, as far as the poller has read them.
    elsewhere: BTreeMap<StepPath, LiveText>,
    /// How far the calls of tools that run here are: the newest frame of each.
    progress: BTreeMap<StepPath, Frame>,
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
            published: watch::Sender::new(Advance::default()),
            texts: Mutex::default(),
            progress_pace: Pace::default(),
            poller: tokio::sync::Mutex::default(),
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
    /// Which execution it belongs to.
    pub(crate) fn key(&self) -> &ExecutionKey {
        &self.key
    }

    fn texts(&self) -> MutexGuard<'_, Texts> {
        // After a panic, the text is whole up to some piece.
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody listens.
    pub fn has_readers(&self) -> bool {
        self.sender.get().is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Sends stored events to the subscribers.
    pub fn publish(&self, frames: impl IntoIterator<Item = Frame>) {
        let Some(sender) = self.sender.get() else { return };
        for frame in frames {
            // Nobody listening is no error.
            let _ = sender.send(frame);
        }
    }

    /// Notes the number of the newest stored event, and wakes the callers that wait for one. They receive no frames: a
    /// reader's ring of frames weighs much more than a number.
    pub(crate) fn advance(&self, to: Advance) {
        self.published.send_if_modified(|newest| {
            let newer = to.seq > newest.seq;
            if newer {
                *newest = to;
            }
            newer
        });
    }

    /// Observes how far the stored events come, from the next change on.
    pub(crate) fn observe(&self) -> watch::Receiver<Advance> {
        self.published.subscribe()
    }

    /// The number of the newest event that was published; 0 when none was.
    pub(crate) fn published(&self) -> i64 {
        self.published.borrow().seq
    }

    fn send(&self, frame: Frame) {
        if let Some(sender) = self.sender.get() {
            // The last reader may have left just now.
            let _ = sender.send(frame);
        }
    }

    /// Begins the texts of an attempt.
    pub fn begin_text(&self, path: &StepPath, attempt: i32) {
        let mut texts = self.texts();
        texts.progress.remove(path);
        texts.here.insert(path.clone(), LiveText::new(attempt));
        texts.thinking.insert(path.clone(), LiveText::thinking(attempt));
    }

    /// Adds a piece to the text of an attempt, and sends it.
    pub fn add_text(&self, at: DateTime<Utc>, path: &StepPath, attempt: i32, piece: &str) {
        // Sending under the lock keeps the pieces in order with what a new reader is given.
        let mut texts = self.texts();
        let Some(text) = texts.here.get_mut(path).filter(|text| text.attempt == attempt) else { return };
        let offset = text.push(piece);
        if self.has_readers() {
            self.send(Frame::text(TextKind::Answer, &self.key.id, at, path, attempt, offset, piece));
        }
    }

    /// Adds a piece to the thinking of an attempt, as far as that is kept, and sends it.
    pub fn add_thinking(&self, at: DateTime<Utc>, path: &StepPath, attempt: i32, piece: &str) {
        let mut texts = self.texts();
        let Some(text) = texts.thinking.get_mut(path).filter(|text| text.attempt == attempt) else { return };
        let offset = text.push_up_to(MAX_THINKING_BYTES, MORE_THINKING, piece);
        if self.has_readers() {
            for frame in text.frames_from(offset, &self.key.id, at, path) {
                self.send(frame);
            }
        }
    }

    /// Waits until readers may be told of progress again.
    pub async fn turn_to_tell_progress(&self) -> Turn<'_> {
        self.progress_pace.turn().await
    }

    /// Sends how far the call of a tool is.
    pub fn tell_progress(&self, at: DateTime<Utc>, path: &StepPath, attempt: i32, progress: &Progress, turn: Turn<'_>) {
        let mut texts = self.texts();
        if texts.here.get(path).is_none_or(|text| text.attempt != attempt) {
            return;
        }
        let frame = Frame::progress(&self.key.id, at, path, attempt, progress);
        self.send(frame.clone());
        texts.progress.insert(path.clone(), frame);
        turn.take(Instant::now());
    }

    /// The thinking of an attempt so far.
    pub fn thinking_of(&self, path: &StepPath, attempt: i32) -> String {
        let texts = self.texts();
        let text = texts.thinking.get(path).filter(|text| text.attempt == attempt);
        text.map(|text| text.as_str().to_owned()).unwrap_or_default()
    }

    /// The text of an attempt as far as it came.
    pub fn text_of(&self, path: &StepPath, attempt: i32) -> String {
        self.text_from(path, attempt, 0)
    }

    /// The text of an attempt from an offset in bytes on, which is where a piece of it ended.
    pub fn text_from(&self, path: &StepPath, attempt: i32, offset: usize) -> String {
        let texts = self.texts();
        let text = texts.here.get(path).filter(|text| text.attempt == attempt);
        text.and_then(|text| text.as_str().get(offset..)).unwrap_or_default().to_owned()
    }

    /// Ends the texts of a step run, and gives the answer's.
    pub fn end_text(&self, path: &StepPath) -> String {
        let mut texts = self.texts();
        texts.thinking.remove(path);
        texts.progress.remove(path);
        texts.here.remove(path).map(LiveText::into_text).unwrap_or_default()
    }

    /// Adds pieces of a text that another server streams, each with where it begins, and sends what of them is new: as few
    /// frames as can be, because a reader falls behind by frames. A piece that leaves a gap is passed over.
    pub(crate) fn add_text_elsewhere<'a>(
        &self,
        at: DateTime<Utc>,
        path: &StepPath,
        attempt: i32,
        pieces: impl IntoIterator<Item = (usize, &'a str)>,
    ) {
        let mut texts = self.texts();
        let text = texts.elsewhere.entry(path.clone()).or_default();
        if text.attempt != attempt {
            *text = LiveText::new(attempt);
        }
        let known = text.as_str().len();
        for (offset, piece) in pieces {
            let repeated = text.as_str().len().checked_sub(offset);
            text.push(repeated.and_then(|repeated| piece.get(repeated..)).unwrap_or_default());
        }
        for frame in text.frames_from(known, &self.key.id, at, path) {
            self.send(frame);
        }
    }

    /// Forgets the texts of attempts that another server no longer runs.
    pub(crate) fn retain_elsewhere(&self, runs: impl Fn(&StepPath, i32) -> bool) {
        self.texts().elsewhere.retain(|path, text| runs(path, text.attempt));
    }

    /// Listens: the texts of all attempts under way as they are now, how far calls of tools are, and everything from now on.
    pub fn subscribe(&self, now: DateTime<Utc>) -> (Vec<Frame>, broadcast::Receiver<Frame>) {
        let mut texts = self.texts();
        let Texts { here, thinking, elsewhere, progress } = &mut *texts;
        elsewhere.retain(|path, _| !here.contains_key(path));
        let thinking = thinking.iter_mut().filter(|(_, text)| !text.as_str().is_empty());
        let frames = here
            .iter_mut()
            .chain(elsewhere)
            .chain(thinking)
            .flat_map(|(path, text)| text.frames(&self.key.id, now, path));
        let frames = frames.chain(progress.values().cloned()).collect();
        (frames, self.sender.get_or_init(|| broadcast::Sender::new(BEHIND)).subscribe())
    }
}

#[cfg(test)]
mod tests {
    use sluice_types::{EventType, ExecutionId};

    use super::super::frame::TextEnd;
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
        assert_eq!(
            rest.try_recv().unwrap().text.unwrap(),
            TextEnd { kind: TextKind::Answer, path: path.clone(), attempt: 1, end: 4 }
        );
        assert!(rest.try_recv().is_err());
        assert_eq!(channel.end_text(&path), "abcd");
    }

    #[test]
    fn the_thinking_is_told_whole_and_apart_from_the_text() {
        let hub = Hub::default();
        let channel = hub.channel(&key());
        let (path, at) = (StepPath::new("a").unwrap(), DateTime::default());
        channel.begin_text(&path, 1);
        assert_eq!(channel.subscribe(at).0.len(), 1, "nothing was thought yet");
        channel.add_thinking(at, &path, 1, "Hm, ");
        channel.add_thinking(at, &path, 2, "of another attempt");
        let (texts, mut rest) = channel.subscribe(at);
        let told: Vec<_> = texts.iter().map(|frame| frame.event().unwrap()).collect();
        let told: Vec<_> = told.iter().map(|event| (event.event_type, event.text.as_deref().unwrap())).collect();
        assert_eq!(told, [(EventType::Text, ""), (EventType::Thinking, "Hm, ")]);
        channel.add_thinking(at, &path, 1, "let me see.");
        let frame = rest.try_recv().unwrap();
        assert!(frame.bytes.starts_with(b"event: thinking\n"));
        let end = TextEnd { kind: TextKind::Thinking, path: path.clone(), attempt: 1, end: 15 };
        assert_eq!((frame.event().unwrap().offset, frame.text), (Some(4), Some(end)));
        assert_eq!(channel.thinking_of(&path, 1), "Hm, let me see.");
        assert_eq!(channel.end_text(&path), "");
        assert_eq!(channel.thinking_of(&path, 1), "");
    }

    #[test]
    fn the_thinking_is_kept_up_to_its_limit() {
        let hub = Hub::default();
        let channel = hub.channel(&key());
        let (path, at) = (StepPath::new("a").unwrap(), DateTime::default());
        channel.begin_text(&path, 1);
        let room = MAX_THINKING_BYTES - MORE_THINKING.len();
        channel.add_thinking(at, &path, 1, &"x".repeat(room));
        assert_eq!(channel.thinking_of(&path, 1).len(), room);
        // A character of two bytes across the limit.
        channel.begin_text(&path, 2);
        channel.add_thinking(at, &path, 2, &"x".repeat(room - 1));
        for piece in ["é and more", "and more"] {
            channel.add_thinking(at, &path, 2, piece);
        }
        let kept = channel.thinking_of(&path, 2);
        assert!(kept.len() <= MAX_THINKING_BYTES && kept.ends_with("x\n[The rest of the thinking was not kept.]"));
        assert_eq!(kept.matches(MORE_THINKING).count(), 1);
    }

    #[test]
    fn a_poller_adds_only_what_is_new_and_never_to_an_attempt_that_runs_here() {
        let hub = Hub::default();
        let channel = hub.channel(&key());
        let (path, at) = (StepPath::new("a").unwrap(), DateTime::default());
        let (_, mut live) = channel.subscribe(at);
        let end = |attempt: i32, end: usize| Some(TextEnd { kind: TextKind::Answer, path: path.clone(), attempt, end });
        channel.add_text_elsewhere(at, &path, 1, [(0, "ab")]);
        channel.add_text_elsewhere(at, &path, 1, [(0, "abcd")]);
        channel.add_text_elsewhere(at, &path, 1, [(0, "abcd")]);
        channel.add_text_elsewhere(at, &path, 1, [(9, "after a gap")]);
        assert_eq!(live.try_recv().unwrap().text, end(1, 2));
        let piece = live.try_recv().unwrap();
        assert_eq!((piece.event().unwrap().text.unwrap().as_str(), piece.text), ("cd", end(1, 4)));
        assert!(live.try_recv().is_err());
        let (late, _) = channel.subscribe(at);
        assert_eq!(late.into_iter().map(|frame| frame.text).collect::<Vec<_>>(), [end(1, 4)]);
        // The execution goes on here, while the poller reads the older attempt once more.
        channel.begin_text(&path, 2);
        channel.add_text(at, &path, 2, "new");
        channel.add_text_elsewhere(at, &path, 1, [(0, "abcdef")]);
        assert_eq!(channel.text_of(&path, 2), "new");
        let (late, _) = channel.subscribe(at);
        assert_eq!(late.into_iter().map(|frame| frame.text).collect::<Vec<_>>(), [end(2, 3)]);
        channel.retain_elsewhere(|_, _| false);
        assert_eq!(channel.end_text(&path), "new");
        assert_eq!(channel.subscribe(at).0.len(), 0);
    }

    #[test]
    fn a_reader_does_not_fall_behind_by_the_pieces_of_one_poll() {
        let hub = Hub::default();
        let channel = hub.channel(&key());
        let (path, at) = (StepPath::new("a").unwrap(), DateTime::default());
        let (_, mut live) = channel.subscribe(at);
        // As many pieces as the checkpoints of twenty minutes.
        channel.add_text_elsewhere(at, &path, 1, (0..2 * BEHIND).map(|offset| (offset, "x")));
        assert_eq!(live.try_recv().unwrap().text.unwrap().end, 2 * BEHIND);
        assert!(live.try_recv().is_err());
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
